"""Made: short links, claims, playlists and the addresses of our own devices, for the console and the command line."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from datong.errors import NotFound, Rejected
from datong.identity import live
from datong.model import HOUR
from datong.platform import Platform
from datong.touchpoints import (
    NewLink,
    links,
    make_claim,
    make_links,
    playlists,
    read_playlists,
    retire_link,
    set_playlist,
    used_claims,
)
from datong.web.correct import actor_of
from datong.web.shopper.page import signed_address
from datong.web.shopper.visitor import identifier_of_member

__all__ = ["claim_for", "routes", "take_playlist_file"]

_LONGEST = 30 * 24


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """The links to make."""

    links: list[NewLink]


class Claimed(msgspec.Struct, forbid_unknown_fields=True):
    """The member a claim is for, and how long it is good."""

    member: int
    hours: float = 0.25


class Text(msgspec.Struct, forbid_unknown_fields=True):
    """A YAML text."""

    text: str


@get("/links", sync_to_thread=True)
def listing(
    request: Request[Any, Any, State], sku: FromQuery[str] = "", place: FromQuery[str] = ""
) -> dict[str, Any]:
    """Return the latest short links, of one product or place where given."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        return {"links": links(tx, sku, place)}


@post("/links", sync_to_thread=True, status_code=202)
def make(request: Request[Any, Any, State], data: JSONBody[Wanted]) -> dict[str, Any]:
    """Make short links, all or none; they work once the flow has passed them."""
    platform: Platform = request.app.state.platform
    return {"codes": make_links(platform.store, data.links, actor_of(request))}


@post("/links/{code:str}/retire", sync_to_thread=True, status_code=202)
def retire(request: Request[Any, Any, State], code: FromPath[str]) -> dict[str, str]:
    """Take a short link out of use; its code is not given away again."""
    platform: Platform = request.app.state.platform
    retire_link(platform.store, code, actor_of(request))
    return {"code": code}


@post("/claims", sync_to_thread=True)
def claim(request: Request[Any, Any, State], data: JSONBody[Claimed]) -> dict[str, str]:
    """Make a claim for a member: the scene of a WeChat code that is shown to them, and a link that remembers them."""
    return claim_for(request.app.state.platform, data.member, data.hours)


@get("/claims", sync_to_thread=True)
def claims(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return the latest attempts to use a claim, with what came of them; keys are texts."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        found = used_claims(tx)
    return {"claims": [{**msgspec.to_builtins(one), "ident": str(one.ident), "other": str(one.other)} for one in found]}


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
def play(request: Request[Any, Any, State], data: JSONBody[Text]) -> dict[str, Any]:
    """Put the playlists of a YAML text in place of those with the same codes."""
    return take_playlist_file(request.app.state.platform, data.text, actor_of(request))


@get("/devices/kiosk/{place:str}", sync_to_thread=True)
def kiosk(request: Request[Any, Any, State], place: FromPath[str]) -> dict[str, str]:
    """Return the address that a kiosk opens once."""
    return {"address": signed_address(request.app.state.platform, f"kiosk/{place}")}


def claim_for(platform: Platform, member: int, hours: float) -> dict[str, str]:
    """Return a claim for a member as `claim`, as WeChat's `scene`, and as the `path` of a link.

    Raises NotFound, and Rejected where the member has nothing that another identifier could be joined to.
    """
    if not 0 < hours <= _LONGEST:
        raise Rejected(f"hours = {hours:g} is out of range", code="bad_request", field="hours", hint="write up to 720")
    with platform.store.state.read() as tx:
        found = live(tx, member)
    whose = identifier_of_member(platform, found)
    if whose is None:
        raise NotFound("the member has no card, account or number to join to", field="member",
                       hint="a device alone cannot be joined to")
    made = make_claim(platform.vault, whose.ns, whose.key, platform.store.clock.now() + int(hours * HOUR))
    return {"claim": made, "scene": f"k={made}", "path": f"/m/{made}"}


def take_playlist_file(platform: Platform, text: str, actor: str) -> dict[str, Any]:
    """Take the playlists of a YAML text, all or none, and return their codes and the screens' addresses."""
    found = read_playlists(text)
    for one in found:
        set_playlist(platform.store, one, actor)
    return {"playlists": [one.code for one in found],
            "screens": {s.code: signed_address(platform, f"screen/{s.code}") for one in found for s in one.screens}}


routes = [listing, make, retire, claim, claims, played, play, kiosk]
