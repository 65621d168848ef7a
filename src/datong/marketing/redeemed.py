"""What a till asks about a coupon: who has it, what became of an attempt, and which are open."""

from __future__ import annotations

from hashlib import blake2b

import msgspec
import sqlalchemy as sa

from datong.marketing.coupon_code import normalise_code
from datong.marketing.coupons import read_coupon
from datong.marketing.read import Redeemed
from datong.marketing.tables import COUPON, REDEMPTION
from datong.model import Coupon

__all__ = ["Lock", "attempt_id", "attempt_of", "coupon_holder", "coupon_lock", "open_coupons"]


class Lock(msgspec.Struct, frozen=True):
    """A coupon kept for one receipt that is being rung up, until `until` (ms)."""

    receipt: str
    until: int


def attempt_id(source: str, message_id: str) -> str:
    """Return the id of the attempt that an event *Coupon Redeemed* is."""
    return blake2b(f"{source}\0{message_id}".encode(), digest_size=16).hexdigest()


def attempt_of(tx: sa.Connection, attempt: str) -> Redeemed | None:
    """Return what became of an attempt, or None where the flow has not come to it."""
    row = tx.execute(_COLUMNS.where(REDEMPTION.c.id == attempt)).first()
    return Redeemed(*row) if row else None


def coupon_holder(tx: sa.Connection, code: str) -> Redeemed | None:
    """Return the attempt that got the coupon: where and when it was redeemed."""
    won = sa.select(COUPON.c.attempt).where(COUPON.c.code == normalise_code(code)).scalar_subquery()
    row = tx.execute(_COLUMNS.where(REDEMPTION.c.id == won)).first()
    return Redeemed(*row) if row else None


def coupon_lock(tx: sa.Connection, code: str, now: int) -> Lock | None:
    """Return the lock on a coupon at `now` (ms)."""
    query = sa.select(COUPON.c.lock, COUPON.c.locked_until).where(COUPON.c.code == normalise_code(code))
    row = tx.execute(query.where(COUPON.c.lock != "", COUPON.c.locked_until > now)).first()
    return Lock(*row) if row else None


def open_coupons(tx: sa.Connection, now: int, limit: int) -> list[Coupon]:
    """Return coupons that may be redeemed at `now` (ms), those that run out first at the front, at most `limit`."""
    query = sa.select(COUPON).where(COUPON.c.redeemed.is_(None), COUPON.c.expires > now)
    return [read_coupon(row) for row in tx.execute(query.order_by(COUPON.c.expires, COUPON.c.code).limit(limit))]


_COLUMNS = sa.select(*(REDEMPTION.c[name] for name in Redeemed.__struct_fields__))
