"""Facts: finished visits from the log, and the dimensions of stores and zones from the state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa

from datong.model import Event, local_parts
from datong.places.plan import Venue
from datong.places.tables import STAFF, STAFF_FACT, STORE, STORE_FACT, VENUE, VENUE_FACT, VISIT_FACT, ZONE, ZONE_FACT
from datong.storage import FactsTx

__all__ = ["append_visits", "replace_dimensions"]

_EPOCH = date(1970, 1, 1)
_decoder = msgspec.json.Decoder(Venue)


def append_visits(events: Iterable[Event], facts: FactsTx, timezone: str) -> None:
    """Append one visit per Zone Exited, and one with an empty zone per Venue Exited; date and hour are its start's."""
    rows = [e for e in events if e.type in ("Zone Exited", "Venue Exited")]
    if not rows:
        return
    starts = [e.time - int(e.value) for e in rows]
    local = [local_parts(start, timezone) for start in starts]
    facts.append(VISIT_FACT, {
        "id": [e.id for e in rows], "ident": [e.ident for e in rows], "place": [e.place for e in rows],
        "zone": [e.zone for e in rows], "start": starts, "end": [e.time for e in rows],
        "dwell": [int(e.value) for e in rows], "date": [_EPOCH + timedelta(days=day) for day, _ in local],
        "hour": [hour for _, hour in local],
    })


def replace_dimensions(tx: sa.Connection, facts: FactsTx) -> None:
    """Make the dimensions what the state says."""
    for table, fact in ((STORE, STORE_FACT), (ZONE, ZONE_FACT), (STAFF, STAFF_FACT)):
        names = list(fact.columns)
        rows = tx.execute(sa.select(*(table.c[name] for name in names))).all()
        facts.execute(f"DELETE FROM {fact.full}")
        facts.append(fact, {name: [row[i] for row in rows] for i, name in enumerate(names)})
    known = tx.execute(sa.select(VENUE.c.code, VENUE.c.name, VENUE.c.plan))
    plans = [(code, name, _decoder.decode(plan)) for code, name, plan in known]
    facts.execute(f"DELETE FROM {VENUE_FACT.full}")
    facts.append(VENUE_FACT, {
        "code": [code for code, _, _ in plans], "name": [name for _, name, _ in plans],
        **{name: [getattr(plan, name) for _, _, plan in plans] for name in ("city", "region", "country", "hours")},
    })
