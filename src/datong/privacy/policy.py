"""The policy in force: the defaults of the field with the retailer's changes over them."""

from __future__ import annotations

import difflib
import re

import msgspec

from datong.config import Settings
from datong.errors import ConfigError
from datong.model import NAMESPACES, Namespace, duration

__all__ = ["namespaces"]

_FRESH = {"priority": 8, "limit": 5, "merges": "attach", "family": "neither"}


def namespaces(settings: Settings) -> dict[str, Namespace]:
    """Return every namespace by name: `[identity.namespaces.NAME]` changes a default one or adds one.

    An added namespace that says nothing is attach-only with five values per member. Raises ConfigError naming the key.
    """
    found = dict(NAMESPACES)
    for name, changes in settings.identity.namespaces.items():
        where = f"identity.namespaces.{name}"
        for key in changes:
            if key not in Namespace.__struct_fields__ or key == "name":
                near = difflib.get_close_matches(key, Namespace.__struct_fields__, 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(Namespace.__struct_fields__[1:])}"
                raise ConfigError(f"unknown key {where}.{key}", hint=hint, field=f"{where}.{key}", code="config_key")
        base = msgspec.to_builtins(found[name]) if name in found else _FRESH
        try:
            found[name] = msgspec.convert({**base, **changes, "name": name}, Namespace, strict=False)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{where}: {error}", field=where, code="config_value") from None
        _check(found[name], where)
    return found


def _check(policy: Namespace, where: str) -> None:
    if policy.limit < 1 and policy.merges != "never":
        hint = 'write merges = "never" to keep a namespace from linking'
        raise ConfigError(f"{where}.limit is {policy.limit}", hint=hint, field=f"{where}.limit", code="config_value")
    if policy.persons < 1:
        message = f"{where}.persons is {policy.persons}; it must be at least 1"
        raise ConfigError(message, field=f"{where}.persons", code="config_value")
    for key, text in (("window", policy.window), ("ttl", policy.ttl)):
        field = f"{where}.{key}"
        try:
            empty = bool(text) and duration(text) <= 0
        except ValueError as error:
            raise ConfigError(f"{field}: {error}", field=field, code="config_value") from None
        if empty:
            raise ConfigError(f"{field} is no time at all", hint='write "" for ever', field=field, code="config_value")
    if ":" in policy.name:
        hint = "what stands after a colon is the scope of a value, as the app of an openid"
        raise ConfigError(f"{where} has a colon in its name", hint=hint, field=where, code="config_value")
    for pattern in policy.blocked:
        try:
            re.compile(pattern if pattern.startswith("^") else "")
        except re.error as error:
            message = f"{where}.blocked: {pattern!r} is no regular expression: {error}"
            raise ConfigError(message, field=f"{where}.blocked", code="config_value") from None
