"""The Touchpoints page: what every source sent, what became of it, and how its transports and sensors do."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from datong import places
from datong.model import local_parts
from datong.platform import Platform
from datong.touchpoints import SourceSeen, sources
from datong.touchpoints.transport import LineState

__all__ = ["routes"]


class Source(msgspec.Struct):
    """One touchpoint: what came since the platform started, and what became of it.

    `received` is counted as things come in, `lost` is what of it is neither `stored`, `known`, `quarantined` nor
    `refused`: always 0. Sightings count one by one. `skipped` is what frames had besides, that the settings tell to
    pass over, `refused` are requests answered with an error of which nothing is kept. `last` is when (ms, 0 never) it
    last sent; `today` and `ever_quarantined` outlast a restart.
    """

    name: str
    kind: str
    place: str
    received: int
    stored: int
    known: int
    quarantined: int
    skipped: int
    refused: int
    lost: int
    last: int
    today: int
    ever_quarantined: int
    lines: list[LineState]


def _sources(platform: Platform) -> list[Source]:
    clock, settings = platform.store.clock, platform.settings
    today = local_parts(clock.now(), settings.retailer.timezone)[0]
    with platform.store.state.read() as tx:
        seen = {one.name: one for one in sources(tx, today)}
    counts = platform.intake.counts()
    lines = platform.transports.states()
    found = []
    for name, touchpoint in settings.touchpoints.items():
        received, stored, known, bad, refused, skipped = (counts.get((name, what), 0) for what in (
            "received", "accepted", "duplicate", "quarantined", "refused", "skipped"))
        kept = seen.get(name, SourceSeen(name, touchpoint.kind, 0, 0, 0))
        found.append(Source(
            name, touchpoint.kind, touchpoint.place, received, stored, known, bad, skipped, refused,
            received - stored - known - bad - refused, kept.last_seen, kept.events_today, kept.quarantined,
            [line for line in lines if line.name == name],
        ))
    return found


@get("/touchpoints", sync_to_thread=True)
def listing(
    request: Request[Any, Any, State],
    form: Annotated[Literal["json", "csv"], QueryParameter(name="format")] = "json",
) -> Any:
    """Return every touchpoint with its counts and transports, and every sensor with how it is; CSV of the former."""
    platform: Platform = request.app.state.platform
    found = _sources(platform)
    if form == "csv":
        return _csv(found)
    with platform.store.state.read() as tx:
        sensors = places.sensors(tx, platform.store.clock.now(), platform.settings.retailer.timezone)
    return {"touchpoints": found, "sensors": sensors, "now": platform.store.clock.now()}


def _csv(found: list[Source]) -> Response[bytes]:
    out = io.StringIO(newline="")
    names = [name for name in Source.__struct_fields__ if name != "lines"]
    writer = csv.writer(out)
    writer.writerow([*names, "transports", "reasons"])
    for one in found:
        writer.writerow([*(getattr(one, name) for name in names),
                         " ".join(f"{line.transport}:{line.state}" for line in one.lines),
                         "; ".join(line.reason for line in one.lines if line.reason)])
    headers = {"content-disposition": "attachment; filename=touchpoints.csv"}
    return Response(("\ufeff" + out.getvalue()).encode(), media_type="text/csv; charset=utf-8", headers=headers)


routes = [listing]
