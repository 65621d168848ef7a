"""Links: short addresses for codes and NFC tags, made by people, kept by the log."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa

from datong.errors import NotFound, Rejected
from datong.model import Batch
from datong.storage import Store, fetch_in, insert_new
from datong.touchpoints.own import append_own, own_event
from datong.touchpoints.tables import LINK

__all__ = [
    "Link", "NewLink", "link_of", "links", "links_page", "make_links", "restore_link", "retire_link", "take_links",
]

KINDS = ("product", "shelf", "page")
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else
_LENGTH = 8
_MOST = 10_000


class NewLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link to make: to the page of a product (`sku`), to its electronic shelf, or to an address (`target`).

    `place` is the store where the code hangs, `code` a wish for the short address (made up where it is empty).
    """

    kind: str = "product"
    sku: str = ""
    place: str = ""
    campaign: str = ""
    target: str = ""
    label: str = ""
    code: str = ""


class Link(msgspec.Struct, frozen=True):
    """A short link; `made` and `retired` in ms, `retired` None while it works."""

    code: str
    kind: str
    sku: str
    place: str
    campaign: str
    target: str
    label: str
    made: int
    actor: str
    retired: int | None


_COLUMNS = [LINK.c[name] for name in Link.__struct_fields__]


def make_links(store: Store, wanted: Sequence[NewLink], actor: str) -> list[str]:
    """Append new links to the log, all or none, and return their codes; raises Rejected (`bad_link`) naming the field.

    They work once the flow has passed them.
    """
    if len(wanted) > _MOST:
        raise _wrong("links", f"are more than {_MOST:,}", "make them in several steps")
    said = [_checked(one, f"links[{at}]") for at, one in enumerate(wanted)]
    codes = [one["code"] for one in said]
    with store.state.read() as tx:
        taken = {row[0] for row in fetch_in(tx, sa.select(LINK.c.code), LINK.c.code, set(codes))}
    for at, code in enumerate(codes):
        if code in taken or code in codes[:at]:
            raise _wrong(f"links[{at}].code", f"{code!r} is taken", "choose another, or leave it out")
    append_own(store, *(own_event(store, "Link Made", f"link/{one['code']}", "system", place=one["place"],
                                  campaign=one["campaign"], properties={**one, "actor": actor}) for one in said))
    return codes


def retire_link(store: Store, code: str, actor: str) -> None:
    """Append that a link is out of use: its code then says so, and is never given to another; raises NotFound."""
    _turn(store, "Link Retired", code, actor)


def restore_link(store: Store, code: str, actor: str) -> None:
    """Append that a retired link is in use again; raises NotFound."""
    _turn(store, "Link Restored", code, actor)


def take_links(batch: Batch, tx: sa.Connection) -> None:
    """Take the batch's links into the state; the first one with a code keeps it, the last word on its use counts."""
    made = [e for e in batch.events if e.type == "Link Made"]
    insert_new(tx, LINK, [
        {name: str(e.properties.get(name, "")) for name in ("code", "kind", "sku", "place", "campaign", "target",
                                                            "label", "actor")} | {"made": e.time, "retired": None}
        for e in made
    ])
    turned = {str(e.properties.get("code", "")): e.time if e.type == "Link Retired" else None
              for e in batch.events if e.type in ("Link Retired", "Link Restored")}
    if turned:
        change = sa.update(LINK).where(LINK.c.code == sa.bindparam("key")).values(retired=sa.bindparam("at"))
        tx.execute(change, [{"key": code, "at": at} for code, at in turned.items()])


def link_of(tx: sa.Connection, code: str) -> Link | None:
    """Return the link with this code, None where there is none."""
    row = tx.execute(sa.select(*_COLUMNS).where(LINK.c.code == code)).first()
    return Link(*row) if row else None


def links(tx: sa.Connection, sku: str = "", place: str = "", limit: int = 1_000) -> list[Link]:
    """Return the latest links, newest first, of one product or one place where given."""
    query = sa.select(*_COLUMNS)
    for column, value in ((LINK.c.sku, sku), (LINK.c.place, place)):
        if value:
            query = query.where(column == value)
    return [Link(*row) for row in tx.execute(query.order_by(LINK.c.made.desc(), LINK.c.code).limit(limit))]


def links_page(
    tx: sa.Connection, text: str = "", kind: str = "", state: str = "", page: int = 1, size: int = 50
) -> tuple[int, list[Link]]:
    """Return how many links there are, and a page of them (the first is 1), newest first.

    `text` is part of a code, product, place, campaign or label; `state` is `used` or `retired`.
    """
    found: list[sa.ColumnElement[bool]] = []
    if text:
        fields = (LINK.c.code, LINK.c.sku, LINK.c.place, LINK.c.campaign, LINK.c.label)
        found.append(sa.or_(*(sa.func.lower(field).contains(text.lower(), autoescape=True) for field in fields)))
    if kind:
        found.append(LINK.c.kind == kind)
    if state:
        found.append(LINK.c.retired.is_(None) if state == "used" else LINK.c.retired.is_not(None))
    total = tx.execute(sa.select(sa.func.count()).select_from(LINK).where(*found)).scalar_one()
    query = sa.select(*_COLUMNS).where(*found).order_by(LINK.c.made.desc(), LINK.c.code)
    return total, [Link(*row) for row in tx.execute(query.limit(size).offset((page - 1) * size))]


def _turn(store: Store, kind: str, code: str, actor: str) -> None:
    """Append that a link goes out of use or back; the same again changes nothing."""
    with store.state.read() as tx:
        if link_of(tx, code) is None:
            raise NotFound(f"there is no link {code[:64]!r}", code="unknown_link", field="code",
                           hint="see Codes in the console, or: datong qr list")
    name = f"link/{code}/{kind.rpartition(' ')[2].lower()}/{store.clock.now()}/{store.log.end()}"
    append_own(store, own_event(store, kind, name, "system", properties={"code": code, "actor": actor}))


def _checked(one: NewLink, field: str) -> dict[str, Any]:
    if one.kind not in KINDS:
        raise _wrong(f"{field}.kind", f"{one.kind[:40]!r} is not known", f"one of {', '.join(KINDS)}")
    if one.kind == "page":
        if urlsplit(one.target).scheme not in ("https", "http") or len(one.target) > 2_000:
            raise _wrong(f"{field}.target", "is no web address", "write it as https://shop.example/spring")
    elif not one.sku:
        raise _wrong(f"{field}.sku", "is missing", "name the product")
    if one.kind == "shelf" and not one.place:
        raise _wrong(f"{field}.place", "is missing", "name the store where the shelf stands")
    for name in ("sku", "place", "campaign", "label"):
        if len(getattr(one, name)) > (128 if name == "sku" else 64) or "\0" in getattr(one, name):
            raise _wrong(f"{field}.{name}", "is too long", "64 characters at most")
    code = one.code or "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    if not 3 <= len(code) <= 64 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in code):
        raise _wrong(f"{field}.code", f"{code[:70]!r} cannot stand in an address", "3 to 64 letters, digits, - and _")
    return {**msgspec.to_builtins(one), "code": code}


def _wrong(field: str, what: str, hint: str) -> Rejected:
    return Rejected(f"{field} {what}", code="bad_link", field=field, hint=hint)
