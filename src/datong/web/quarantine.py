"""The Quarantine page: rejected input with its reason; mend it, take it in again, or let it go."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from datong.platform import Platform
from datong.touchpoints import Line, discard, mend, quarantined, reasons, replay, versions
from datong.touchpoints import inspect as inspect_one

__all__ = ["routes"]


class Which(msgspec.Struct):
    """The rejected calls that are meant: some by id, or all (of one reason)."""

    ids: list[int] | Literal["all"]
    reason: str = ""


class Mended(msgspec.Struct):
    """The text of a call after somebody mended it."""

    raw: str


@get("/quarantine", sync_to_thread=True)
def listing(
    request: Request[Any, Any, State],
    which: Annotated[Literal["open", "replayed", "discarded"], QueryParameter(name="state")] = "open",
    reason: FromQuery[str] = "", source: FromQuery[str] = "", page: Annotated[int, QueryParameter(ge=1)] = 1,
) -> dict[str, Any]:
    """Return a page of rejected calls (of one source), the newest first, and how many there are for each reason."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        total, items = quarantined(tx, platform.vault, which, reason, page, source=source)
        return {"total": total, "reasons": reasons(tx, which, source), "items": items}


@get("/quarantine/{number:int}", sync_to_thread=True)
def inspect(request: Request[Any, Any, State], number: FromPath[int]) -> Any:
    """Return one rejected call."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        return inspect_one(tx, platform.vault, number)


@get("/quarantine/{number:int}/versions", sync_to_thread=True)
def both(request: Request[Any, Any, State], number: FromPath[int]) -> list[Line]:
    """Return both versions of a call that contradicts an earlier one, line by line."""
    return versions(request.app.state.platform.intake, number)


@post("/quarantine/replay", sync_to_thread=True, status_code=200)
def again(request: Request[Any, Any, State], data: JSONBody[Which]) -> Any:
    """Take calls in again as they are; what is still wrong stays with its new reason."""
    platform: Platform = request.app.state.platform
    return replay(platform.intake, None if data.ids == "all" else data.ids, data.reason)


@post("/quarantine/discard", sync_to_thread=True, status_code=200)
def let_go(request: Request[Any, Any, State], data: JSONBody[Which]) -> dict[str, int]:
    """Discard calls by id; they stay in the list of discarded ones."""
    platform: Platform = request.app.state.platform
    ids = [] if data.ids == "all" else data.ids
    return {"discarded": discard(platform.store.state, ids, platform.store.clock.now())}


@post("/quarantine/{number:int}", sync_to_thread=True, status_code=200)
def mended(request: Request[Any, Any, State], number: FromPath[int], data: JSONBody[Mended]) -> Any:
    """Take one call in with a mended text."""
    return mend(request.app.state.platform.intake, number, data.raw)


routes = [listing, inspect, both, again, let_go, mended]
