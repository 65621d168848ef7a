"""Two members turned out to be one: their arms, coupons, messages and decisions go by the remaining name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from datong.marketing.tables import (
    ASSIGNMENT,
    ASSIGNMENT_HISTORY,
    COUPON,
    DECISION,
    MESSAGE,
    REDEMPTION,
    TARGET,
)
from datong.model import Merge
from datong.storage import fetch_in, upsert

__all__ = ["final_names", "rekey"]


def final_names(merges: Sequence[Merge]) -> dict[int, int]:
    """Return the last name of every loser, however often its winner lost in turn."""
    names: dict[int, int] = {}
    for merge in merges:
        for loser, winner in names.items():
            if winner == merge.loser:
                names[loser] = merge.winner
        names[merge.loser] = merge.winner
    return names


def rekey(tx: sa.Connection, merges: Sequence[Merge]) -> None:
    """Let everything of the losers go by the winners' names; of two arms in a campaign the earlier one stays."""
    names = final_names(merges)
    moves = [{"was": loser, "now": winner} for loser, winner in names.items()]
    for table in (MESSAGE, COUPON, DECISION, REDEMPTION, TARGET, ASSIGNMENT_HISTORY):
        change = table.update().where(table.c.member == sa.bindparam("was")).values(member=sa.bindparam("now"))
        tx.execute(change, moves)
    _combine_arms(tx, names, max(merge.offset for merge in merges))


def _combine_arms(tx: sa.Connection, names: dict[int, int], offset: int) -> None:
    people = set(names) | set(names.values())
    drawn: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in fetch_in(tx, sa.select(ASSIGNMENT), ASSIGNMENT.c.member, people):
        drawn[row.campaign, names.get(row.member, row.member)].append(row)
    kept: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    past: list[dict[str, Any]] = []
    for (_, member), rows in drawn.items():
        rows.sort(key=lambda r: (r.at, r.drawn_for))
        gone.extend({"code": r.campaign, "who": r.member} for r in rows if r.member != member)
        kept.append(dict(rows[0]._mapping) | {"member": member})
        past.extend(dict(r._mapping) | {"member": member, "offset": offset} for r in rows[1:])
    if gone:
        where = sa.and_(ASSIGNMENT.c.campaign == sa.bindparam("code"), ASSIGNMENT.c.member == sa.bindparam("who"))
        tx.execute(ASSIGNMENT.delete().where(where), gone)
    upsert(tx, ASSIGNMENT, kept)
    upsert(tx, ASSIGNMENT_HISTORY, past)
