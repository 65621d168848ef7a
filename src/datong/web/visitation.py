"""Visits: calibrated counts, flow lines, sensors that are silent, staff and door counters."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, JSONBody, QueryParameter, RawBody

from datong import places
from datong.analytics import attendance as attendance_of
from datong.analytics import flow_lines, staff_proposals
from datong.errors import Rejected
from datong.model import Identifier
from datong.platform import Platform
from datong.privacy import make_identifier, namespaces
from datong.touchpoints import take_counts
from datong.web.correct import actor_of
from datong.web.kept import Kept

__all__ = ["routes"]

From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]


class Said(msgspec.Struct):
    """What somebody says of a device: its address, or the key of a proposal; from when on (ms)."""

    device: str = ""
    ns: str = "wifi_mac"
    key: str = ""
    place: str = ""
    role: str = "staff"
    since: int | None = None
    until: int | None = None


@get("/attendance", sync_to_thread=True)
def attendance(request: Request[Any, Any, State], since: From = None, until: To = None, store: FromQuery[str] = ""
               ) -> Any:
    """Return visits by day and hour with intervals, and how they were calibrated."""
    platform: Platform = request.app.state.platform
    return _kept(request, 20, lambda: attendance_of(platform.store, store, since, until))


@get("/flows", sync_to_thread=True)
def flows(request: Request[Any, Any, State], since: From = None, until: To = None, store: FromQuery[str] = "") -> Any:
    """Return the flow lines of a venue."""
    platform: Platform = request.app.state.platform
    return _kept(request, 20, lambda: flow_lines(platform.store, store, since, until))


@get("/sensors", sync_to_thread=True)
def sensors(request: Request[Any, Any, State], store: FromQuery[str] = "") -> dict[str, Any]:
    """Return how the sensors of a venue (of all) are, and those that no plan has."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        found = places.sensors(tx, platform.store.clock.now(), platform.settings.retailer.timezone)
    return {"sensors": [s for s in found if not store or s.place in ("", store)]}


@get("/staff", sync_to_thread=True)
def staff(request: Request[Any, Any, State], store: FromQuery[str] = "") -> dict[str, Any]:
    """Return the devices of the staff, and those that behave like it and wait for somebody's word."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        known = places.staff_devices(tx)
    proposed = _kept(request, 60, lambda: staff_proposals(platform.store, store)) if store else []
    return {"devices": [{**msgspec.to_builtins(d), "ident": str(d.ident)} for d in known],
            "proposals": [{**msgspec.to_builtins(p), "ident": str(p.ident)} for p in proposed]}


@post("/staff", status_code=202, sync_to_thread=True)
def say(request: Request[Any, Any, State], data: JSONBody[Said]) -> dict[str, str]:
    """Register a device of the staff by its address, or answer a proposal by its key."""
    platform: Platform = request.app.state.platform
    if data.key:
        if not data.key.isdigit():
            raise Rejected("key is no key of a device", code="bad_staff", field="key", hint="take it from /api/staff")
        device: Identifier | None = Identifier(data.ns, int(data.key))
    else:
        policy = namespaces(platform.settings).get(data.ns)
        if policy is None or data.ns not in ("wifi_mac", "ble_id"):
            raise Rejected(f"{data.ns!r} is no kind of device", code="bad_staff", field="ns", hint="wifi_mac or ble_id")
        device = make_identifier(platform.vault, policy, data.device, platform.settings.retailer.region)
    if device is None:
        raise Rejected("this is a placeholder, no device", code="bad_staff", field="device", hint="give its address")
    how = "confirmed" if data.key else "registered"
    return {"id": places.register_staff(
        platform.store, device, actor=actor_of(request), place=data.place, role=data.role, since=data.since,
        until=data.until, how=how)}


@post("/counts", status_code=200, sync_to_thread=True)
def counts(request: Request[Any, Any, State], body: RawBody) -> Any:
    """Take a list of a door counter's hours in (CSV: place, time, entries, exits, door)."""
    platform: Platform = request.app.state.platform
    return take_counts(platform.intake, bytes(body))


def _kept(request: Request[Any, Any, State], seconds: float, work: Any) -> Any:
    kept: Kept = request.app.state.kept
    return kept.get(f"{request.url.path}?{request.url.query}", seconds, work)


routes = [attendance, flows, sensors, staff, say, counts]
