"""The words of the till API: what it is asked and what it answers."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.touchpoints import Result

__all__ = ["Checked", "Code", "CouponShown", "Found", "Key", "Original", "Taken", "Use", "Used", "Voided", "Where",
           "Who"]


class Key(msgspec.Struct):
    """The natural key of a transaction; `store` is the touchpoint's place unless given, `time` now."""

    till: str
    business_day: str
    sequence: str | int
    store: str = ""
    time: str = ""


class Who(msgspec.Struct):
    """Whom to look up: one of these. `code` is what a QR code holds: a coupon or a card number."""

    card: str = ""
    phone: str = ""
    code: str = ""


class CouponShown(msgspec.Struct):
    """A coupon as a cashier sees it; `expires` is ISO 8601."""

    code: str
    campaign: str
    offer: str
    expires: str


class Found(msgspec.Struct):
    """Who it is, as far as a cashier may see: `name` masked, `tags` those that the touchpoint's settings name."""

    found: bool
    member: str = ""
    name: str = ""
    phone: str = ""
    tags: dict[str, Any] = {}
    coupons: list[CouponShown] = []
    points: float | None = None


class Where(msgspec.Struct):
    """Where and when (ISO 8601) a coupon was redeemed, or for which receipt it is kept."""

    place: str
    receipt: str
    at: str


class Code(msgspec.Struct):
    """A coupon's code, as it was typed or scanned."""

    code: str


class Use(Key, kw_only=True):
    """A coupon handed over on a receipt; `amount` is the discount it gave (major units), `offline` said so later."""

    code: str
    amount: str | float = 0
    currency: str = ""
    offline: bool = False
    customer: dict[str, str] = {}


class Checked(msgspec.Struct):
    """Whether a coupon may be redeemed; `reason` says why not, `other` where it was redeemed or is kept."""

    ok: bool
    code: str
    reason: str = ""
    campaign: str = ""
    offer: str = ""
    expires: str = ""
    other: Where | None = None


class Used(msgspec.Struct):
    """What became of a coupon: `redeemed`, `locked`, `unlocked`, `waiting`, or `refused` (why, and who has it)."""

    outcome: str
    code: str
    reason: str = ""
    other: Where | None = None


class Original(msgspec.Struct):
    """A receipt as it stands; amounts in minor units, `left` is what was not given back yet."""

    receipt: str
    state: str
    amount: int
    returned: int
    left: int
    currency: str
    time: str
    lines: list[dict[str, Any]]


class Taken(msgspec.Struct):
    """What became of each receipt, of the coupons on them, and of a return the receipt it belongs to."""

    results: list[Result]
    coupons: list[Used] = []
    originals: list[Original] = []
    unknown: list[str] = []


class Voided(Key, kw_only=True):
    """A void: `voids` is store/till/business_day/sequence of the receipt meant, or its number at this till and day."""

    voids: str
