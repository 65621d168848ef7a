"""Observed: the identifiers and personal traits in a call, hashed and sealed before anything is kept."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

import msgspec

from datong.config import Settings
from datong.errors import Rejected
from datong.model import Identifier
from datong.privacy import Vault, make_identifier, namespaces
from datong.touchpoints.call import Call, CallContext

__all__ = ["EVERYWHERE", "Observed", "personal_names"]

_PERSONAL = frozenset({
    "name", "firstName", "first_name", "lastName", "last_name", "phone", "mobile", "email", "address", "birthday",
    "title", "username", "avatar", "website", "nickname", "wechat", "id_card", "idCard",
})
"""Traits of a person that are kept sealed (Segment's reserved ones and what is usual in retail)."""

EVERYWHERE = _PERSONAL - {"name", "title", "address", "website", "avatar"}
"""Those that are personal in any event's properties too; a page has a title and a product a name."""

_REMEMBERED = 65_536
_NAMES = {"first_name": "firstName", "last_name": "lastName", "id_card": "idCard", "mobile": "phone"}


def personal_names(kind: str) -> frozenset[str]:
    """Return the traits that are personal in a call of this type; a group is a company, with a name of its own."""
    return EVERYWHERE if kind == "group" else _PERSONAL


class Observed:
    """Makes identifiers by the namespace policy of one installation, and remembers the last ones made."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        """Read the policy; raises ConfigError for a namespace table that is none."""
        self._policy = namespaces(settings)
        self._rank = {name: policy.priority for name, policy in self._policy.items()}
        self._vault, self._region = vault, settings.retailer.region
        self._remembered: dict[tuple[str, str], Identifier] = {}

    def identifiers(self, call: Call) -> tuple[Identifier, ...]:
        """Return the call's identifiers, strongest first; raises Rejected (`bad_identifier`) where one is malformed."""
        found: list[Identifier | None] = []
        if call.user_id is not None:
            found.append(self._one("user_id", call.user_id, "userId"))
        if call.anonymous_id is not None:
            found.append(self._one("anonymous_id", call.anonymous_id, "anonymousId"))
        context = call.context
        if context is not None and (context.external_ids or context.device is not None):
            found.extend(self._in_context(context))
        if call.type == "alias" and call.previous_id is not None:
            found.append(self._one("user_id", call.previous_id, "previousId"))
        if call.type == "identify" and (traits := call.traits):
            found.extend(self._one(ns, traits[ns], f"traits.{ns}") for ns in ("phone", "email") if traits.get(ns))
        if len(found) == 1:
            return (found[0],) if found[0] is not None else ()
        distinct = {(one.ns, one.key): one for one in found if one is not None}
        return tuple(sorted(distinct.values(), key=lambda one: self._rank.get(one.ns, 99)))

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

    def _in_context(self, context: CallContext) -> Iterator[Identifier | None]:
        for other in context.external_ids or ():
            if other.id is not None:
                yield self._one(other.type, other.id, "context.externalIds")
        if (device := context.device) is not None:
            if device.advertising_id:
                yield self._one("app_device", device.advertising_id, "context.device.advertisingId")
            if device.token:
                yield self._one("push_token", device.token, "context.device.token")

    def _one(self, ns: str, value: Any, field: str) -> Identifier | None:
        kind = type(value)
        if kind is not str:
            if kind is not int and kind is not float:
                raise Rejected(f"{field} must be text", code="bad_identifier", field=field)
            value = str(int(value)) if kind is float and value.is_integer() else str(value)
        if not value:
            return None
        if (known := self._remembered.get((ns, value))) is not None:
            return known
        try:
            found = self._derive(ns, value)
        except Rejected as error:
            raise Rejected(error.message, code=error.code, hint=error.hint, field=field) from None
        if found is not None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[ns, value] = found
        return found

    def _derive(self, ns: str, value: str) -> Identifier | None:
        policy = self._policy.get(ns)
        if policy is None:
            near = difflib.get_close_matches(ns[:60], self._policy, 1)
            hint = f"did you mean {near[0]}?" if near else "declare it in [identity.namespaces.NAME] of datong.toml"
            raise Rejected(f"there is no kind of identifier called {ns[:60]!r}", code="bad_identifier", hint=hint)
        return make_identifier(self._vault, policy, value, self._region)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
