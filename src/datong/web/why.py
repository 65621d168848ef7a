"""Why a member is one person: what it is known by, the evidence, what was refused, what is believed and decided."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from datong import identity
from datong.errors import NotFound, Rejected
from datong.platform import Platform
from datong.privacy import mask

__all__ = ["routes"]


@get("/members/{number:int}/why", sync_to_thread=True)
def why(request: Request[Any, Any, State], number: FromPath[int]) -> dict[str, Any]:
    """Return why a member is one person; values are masked, keys are texts (wider than a number of the browser)."""
    platform: Platform = request.app.state.platform
    vault = platform.vault
    with platform.store.state.read() as tx:
        found = identity.why(tx, vault, number)
        golden = identity.golden(tx, vault, found.id, identity.fields_of(platform.settings))
    shown: dict[str, Any] = msgspec.to_builtins(found)
    for known in shown["identifiers"]:
        known["value"] = known["value"] or f"#{known['key'] & 0xFFFFFF:06x}"
        known["key"] = str(known["key"])
    shown["evidence"] = [_edge(proof) for proof in found.evidence]
    shown["golden"] = [
        {"field": g.field, "value": mask(g.field, g.value), "source": g.source, "at": g.at, "strategy": g.strategy,
         "others": [{"value": mask(g.field, o.value), "source": o.source, "at": o.at} for o in g.others]}
        for g in golden
    ]
    return shown


@get("/members/{number:int}/path", sync_to_thread=True)
def path(
    request: Request[Any, Any, State], number: FromPath[int],
    a: Annotated[str, QueryParameter()], b: Annotated[str, QueryParameter()],
) -> dict[str, Any]:
    """Return the evidence that leads from identifier key `a` to `b`, in order; not found where none does."""
    platform: Platform = request.app.state.platform
    for name, key in (("a", a), ("b", b)):
        if not key.isdecimal() or len(key) > 19:
            raise Rejected(f"{name} is no identifier key", code="bad_key", field=name,
                           hint="take the keys from /api/members/NUMBER/why")
    with platform.store.state.read() as tx:
        if identity.who(tx, [int(a)]).get(int(a)) != identity.live(tx, number):
            raise NotFound("this member does not hold the identifier", field="a")
        return {"edges": [_edge(proof) for proof in identity.path(tx, int(a), int(b))]}


def _edge(proof: identity.Proof) -> dict[str, Any]:
    return {**msgspec.to_builtins(proof), "a": str(proof.a), "b": str(proof.b)}


routes = [why, path]
