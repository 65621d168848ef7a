"""Third-party data: what providers cost, and a run."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from datong.identity import enrichment
from datong.platform import Platform

__all__ = ["routes"]


class Asked(msgspec.Struct):
    """How many members to ask about at most (0: all), or nobody, to see how many it would be."""

    limit: int = 0
    dry_run: bool = False


@get("/enrichment", sync_to_thread=True)
def listing(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return the declared providers, and what each month cost."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        months = enrichment.spent(tx)
    providers = [{"name": name, "kind": given.kind, "by": given.by, "purpose": given.purpose, "budget": given.budget,
                  "fields": sorted(given.fields.values())} for name, given in platform.settings.enrichment.items()]
    return {"providers": providers, "months": months, "currency": platform.settings.retailer.currency}


@post("/enrichment/{name:str}", status_code=200, sync_to_thread=True)
def run(request: Request[Any, Any, State], name: FromPath[str], data: JSONBody[Asked]) -> enrichment.Enriched:
    """Ask a provider about the members who agreed, and return what became of it."""
    platform: Platform = request.app.state.platform
    return enrichment.enrich(platform.store, platform.vault, name, limit=data.limit, dry_run=data.dry_run)


routes = [listing, run]
