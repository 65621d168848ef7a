"""Venues: plans read, drawn, imported and exported, their versions, and the list of stores."""

from __future__ import annotations

import re
import time
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, RawBody

from datong import places
from datong.errors import Conflict, NotFound, Rejected, TooLarge
from datong.places import Name, Venue
from datong.platform import Platform
from datong.touchpoints import take_stores
from datong.web.correct import actor_of
from datong.web.language import language_of

__all__ = ["routes"]

_WAIT = 10.0
_PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}
_MOST = 6_000_000
_FILE = re.compile(r"[0-9a-f]{32}\.(png|jpg|webp)")


class Wanted(msgspec.Struct):
    """A plan to be saved: made from version `base` (0: there was none, or only the venue file)."""

    plan: Venue
    base: int = 0
    note: str = ""


class Drop(msgspec.Struct):
    """A venue to be taken away, as it was at version `base`."""

    base: int = 0


@get("/venues", sync_to_thread=True)
def listing(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return the venues in short, the tree of regions, and the retail formats."""
    platform: Platform = request.app.state.platform
    language = language_of(request)
    with platform.store.state.read() as tx:
        known, tree = places.venues(tx), places.regions(tx)
        versions = {v.code: places.venue_at(tx, v.code)[1] for v in known}
        here = places.present(tx).counts
    return {
        "venues": [
            {
                "code": v.code, "name": v.name.in_language(language), "city": v.city, "region": v.region,
                "country": v.country, "version": versions[v.code], "floors": len(v.floors),
                "zones": sum(1 for _ in v.zones()), "shops": sum(1 for _, z in v.zones() if z.shop),
                "sensors": len(v.sensors), "hours": v.hours,
                "present": sum(n for spot, n in here.items() if spot.place == v.code),
            }
            for v in known
        ],
        "regions": tree,
        "formats": [{"code": f.code, "name": f.name.in_language(language)} for f in places.formats(platform.settings)],
    }


@get("/venues/{code:str}", sync_to_thread=True)
def one(request: Request[Any, Any, State], code: FromPath[str], version: FromQuery[int | None] = None
        ) -> dict[str, Any]:
    """Return a venue's plan, now or as it was, with its versions and what is not exact in it."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        plan, at = places.venue_at(tx, code, version)
        history = places.plan_history(tx, code)
    if plan is None:
        raise NotFound(f"there is no venue {code!r}", code="unknown_venue", field="code", hint="see Venues for all")
    areas = [{"code": a.code, "circle": not a.polygon, "radius_m": a.radius, "minutes": a.drive_minutes,
              "speed_kmh": a.speed_kmh, "ring": places.trade_ring(a, plan.lon, plan.lat)} for a in plan.trade_areas]
    return {"plan": plan, "version": at, "remarks": list(places.venue_remarks(plan))[:50], "history": history,
            "trade_areas": areas}


@post("/venues/check", status_code=200, sync_to_thread=True)
def check(data: JSONBody[Wanted]) -> dict[str, Any]:
    """Return what is wrong with a plan, and what is not exact, without saving it."""
    problems = list(places.venue_problems(data.plan))
    return {"problems": problems[:200], "remarks": [] if problems else list(places.venue_remarks(data.plan))[:200]}


@post("/venues/{code:str}", status_code=200, sync_to_thread=True)
def save(request: Request[Any, Any, State], code: FromPath[str], data: JSONBody[Wanted]) -> dict[str, Any]:
    """Save a plan as the next version; 409 where somebody else saved one meanwhile."""
    platform: Platform = request.app.state.platform
    if data.plan.code != code:
        raise Rejected(f"the plan is of {data.plan.code!r}", code="bad_plan", field="plan.code", hint=f"send {code!r}")
    asked = places.update_venue(
        platform.store, data.plan, actor=actor_of(request), base=data.base, note=data.note)
    return _outcome(platform, asked)


@post("/venues/{code:str}/remove", status_code=200, sync_to_thread=True)
def remove(request: Request[Any, Any, State], code: FromPath[str], data: JSONBody[Drop]) -> dict[str, Any]:
    """Take a venue away; its visits and versions stay."""
    platform: Platform = request.app.state.platform
    return _outcome(platform, places.drop_venue(platform.store, code, actor=actor_of(request), base=data.base))


@post("/venues/{code:str}/floors", status_code=200, sync_to_thread=True)
def import_floor(
    request: Request[Any, Any, State], code: FromPath[str], body: RawBody, floor: FromQuery[str] = "",
    level: FromQuery[int | None] = None, store: Annotated[bool, QueryParameter(name="save")] = False,
    name: FromQuery[str] = "", city: FromQuery[str] = "",
) -> dict[str, Any]:
    """Read a floor plan (GeoJSON) into the venue, a new one where there is none; `save=true` makes it a version."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        plan, version = places.venue_at(tx, code)
    plan = plan or Venue(code, Name(name or code, name or code), (), city=city)
    read = places.read_floor(bytes(body), floor, level)
    plan, remarks = places.with_floor(plan, read)
    problems = [*read.problems, *places.venue_problems(plan)]
    found = {"plan": plan, "version": version, "floor": read.floor.code, "units": read.units, "zones":
             len(read.floor.zones), "sensors": len(read.sensors), "problems": problems[:200],
             "remarks": [*remarks, *([] if problems else places.venue_remarks(plan))][:200]}
    if store and not problems:
        asked = places.update_venue(platform.store, plan, actor=actor_of(request), base=version, note="GeoJSON")
        found.update(_outcome(platform, asked))
        del found["plan"]
    return found


@get("/venues/{code:str}/floors/{floor:str}", sync_to_thread=True)
def export_floor(request: Request[Any, Any, State], code: FromPath[str], floor: FromPath[str]) -> Response[Any]:
    """Return a floor as GeoJSON."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        plan, _ = places.venue_at(tx, code)
    found = next((f for f in plan.floors if f.code == floor), None) if plan else None
    if plan is None or found is None:
        raise NotFound(f"there is no floor {floor!r} of {code!r}", code="unknown_venue", field="floor")
    name = re.sub(r"[^\w.-]", "_", f"{code}-{floor}", flags=re.ASCII)
    return Response(places.write_floor(plan, found), media_type="application/geo+json",
                    headers={"Content-Disposition": f'attachment; filename="{name}.geojson"'})


@post("/venues/pictures", status_code=201, sync_to_thread=True)
def add_picture(request: Request[Any, Any, State], body: RawBody) -> dict[str, str]:
    """Keep a picture of a floor (PNG, JPEG, WebP up to 6 MB) and return the name under which a plan may refer to it."""
    platform: Platform = request.app.state.platform
    data = bytes(body)
    kind = next((kind for head, kind in _PICTURES.items() if data.startswith(head)), "")
    if not kind or (kind == "webp" and data[8:12] != b"WEBP"):
        raise Rejected("this is no picture", code="bad_picture", field="file", hint="send PNG, JPEG or WebP")
    if len(data) > _MOST:
        raise TooLarge(f"the picture has {len(data):,} bytes", hint=f"send at most {_MOST:,}: 2,000 pixels are enough")
    name = f"{blake2b(data, digest_size=16).hexdigest()}.{kind}"
    folder = platform.settings.data / "pictures"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return {"file": name}


@get("/venues/pictures/{name:str}", sync_to_thread=True)
def picture(request: Request[Any, Any, State], name: FromPath[str]) -> Response[bytes]:
    """Return a kept picture."""
    platform: Platform = request.app.state.platform
    path = platform.settings.data / "pictures" / name
    if not _FILE.fullmatch(name) or not path.exists():
        raise NotFound("there is no such picture", field="name")
    kind = "jpeg" if name.endswith("jpg") else name.rpartition(".")[2]
    return Response(path.read_bytes(), media_type=f"image/{kind}",
                    headers={"Cache-Control": "private, max-age=31536000, immutable"})


@get("/stores", sync_to_thread=True)
def stores(
    request: Request[Any, Any, State], wanted: Annotated[str, QueryParameter(name="query")] = "",
    country: FromQuery[str] = "", region: FromQuery[str] = "", city: FromQuery[str] = "",
    page: Annotated[int, QueryParameter(ge=1)] = 1,
) -> dict[str, Any]:
    """Return a page of 50 stores, by code."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        total, found = places.stores_page(tx, wanted, country, region, city, page)
    return {"total": total, "stores": found}


@post("/stores", status_code=200, sync_to_thread=True)
def import_stores(request: Request[Any, Any, State], body: RawBody) -> dict[str, Any]:
    """Take a list of stores in (CSV); tell line by line what is wrong. The rest is taken."""
    platform: Platform = request.app.state.platform
    found: dict[str, Any] = msgspec.to_builtins(take_stores(platform.intake, bytes(body)))
    end, until = platform.store.log.end(), time.monotonic() + _WAIT
    while platform.flow.position < end and time.monotonic() < until:
        time.sleep(0.02)
    return found


def _outcome(platform: Platform, asked: str) -> dict[str, Any]:
    """Wait until the flow has carried the request out; raises Conflict where it was refused."""
    until = time.monotonic() + _WAIT
    while True:
        with platform.store.state.read() as tx:
            change = places.plan_change(tx, asked)
        if change.state == "refused":
            raise Conflict(f"the plan was not saved: {change.reason}", code="plan_refused", field="base",
                           hint="load the venue anew and draw your change into it")
        if change.state == "done" or time.monotonic() > until:
            return {"id": asked, "state": change.state, "version": change.version}
        time.sleep(0.02)


routes = [listing, one, check, save, remove, import_floor, export_floor, add_picture, picture, stores, import_stores]
