"""Writing a pass of decisions down: one statement per table, however many there are."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from datong.marketing.coupons import coupon_row
from datong.marketing.decide import Decided
from datong.marketing.tables import ASSIGNMENT, CAMPAIGN, COUPON, DECISION, MESSAGE
from datong.model import local_parts
from datong.storage import cursor, insert_new, set_cursor

__all__ = ["write"]

_SEQUENCE = "marketing:messages"


def write(tx: sa.Connection, decided: Decided, serials: Mapping[str, int], zone: str) -> None:
    """Write decisions, arms, coupons and messages; what is there already stays as it is.

    Messages are numbered by a counter that never goes back, so that a reader's cursor misses none after an erasure.
    """
    insert_new(tx, DECISION, [msgspec.structs.asdict(decision) for decision in decided.decisions])
    insert_new(tx, ASSIGNMENT, decided.arms)
    insert_new(tx, COUPON, [coupon_row(coupon, message) for coupon, message in decided.coupons])
    if decided.coupons:
        used = {coupon.campaign for coupon, _ in decided.coupons}
        change = CAMPAIGN.update().where(CAMPAIGN.c.code == sa.bindparam("key")).values(serials=sa.bindparam("count"))
        tx.execute(change, [{"key": code, "count": serials[code]} for code in sorted(used)])
    if decided.messages:
        last, _ = cursor(tx, _SEQUENCE)
        rows = []
        for seq, message in enumerate(decided.messages, last + 1):
            day = local_parts(message.not_before, zone)[0]
            rows.append(msgspec.structs.asdict(message) | {"seq": seq, "day": day})
        insert_new(tx, MESSAGE, rows)
        set_cursor(tx, _SEQUENCE, last + len(rows))
