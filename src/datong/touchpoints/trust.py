"""Trust: what a touchpoint's word is worth when it says who somebody is."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from datong.config import TouchpointSettings
from datong.errors import ConfigError
from datong.touchpoints.kinds import find_kind

__all__ = ["trust"]


def trust(name: str, touchpoint: TouchpointSettings | None, known: Collection[str]) -> tuple[bool, frozenset[str]]:
    """Return whether to trust the touchpoint, and the namespaces (of those `known`) whose values it has checked.

    A source without a touchpoint is the retailer's own file or the platform itself: trusted in everything. Raises
    ConfigError when `verified` names no namespace, or when somebody who is not trusted is said to verify.
    """
    if touchpoint is None:
        return True, frozenset(known)
    kind = find_kind(touchpoint.kind, name)
    trusted = kind.trusted if touchpoint.trusted is None else touchpoint.trusted
    field = f"touchpoints.{name}.verified"
    for ns in touchpoint.verified or ():
        if ns not in known:
            near = difflib.get_close_matches(ns, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
            raise ConfigError(f"{field} names no namespace: {ns!r}", hint=hint, field=field, code="config_value")
    if touchpoint.verified and not trusted:
        hint = f"where only your own systems hold the write key, write trusted = true under [touchpoints.{name}]"
        raise ConfigError(f"{field} is of no use: {name} is not trusted", hint=hint, field=field, code="config_value")
    if not trusted:
        return False, frozenset()
    return True, frozenset(kind.verified if touchpoint.verified is None else touchpoint.verified)
