"""How many visitors a venue had in each hour of a day, with an interval: most phones make up their addresses."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter

from datong.identity.device import visitors as visitors_of
from datong.model import DAY, HOUR, MINUTE, local_parts
from datong.places import venues
from datong.platform import Platform
from datong.web.kept import Kept

__all__ = ["routes"]

_QUARTER = 15 * MINUTE  # every zone's midnight is a multiple of it
_FRESH = 60
"""Seconds for which the counts hold: each looks through the day's frames of a venue."""


@get("/visitors", sync_to_thread=True)
def visitors(
    request: Request[Any, Any, State], place: FromQuery[str] = "",
    day: Annotated[date | None, QueryParameter(name="date")] = None,
) -> dict[str, Any]:
    """Return the estimated visitors of a venue (the first one when none is named) for each hour of a day until now."""
    platform: Platform = request.app.state.platform
    kept: Kept = request.app.state.kept
    with platform.store.state.read() as tx:
        place = place or next((v.code for v in venues(tx)), "")
    name = f"visitors {place} {day or ''}"
    hours = kept.get(name, _FRESH, lambda: _hours(platform, place, day), behind=True) if place else []
    return {"place": place, "hours": hours}


def _hours(platform: Platform, place: str, day: date | None) -> list[dict[str, Any]]:
    store, now = platform.store, platform.store.clock.now()
    zone = platform.settings.retailer.timezone
    today, _ = local_parts(now, zone)
    quarters = range(now // _QUARTER * _QUARTER, now - 2 * DAY, -_QUARTER)
    midnight = next(at for at in quarters if local_parts(at - 1, zone)[0] < today)  # of the retailer's day
    back = today - (day - date(1970, 1, 1)).days if day else 0
    start = midnight - back * DAY
    end = start + DAY if back else start + (now - start) // HOUR * HOUR + HOUR
    return [msgspec.to_builtins(one) for one in visitors_of(store.facts, place, start, end)]


routes = [visitors]
