"""Changes of plans, asked for: they go into the log, and the stage carries them out."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from datong.errors import Rejected
from datong.model import Event
from datong.places.check import venue_problems
from datong.places.master import UPDATED
from datong.places.plan import Venue
from datong.storage import Store, event_record

__all__ = ["drop_venue", "update_venue"]

_MOST = 8_000_000
"""Bytes of one plan: a mall of five floors with 700 drawn zones each has 1.5 million."""


def update_venue(store: Store, venue: Venue, *, actor: str, base: int | None = None, note: str = "") -> str:
    """Append the venue's new plan to the log and return the request's id; `plan_change` tells what became of it.

    With `base`, the version it was made from, it is refused where somebody else changed the plan meanwhile. Raises
    Rejected (`bad_plan`) naming the first mistake, and how many there are.
    """
    problems = list(venue_problems(venue))
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise Rejected(f"{problems[0]}{more}", code="bad_plan", field="plan", hint="mend the plan and send it again")
    said: dict[str, Any] = {"plan": msgspec.to_builtins(venue), "actor": actor, "note": note}
    if base is not None:
        said["base"] = base
    if len(msgspec.json.encode(said)) > _MOST:
        raise Rejected(f"the plan is larger than {_MOST:,} bytes", code="bad_plan", field="plan",
                       hint="simplify the polygons: a corner every half metre is enough")
    return _append(store, venue.code, said)


def drop_venue(store: Store, code: str, *, actor: str, base: int | None = None) -> str:
    """Append that the venue is no more; its visits and its versions stay. Return the request's id."""
    return _append(store, code, {"removed": True, "actor": actor, **({} if base is None else {"base": base})})


def _append(store: Store, code: str, said: dict[str, Any]) -> str:
    now = store.clock.now()
    digest = blake2b(msgspec.json.encode([code, now, store.log.end(), said]), digest_size=16).hexdigest()
    event = Event(id=f"plan:{digest}", source="places", channel="system", type=UPDATED, time=now, received=now,
                  place=code, properties=said)
    store.log.append([event_record(event)])
    return event.id
