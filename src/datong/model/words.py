"""The field's other words: what one package tells the next about members, visits, goods, scenes and messages."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = [
    "Arm", "Channels", "Coupon", "Firing", "Member", "Message", "Offer", "Sku", "TagValue", "Visit",
]

Channels = Literal["online", "offline", "both", "none"]
Arm = Literal["treated", "holdout"]


class Member(msgspec.Struct, frozen=True):
    """One shopper over all channels. `names` are earlier ids that now answer with this one."""

    id: int
    created: int
    channels: Channels
    names: tuple[int, ...] = ()


class Sku(msgspec.Struct, frozen=True):
    """One sellable product: `category` is a path such as `shoes/sneakers`, `price` is in minor units."""

    sku: str
    name: str = ""
    category: str = ""
    brand: str = ""
    price: int = 0
    listed: bool = True


class Visit(msgspec.Struct, frozen=True):
    """One device's stay in a venue or a zone, from `start` to `end` (ms); `ident` is the device's key."""

    id: str
    ident: int
    place: str
    zone: str
    start: int
    end: int


class TagValue(msgspec.Struct, frozen=True):
    """The value a tag has for a member since `since`, until `expires` (ms) unless an event changes it first."""

    name: str
    value: float | str | bool | None
    since: int
    expires: int | None = None


class Firing(msgspec.Struct, frozen=True):
    """A scene happened to a member: `binds` holds what the scene captured (zone, sku …), `because` the event ids.

    `ident` is the identifier key of the event that started it, `place` where it happened.
    """

    id: str
    scene: str
    version: int
    member: int
    at: int
    binds: dict[str, Any] = {}
    because: tuple[str, ...] = ()
    ident: int = 0
    place: str = ""
    seq: int = 0


class Offer(msgspec.Struct, frozen=True):
    """What a shopper gets: `kind` percent (of 100) or amount (minor units) off, on a category path or on all."""

    kind: Literal["percent", "amount", "none"] = "none"
    value: int = 0
    category: str = ""
    valid: str = "7d"


class Coupon(msgspec.Struct, frozen=True):
    """A signed single-use coupon of one member."""

    code: str
    campaign: str
    member: int
    issued: int
    expires: int
    offer: Offer
    redeemed: int | None = None
    receipt: str = ""


class Message(msgspec.Struct, frozen=True):
    """A decided message: `id` is its idempotency key on every channel; `coupon` is a code or empty.

    It is not said before `not_before`. `ident` and `ns` are the identifier that facts about it carry. The body may hold
    `{name}`, which the delivery puts in when it sends, so that no personal value lies in the message.
    """

    id: str
    campaign: str
    member: int
    channel: str
    at: int
    title: str
    body: str
    coupon: str = ""
    expires: int | None = None
    seq: int = 0
    not_before: int = 0
    ident: int = 0
    ns: str = ""
    language: str = ""
