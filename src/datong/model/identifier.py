"""Identifiers: what a touchpoint observed about who is there."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["NAMESPACES", "Family", "Identifier", "Namespace"]

Family = Literal["online", "offline", "neither"]


class Identifier(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One observed identifier: its namespace, its opaque 63-bit key, and the sealed value where one is kept.

    The key is a keyed hash of namespace and normalised value, so the same value gives the same key in one
    installation and means nothing in another. `sealed` is the encrypted value (or None): a MAC address is never kept.
    `verified` says that the source checked that the value is the shopper's own, by a login or at the till.
    Fields are positional on disk: add new ones at the end only.
    """

    ns: str
    key: int
    sealed: bytes | None = None
    verified: bool = False


class Namespace(msgspec.Struct, frozen=True):
    """The policy of one kind of identifier.

    `priority`: 1 is strongest; an event's facts carry its strongest identifier. `limit`: values of this namespace one
    member may hold; with a `window` (as `365d`) only those first seen within that time count. `merges`: may a value
    join two members (`yes`), only be attached to one (`attach`), or never link (`never`); with `verified` it may join
    them only where the source checked it. `ttl`: a value unseen for so long no longer identifies (a telephone number is
    given to somebody else); empty means for ever. `creates`: may it alone make a new member. `sealed`: keep the
    encrypted value, so that a message can be sent or an assistant can read it. `persons`: how many members may have
    shown one value before it counts as shared. `blocked`: values, or regular expressions beginning with `^`, that
    identify nobody.
    """

    name: str
    priority: int
    limit: int
    merges: Literal["yes", "attach", "never"]
    family: Family
    creates: bool = True
    sealed: bool = True
    persons: int = 4
    normaliser: Literal["plain", "lower", "phone", "email", "mac", "card", "text"] = "plain"
    blocked: tuple[str, ...] = ()
    window: str = ""
    verified: bool = False
    ttl: str = ""


NAMESPACES: dict[str, Namespace] = {
    n.name: n
    for n in (
        Namespace("member_card", 1, 2, "yes", "offline", normaliser="card"),
        Namespace("user_id", 2, 1, "yes", "online"),
        Namespace("wechat_unionid", 3, 1, "yes", "online"),
        Namespace("wechat_openid", 4, 8, "yes", "online"),
        Namespace("weibo_uid", 4, 3, "yes", "online"),
        Namespace("phone", 5, 3, "yes", "neither", normaliser="phone", window="365d", verified=True, ttl="365d"),
        Namespace("email", 6, 5, "yes", "neither", normaliser="email", window="365d", verified=True),
        Namespace("pos_customer", 6, 5, "yes", "offline"),
        Namespace("app_device", 7, 20, "attach", "online", sealed=False, window="365d"),
        Namespace("push_token", 7, 20, "attach", "online", window="365d"),
        Namespace("payment_token", 7, 5, "attach", "offline", sealed=False, window="365d"),
        Namespace("receipt_code", 7, 20, "attach", "neither", sealed=False, normaliser="card", window="30d"),
        Namespace("anonymous_id", 8, 20, "attach", "online", sealed=False, window="30d"),
        Namespace("wifi_mac", 9, 5, "attach", "offline", creates=False, sealed=False, normaliser="mac", window="365d"),
        Namespace("ble_id", 9, 5, "attach", "offline", creates=False, sealed=False, normaliser="lower", window="365d"),
        Namespace("random_mac", 20, 0, "never", "offline", creates=False, sealed=False, normaliser="mac"),
        Namespace("ip", 21, 0, "never", "neither", creates=False, sealed=False),
    )
}
"""The default policy for online-and-offline retail; `[identity.namespaces.*]` in datong.toml changes or adds to it."""
