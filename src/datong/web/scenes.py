"""The Scenes page: what is watched for, and how often it happened."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.datastructures import State

from datong.model import local_parts
from datong.platform import Platform
from datong.scenes import definitions, describe, fired
from datong.web.language import language_of

__all__ = ["routes"]


@get("/scenes", sync_to_thread=True)
def scenes(request: Request[Any, Any, State]) -> list[dict[str, Any]]:
    """Return every scene with its steps in words, today's firings, and the last one."""
    platform: Platform = request.app.state.platform
    retailer, now = platform.settings.retailer, platform.store.clock.now()
    _, hour = local_parts(now, retailer.timezone)
    midnight = now - now % 3_600_000 - hour * 3_600_000
    with platform.store.state.read() as tx:
        counts = fired(tx, since=midnight)
    language = language_of(request)
    return [
        {"name": s.scene, "title": s.title.get(language[:2], s.scene), "version": s.version,
         "steps": describe(s, language), "fired_today": counts.get(s.scene, (0, None))[0],
         "last": counts.get(s.scene, (0, None))[1]}
        for s in definitions(platform.settings)
    ]


routes = [scenes]
