"""Figures over HTTP: every report of `datong report`, as JSON or CSV, and the shapes the console draws."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, QueryParameter

from datong.analytics import Sites, read_hours, report
from datong.analytics import funnel as funnel_of
from datong.analytics import overlap as overlap_of
from datong.analytics import sales as sales_of
from datong.analytics import visits as visits_of
from datong.platform import Platform
from datong.web.kept import Kept

__all__ = ["routes"]

From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]


@get("/report/{name:str}", sync_to_thread=True)
def one_report(name: FromPath[str], request: Request[Any, Any, State]) -> Response[Any]:
    """Return the report `name` with the given parameters; `format=csv` gives a file."""
    params = dict(request.query_params)
    wanted = params.pop("format", "json")
    return _answer(report(request.app.state.platform.store, name, params), name, wanted)


@get("/sales", sync_to_thread=True)
def sales(
    request: Request[Any, Any, State], since: From = None, until: To = None, by: FromQuery[str] = "day",
    store: FromQuery[str] = "", top: Annotated[int | None, QueryParameter(ge=1)] = None,
    form: Annotated[Literal["json", "csv"], QueryParameter(name="format")] = "json",
) -> Response[Any]:
    """Return sales by some keys, ranked, with totals; `format=csv` gives a file."""
    platform: Platform = request.app.state.platform
    if form == "csv":
        asked = {"by": by, "store": store, "from": str(since or ""), "to": str(until or ""), "top": str(top or "")}
        return _answer(report(platform.store, "sales", {k: v for k, v in asked.items() if v}), "sales", "csv")
    keys = [k.strip() for k in by.split(",") if k.strip()]
    return Response(_kept(request, lambda: sales_of(platform.store, keys, since, until, store, top)))


@get("/visits", sync_to_thread=True)
def visits(
    request: Request[Any, Any, State], since: From = None, until: To = None, store: FromQuery[str] = "",
    region: FromQuery[str] = "", city: FromQuery[str] = "", store_format: FromQuery[str] = "",
    hours: FromQuery[str] = "",
) -> Response[Any]:
    """Return finished visits by zone and by day; of a store, or of those of a region, city or format."""
    platform: Platform = request.app.state.platform
    sites = Sites(store, region, city, store_format, read_hours(hours))
    return Response(_kept(request, lambda: visits_of(platform.store, since, until, store, sites)))


@get("/funnel", sync_to_thread=True)
def funnel(
    request: Request[Any, Any, State], since: From = None, until: To = None, store: FromQuery[str] = ""
) -> Response[Any]:
    """Return the four steps from seen online to bought."""
    platform: Platform = request.app.state.platform
    found = _kept(request, lambda: funnel_of(platform.store, since, until, store))
    return Response({**msgspec.to_builtins(found), "from": since, "to": until})


@get("/overlap", sync_to_thread=True)
def overlap(request: Request[Any, Any, State], since: From = None, until: To = None) -> Response[Any]:
    """Return members online only, offline only, and both."""
    platform: Platform = request.app.state.platform
    return Response(_kept(request, lambda: overlap_of(platform.store, since, until)))


def _kept(request: Request[Any, Any, State], work: Any) -> Any:
    """Return the answer of the same question of the last three seconds, or work it out."""
    kept: Kept = request.app.state.kept
    return kept.get(f"{request.url.path}?{request.url.query}", 3, work)


def _answer(found: Any, name: str, wanted: str) -> Response[Any]:
    if wanted != "csv":
        return Response(found)
    headers = {"Content-Disposition": f'attachment; filename="datong-{name}.csv"'}
    return Response("\ufeff" + found.csv(), media_type="text/csv", headers=headers)


routes = [one_report, sales, visits, funnel, overlap]
