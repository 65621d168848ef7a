"""What the machine room asks: is it alive, how much has it done, what time is it here."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from datong.config import ScaledClock
from datong.delivery import message_counts
from datong.platform import Platform

__all__ = ["clock", "healthz", "metrics"]


@get("/healthz", sync_to_thread=True)
def healthz(request: Request[Any, Any, State]) -> Response[dict[str, Any]]:
    """Answer 200 while the spine runs, 503 with the reason when it fails."""
    platform: Platform = request.app.state.platform
    failure = platform.flow.failure
    body = {"status": "failing" if failure else "ok", "behind": platform.flow.behind}
    if failure:
        body["reason"] = failure.split(":")[0] + " failed; see the log"
    return Response(body, status_code=503 if failure else 200)


@get("/api/clock", sync_to_thread=False)
def clock(request: Request[Any, Any, State]) -> dict[str, float]:
    """Return the platform's time (ms) and how fast it runs; senders of simulated events follow it."""
    time = request.app.state.platform.store.clock
    return {"now": time.now(), "speed": time.speed if isinstance(time, ScaledClock) else 1.0}


@get("/metrics", sync_to_thread=True)
def metrics(request: Request[Any, Any, State]) -> Response[bytes]:
    """Return counters in the Prometheus text format; no label holds a personal value."""
    platform: Platform = request.app.state.platform
    registry = CollectorRegistry()
    for name, text, value in (
        ("log_offset", "last durable offset of the event log", platform.store.log.end()),
        ("spine_offset", "offset the spine has passed", platform.flow.position),
        ("facts_offset", "offset the facts have passed", platform.store.facts.position()),
    ):
        Gauge(f"datong_{name}", text, registry=registry).set(value)
    taken = Gauge("datong_intake_events", "events by source and outcome since start", ["source", "outcome"],
                  registry=registry)
    for (source, outcome), count in platform.intake.counts().items():
        taken.labels(source, outcome).set(count)
    outbox = Gauge("datong_messages", "messages by campaign and state", ["campaign", "state"], registry=registry)
    with platform.store.state.read() as tx:
        for campaign, states in message_counts(tx).items():
            for state, count in states.items():
                outbox.labels(campaign, state).set(count)
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")
