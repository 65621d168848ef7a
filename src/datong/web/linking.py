"""The Linking pages: runs of the batch linker, what each would change, and letting it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from datong.identity.linking import ASK, AUTO, publish, run, runs, start_run, withdraw
from datong.platform import Platform
from datong.web.correct import actor_of

__all__ = ["routes"]


@get("/linking/runs", sync_to_thread=True)
def listing(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return every run, the newest first."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        return {"runs": runs(tx)}


class Start(msgspec.Struct):
    """Of which kind a run is, and from which probability it joins without asking, and from which people are asked."""

    kind: str = "records"
    auto: float = AUTO
    ask: float = ASK


@post("/linking/runs", sync_to_thread=True, status_code=202)
def start(request: Request[Any, Any, State], data: JSONBody[Start]) -> dict[str, str]:
    """Start a dry run, which changes nothing; ask for its progress by the id."""
    platform: Platform = request.app.state.platform
    number = start_run(
        platform.store, platform.vault, actor=actor_of(request), kind=data.kind, auto=data.auto, ask=data.ask)
    return {"id": str(number)}


@get("/linking/runs/{number:int}", sync_to_thread=True)
def one(request: Request[Any, Any, State], number: FromPath[int]) -> dict[str, Any]:
    """Return a run with its report: what it would join, and how sure it is."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        return run(tx, number)


@post("/linking/runs/{number:int}/publish", sync_to_thread=True, status_code=200)
def let_go(request: Request[Any, Any, State], number: FromPath[int]) -> dict[str, int]:
    """Make a run's joins known to the flow, and open its questions for review."""
    platform: Platform = request.app.state.platform
    return {"published": publish(platform.store, number, actor=actor_of(request))}


@post("/linking/runs/{number:int}/withdraw", sync_to_thread=True, status_code=200)
def take_back(request: Request[Any, Any, State], number: FromPath[int]) -> dict[str, int]:
    """Take back all joins of a published run, each by an undo of its own, and close its questions."""
    platform: Platform = request.app.state.platform
    return {"withdrawn": withdraw(platform.store, number, actor=actor_of(request))}


routes = [listing, start, one, let_go, take_back]
