"""Pos: receipts from tills, as JSON, CSV or ARTS POSLog XML."""

from __future__ import annotations

from datong.touchpoints.call import Heard, Kind, Listening
from datong.touchpoints.till import FRAME_LIMIT, read_frame

__all__ = ["Pos"]


class Pos(Kind):
    """A frame is one receipt, `{"receipts": [receipt, …]}`, CSV with a row per receipt line, or a POSLog document."""

    kind = "pos"
    verified = ("member_card", "phone", "pos_customer", "payment_token")
    limit = FRAME_LIMIT - 1
    hears = ("Receipt Issued", "Receipt Returned", "Receipt Voided", "Till Reported", "Coupon Redeemed")

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return each receipt under its natural key, then its redeemed coupons."""
        return read_frame(frame, context)
