"""The Identity policy page: what may join people as the settings have it, and which values are shared by many."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get
from litestar.datastructures import State

from datong import identity
from datong.model import Namespace
from datong.platform import Platform
from datong.privacy import namespaces
from datong.web.kept import Kept
from datong.web.shown import shown

__all__ = ["routes"]

_FRESH = 30
"""Seconds for which the counts of all identifiers hold: they take a look at every one."""


@get("/identity/policy", sync_to_thread=True)
def policy(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return the policy of every namespace, the strongest first, with how many values it has."""
    platform: Platform = request.app.state.platform
    kept: Kept = request.app.state.kept
    known = namespaces(platform.settings)
    counts: dict[str, identity.Held] = kept.get("identity held", _FRESH, lambda: _held(platform), behind=True)
    with platform.store.state.read() as tx:
        breakers = {one.ns: one for one in identity.breakers(tx)}
    return {"namespaces": [
        _row(platform, n, counts.get(n.name, identity.Held()), breakers.get(n.name))
        for n in sorted(known.values(), key=lambda n: (n.priority, n.name))
    ]}


@get("/identity/shared", sync_to_thread=True)
def shared(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return the values that too many people showed, the most recently seen first."""
    platform: Platform = request.app.state.platform
    known = namespaces(platform.settings)
    with platform.store.state.read() as tx:
        total, found = identity.shared_values(tx)
    return {
        "total": total,
        "values": [{"key": str(i.key), "ns": i.ns, "value": shown(platform.vault, i, known), "last_seen": i.last_seen}
                   for i in found],
    }


def _held(platform: Platform) -> dict[str, identity.Held]:
    with platform.store.state.read() as tx:
        return identity.held(tx)


def _row(
    platform: Platform, namespace: Namespace, counts: identity.Held, breaker: identity.Breaker | None
) -> dict[str, Any]:
    settings = platform.settings.identity
    row = msgspec.to_builtins(namespace)
    return {
        **row, "unique": namespace.limit == 1, "blocked": len(namespace.blocked), "held": counts.held,
        "shared": counts.shared, "registered": len(settings.shared.get(namespace.name, ())),
        "changed": namespace.name in settings.namespaces, "breaker": msgspec.to_builtins(breaker),
    }


routes = [policy, shared]
