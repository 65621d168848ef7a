"""Questions about one member, answered from the state."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from datong.errors import NotFound
from datong.identity.policy import CHANNELS
from datong.identity.tables import EVENT, LINK, MEMBER
from datong.model import Member
from datong.storage import fetch_in

__all__ = [
    "Linked", "Recognition", "history", "identifiers_of", "identifiers_of_all", "label", "live", "member", "number_of",
    "who",
]


class Linked(msgspec.Struct, frozen=True):
    """One identifier of a member, seen from `first_seen` to `last_seen` (ms, to the day)."""

    ns: str
    key: int
    sealed: bytes | None
    first_seen: int
    last_seen: int


class Recognition(msgspec.Struct, frozen=True):
    """One decision about a member; `kind` is one of those named at the table `identity_event`.

    `member` is who it was about at that time, `other` the member merged away, refused, left or split off; `cause` is
    the event's id, `detail` the reason, `actor` who corrected (empty for the rules), `undoes` the decision taken back.
    """

    seq: int
    offset: int
    at: int
    kind: str
    member: int | None
    other: int | None
    ns: str
    key: int | None
    cause: str
    detail: str
    actor: str = ""
    undoes: int | None = None


def label(member: int) -> str:
    """Return the member number as people read it, as `M000123`."""
    return f"M{member:06d}"


def number_of(label: str) -> int:
    """Return the member number that `label` wrote; raises NotFound for another text."""
    if not label[1:].isdecimal() or label[:1] != "M":
        raise NotFound(f"{label[:12]!r} is no member number", hint="write it as M000123", field="member")
    return int(label[1:])


def who(tx: sa.Connection, keys: Iterable[int]) -> dict[int, int]:
    """Return the live member of each identifier key that somebody holds."""
    rows = fetch_in(tx, sa.select(LINK.c.key, LINK.c.member), LINK.c.key, set(keys))
    return {key: number for key, number in rows if number is not None}


def live(tx: sa.Connection, member: int) -> int:
    """Return the member id that answers for `member` today; raises NotFound when there never was one."""
    row = tx.execute(sa.select(MEMBER.c.merged_into).where(MEMBER.c.id == member)).first()
    if row is None:
        raise NotFound(f"there is no member {label(member)}", field="member")
    return row[0] or member


def member(tx: sa.Connection, id: int) -> Member:  # noqa: A002
    """Return the live member for any id it ever had; raises NotFound when there never was one."""
    number = live(tx, id)
    row = tx.execute(sa.select(MEMBER).where(MEMBER.c.id == number)).one()
    return Member(number, row.created, CHANNELS[row.families], _names(tx, number))


def identifiers_of(tx: sa.Connection, member: int) -> list[Linked]:
    """Return what a member is known by, strings of one namespace together, the most recently seen first."""
    query = sa.select(LINK.c.ns, LINK.c.key, LINK.c.sealed, LINK.c.first_seen, LINK.c.last_seen)
    rows = tx.execute(query.where(LINK.c.member == live(tx, member))).all()
    return sorted((Linked(*row) for row in rows), key=lambda i: (i.ns, -i.last_seen, i.key))


def identifiers_of_all(tx: sa.Connection, members: Iterable[int]) -> dict[int, list[Linked]]:
    """Return what each of these live members is known by, in one query and in the order of `identifiers_of`."""
    query = sa.select(LINK.c.member, LINK.c.ns, LINK.c.key, LINK.c.sealed, LINK.c.first_seen, LINK.c.last_seen)
    found: dict[int, list[Linked]] = {number: [] for number in members}
    for row in fetch_in(tx, query, LINK.c.member, found):
        found[row[0]].append(Linked(*row[1:]))
    return {number: sorted(known, key=lambda i: (i.ns, -i.last_seen, i.key)) for number, known in found.items()}


def history(tx: sa.Connection, member: int) -> list[Recognition]:
    """Return every decision about a member under all its ids, oldest first."""
    number = live(tx, member)
    ids = (number, *_names(tx, number))
    rows = {row.seq: row for column in (EVENT.c.member, EVENT.c.other)
            for row in fetch_in(tx, sa.select(EVENT), column, ids)}
    return [
        Recognition(r.seq, r.offset, r.at, r.kind, r.member, r.other, r.ns, r.key, r.cause, r.detail, r.actor,
                    r.undoes)
        for _, r in sorted(rows.items())
    ]


def _names(tx: sa.Connection, number: int) -> tuple[int, ...]:
    query = sa.select(MEMBER.c.id).where(MEMBER.c.merged_into == number).order_by(MEMBER.c.id)
    return tuple(tx.execute(query).scalars())
