"""The Identity policy page: what may join people as the settings have it, and which values are shared by many."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from datong import identity
from datong.errors import ConfigError, Conflict, Rejected
from datong.model import Namespace
from datong.platform import Platform
from datong.privacy import namespaces
from datong.web.kept import Kept
from datong.web.shown import shown

__all__ = ["routes"]

_busy = threading.Lock()
_FRESH = 30
"""Seconds for which the counts of all identifiers hold: they take a look at every one."""


class Trial(msgspec.Struct):
    """Changes to namespaces, by name: what of each would be another."""

    namespaces: dict[str, dict[str, Any]]


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


@post("/identity/dry-run", sync_to_thread=True, status_code=200)
def dry_run(request: Request[Any, Any, State], data: JSONBody[Trial]) -> dict[str, Any]:
    """Work out what a changed policy would make of all events so far; nothing is written. One at a time."""
    platform: Platform = request.app.state.platform
    if not data.namespaces:
        raise Rejected("nothing is changed", code="no_change", field="namespaces", hint="name a namespace and a value")
    if not _busy.acquire(blocking=False):
        raise Conflict("another dry run is under way", hint="wait until it has finished")
    try:
        found = identity.dry_run(platform.store, platform.vault, data.namespaces)
    except ConfigError as error:  # of the trial, not of the settings
        raise Rejected(error.message, code="bad_policy", field=error.field, hint=error.hint) from None
    finally:
        _busy.release()
    return {
        **msgspec.to_builtins(found),
        "merged": [{"ids": one.ids, "members": [identity.label(n) for n in one.ids]} for one in found.merged],
        "split": [{"id": one.id, "member": identity.label(one.id), "parts": one.parts} for one in found.split],
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


routes = [policy, shared, dry_run]
