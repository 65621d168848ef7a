"""Calibration by hand: what a retailer knows of a venue without a door counter, said by way of the log.

`conversion` is the share of visitors who buy, known for some days (somebody stood at the door and counted) or all;
`capture` the share of visitors whose phone is heard. Analytics uses the better one that there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from datong.errors import Rejected
from datong.model import Event
from datong.places.tables import CALIBRATION
from datong.storage import FactsTx, Store, event_record

__all__ = ["GIVEN", "append_calibrations", "calibrate"]

GIVEN = "Calibration Given"
_EPOCH, _ALWAYS = date(1970, 1, 1), date(9999, 12, 31)
_BY = ("conversion", "capture")


def calibrate(
    store: Store, place: str, by: str, value: float, *, actor: str, low: float | None = None, high: float | None = None,
    since: date | None = None, until: date | None = None,
) -> str:
    """Append to the log that `by` (conversion or capture) is `value` at a place, and return the event's id.

    A share above 0 and up to 1 (a capture up to 3: people may carry two phones), with its 90 % interval from `low` to
    `high`; without one a tenth either way is meant. It holds from `since` to `until`, both included, or always. What
    was said of the same days before no longer counts; the value 0 takes it back. Raises Rejected (`bad_calibration`).
    """
    if by not in _BY:
        raise _bad("by", f"there is no calibration by {by[:20]!r}", "conversion or capture")
    if not place:
        raise _bad("place", "it is of no venue", "name the venue")
    most = 1.0 if by == "conversion" else 3.0
    if not 0 <= value <= most:
        raise _bad("value", f"{by} {value} is no share", f"above 0 and up to {most:g}, 0.25 for 25 %; 0 takes it back")
    low, high = value * 0.9 if low is None else low, min(most, value * 1.1) if high is None else high
    if not 0 <= low <= value <= high <= most:
        raise _bad("low", f"{value} does not lie between {low} and {high}", "give low ≤ value ≤ high")
    if value and not low:
        raise _bad("low", "a share of 0 explains nobody", "give a lower end above 0")
    first, last = since or _EPOCH, until or _ALWAYS
    if last < first:
        raise _bad("until", f"{last} lies before {first}", "swap them")
    now = store.clock.now()
    said: dict[str, Any] = {"by": by, "value": value, "low": low, "high": high, "since": str(first),
                            "until": str(last), "actor": actor}
    name = blake2b(msgspec.json.encode([place, now, store.log.end(), said]), digest_size=16).hexdigest()
    event = Event(id=f"calibration:{name}", source="places", channel="system", type=GIVEN, time=now, received=now,
                  place=place, properties=said)
    store.log.append([event_record(event)])
    return event.id


def append_calibrations(events: Iterable[Event], facts: FactsTx) -> None:
    """Take what was said into the facts; the latest word on the same days counts."""
    for event in events:
        if event.type != GIVEN:
            continue
        said = event.properties
        days = [(date.fromisoformat(str(said[name])) - _EPOCH).days for name in ("since", "until")]
        facts.execute(
            f'DELETE FROM {CALIBRATION.full} WHERE place = ? AND "by" = ? AND since = ? AND "until" = ?',
            [event.place, str(said["by"]), *(_EPOCH + timedelta(days=day) for day in days)])
        if said["value"]:
            facts.append(CALIBRATION, {
                "place": [event.place], "by": [str(said["by"])], "since": [days[0]], "until": [days[1]],
                "ts": [event.time], "actor": [str(said.get("actor") or "")[:128]],
                **{name: [float(said[name])] for name in ("value", "low", "high")},
            })


def _bad(field: str, what: str, hint: str) -> Rejected:
    return Rejected(what, code="bad_calibration", field=field, hint=hint)
