"""A member turned out to be several: arms, messages, coupons and decisions go to the part that they are about.

What was said, promised or drawn was so under an identifier, and stays with whoever holds it. So the undoing of a merge
gives both members back what each had, and the facts, which join by the same identifier, agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from datong.identity import Parted
from datong.marketing.tables import (
    ASSIGNMENT,
    ASSIGNMENT_HISTORY,
    COUPON,
    DECISION,
    MESSAGE,
    REDEMPTION,
    TARGET,
)
from datong.scenes import firings
from datong.storage import fetch_in, insert_new

__all__ = ["divide"]


def divide(tx: sa.Connection, parts: Parted, offset: int) -> None:
    """Give everything of members that were split to the part that it is about; what nobody can tell stays.

    `offset` is the place in the log, for the history of arms.
    """
    said = _by_ident(tx, MESSAGE, MESSAGE.c.id, parts)
    _divide_coupons(tx, parts, said)
    _by_ident(tx, REDEMPTION, REDEMPTION.c.id, parts)
    _divide_decisions(tx, parts, said)
    _divide_targets(tx, parts)
    _divide_arms(tx, parts, offset)


def _by_ident(tx: sa.Connection, table: sa.Table, key: sa.Column[Any], parts: Parted) -> dict[str, int]:
    """Give the rows of a table to whom their identifier belongs; return the owner of each by key."""
    query = sa.select(key, table.c.member, table.c.ident)
    rows = _of(tx, query, table, parts)
    owners = {row[0]: parts.owner(row[2], row[1]) for row in rows}
    _move(tx, table, (key,), [((row[0],), owners[row[0]]) for row in rows if owners[row[0]] != row[1]])
    return owners


def _divide_coupons(tx: sa.Connection, parts: Parted, said: dict[str, int]) -> None:
    """Let coupons go with the message that brought them."""
    rows = _of(tx, sa.select(COUPON.c.code, COUPON.c.member, COUPON.c.message), COUPON, parts)
    moves = [((row.code,), said.get(row.message, row.member)) for row in rows]
    _move(tx, COUPON, (COUPON.c.code,), [m for m, row in zip(moves, rows, strict=True) if m[1] != row.member])


def _divide_decisions(tx: sa.Connection, parts: Parted, said: dict[str, int]) -> None:
    """Let decisions go with the firing that asked for them, those of a launch with the message, or whom it meant."""
    columns = (DECISION.c.firing, DECISION.c.campaign, DECISION.c.member, DECISION.c.message)
    rows = _of(tx, sa.select(*columns), DECISION, parts)
    fired = {firing.id: firing.member for firing in firings(tx, {row.firing for row in rows})}
    moves = []
    for row in rows:
        owner = fired.get(row.firing) or said.get(row.message)
        if owner is None:
            meant = row.firing.rpartition(":")[2] if row.firing.startswith("launch:") else ""
            owner = parts.names.get(int(meant), row.member) if meant.isdecimal() else row.member
        if owner != row.member:
            moves.append(((row.firing, row.campaign), owner))
    _move(tx, DECISION, (DECISION.c.firing, DECISION.c.campaign), moves)


def _divide_targets(tx: sa.Connection, parts: Parted) -> None:
    """Let a launch mean whom it meant; a part that is new was not in its audience."""
    rows = _of(tx, sa.select(TARGET.c.launch, TARGET.c.position, TARGET.c.member, TARGET.c.meant), TARGET, parts)
    moves = [((row.launch, row.position), owner) for row in rows
             if (owner := parts.names.get(row.meant, row.member)) != row.member]
    _move(tx, TARGET, (TARGET.c.launch, TARGET.c.position), moves)


def _divide_arms(tx: sa.Connection, parts: Parted, offset: int) -> None:
    """Give each part the arms drawn for its identifiers, of several the earliest, as in a merge.

    A part for which none was drawn has none: what it would have been told is drawn when its time comes.
    """
    current = [dict(row._mapping) for row in _of(tx, sa.select(ASSIGNMENT), ASSIGNMENT, parts)]
    past = [dict(row._mapping) for row in _of(tx, sa.select(ASSIGNMENT_HISTORY), ASSIGNMENT_HISTORY, parts)]
    if not current and not past:
        return
    drawn: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in (*current, *past):
        drawn[row["campaign"], _owner_of_arm(parts, row)].append(row)
    for table, rows in ((ASSIGNMENT, current), (ASSIGNMENT_HISTORY, past)):
        keys = [column.name for column in table.primary_key.columns]
        where = sa.and_(*(table.c[name] == sa.bindparam(f"k_{name}") for name in keys))
        if rows:
            tx.execute(sa.delete(table).where(where), [{f"k_{name}": row[name] for name in keys} for row in rows])
    kept: list[dict[str, Any]] = []
    history: list[dict[str, Any]] = []
    for (_, member), rows in sorted(drawn.items()):
        first, *rest = sorted(rows, key=lambda r: (r["at"], r["drawn_for"]))
        kept.append({column.name: first[column.name] for column in ASSIGNMENT.c} | {"member": member})
        history.extend({"offset": offset} | row | {"member": member} for row in rest)
    insert_new(tx, ASSIGNMENT, kept)
    insert_new(tx, ASSIGNMENT_HISTORY, history)


def _owner_of_arm(parts: Parted, row: dict[str, Any]) -> int:
    if row["ident"] in parts.holders:
        return parts.owner(row["ident"], row["member"])
    return int(parts.names.get(row["drawn_for"], row["member"]))


def _of(tx: sa.Connection, query: sa.Select[Any], table: sa.Table, parts: Parted) -> list[Any]:
    return fetch_in(tx, query, table.c.member, sorted(parts.members))


def _move(
    tx: sa.Connection, table: sa.Table, keys: Sequence[sa.Column[Any]], moves: Iterable[tuple[Sequence[Any], int]]
) -> None:
    """Write the new owners of rows given by their keys."""
    rows = [{**{f"k{at}": key for at, key in enumerate(values)}, "owner": owner} for values, owner in moves]
    if rows:
        where = sa.and_(*(column == sa.bindparam(f"k{at}") for at, column in enumerate(keys)))
        tx.execute(sa.update(table).where(where).values(member=sa.bindparam("owner")), rows)
