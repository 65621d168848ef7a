"""The Campaigns pages: what was sent, to whom not, what was redeemed, and what it really changed."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from datong.analytics import campaign_days, effect
from datong.analytics import campaigns as figures_of
from datong.delivery import messages
from datong.identity import fields_of, label
from datong.marketing import Campaign, Counts, Launch, all_campaigns, counts, launch, set_state, silence
from datong.marketing import campaign as campaign_of
from datong.platform import Platform
from datong.scenes import definitions
from datong.web.kept import Kept
from datong.web.language import LANGUAGES, language_of

__all__ = ["routes"]


class Change(msgspec.Struct):
    """What the switch sends."""

    state: Literal["running", "paused"]


@get("/campaigns", sync_to_thread=True)
def campaigns(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return every campaign with its numbers: our own with their effect, and those that were loaded from elsewhere."""
    platform: Platform = request.app.state.platform
    kept: Kept = request.app.state.kept
    language = language_of(request)
    rows: list[dict[str, Any]] = kept.get(f"campaigns {language}", 5, lambda: _all(platform, language), behind=True)
    return {"campaigns": rows}


@get("/campaigns/{code:str}", sync_to_thread=True)
def one(request: Request[Any, Any, State], code: FromPath[str]) -> dict[str, Any]:
    """Return one campaign with its days, its offer, why it was silent, and the latest messages."""
    platform: Platform = request.app.state.platform
    store = platform.store
    days = [{"date": d.date, "sent": d.sends, "redeemed": d.redemptions} for d in campaign_days(store, code)]
    loaded = next((row for row in _loaded(platform) if row["code"] == code), None)
    with store.state.read() as tx:
        if loaded and code not in {c.code for c in all_campaigns(tx)}:
            return {**loaded, "days": days, "offer": None, "messages": []}
        found = campaign_of(tx, code)
        said = [
            {"id": m.id, "at": m.created, "member": m.member, "label": label(m.member), "channel": m.channel,
             "title": m.title, "body": m.body, "coupon": m.coupon, "status": "seen" if m.seen_at else m.state}
            for m in messages(tx, platform.vault, campaign=code, limit=20, fields=fields_of(platform.settings))
        ]
        row = _row(platform, found, counts(tx).get(code, Counts()), language_of(request))
        return {
            **row, "days": days, "offer": found.offer, "holdout": found.definition.holdout, "messages": said,
            "silence": [{"reason": r, "count": n} for r, n in sorted(silence(tx, code).items(), key=lambda x: -x[1])],
        }


@post("/campaigns/{code:str}/state", sync_to_thread=True, status_code=200)
def change(request: Request[Any, Any, State], code: FromPath[str], data: JSONBody[Change]) -> dict[str, Any]:
    """Pause a campaign or let it run."""
    platform: Platform = request.app.state.platform
    kept: Kept = request.app.state.kept
    found = set_state(platform.store, code, data.state)
    for language in LANGUAGES:
        kept.forget(f"campaigns {language}")
    return {"code": code, "state": found.state}


@post("/campaigns/{code:str}/launch", sync_to_thread=True, status_code=202)
def launch_now(request: Request[Any, Any, State], code: FromPath[str]) -> Launch:
    """Decide now for every member of an audience campaign; the answer says how many are meant."""
    platform: Platform = request.app.state.platform
    return launch(platform.store, code)


def _all(platform: Platform, language: str) -> list[dict[str, Any]]:
    with platform.store.state.read() as tx:
        own, numbers = all_campaigns(tx), counts(tx)
    rows = [_row(platform, c, numbers.get(c.code, Counts()), language) for c in own]
    known = {row["code"] for row in rows}
    return rows + [row for row in _loaded(platform) if row["code"] not in known]


def _row(platform: Platform, c: Campaign, n: Counts, language: str) -> dict[str, Any]:
    names = c.definition.name
    scenes = {s.scene: s.title.get(language[:2], s.scene) for s in definitions(platform.settings)}
    e = effect(platform.store, c.code)
    shown = None
    if e.lift is not None:
        shown = {"lift": e.lift, "low": e.low, "high": e.high, "significant": e.significant,
                 "treated_mean": e.treated_mean, "holdout_mean": e.holdout_mean, "incremental": e.incremental,
                 "incremental_low": e.incremental_low, "incremental_high": e.incremental_high, "reason": e.reason}
    return {
        "code": c.code, "name": names.get(language) or names.get(language[:2]) or next(iter(names.values()), c.code),
        "kind": "scene" if c.definition.scene else "audience", "state": c.state, "scene": c.definition.scene,
        "scene_title": scenes.get(c.definition.scene, c.definition.scene),
        "start": c.start or None, "end": c.end or None, "sent": n.sent, "assigned_treated": n.assigned_treated,
        "assigned_holdout": n.assigned_holdout, "redeemed": n.redeemed, "effect": shown, "reason": e.reason,
    }


def _loaded(platform: Platform) -> list[dict[str, Any]]:
    """Return the campaigns that only the facts know: history from other systems, without a holdout of ours."""
    return [
        {"code": f.code, "name": f.name or f.code, "kind": f.kind, "state": "loaded", "scene": "", "scene_title": "",
         "start": f.start, "end": f.end, "sent": f.sends, "assigned_treated": f.assigned_treated,
         "assigned_holdout": f.assigned_holdout, "redeemed": f.redemptions, "effect": None, "reason": ""}
        for f in figures_of(platform.store) if f.code
    ]


routes = [campaigns, one, change, launch_now]
