"""Linking runs: read the members' records, link them, keep what it found; nothing changes until it is published."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import Conflict, DatongError, Rejected
from datong.identity.linking.anchors import Tied, find_anchors
from datong.identity.linking.calibrate import Calibration
from datong.identity.linking.find import Found, find
from datong.identity.linking.kept_model import keep_model, kept_model, model_name
from datong.identity.linking.records import apart, read_records
from datong.identity.linking.report import report_of
from datong.identity.linking.tables import PROPOSAL, REVIEW, RUN
from datong.privacy import Vault, namespaces
from datong.storage import Store, cursor, insert, set_cursor

__all__ = ["ASK", "AUTO", "REVIEWS", "carry_out", "start_run", "votes"]

AUTO, ASK = 0.99, 0.2
"""From which probability pairs are joined without asking, and from which people are asked."""

KINDS = ("records", "anchors")
_COUNTER, REVIEWS = "identity.runs", "identity.reviews"
_alive: set[tuple[str, int]] = set()

log = logging.getLogger("datong.identity.linking")


def start_run(
    store: Store, vault: Vault, *, actor: str, kind: str = "records", auto: float = AUTO, ask: float = ASK,
    wait: bool = False, progress: Callable[[str, float], None] | None = None,
) -> int:
    """Start a dry run in a thread of its own and return its number; with `wait`, carry it out here.

    `kind` is `records` (members by what they told of themselves) or `anchors` (devices by payments, to which the
    thresholds do not apply). Raises Conflict while another one runs, Rejected for thresholds or a kind that are none.
    """
    if kind not in KINDS:
        raise Rejected(f"there is no linking run of kind {kind[:20]!r}", code="bad_run", field="kind",
                       hint=f"one of {', '.join(KINDS)}")
    if not 0 < ask <= auto <= 1:
        raise Rejected("the thresholds must be 0 < ask ≤ auto ≤ 1", code="bad_threshold", field="auto",
                       hint=f"usual are {ASK} and {AUTO}")
    with store.state.write() as tx:
        _end_dead(tx, store)
        if tx.execute(sa.select(RUN.c.id).where(RUN.c.state.in_(("waiting", "running")))).first():
            raise Conflict("a linking run is under way", hint="wait until it has finished")
        last, _ = cursor(tx, _COUNTER)
        run = last + 1
        set_cursor(tx, _COUNTER, run)
        insert(tx, RUN, [{
            "id": run, "at": store.clock.now(), "state": "waiting", "actor": actor[:128], "stage": "", "progress": 0.0,
            "model": "", "auto": auto, "ask": ask, "records": 0, "merged": 0, "split": 0, "unchanged": 0, "review": 0,
            "error": "", "kind": kind,
        }])
        _alive.add(_mark(store, run))
    if wait:
        carry_out(store, vault, run, progress)
    else:
        threading.Thread(target=_quietly, args=(store, vault, run), name="datong-linker", daemon=True).start()
    return run


def carry_out(
    store: Store, vault: Vault, run: int, progress: Callable[[str, float], None] | None = None
) -> None:
    """Carry out a run that is waiting; what goes wrong is kept with it, and raised."""
    def tell(stage: str, part: float) -> None:
        _set(store, run, stage=stage, progress=round(part, 3))
        if progress:
            progress(stage, part)

    try:
        _set(store, run, state="running")
        with store.state.read() as tx:
            row = tx.execute(sa.select(RUN).where(RUN.c.id == run)).one()
        if row.kind == "anchors":
            tell("meeting", 0.1)
            _keep_anchors(store, run, find_anchors(store))
            return
        with store.state.read() as tx:
            before = tx.execute(sa.select(sa.func.max(RUN.c.id)).where(RUN.c.model != "", RUN.c.id < run)).scalar()
            policy = namespaces(store.settings)
            records = read_records(tx, vault, policy, lambda part: tell("reading", 0.4 * part))
            kept_apart, calibration = apart(tx), Calibration(votes(tx))
        found = find(records, kept_apart, calibration, row.auto, row.ask, tell)
        report = report_of(found, len(set(records.member.tolist())), row.auto, row.ask, _model(store, vault, before))
        report["votes"] = calibration.votes
        if found.model is not None:
            keep_model(store.settings, vault, run, found.model)
        _keep(store, run, found, records, report)
    except Exception as error:
        said = error.message if isinstance(error, DatongError) else type(error).__name__  # no value of anybody's
        _set(store, run, state="failed", error=said[:512], finished=store.clock.now())
        raise
    finally:
        _alive.discard(_mark(store, run))


def _keep_anchors(store: Store, run: int, found: Tied) -> None:
    """Write which devices a run would tie."""
    with store.state.write() as tx:
        insert(tx, PROPOSAL, [
            {"run": run, "a": tie.known_by, "b": tie.device, "confidence": tie.confidence, "ns": tie.ns,
             "first": tie.first, "last": tie.last} for tie in found.ties])
        tx.execute(sa.update(RUN).where(RUN.c.id == run).values(
            state="done", stage="", progress=1.0, finished=store.clock.now(), merged=len(found.ties),
            records=len(found.ties) + found.unchanged + found.elsewhere, unchanged=found.unchanged,
            split=found.elsewhere, report=msgspec.json.encode(found.report)))


def _keep(store: Store, run: int, found: Found, records: Any, report: dict[str, Any]) -> None:
    """Write what a run found."""
    key = records.key
    pairs = {(key[p.members[0]], key[p.members[1]]): p for p in found.joins}
    with store.state.write() as tx:
        insert(tx, PROPOSAL, [{"run": run, "a": a, "b": b, "confidence": p.probability} for (a, b), p in pairs.items()])
        last, _ = cursor(tx, REVIEWS)
        insert(tx, REVIEW, [{
            "id": last + 1 + at, "run": run, "a": key[p.members[0]], "b": key[p.members[1]], "weight": p.weight,
            "probability": p.probability, "cost": p.cost, "reason": p.reason, "parts": msgspec.json.encode(p.parts),
            "state": "proposed", "actor": "", "at": None, "turn": 0, "correction": "",
        } for at, p in enumerate(found.asks)])
        if found.asks:
            set_cursor(tx, REVIEWS, last + len(found.asks))
        counts = {name: report[name] for name in ("merged", "split", "unchanged", "review")}
        tx.execute(sa.update(RUN).where(RUN.c.id == run).values(
            state="done", stage="", progress=1.0, finished=store.clock.now(), records=len(records.member),
            model=model_name(run) if found.model is not None else "", report=msgspec.json.encode(report), **counts,
        ))


def votes(tx: sa.Connection) -> list[tuple[float, bool]]:
    """Return the weight of every pair that was voted upon, and whether it was said to be one person."""
    query = sa.select(REVIEW.c.weight, REVIEW.c.state).where(REVIEW.c.state.in_(("same", "different")))
    return [(weight, state == "same") for weight, state in tx.execute(query.order_by(REVIEW.c.id))]


def _model(store: Store, vault: Vault, run: int | None) -> Any:
    """Return the model of the last run, if there is one still."""
    try:
        return kept_model(store.settings, vault, run) if run is not None else None
    except DatongError:
        return None


def _set(store: Store, run: int, **values: Any) -> None:
    with store.state.write() as tx:
        tx.execute(sa.update(RUN).where(RUN.c.id == run).values(**values))


def _mark(store: Store, run: int) -> tuple[str, int]:
    return str(store.settings.data), run


def _end_dead(tx: sa.Connection, store: Store) -> None:
    """Close runs that ended with the process that carried them out."""
    for (run,) in tx.execute(sa.select(RUN.c.id).where(RUN.c.state.in_(("waiting", "running")))).all():
        if _mark(store, run) not in _alive:
            tx.execute(sa.update(RUN).where(RUN.c.id == run).values(
                state="failed", error="the platform stopped while it ran", finished=store.clock.now()))


def _quietly(store: Store, vault: Vault, run: int) -> None:
    try:
        carry_out(store, vault, run)
    except Exception as error:
        log.exception("linking run %d failed", run, exc_info=error)
