"""Made: short links with their scans, and claims, for the console and the command line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, RawBody

from datong.analytics import scans
from datong.commerce import skus
from datong.errors import NotFound, Rejected
from datong.identity import live, who
from datong.model import HOUR
from datong.platform import Platform
from datong.touchpoints import (
    NewLink,
    link_of,
    links,
    links_page,
    make_claim,
    make_links,
    restore_link,
    retire_link,
    used_claims,
)
from datong.web.asked import caught_up
from datong.web.correct import actor_of
from datong.web.shopper.drawn import Tag, picture, read_links, sheet
from datong.web.shopper.unknown import unknown_of_links
from datong.web.shopper.visitor import identifier_of_member

__all__ = ["claim_for", "make_and_tell", "routes"]

_LONGEST = 30 * 24
_SHEET = 2_000


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """The links to make."""

    links: list[NewLink]


class Claimed(msgspec.Struct, forbid_unknown_fields=True):
    """The member a claim is for, and how long it is good."""

    member: int
    hours: float = 0.25


class Drawn(msgspec.Struct, forbid_unknown_fields=True):
    """A text to draw as QR code."""

    text: str
    form: Literal["svg", "png"] = "svg"


class Printed(msgspec.Struct, forbid_unknown_fields=True):
    """The links to print, under the address that shoppers reach."""

    codes: list[str]
    base: str
    size: Literal["small", "medium", "large"] = "medium"


@get("/links", sync_to_thread=True)
def listing(
    request: Request[Any, Any, State], sku: FromQuery[str] = "", place: FromQuery[str] = "",
    text: Annotated[str, QueryParameter(name="query")] = "", kind: FromQuery[str] = "", used: Annotated[
        Literal["", "used", "retired"], QueryParameter(name="state")] = "", page: FromQuery[int | None] = None,
) -> dict[str, Any]:
    """Return the latest short links, of one product or place where given; with `page` 50 of them and their scans."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        if page is None:
            return {"links": links(tx, sku, place)}
        total, found = links_page(tx, text.strip(), kind, used, max(1, page))
        names = skus(tx, {one.sku for one in found if one.sku})
    read = {row["link"]: row for row in scans(platform.store, ["link"], links=[one.code for one in found])}
    nothing = {"scans": 0, "members": 0, "last": None}
    return {"total": total, "links": [
        {**msgspec.to_builtins(one), "name": names[one.sku].name if one.sku in names else "",
         **{key: read.get(one.code, nothing)[key] for key in nothing}} for one in found]}


@post("/links", sync_to_thread=True, status_code=202)
def make(request: Request[Any, Any, State], data: JSONBody[Wanted]) -> dict[str, Any]:
    """Make short links, all or none; they work once the flow has passed them, mostly before this answers."""
    platform: Platform = request.app.state.platform
    return {**make_and_tell(platform, data.links, actor_of(request)), "ready": caught_up(platform)}


@post("/links/file", sync_to_thread=True, status_code=202)
def make_from_file(request: Request[Any, Any, State], body: RawBody) -> dict[str, Any]:
    """Make the short links of a CSV (kind, sku, place, campaign, target, label, code), all or none."""
    platform: Platform = request.app.state.platform
    return {**make_and_tell(platform, read_links(bytes(body)), actor_of(request)), "ready": caught_up(platform)}


@post("/links/{code:str}/retire", sync_to_thread=True, status_code=202)
def retire(request: Request[Any, Any, State], code: FromPath[str]) -> dict[str, str]:
    """Take a short link out of use; its code is not given away again."""
    platform: Platform = request.app.state.platform
    retire_link(platform.store, code, actor_of(request))
    caught_up(platform)
    return {"code": code}


@post("/links/{code:str}/restore", sync_to_thread=True, status_code=202)
def restore(request: Request[Any, Any, State], code: FromPath[str]) -> dict[str, str]:
    """Bring a retired short link back into use."""
    platform: Platform = request.app.state.platform
    restore_link(platform.store, code, actor_of(request))
    caught_up(platform)
    return {"code": code}


@post("/links/sheet", sync_to_thread=True, status_code=200)
def printed(request: Request[Any, Any, State], data: JSONBody[Printed]) -> Response[str]:
    """Return a page with the codes of links to print on A4, up to 2,000."""
    platform: Platform = request.app.state.platform
    if not data.codes or len(data.codes) > _SHEET:
        raise Rejected(f"a sheet of {len(data.codes):,} codes cannot be made", code="bad_link", field="codes",
                       hint=f"choose 1 to {_SHEET:,}")
    with platform.store.state.read() as tx:
        found = [link_of(tx, code) for code in data.codes]
        names = skus(tx, {one.sku for one in found if one and one.sku})
    tags = [Tag(f"{data.base.rstrip('/')}/q/{one.code}", one.label or (names[one.sku].name if one.sku in names else "")
                or one.sku or one.code, " · ".join(part for part in (one.sku, one.code) if part))
            for one in found if one is not None]
    return Response(sheet(tags, data.size), media_type="text/html")


@post("/qr", sync_to_thread=True, status_code=200)
def draw(data: JSONBody[Drawn]) -> Response[bytes]:
    """Return a text as QR code, SVG or PNG."""
    body, kind = picture(data.text, data.form)
    return Response(body, media_type=kind, headers={"Cache-Control": "no-store"})


@post("/claims", sync_to_thread=True)
def claim(request: Request[Any, Any, State], data: JSONBody[Claimed]) -> dict[str, Any]:
    """Make a claim for a member: the scene of a WeChat code that is shown to them, and a link that remembers them."""
    return claim_for(request.app.state.platform, data.member, data.hours)


@get("/claims", sync_to_thread=True)
def claims(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return the latest attempts to use a claim, with what came of them and whose it is now; keys are texts."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        found = used_claims(tx)
        members = who(tx, [one.ident for one in found])
    return {"claims": [{**msgspec.to_builtins(one), "ident": str(one.ident), "other": str(one.other),
                        "member": members.get(one.ident)} for one in found]}


def make_and_tell(platform: Platform, wanted: list[NewLink], actor: str) -> dict[str, Any]:
    """Make links and return their `codes`, with what of them nobody knows yet (`unknown`: `sku`, `place`)."""
    codes = make_links(platform.store, wanted, actor)
    with platform.store.state.read() as tx:
        unknown = unknown_of_links(tx, wanted)
    return {"codes": codes, "unknown": unknown}


def claim_for(platform: Platform, member: int, hours: float) -> dict[str, Any]:
    """Return a claim for a member as `claim`, as WeChat's `scene`, and as the `path` of a link, good until `until`.

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
    until = platform.store.clock.now() + int(hours * HOUR)
    made = make_claim(platform.vault, whose.ns, whose.key, until)
    return {"claim": made, "scene": f"k={made}", "path": f"/m/{made}", "until": until}


routes = [listing, make, make_from_file, retire, restore, printed, draw, claim, claims]
