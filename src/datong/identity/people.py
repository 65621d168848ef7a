"""Questions about all members: how many, a page of them, and who is meant by what somebody types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from datong.errors import Rejected
from datong.identity.policy import CHANNELS
from datong.identity.read import who
from datong.identity.tables import LINK, MEMBER
from datong.model import NAMESPACES, Channels, Member, Namespace
from datong.privacy import Vault, make_identifier
from datong.storage import fetch_in

__all__ = ["channels_counts", "last_seen", "members", "search"]

_NUMBER = re.compile(r"[Mm]?0*([1-9][0-9]{0,17})")


def channels_counts(tx: sa.Connection) -> dict[Channels, int]:
    """Return how many live members were seen online only, offline only, on both, and on none."""
    query = sa.select(MEMBER.c.families, sa.func.count()).where(MEMBER.c.merged_into.is_(None))
    found = {CHANNELS[families]: count for families, count in tx.execute(query.group_by(MEMBER.c.families))}
    return {name: found.get(name, 0) for name in ("online", "offline", "both", "none")}


def members(
    tx: sa.Connection, *, channels: str = "", among: Sequence[int] | None = None, page: int = 1, size: int = 50
) -> tuple[int, list[Member]]:
    """Return how many live members there are and one page of them (from 1), the newest first.

    `channels` keeps one of online, offline, both, none; `among` keeps these ids. Raises Rejected for another word.
    """
    where: list[sa.ColumnElement[bool]] = [MEMBER.c.merged_into.is_(None)]
    if channels:
        if channels not in CHANNELS:
            hint = f"one of {', '.join(CHANNELS)}"
            raise Rejected(f"there are no channels {channels!r}", code="bad_channels", hint=hint, field="channels")
        where.append(MEMBER.c.families == CHANNELS.index(channels))
    if among is not None:
        where.append(MEMBER.c.id.in_(among))
    total = tx.execute(sa.select(sa.func.count()).select_from(MEMBER).where(*where)).scalar_one()
    query = sa.select(MEMBER.c.id, MEMBER.c.created, MEMBER.c.families).where(*where).order_by(MEMBER.c.id.desc())
    rows = tx.execute(query.offset(max(0, page - 1) * size).limit(size)).all()
    names = _names(tx, [row.id for row in rows])
    return total, [Member(r.id, r.created, CHANNELS[r.families], tuple(names.get(r.id, ()))) for r in rows]


def last_seen(tx: sa.Connection, members: Iterable[int]) -> dict[int, int]:
    """Return when each live member was last seen (ms, to the day)."""
    query = sa.select(LINK.c.member, sa.func.max(LINK.c.last_seen)).group_by(LINK.c.member)
    return {row[0]: row[1] for row in fetch_in(tx, query, LINK.c.member, set(members))}


def search(
    tx: sa.Connection, vault: Vault, text: str, *,
    policy: Mapping[str, Namespace] = NAMESPACES, region: str = "CN",
) -> list[int]:
    """Return the live members meant by a member number or by the exact value of any identifier.

    `policy` and `region` decide how the text is normalised; they must be those of the intake.
    """
    text = text.strip()
    found: list[int] = []
    if number := _NUMBER.fullmatch(text):
        query = sa.select(MEMBER.c.id, MEMBER.c.merged_into).where(MEMBER.c.id == int(number[1]))
        found += [merged or id_ for id_, merged in tx.execute(query)]
    keys = []
    for namespace in policy.values():
        try:
            made = make_identifier(vault, namespace, text, region)
        except Rejected:
            continue
        if made is not None:
            keys.append(made.key)
    by_key = who(tx, keys)
    return list(dict.fromkeys(found + [by_key[key] for key in keys if key in by_key]))


def _names(tx: sa.Connection, numbers: Sequence[int]) -> dict[int, list[int]]:
    names: dict[int, list[Any]] = {}
    query = sa.select(MEMBER.c.merged_into, MEMBER.c.id).order_by(MEMBER.c.id)
    for number, name in fetch_in(tx, query, MEMBER.c.merged_into, numbers):
        names.setdefault(number, []).append(name)
    return names
