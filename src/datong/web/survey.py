"""Site surveys: taken in for a venue, and how well its devices are located."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, RawBody

from datong import places
from datong.errors import NotFound
from datong.platform import Platform
from datong.touchpoints import sheet_text
from datong.web.correct import actor_of

__all__ = ["routes"]

_WAIT = 3.0


@get("/venues/{code:str}/survey", sync_to_thread=True)
def survey(request: Request[Any, Any, State], code: FromPath[str]) -> dict[str, Any]:
    """Return the survey in use with its cross-validated accuracy per floor (metres)."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        row = places.surveys(tx, [code]).get(code)
    if row is None:
        raise NotFound(f"{code!r} has no survey", code="unknown_survey", field="code",
                       hint="send one as CSV, or: datong survey FILE --venue " + code)
    found: dict[str, Any] = msgspec.to_builtins(row)
    return found


@post("/venues/{code:str}/survey", status_code=200, sync_to_thread=True)
def take_survey(request: Request[Any, Any, State], code: FromPath[str], body: RawBody) -> dict[str, Any]:
    """Take a survey in (CSV) and return its accuracy; devices are located by it from now on."""
    platform: Platform = request.app.state.platform
    event, accuracy = places.import_survey(platform.store, code, sheet_text(bytes(body)), actor=actor_of(request))
    end, until = platform.store.log.end(), time.monotonic() + _WAIT
    while platform.flow.position < end and time.monotonic() < until:
        time.sleep(0.02)
    return {"id": event, "accuracy": msgspec.to_builtins(accuracy)}


routes = [survey, take_survey]
