"""Publishing a linking run: what it found goes into the log as corrections, and can be taken back as a whole."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from datong.errors import Conflict, NotFound
from datong.identity.correct import correct_all
from datong.identity.linking.anchors import ACTOR
from datong.identity.linking.kept_model import model_name
from datong.identity.linking.tables import PROPOSAL, REVIEW, RUN
from datong.identity.tables import CORRECTION
from datong.storage import Store, fetch_in

__all__ = ["publish", "withdraw"]

_CHUNK = 2_000


def publish(store: Store, run: int, *, actor: str) -> int:
    """Make a run's joins known to the flow and open its questions; return how many joins.

    Each join is an event that the graph still weighs against its limits. Doing it twice does nothing more. Raises
    NotFound, or Conflict when the run is not done or a later one is published.
    """
    with store.state.read() as tx:
        row = tx.execute(sa.select(RUN).where(RUN.c.id == run)).first()
        if row is None:
            raise NotFound(f"there is no linking run {run}", field="run")
        if row.state not in ("done", "published"):
            raise Conflict(f"linking run {run} is {row.state}", hint="only a run that is done can be published")
        later = sa.select(RUN.c.id).where(RUN.c.id > run, RUN.c.state == "published", RUN.c.kind == row.kind)
        if (newer := tx.execute(later).scalar()) is not None:
            raise Conflict(f"linking run {newer}, a later one, is published", hint="start a new run")
        pairs = tx.execute(sa.select(PROPOSAL).where(PROPOSAL.c.run == run)
                           .order_by(PROPOSAL.c.a, PROPOSAL.c.b)).all()
    said = _anchor if row.kind == "anchors" else _join
    for at in range(0, len(pairs), _CHUNK):
        correct_all(store, [
            {"action": "join", "keys": [str(each.a), str(each.b)], "confidence": each.confidence,
             "reason": f"linking run {run}, published by {actor}", **said(run, each)}
            for each in pairs[at : at + _CHUNK]
        ])
    with store.state.write() as tx:
        if row.kind == "records":
            tx.execute(sa.update(REVIEW).where(REVIEW.c.state == "open", REVIEW.c.run != run)
                       .values(state="superseded"))
        tx.execute(sa.update(REVIEW).where(REVIEW.c.state == "proposed", REVIEW.c.run == run).values(state="open"))
        tx.execute(sa.update(RUN).where(RUN.c.id == run, RUN.c.state == "done")
                   .values(state="published", published=store.clock.now()))
    return len(pairs)


def _join(run: int, each: Any) -> dict[str, Any]:
    return {"actor": f"linker:{run}", "id": f"linker:{run}:{each.a}:{each.b}", "kind": "probabilistic",
            "model": model_name(run)}


def _anchor(run: int, each: Any) -> dict[str, Any]:
    return {"actor": ACTOR, "id": f"anchor:{run}:{each.a}:{each.b}", "kind": "anchor", "ns": each.ns,
            "first": each.first, "last": each.last}


def withdraw(store: Store, run: int, *, actor: str) -> int:
    """Take back all joins of a published run, and close its questions; return how many joins.

    Each is an undo that the graph still weighs: one on which a later decision stands stays. Raises NotFound, or
    Conflict when the run is not published or not carried out yet.
    """
    with store.state.read() as tx:
        row = tx.execute(sa.select(RUN).where(RUN.c.id == run)).first()
        if row is None:
            raise NotFound(f"there is no linking run {run}", field="run")
        if row.state != "published":
            raise Conflict(f"linking run {run} is {row.state}", hint="only a published run can be withdrawn")
        pairs = tx.execute(sa.select(PROPOSAL).where(PROPOSAL.c.run == run)).all()
        ids = [(_anchor if row.kind == "anchors" else _join)(run, each)["id"] for each in pairs]
        led = fetch_in(tx, sa.select(CORRECTION.c.id, CORRECTION.c.state, CORRECTION.c.seq), CORRECTION.c.id, ids)
    if len(led) < len(ids):
        raise Conflict(f"{len(ids) - len(led)} joins of run {run} are not carried out yet",
                       hint="try again in a moment")
    done = sorted(((seq, name) for name, state, seq in led if state == "done"), reverse=True)
    for at in range(0, len(done), _CHUNK):
        correct_all(store, [
            {"action": "undo", "actor": actor, "id": f"{name}:undo", "seq": seq,
             "reason": f"linking run {run} withdrawn"}
            for seq, name in done[at : at + _CHUNK]
        ])
    with store.state.write() as tx:
        tx.execute(sa.update(REVIEW).where(REVIEW.c.state == "open", REVIEW.c.run == run).values(state="superseded"))
        tx.execute(sa.update(RUN).where(RUN.c.id == run).values(state="withdrawn"))
    return len(done)
