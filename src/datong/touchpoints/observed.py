"""Observed: the identifiers and personal traits in a call, hashed and sealed before anything is kept."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

import msgspec

from datong.config import Settings
from datong.errors import Rejected
from datong.model import Identifier, Namespace
from datong.privacy import Macs, Vault, make_identifier, namespaces
from datong.touchpoints.call import Call, CallContext

__all__ = ["EVERYWHERE", "Observed", "personal_names"]

_PERSONAL = frozenset({
    "name", "firstName", "first_name", "lastName", "last_name", "phone", "mobile", "email", "address", "birthday",
    "title", "username", "avatar", "website", "nickname", "wechat", "id_card", "idCard",
})
"""Traits of a person that are kept sealed (Segment's reserved ones and what is usual in retail)."""

EVERYWHERE = _PERSONAL - {"name", "title", "address", "website", "avatar"}
"""Those that are personal in any event's properties too; a page has a title and a product a name."""

_TOLD = ("phone", "email")
"""The traits of an `identify` that identify."""
_CHECKED = {"phone": ("phone_verified", "phoneVerified", "phone_number_verified"),
            "email": ("email_verified", "emailVerified")}
"""Where the caller says that it has checked them (OpenID Connect's names among them)."""
_REMEMBERED = 65_536
_MACS = frozenset({"wifi_mac", "random_mac"})
_SALTED = _MACS | {"ble_id"}
"""The namespaces of addresses, and of whatever is sighted."""
_NAMES = {"first_name": "firstName", "last_name": "lastName", "id_card": "idCard", "mobile": "phone"}


def personal_names(kind: str) -> frozenset[str]:
    """Return the traits that are personal in a call of this type; a group is a company, with a name of its own."""
    return EVERYWHERE if kind == "group" else _PERSONAL


class Observed:
    """Makes identifiers by the namespace policy of one installation, and remembers the last ones made."""

    def __init__(self, settings: Settings, vault: Vault, macs: Macs) -> None:
        """Read the policy; raises ConfigError for a namespace table that is none."""
        self._macs = macs
        self._policy = namespaces(settings)
        self._rank: dict[str, float] = {name: policy.priority for name, policy in self._policy.items()}
        self._checked = frozenset(name for name, policy in self._policy.items() if policy.verified)
        own = (policy.priority for policy in self._policy.values() if policy.merges != "never" and policy.creates)
        self._unsure = max(own, default=0) + 0.5
        self._vault, self._region = vault, settings.retailer.region
        self._remembered: dict[tuple[str, str], Identifier] = {}

    def identifiers(
        self, call: Call, trusted: bool = True, verified: frozenset[str] = frozenset(),
        refused: list[dict[str, str]] | None = None, at: int = 0,
    ) -> tuple[Identifier, ...]:
        """Return the call's identifiers, the surest first; raises Rejected (`bad_identifier`) where one is malformed.

        With `refused` a malformed one is left out and noted there; an unknown namespace is rejected all the same. Those
        in the namespaces `verified`, and those that a `trusted` caller says it has checked, are marked as verified.
        The key of a sighted or made-up address is that of the day of `at` (ms).
        """
        found: list[Identifier | None] = []
        if call.user_id is not None:
            found.append(self._one("user_id", call.user_id, "userId", refused))
        if call.anonymous_id is not None:
            found.append(self._one("anonymous_id", call.anonymous_id, "anonymousId", refused))
        context = call.context
        if context is not None and (context.external_ids or context.device is not None):
            found.extend(self._in_context(context, refused, at, call.event == "Device Sighted"))
        if call.type == "alias" and call.previous_id is not None:
            found.append(self._one("user_id", call.previous_id, "previousId", refused))
        if call.type == "identify" and (traits := call.traits):
            found.extend(
                self._one(ns, traits[ns], f"traits.{ns}", refused) for ns in _TOLD if traits.get(ns))
        if trusted and (verified or call.type == "identify" or (context is not None and context.external_ids)):
            found = self._marked(found, verified, self._claimed(call))
        if len(found) == 1:
            return (found[0],) if found[0] is not None else ()
        distinct = {(one.ns, one.key): one for one in found if one is not None}
        return tuple(sorted(distinct.values(), key=self._strength))

    def _strength(self, one: Identifier) -> float:
        """Return a sorting key; a value that nobody checked, though it has to be, speaks after all that is somebody's.

        Facts carry the first one: what was done belongs to whom *recognise* takes it to belong to.
        """
        rank = self._rank.get(one.ns, 99)
        return max(rank, self._unsure) if one.ns in self._checked and not one.verified else rank

    def personal(self, call: Call) -> dict[str, str]:
        """Return the personal values among the call's traits and properties, in the clear."""
        if call.traits is None and (call.properties is None or EVERYWHERE.isdisjoint(call.properties)):
            return {}
        found: dict[str, str] = {}
        for values, names in ((call.traits, personal_names(call.type)), (call.properties, EVERYWHERE)):
            if not values or names.isdisjoint(values):
                continue
            for name in sorted(names.intersection(values)):
                value = values[name]
                if value is not None and value != "":
                    found.setdefault(_NAMES.get(name, name), value if type(value) is str else _json(value))
        return found

    def seal(self, clear: dict[str, str]) -> dict[str, bytes]:
        """Return the values encrypted."""
        return {name: self._vault.seal(value) for name, value in clear.items()}

    def _in_context(
        self, context: CallContext, refused: list[dict[str, str]] | None, at: int, sighted: bool
    ) -> Iterator[Identifier | None]:
        for other in context.external_ids or ():
            if other.id is None:
                continue
            if other.type in _SALTED if sighted else other.type in _MACS:
                yield self._address(other.type, str(other.id), at, sighted, refused)
            else:
                yield self._one(other.type, other.id, "context.externalIds", refused)
        if (device := context.device) is not None:
            if device.advertising_id:
                yield self._one("app_device", device.advertising_id, "context.device.advertisingId", refused)
            if device.token:
                yield self._one("push_token", device.token, "context.device.token", refused)

    def _address(
        self, ns: str, value: str, at: int, sighted: bool, refused: list[dict[str, str]] | None
    ) -> Identifier | None:
        """Return the identifier of a device's address: a maker's one has its own key where its owner tells of it."""
        day = self._macs.day(at)
        self._macs.prepare((day,), at)
        one = self._macs.known(ns, day).get(value) or self._macs.learn(ns, day, (value,))[value]
        if isinstance(one, Rejected):
            if one.code == "missing_identifier":
                return None
            if refused is None:
                raise Rejected(one.message, code=one.code, hint=one.hint, field="context.externalIds")
            refused.append({"field": "context.externalIds", "ns": ns, "reason": one.message})
            return None
        return Identifier(one.ns, one.key if sighted or not one.stable else one.stable)

    def _claimed(self, call: Call) -> set[int]:
        """Return the keys of the identifiers that the caller says it has checked."""
        context, traits, claimed = call.context, call.traits, set[int]()
        if context is not None and context.external_ids:
            for other in context.external_ids:
                if other.verified and other.id is not None:
                    claimed.update(self._keys(other.type, other.id))
        if traits and call.type == "identify":
            for ns in _TOLD:
                if traits.get(ns) and any(traits.get(name) is True for name in _CHECKED[ns]):
                    claimed.update(self._keys(ns, traits[ns]))
        return claimed

    def _keys(self, ns: str, value: Any) -> set[int]:
        made = self._one(ns, value, ns, [])
        return {made.key} if made is not None else set()

    def _marked(
        self, found: list[Identifier | None], verified: frozenset[str], claimed: set[int]
    ) -> list[Identifier | None]:
        if not verified and not claimed:
            return found
        return [
            Identifier(one.ns, one.key, one.sealed, True)
            if one is not None and (one.ns in verified or one.key in claimed) else one
            for one in found
        ]

    def _one(
        self, ns: str, value: Any, field: str, refused: list[dict[str, str]] | None = None
    ) -> Identifier | None:
        kind = type(value)
        if kind is not str:
            if kind is not int and kind is not float:
                if refused is not None:
                    refused.append({"field": field, "ns": ns, "reason": f"{field} must be text"})
                    return None
                raise Rejected(f"{field} must be text", code="bad_identifier", field=field)
            value = str(int(value)) if kind is float and value.is_integer() else str(value)
        if not value:
            return None
        if (known := self._remembered.get((ns, value))) is not None:
            return known
        try:
            found = self._derive(ns, value)
        except Rejected as error:
            if refused is not None and self._policy_of(ns)[0] is not None:
                refused.append({"field": field, "ns": ns, "reason": error.message})
                return None
            raise Rejected(error.message, code=error.code, hint=error.hint, field=field) from None
        if found is not None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[ns, value] = found
        return found

    def _derive(self, ns: str, value: str) -> Identifier | None:
        policy, scope = self._policy_of(ns)
        if policy is None:
            near = difflib.get_close_matches(ns[:60], self._policy, 1)
            hint = f"did you mean {near[0]}?" if near else "declare it in [identity.namespaces.NAME] of datong.toml"
            raise Rejected(f"there is no kind of identifier called {ns[:60]!r}", code="bad_identifier", hint=hint)
        return make_identifier(self._vault, policy, f"{scope}:{value.strip()}" if scope else value, self._region)

    def _policy_of(self, ns: str) -> tuple[Namespace | None, str]:
        """Return the policy and the scope of `NAMESPACE:SCOPE`, as an openid's app: values differ in each scope."""
        if (policy := self._policy.get(ns)) is not None:
            return policy, ""
        name, _, scope = ns.partition(":")
        policy = self._policy.get(name)
        scope = scope.strip()
        return (policy, scope) if policy is not None and scope and policy.normaliser == "plain" else (None, "")


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
