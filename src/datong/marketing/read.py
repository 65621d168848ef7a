"""What others may ask marketing: messages to deliver, and for the console what was decided, issued and redeemed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.marketing.coupons import read_coupon
from datong.marketing.decide import Decision
from datong.marketing.tables import ASSIGNMENT, ASSIGNMENT_HISTORY, COUPON, DECISION, MESSAGE, REDEMPTION
from datong.model import Coupon, Message
from datong.storage import fetch_in

__all__ = [
    "Assignment", "Counts", "Redeemed", "assignments_of", "counts", "coupons_of", "decisions", "decisions_of",
    "message_of", "messages_since", "redemptions", "silence",
]

_MESSAGE = [MESSAGE.c[name] for name in Message.__struct_fields__]
_DECISION = [DECISION.c[name] for name in Decision.__struct_fields__]


class Assignment(msgspec.Struct, frozen=True):
    """The arm drawn for a member in a campaign; `current` is false where an earlier draw took its place."""

    campaign: str
    member: int
    drawn_for: int
    arm: str
    at: int
    current: bool


class Counts(msgspec.Struct):
    """A campaign in numbers: decisions by outcome, members by arm, coupons."""

    sent: int = 0
    silent: int = 0
    assigned_treated: int = 0
    assigned_holdout: int = 0
    issued: int = 0
    redeemed: int = 0


class Redeemed(msgspec.Struct, frozen=True):
    """One attempt to redeem a coupon; `reason` is empty unless it was refused. Amount in minor units."""

    id: str
    coupon: str
    campaign: str
    member: int | None
    at: int
    place: str
    receipt: str
    amount: int
    outcome: str
    reason: str


def messages_since(tx: sa.Connection, seq: int, limit: int) -> list[Message]:
    """Return up to `limit` decided messages after number `seq`, in order."""
    return [Message(*row) for row in tx.execute(
        sa.select(*_MESSAGE).where(MESSAGE.c.seq > seq).order_by(MESSAGE.c.seq).limit(limit))]


def message_of(tx: sa.Connection, message: str) -> Message | None:
    """Return the message with this id."""
    row = tx.execute(sa.select(*_MESSAGE).where(MESSAGE.c.id == message)).first()
    return Message(*row) if row else None


def decisions(
    tx: sa.Connection, campaign: str = "", outcome: str = "", member: int | None = None, limit: int = 100
) -> list[Decision]:
    """Return the latest decisions, newest first, of one campaign, one outcome or one member where given."""
    query = sa.select(*_DECISION)
    for column, value in ((DECISION.c.campaign, campaign), (DECISION.c.outcome, outcome), (DECISION.c.member, member)):
        if value:
            query = query.where(column == value)
    newest = query.order_by(DECISION.c.at.desc(), DECISION.c.firing, DECISION.c.campaign).limit(limit)
    return [Decision(*row) for row in tx.execute(newest)]


def decisions_of(tx: sa.Connection, firings: Iterable[str]) -> dict[str, list[Decision]]:
    """Return what became of these firings (by id), the campaign that spoke first in each list."""
    found: dict[str, list[Decision]] = {}
    for row in fetch_in(tx, sa.select(*_DECISION), DECISION.c.firing, set(firings)):
        found.setdefault(row.firing, []).append(Decision(*row))
    order = {"sent": 0, "holdout": 1, "silent": 2}
    return {firing: sorted(of, key=lambda d: (order[d.outcome], d.campaign)) for firing, of in found.items()}


def silence(tx: sa.Connection, campaign: str) -> dict[str, int]:
    """Return why the campaign stayed silent: how often, by reason."""
    query = sa.select(DECISION.c.reason, sa.func.count()).where(
        DECISION.c.campaign == campaign, DECISION.c.outcome == "silent").group_by(DECISION.c.reason)
    return {row[0]: row[1] for row in tx.execute(query)}


def counts(tx: sa.Connection) -> dict[str, Counts]:
    """Return every campaign's numbers by its code."""
    found: dict[str, Counts] = {}
    d, a, c = DECISION.c, ASSIGNMENT.c, COUPON.c
    outcomes = sa.select(d.campaign, d.outcome, sa.func.count()).group_by(d.campaign, d.outcome)
    for code, outcome, n in tx.execute(outcomes):
        if code and outcome != "holdout":
            setattr(found.setdefault(code, Counts()), outcome, n)
    for code, arm, n in tx.execute(sa.select(a.campaign, a.arm, sa.func.count()).group_by(a.campaign, a.arm)):
        setattr(found.setdefault(code, Counts()), f"assigned_{arm}", n)
    issued = sa.select(c.campaign, sa.func.count(), sa.func.count(c.redeemed)).group_by(c.campaign)
    for code, n, redeemed in tx.execute(issued):
        at = found.setdefault(code, Counts())
        at.issued, at.redeemed = n, redeemed
    return found


def assignments_of(tx: sa.Connection, member: int) -> list[Assignment]:
    """Return the member's arms, with the draws that gave way in a merge, by campaign and time."""
    found: list[Assignment] = []
    for table, current in ((ASSIGNMENT, True), (ASSIGNMENT_HISTORY, False)):
        rows = tx.execute(sa.select(table).where(table.c.member == member))
        found.extend(Assignment(r.campaign, r.member, r.drawn_for, r.arm, r.at, current) for r in rows)
    return sorted(found, key=lambda a: (a.campaign, a.at, not a.current))


def coupons_of(tx: sa.Connection, member: int) -> list[Coupon]:
    """Return the member's coupons, the newest first."""
    query = sa.select(COUPON).where(COUPON.c.member == member).order_by(COUPON.c.issued.desc(), COUPON.c.code)
    return [read_coupon(row) for row in tx.execute(query)]


def redemptions(
    tx: sa.Connection, outcome: str = "", campaign: str = "", member: int | None = None, limit: int = 100
) -> list[Redeemed]:
    """Return the latest attempts to redeem, newest first, by outcome (`redeemed`, `refused`), campaign or member."""
    columns: list[Any] = [REDEMPTION.c[name] for name in Redeemed.__struct_fields__]
    query = sa.select(*columns)
    for column, value in (
        (REDEMPTION.c.outcome, outcome), (REDEMPTION.c.campaign, campaign), (REDEMPTION.c.member, member),
    ):
        if value:
            query = query.where(column == value)
    newest = query.order_by(REDEMPTION.c.at.desc(), REDEMPTION.c.id).limit(limit)
    return [Redeemed(*row) for row in tx.execute(newest)]
