"""Devices: screens with their playlists and what they played, kiosks and electronic shelves, for the console."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from datong.analytics import exposures, plays
from datong.errors import NotFound
from datong.places import venues
from datong.platform import Platform
from datong.touchpoints import (
    Playlist,
    drop_playlist,
    links_page,
    playlists,
    read_playlists,
    running,
    set_playlist,
)
from datong.web.asked import caught_up
from datong.web.correct import actor_of
from datong.web.language import language_of
from datong.web.shopper.alive import Alive
from datong.web.shopper.page import signed_address
from datong.web.shopper.shelf import labels_of
from datong.web.shopper.unknown import unknown_of_playlists, unknown_place

__all__ = ["kiosk_address", "routes", "take_playlist_file"]

From = Annotated[dt.date | None, QueryParameter(name="from")]
To = Annotated[dt.date | None, QueryParameter(name="to")]


class Given(msgspec.Struct, forbid_unknown_fields=True):
    """Playlists, as a YAML text or one by one."""

    text: str = ""
    playlists: list[Playlist] = []


@get("/playlists", sync_to_thread=True)
def played(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return the playlists, and the address that each of their screens opens once."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        found = playlists(tx)
    return {
        "playlists": [msgspec.to_builtins(one) for one in found],
        "screens": {s.code: signed_address(platform, f"screen/{s.code}") for one in found for s in one.screens},
    }


@post("/playlists", sync_to_thread=True, status_code=202)
def play(request: Request[Any, Any, State], data: JSONBody[Given]) -> dict[str, Any]:
    """Put playlists in place of those with the same codes."""
    platform: Platform = request.app.state.platform
    found = _take(platform, data.playlists or read_playlists(data.text), actor_of(request))
    caught_up(platform)
    return found


@post("/playlists/{code:str}/remove", sync_to_thread=True, status_code=202)
def remove(request: Request[Any, Any, State], code: FromPath[str]) -> dict[str, Any]:
    """Take a playlist away; its screens then show the retailer's name. Return it, so that it can be put back."""
    platform: Platform = request.app.state.platform
    gone = drop_playlist(platform.store, code, actor_of(request))
    caught_up(platform)
    return {"playlist": msgspec.to_builtins(gone)}


@get("/screens", sync_to_thread=True)
def screens(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return every screen: its playlist, what it shows now, its address, and when it last asked (ms, 0 never)."""
    platform: Platform = request.app.state.platform
    alive: Alive = request.app.state.alive
    now = platform.store.clock.now()
    with platform.store.state.read() as tx:
        found = playlists(tx)
    rows = []
    for playlist in found:
        shown = running(playlist, now, platform.settings.retailer.timezone)
        rows += [{
            "code": one.code, "place": one.place, "zone": one.zone, "playlist": playlist.code,
            "spot": shown.item.spot if shown else "", "until": shown.end if shown else None,
            "address": signed_address(platform, f"screen/{one.code}"), "last": alive.last(f"screen/{one.code}"),
        } for one in playlist.screens]
    return {"screens": sorted(rows, key=lambda row: str(row["code"])), "now": now}


@get("/screens/plays", sync_to_thread=True)
def turns(
    request: Request[Any, Any, State], since: From = None, until: To = None, store: FromQuery[str] = "",
    screen: FromQuery[str] = "", spot: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=10_000)] = 200,
) -> dict[str, Any]:
    """Return what ran when, the latest first, with how many devices were in front."""
    platform: Platform = request.app.state.platform
    return {"plays": plays(platform.store, since, until, store, screen, spot, limit)}


@get("/screens/exposures", sync_to_thread=True)
def seen(
    request: Request[Any, Any, State], spot: FromQuery[str] = "", since: From = None, until: To = None,
    limit: Annotated[int, QueryParameter(ge=1, le=10_000)] = 200,
) -> dict[str, Any]:
    """Return which members could have seen a spot when, the latest first; only of those who agreed to marketing."""
    platform: Platform = request.app.state.platform
    return {"exposures": exposures(platform.store, spot, since, until, limit)}


@get("/devices/kiosk/{place:str}", sync_to_thread=True)
def kiosk(request: Request[Any, Any, State], place: FromPath[str]) -> dict[str, str]:
    """Return the address that a kiosk opens once; raises NotFound for a place nobody knows."""
    return {"address": kiosk_address(request.app.state.platform, place)}


@get("/devices/kiosks", sync_to_thread=True)
def kiosks(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return a kiosk for each venue: its address, and when it was last used (ms, 0 never since the start)."""
    platform: Platform = request.app.state.platform
    alive: Alive = request.app.state.alive
    with platform.store.state.read() as tx:
        known = venues(tx)
    return {"now": platform.store.clock.now(), "kiosks": [
        {"place": one.code, "name": one.name.in_language(language_of(request)), "city": one.city,
         "address": signed_address(platform, f"kiosk/{one.code}"), "last": alive.last(f"kiosk/{one.code}")}
        for one in sorted(known, key=lambda venue: venue.code)]}


@get("/devices/shelves", sync_to_thread=True)
def shelves(
    request: Request[Any, Any, State], text: Annotated[str, QueryParameter(name="query")] = "",
    page: Annotated[int, QueryParameter(ge=1)] = 1,
) -> dict[str, Any]:
    """Return a page of 50 electronic shelves: what each label says now, and when it last asked (ms, 0 never)."""
    platform: Platform = request.app.state.platform
    alive: Alive = request.app.state.alive
    with platform.store.state.read() as tx:
        total, found = links_page(tx, text.strip(), "shelf", "used", page)
        labels = labels_of(request, tx, found)
    return {"total": total, "now": platform.store.clock.now(), "shelves": [
        {**msgspec.to_builtins(one), "path": f"/shelf/{one.code}",
         "last": max(alive.last(f"shelf/{one.code}"), alive.last(f"shelves/{one.place}"))} for one in labels]}


def kiosk_address(platform: Platform, place: str) -> str:
    """Return the path that the kiosk of a venue or store opens once; raises NotFound for a place nobody knows."""
    with platform.store.state.read() as tx:
        if unknown_place(tx, place):
            raise NotFound(f"there is no venue or store {place[:64]!r}", code="unknown_venue", field="place",
                           hint="draw or import the venue first: a kiosk shows its plan")
    return signed_address(platform, f"kiosk/{place}")


def take_playlist_file(platform: Platform, text: str, actor: str) -> dict[str, Any]:
    """Take the playlists of a YAML text, all or none, and return their codes and the screens' addresses."""
    return _take(platform, read_playlists(text), actor)


def _take(platform: Platform, found: Sequence[Playlist], actor: str) -> dict[str, Any]:
    for one in found:
        set_playlist(platform.store, one, actor)
    with platform.store.state.read() as tx:
        unknown = unknown_of_playlists(tx, found)
    return {"playlists": [one.code for one in found], "unknown": unknown,
            "screens": {s.code: signed_address(platform, f"screen/{s.code}") for one in found for s in one.screens}}


routes = [played, play, remove, screens, turns, seen, kiosk, kiosks, shelves]
