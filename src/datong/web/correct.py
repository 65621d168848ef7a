"""Corrections of who is one person: asked for here, carried out by the flow, and what became of them."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from datong import identity
from datong.platform import Platform

__all__ = ["actor_of", "routes"]


class Said(msgspec.Struct, omit_defaults=True):
    """What a correction is about; each action needs one of these. Keys are texts: they are wider than a number."""

    key: str = ""
    keys: list[str] = []
    groups: list[list[str]] = []
    seq: int = 0
    ns: str = ""
    reason: str = ""


def actor_of(request: Request[Any, Any, State]) -> str:
    """Return who is asking, as decisions name them: `user:ann`."""
    return f"user:{request.session.get('user', 'local')}"


@post("/identity/{action:str}", status_code=202, sync_to_thread=True)
def correct(request: Request[Any, Any, State], action: FromPath[str], data: JSONBody[Said]) -> dict[str, str]:
    """Put a correction into the log; ask for its outcome by the id."""
    platform: Platform = request.app.state.platform
    said: dict[str, Any] = {"reason": "", **msgspec.to_builtins(data)}
    return {"id": identity.correct(platform.store, action, actor=actor_of(request), **said)}


@get("/identity/corrections/{name:str}", sync_to_thread=True)
def outcome(request: Request[Any, Any, State], name: FromPath[str]) -> dict[str, Any]:
    """Return whether a correction is waiting, done or refused, with the decision it led to or the reason."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        found = identity.correction(tx, name)
    return {"state": found.state, "reason": found.reason, "seq": found.seq}


routes = [correct, outcome]
