"""Mirroring who holds what into the facts, so that reports join members late and inside one engine."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from datong.identity.ledger import EVENTS
from datong.identity.policy import CHANNELS
from datong.identity.tables import EVENT, FACT_LINK, FACT_MEMBER, LINK, MEMBER
from datong.storage import FactsTx, cursor, fetch_in

__all__ = ["mirror"]

_POSITION = "identity.link"
_PART = 100_000
_LINKS = sa.select(LINK.c.key, LINK.c.member, LINK.c.ns)
_MEMBERS = sa.select(MEMBER.c.id, MEMBER.c.families, MEMBER.c.created).where(MEMBER.c.merged_into.is_(None))


def mirror(tx: sa.Connection, facts: FactsTx) -> None:
    """Replace in the facts the rows of every member about whom something was decided since the last time.

    The position is the number of the last identity event taken; the first run copies the whole.
    """
    position = facts.position(_POSITION)
    last, _ = cursor(tx, EVENTS)
    if last <= position:
        return
    if position == 0:
        facts.execute(f"DELETE FROM {FACT_LINK.full}")
        facts.execute(f"DELETE FROM {FACT_MEMBER.full}")
        _copy(tx, facts)
    else:
        _renew(tx, facts, position)
    facts.move(last, _POSITION)


def _copy(tx: sa.Connection, facts: FactsTx) -> None:
    by_part = {"yield_per": _PART}
    for rows in tx.execute(_LINKS.where(LINK.c.member.is_not(None)), execution_options=by_part).partitions():
        _append_links(facts, rows)
    for rows in tx.execute(_MEMBERS, execution_options=by_part).partitions():
        _append_members(facts, rows)


def _renew(tx: sa.Connection, facts: FactsTx, position: int) -> None:
    rows = tx.execute(sa.select(EVENT.c.member, EVENT.c.other, EVENT.c.key).where(EVENT.c.seq > position)).all()
    named = {number for row in rows for number in row[:2] if number is not None}
    # a shared value that is given back may be somebody's whom the decision does not name: who has parted since
    holders = fetch_in(tx, sa.select(LINK.c.member), LINK.c.key, {row.key for row in rows if row.key is not None})
    members = sorted(named | {member for member, in holders if member is not None})
    if not members:
        return
    for table in (FACT_LINK, FACT_MEMBER):
        facts.execute(f"DELETE FROM {table.full} WHERE member IN (SELECT unnest(?::BIGINT[]))", [members])
    _append_links(facts, fetch_in(tx, _LINKS, LINK.c.member, members))
    _append_members(facts, fetch_in(tx, _MEMBERS, MEMBER.c.id, members))


def _append_links(facts: FactsTx, rows: Any) -> None:
    keys, members, namespaces = zip(*rows, strict=True) if rows else ((), (), ())
    facts.append(FACT_LINK, {"ident": keys, "member": members, "ns": namespaces})


def _append_members(facts: FactsTx, rows: Any) -> None:
    numbers, families, created = zip(*rows, strict=True) if rows else ((), (), ())
    facts.append(FACT_MEMBER, {"member": numbers, "channels": [CHANNELS[f] for f in families], "created": created})
