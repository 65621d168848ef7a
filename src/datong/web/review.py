"""The Review page: two records side by side, a blind answer, and what the model thought of them afterwards."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from datong.identity.linking import review_queue, take_back, vote
from datong.platform import Platform
from datong.privacy import mask
from datong.web.correct import actor_of

__all__ = ["routes"]


class Answer(msgspec.Struct):
    """A vote: the same person or not."""

    same: bool


@get("/review", sync_to_thread=True)
def queue(request: Request[Any, Any, State], skip: FromQuery[str] = "") -> dict[str, Any]:
    """Return how many pairs wait and the next one, masked; `skip` are the ids (1,2,3) to leave for later."""
    platform: Platform = request.app.state.platform
    skipped = {int(number) for number in skip.split(",") if number.isdecimal()}
    with platform.store.state.read() as tx:
        found = review_queue(tx, platform.vault, skip=skipped)
    pair = found.pair and {
        "id": found.pair.id,
        "fields": [
            {"field": side.field, "left": mask(side.field, side.left) if side.left else "",
             "right": mask(side.field, side.right) if side.right else "", "agreement": side.agreement}
            for side in found.pair.fields
        ],
    }
    return {"open": found.open, "voted": found.voted, "runs": found.runs, "last": found.last, "pair": pair}


@post("/review/{number:int}", sync_to_thread=True, status_code=200)
def answer(request: Request[Any, Any, State], number: FromPath[int], data: JSONBody[Answer]) -> Any:
    """Take a vote; return what the model had thought of the pair."""
    platform: Platform = request.app.state.platform
    return vote(platform.store, number, data.same, actor=actor_of(request))


@post("/review/{number:int}/undo", sync_to_thread=True, status_code=204)
def undo(request: Request[Any, Any, State], number: FromPath[int]) -> None:
    """Take a vote back, with what it led to."""
    take_back(request.app.state.platform.store, number, actor=actor_of(request))


routes = [queue, answer, undo]
