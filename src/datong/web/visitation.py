"""Visits: calibrated counts, flow lines, sensors that are silent, staff and door counters."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, JSONBody, QueryParameter, RawBody

from datong import places
from datong.analytics import Sites, attendance_of, flow_lines, read_hours, staff_proposals
from datong.errors import NotFound, Rejected
from datong.model import Identifier
from datong.platform import Platform
from datong.privacy import make_identifier, namespaces
from datong.touchpoints import take_counts
from datong.web.correct import actor_of
from datong.web.kept import Kept

__all__ = ["routes"]

From = Annotated[date | None, QueryParameter(name="from")]
_DAYS = 3_660
"""Ten years."""
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


class Known(msgspec.Struct):
    """What a retailer knows of a venue: the share `by` which it is calibrated, its interval, and of which days."""

    place: str
    value: float
    by: str = "conversion"
    low: float | None = None
    high: float | None = None
    since: date | None = None
    until: date | None = None


@get("/attendance", sync_to_thread=True)
def attendance(
    request: Request[Any, Any, State], since: From = None, until: To = None, store: FromQuery[str] = "",
    region: FromQuery[str] = "", city: FromQuery[str] = "", store_format: FromQuery[str] = "",
    hours: FromQuery[str] = "",
) -> Any:
    """Return visits by day and hour with intervals, and how they were calibrated; of one venue or of several."""
    platform: Platform = request.app.state.platform
    _in_reach(since, until)
    _known(platform, store)
    sites = Sites(store, region, city, store_format, read_hours(hours))
    return _kept(request, 20, lambda: attendance_of(platform.store, sites, since, until))


@get("/flows", sync_to_thread=True)
def flows(
    request: Request[Any, Any, State], since: From = None, until: To = None, store: FromQuery[str] = "",
    region: FromQuery[str] = "", city: FromQuery[str] = "", store_format: FromQuery[str] = "",
    hours: FromQuery[str] = "", parties: FromQuery[bool] = False,
) -> Any:
    """Return the flow lines of a venue, or of the venues of a region, city or format; with parties where asked."""
    platform: Platform = request.app.state.platform
    _in_reach(since, until)
    _known(platform, store)
    sites = Sites(store, region, city, store_format, read_hours(hours))
    return _kept(request, 20, lambda: flow_lines(
        platform.store, since=since, until=until, sites=sites, parties=parties))


@get("/calibration", sync_to_thread=True)
def calibration(request: Request[Any, Any, State], store: FromQuery[str] = "") -> dict[str, Any]:
    """Return what was said of the conversion and the capture of a venue, the latest first."""
    platform: Platform = request.app.state.platform
    return {"said": platform.store.facts.rows(
        "SELECT * FROM places.calibration WHERE $place IN ('', place) ORDER BY ts DESC", {"place": store})}


@post("/calibration", status_code=202, sync_to_thread=True)
def calibrate(request: Request[Any, Any, State], data: JSONBody[Known]) -> dict[str, str]:
    """Say which share of a venue's visitors buys (conversion), or is heard (capture); 0 takes it back."""
    platform: Platform = request.app.state.platform
    return {"id": places.calibrate(
        platform.store, data.place, data.by, data.value, actor=actor_of(request), low=data.low, high=data.high,
        since=data.since, until=data.until)}


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
    people = places.employees(platform.settings, platform.vault)
    proposed = _kept(request, 60, lambda: staff_proposals(platform.store, store)) if store else []
    return {"devices": [{**msgspec.to_builtins(d), "ident": str(d.ident), "who": _who(people.get(d.ident))}
                        for d in known],
            "proposals": [{**msgspec.to_builtins(p), "ident": str(p.ident)} for p in proposed]}


def _who(one: places.Employee | None) -> str:
    """Return whose device it is, as the staff file says: role, name and number."""
    return " ".join(filter(None, (one.role, one.name, f"({one.number})"))) if one else ""


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


def _in_reach(since: date | None, until: date | None) -> None:
    """Raise Rejected for more days than anybody can look at: each is worked out by the hour."""
    if since and until and not 0 <= (until - since).days <= _DAYS:
        raise Rejected(f"{since} to {until} is no span of up to {_DAYS:,} days", code="bad_request", field="from",
                       hint="ask for a year at a time")


def _known(platform: Platform, store: str) -> None:
    """Raise NotFound for a venue that is not there; nothing and `*` mean all of them."""
    with platform.store.state.read() as tx:
        if store in ("", "*") or places.known_stores(tx, [store]):
            return
    raise NotFound(f"there is no venue or store {store[:60]!r}", code="unknown_venue", field="store",
                   hint="the page Venues lists them")


def _kept(request: Request[Any, Any, State], seconds: float, work: Any) -> Any:
    kept: Kept = request.app.state.kept
    return kept.get(f"{request.url.path}?{request.url.query}", seconds, work)


routes = [attendance, flows, calibration, calibrate, sensors, staff, say, counts]
