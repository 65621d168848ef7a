"""Coupons: issued once, redeemed once, and every other attempt refused with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from datong.errors import Rejected
from datong.marketing.coupon_code import normalise_code, read_code
from datong.marketing.tables import COUPON, REDEMPTION
from datong.model import Coupon, Offer
from datong.privacy import Vault
from datong.storage import fetch_in, insert_new

__all__ = [
    "Attempt", "Checked", "Redemption", "check_coupon", "coupon_row", "lock_coupon", "read_coupon", "redeem",
    "redeem_all", "release_receipts",
]


class Checked(msgspec.Struct, frozen=True):
    """The answer about a code: `reason` is empty when it may be redeemed; `coupon` is None when it is not ours."""

    code: str
    reason: str
    coupon: Coupon | None = None

    @property
    def ok(self) -> bool:
        """Return whether it may be redeemed now."""
        return not self.reason


class Attempt(msgspec.Struct, frozen=True):
    """Somebody hands over a code: `id` makes the attempt idempotent, `at` (ms) is when, also on a till offline.

    `member` is who did, known by the identifier key `ident`. `void`: the receipt was voided before this was heard of.
    """

    id: str
    code: str
    at: int
    place: str = ""
    receipt: str = ""
    amount: int = 0
    member: int | None = None
    ident: int = 0
    void: bool = False


class Redemption(msgspec.Struct, frozen=True):
    """What became of an attempt; `reason` says why it was refused."""

    id: str
    coupon: str
    outcome: Literal["redeemed", "refused"]
    reason: str
    campaign: str = ""


def check_coupon(tx: sa.Connection, vault: Vault, code: str, now: int) -> Checked:
    """Return whether the code may be redeemed at `now` (ms), without doing so.

    Reasons: foreign_coupon, forged_coupon, unknown_coupon, expired_coupon, redeemed_coupon.
    """
    plain = normalise_code(code)
    row = tx.execute(sa.select(COUPON).where(COUPON.c.code == plain)).first()
    reason = _reason(vault, plain, row, now)
    if not reason and row is not None and row.redeemed is not None:
        reason = "redeemed_coupon"
    return Checked(plain, reason, read_coupon(row) if row is not None else None)


def redeem(tx: sa.Connection, vault: Vault, attempt: Attempt) -> Redemption:
    """Redeem one coupon; the same attempt, or the same receipt, gets the same answer again."""
    return redeem_all(tx, vault, [attempt])[0]


def redeem_all(tx: sa.Connection, vault: Vault, attempts: Sequence[Attempt]) -> list[Redemption]:
    """Redeem what may be redeemed, in this order, and keep every attempt; a handful of statements for all of them.

    A coupon goes to the first attempt by a conditional update, whoever else writes at the same time.
    """
    before = {row.id: row for row in fetch_in(tx, sa.select(REDEMPTION), REDEMPTION.c.id, {a.id for a in attempts})}
    fresh = [a for a in attempts if a.id not in before]
    codes = {a.id: normalise_code(a.code) for a in fresh}
    rows = {row.code: row for row in fetch_in(tx, sa.select(COUPON), COUPON.c.code, set(codes.values()))}
    reasons = {a.id: "voided_receipt" if a.void else _reason(vault, codes[a.id], rows.get(codes[a.id]), a.at)
               for a in fresh}
    claims = [
        {"key": codes[a.id], "at": a.at, "by": a.id, "slip": a.receipt} for a in fresh if not reasons[a.id]
    ]
    if claims:
        claim = COUPON.update().where(
            COUPON.c.code == sa.bindparam("key"), COUPON.c.redeemed.is_(None),
            sa.or_(COUPON.c.lock.in_(["", sa.bindparam("slip")]), COUPON.c.locked_until <= sa.bindparam("at")))
        tx.execute(claim.values(
            redeemed=sa.bindparam("at"), attempt=sa.bindparam("by"), receipt=sa.bindparam("slip")), claims)
        columns = sa.select(COUPON.c.code, COUPON.c.attempt, COUPON.c.receipt, COUPON.c.redeemed)
        won = {row.code: row for row in fetch_in(tx, columns, COUPON.c.code, {c["key"] for c in claims})}
        for a in fresh:
            holder = won.get(codes[a.id])
            if reasons[a.id] or holder is None:
                continue
            same = holder.attempt == a.id or (a.receipt and holder.receipt == a.receipt)
            reasons[a.id] = "" if same else "locked_coupon" if holder.redeemed is None else "redeemed_coupon"
    made = {a.id: _redemption(a, codes[a.id], rows.get(codes[a.id]), reasons[a.id]) for a in fresh}
    insert_new(tx, REDEMPTION, list(made.values()))
    answers = made | {key: dict(row._mapping) for key, row in before.items()}
    names = ("id", "coupon", "outcome", "reason", "campaign")
    return [Redemption(**{name: answers[a.id][name] for name in names}) for a in attempts]


def lock_coupon(tx: sa.Connection, code: str, receipt: str, at: int, until: int) -> None:
    """Keep a coupon for one receipt from `at` until `until` (ms), unless it is redeemed or kept for another.

    `until` = 0 gives it free again.
    """
    free = sa.or_(COUPON.c.lock.in_(["", receipt]), COUPON.c.locked_until <= at)
    mine = COUPON.update().where(COUPON.c.code == normalise_code(code), COUPON.c.redeemed.is_(None), free)
    tx.execute(mine.values(lock=receipt if until else "", locked_until=until))


def release_receipts(tx: sa.Connection, receipts: Sequence[str]) -> None:
    """Give back the coupons that were redeemed on receipts which do not count; the attempts stay, as released."""
    if not receipts:
        return
    for at in range(0, len(receipts), 500):
        some = list(receipts[at : at + 500])
        won = sa.select(COUPON.c.attempt).where(COUPON.c.receipt.in_(some), COUPON.c.redeemed.is_not(None))
        tx.execute(REDEMPTION.update().where(REDEMPTION.c.id.in_(won)).values(
            outcome="refused", reason="voided_receipt"))
        tx.execute(COUPON.update().where(COUPON.c.receipt.in_(some)).values(
            redeemed=None, attempt=None, receipt="", lock="", locked_until=0))


def coupon_row(coupon: Coupon, message: str) -> dict[str, Any]:
    """Return the row of a new coupon."""
    return {
        "code": coupon.code, "campaign": coupon.campaign, "member": coupon.member, "message": message,
        "issued": coupon.issued, "expires": coupon.expires, "offer": msgspec.json.encode(coupon.offer).decode(),
    }


def read_coupon(row: Any) -> Coupon:
    """Return the coupon in a row."""
    offer = msgspec.json.decode(row.offer, type=Offer)
    return Coupon(
        row.code, row.campaign, row.member, row.issued, row.expires, offer, row.redeemed, row.receipt or "",
    )


def _reason(vault: Vault, code: str, row: Any, at: int) -> str:
    try:
        read_code(vault, code)
    except Rejected as error:
        return error.code
    if row is None:
        return "unknown_coupon"
    return "expired_coupon" if at >= row.expires else ""


def _redemption(attempt: Attempt, code: str, row: Any, reason: str) -> dict[str, Any]:
    return {
        "id": attempt.id, "coupon": code, "campaign": row.campaign if row is not None else "",
        "member": attempt.member, "at": attempt.at, "place": attempt.place, "receipt": attempt.receipt,
        "amount": attempt.amount, "outcome": "refused" if reason else "redeemed", "reason": reason,
        "ident": attempt.ident,
    }
