"""The Live page: who is here now, what just happened, what the platform said, and what it changed."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from litestar import Request, get
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter
from litestar.response import ServerSentEvent

from datong.analytics import effect, visits
from datong.commerce import order, order_key
from datong.delivery import channel_health, messages
from datong.identity import fields_of, label, who
from datong.marketing import all_campaigns, decisions, redemptions
from datong.model import local_parts
from datong.places import Spot, present, venues
from datong.platform import Platform
from datong.scenes import definitions, firings
from datong.touchpoints import sources
from datong.web.kept import Kept
from datong.web.language import language_of
from datong.web.rows import event_rows, latest_events

__all__ = ["routes"]


class Pace:
    """How fast the log grows, over the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=64)

    def per_second(self, end: int) -> float:
        """Note where the log ends now; return entries per second."""
        now = time.monotonic()
        self._seen.append((now, end))
        while now - self._seen[0][0] > 10 and len(self._seen) > 2:
            self._seen.popleft()
        then, before = self._seen[0]
        return (end - before) / (now - then) if now > then else 0.0


_pace = Pace()


@get("/live", sync_to_thread=True)
def live(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return everything the Live page shows, worked out at most twice a second."""
    kept: Kept = request.app.state.kept
    platform: Platform = request.app.state.platform
    language = language_of(request)
    found: dict[str, Any] = kept.get(f"live {language}", 0.5, lambda: _live(platform, kept, language))
    return found


@get("/events", sync_to_thread=True)
def events(
    request: Request[Any, Any, State], after: FromQuery[int] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    kind: Annotated[str, QueryParameter(name="type")] = "", channel: FromQuery[str] = "",
) -> dict[str, Any]:
    """Return the newest events past offset `after`, newest first."""
    platform: Platform = request.app.state.platform
    found = latest_events(platform.store, after, limit, kind, channel)
    with platform.store.state.read() as tx:
        return {"events": event_rows(tx, found)}


@get("/stream", sync_to_thread=False)
def stream(request: Request[Any, Any, State]) -> ServerSentEvent:
    """Push the rows of new events twice a second, as server-sent events."""
    platform: Platform = request.app.state.platform

    async def pushes() -> AsyncIterator[str]:
        after = platform.store.log.end()
        yield "[]"  # so that the reader knows it is connected before anything happens
        while True:
            await asyncio.sleep(0.5)
            end = platform.flow.position
            if end > after:
                rows = await asyncio.to_thread(_newer, platform, after)
                after = end
                if rows:
                    yield msgspec.json.encode(rows).decode()

    return ServerSentEvent(pushes())


def _newer(platform: Platform, after: int) -> list[dict[str, Any]]:
    with platform.store.state.read() as tx:
        return event_rows(tx, latest_events(platform.store, after, 50))


def _live(platform: Platform, kept: Kept, language: str) -> dict[str, Any]:
    store, now = platform.store, platform.store.clock.now()
    speed = getattr(store.clock, "speed", 1.0)
    today, _ = local_parts(now, store.settings.retailer.timezone)
    last = latest_events(store, limit=30)
    with store.state.read() as tx:
        here = present(tx)
        known = who(tx, here.idents)
        plans = venues(tx)
        said = messages(tx, platform.vault, limit=12, fields=fields_of(platform.settings))
        rows = event_rows(tx, last)
        heard, ways = sources(tx, today), channel_health(tx)
        fired, redeemed = _firings(tx, platform, language), _redeemed(tx)
        running = {c.code: c.definition.name for c in all_campaigns(tx)}
    counted = {spot: [n, 0] for spot, n in here.counts.items()}
    for ident in known:
        counted[here.idents[ident]][1] += 1
    people, nobody = set(known.values()), len(here.idents) - len(known)  # a member with two devices is one
    visited = kept.get("visits", 10, lambda: _visits_today(platform, now), behind=True)
    floors = [
        {
            "code": floor.code, "name": floor.name.in_language(language), "place": venue.code,
            "zones": [
                {
                    "zone": zone.code, "name": zone.name.in_language(language),
                    "shop": zone.shop.code if zone.shop else "",
                    "category": zone.category or (zone.shop.category if zone.shop else ""),
                    "x": zone.box.x, "y": zone.box.y, "w": zone.box.w, "h": zone.box.h,
                    "ring": () if zone.rect and not zone.polygon else zone.ring,
                    "count": counted.get(Spot(venue.code, zone.code), [0, 0])[0],
                    "known": counted.get(Spot(venue.code, zone.code), [0, 0])[1],
                    "today_visits": visited.get((venue.code, zone.code), 0),
                }
                for zone in floor.zones
            ],
        }
        for venue in plans for floor in sorted(venue.floors, key=lambda f: f.level)
    ]
    return {
        "now": now, "behind_ms": round(max(0, now - platform.flow.now) / speed) if platform.flow.behind else 0,
        "events_per_s": round(_pace.per_second(store.log.end()), 1),
        "present": {"total": len(people) + nobody, "known": len(people), "anonymous": nobody},
        "venues": [{"place": v.code, "name": v.name.in_language(language)} for v in plans], "floors": floors,
        "last": rows, "firings": fired, "redeemed": redeemed, "sources": heard, "channels": ways,
        "messages": [
            {"id": m.id, "at": m.created, "member": m.member, "label": label(m.member), "channel": m.channel,
             "title": m.title, "body": m.body, "coupon": m.coupon, "campaign": m.campaign,
             "status": "seen" if m.seen_at else m.state}
            for m in said
        ],
        "effect": kept.get(f"effect {language}", 10, lambda: _effects(platform, running, language), behind=True),
    }


def _firings(tx: sa.Connection, platform: Platform, language: str) -> list[dict[str, Any]]:
    titles = {s.scene: s.title.get("zh" if language.startswith("zh") else "en", s.scene)
              for s in definitions(platform.settings)}
    decided = decisions(tx, limit=15)
    where = {f.id: f for f in firings(tx, [d.firing for d in decided])}
    return [
        {
            "id": d.firing, "scene": d.scene, "title": titles.get(d.scene, d.scene), "member": d.member,
            "label": label(d.member), "at": d.at, "outcome": d.outcome, "reason": d.reason, "campaign": d.campaign,
            "zone": str(where[d.firing].binds.get("zone", where[d.firing].place)) if d.firing in where else "",
        }
        for d in decided
    ]


def _redeemed(tx: sa.Connection) -> list[dict[str, Any]]:
    found = []
    for r in redemptions(tx, outcome="redeemed", limit=10):
        paid = order(tx, order_key(r.place, r.receipt))
        found.append({
            "at": r.at, "coupon": r.coupon, "campaign": r.campaign, "member": r.member,
            "label": label(r.member) if r.member else "", "place": r.place, "ref": r.receipt, "amount": r.amount,
            "spent": paid.amount if paid else None,
        })
    return found


def _visits_today(platform: Platform, now: int) -> dict[tuple[str, str], int]:
    today = date(1970, 1, 1) + timedelta(days=local_parts(now, platform.settings.retailer.timezone)[0])
    return {(z.place, z.zone): z.visits for z in visits(platform.store, since=today).zones}


def _effects(platform: Platform, running: dict[str, dict[str, str]], language: str) -> list[dict[str, Any]]:
    found = []
    for code, names in sorted(running.items()):
        e = effect(platform.store, code)
        if e.low is not None:
            name = names.get(language) or names.get(language[:2]) or next(iter(names.values()), code)
            found.append({"campaign": code, "name": name, "lift": e.lift, "low": e.low, "high": e.high,
                          "treated": e.treated, "holdout": e.holdout, "significant": e.significant})
    return found


routes = [live, events, stream]
