"""Anchor runs: devices whose payer is told by repeated payments, as a dry run first and published as evidence then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from datong.identity.device import Payer, payers
from datong.identity.read import label, who
from datong.identity.tables import APART, LINK, MEMBER
from datong.model import DAY
from datong.storage import Store, fetch_in

__all__ = ["ACTOR", "WINDOW", "Tied", "find_anchors"]

ACTOR = "anchor:payments"
"""Who says so in the log."""
WINDOW = 180 * DAY
"""How far back visits and payments are looked at (ms)."""
_SHOWN = 200


@dataclass
class Tied:
    """What an anchor run found: devices to tie, how many were tied already, and how many are somebody else's."""

    ties: list[Payer]
    unchanged: int
    elsewhere: int
    report: dict[str, Any]


def find_anchors(store: Store) -> Tied:
    """Return the devices of the last 180 days whose payer can be told and that nobody else is known to hold."""
    found = payers(store.facts, since=store.clock.now() - WINDOW)
    with store.state.read() as tx:
        held = who(tx, {key for payer in found for key in (payer.device, payer.known_by)})
        known = {row[0] for row in fetch_in(tx, sa.select(MEMBER.c.id).where(MEMBER.c.known), MEMBER.c.id,
                                            set(held.values()))}
        shared = {row[0] for row in fetch_in(tx, sa.select(LINK.c.key).where(LINK.c.shared), LINK.c.key,
                                             [payer.device for payer in found])}
        parted = _parted(tx, [payer.device for payer in found])
    ties, unchanged, elsewhere = [], 0, 0
    for payer in found:
        holder, owner = held.get(payer.known_by), held.get(payer.device)
        if holder is None:
            continue
        if owner == holder:
            unchanged += 1
        elif owner in known or payer.device in shared or holder in parted.get(payer.device, ()):
            elsewhere += 1
        else:
            ties.append(payer)
    shown = [{
        "member": held[tie.known_by], "label": label(held[tie.known_by]), "ns": tie.ns, "meetings": tie.meetings,
        "occasions": tie.occasions, "weight": round(tie.weight, 2), "others": tie.others, "first": tie.first,
        "last": tie.last, "confidence": round(tie.confidence, 6),
    } for tie in sorted(ties, key=lambda tie: (-tie.confidence, tie.device))]
    return Tied(ties, unchanged, elsewhere, {"anchors": shown[:_SHOWN], "elsewhere": elsewhere})


def _parted(tx: sa.Connection, devices: list[int]) -> dict[int, set[int]]:
    """Return of which members somebody said that each device is not theirs."""
    found: dict[int, set[int]] = {}
    for mine, theirs in ((APART.c.a, APART.c.b), (APART.c.b, APART.c.a)):
        query = sa.select(mine, LINK.c.member).join_from(APART, LINK, LINK.c.key == theirs).where(APART.c.active)
        for device, member in fetch_in(tx, query, mine, devices):
            found.setdefault(device, set()).add(member)
    return found
