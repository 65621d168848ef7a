"""Door counters from a list: each line of a CSV file becomes a Door Counted call, or is kept with what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from datong.errors import Rejected
from datong.model import from_iso, to_iso
from datong.touchpoints.call import Call, Heard, Unread
from datong.touchpoints.intake import Intake
from datong.touchpoints.sheet import read_sheet
from datong.touchpoints.stores import StoreLine, StoresTaken

__all__ = ["read_counts", "take_counts"]

SOURCE = "counters"
_CHUNK = 1_000
_COLUMNS = ("place", "time", "entries", "exits", "door")


def read_counts(body: bytes, timezone: str) -> Iterator[tuple[int, str, Heard]]:
    """Give (line, place, call or what is wrong) of each line: place, time (start of the hour), entries, exits, door.

    A time without a zone is local. The same door and time again is known already, with another count a conflict. Raises
    Rejected (`bad_csv`) where text or header cannot be used.
    """
    rows = read_sheet(body)
    header = [name.strip().casefold() for name in next(rows, (0, []))[1]]
    missing = [name for name in _COLUMNS[:3] if name not in header]
    if missing:
        raise Rejected(f"the header has no {', '.join(missing)}", code="bad_csv", field=missing[0],
                       hint=f"columns: {', '.join(_COLUMNS)}")
    zone = ZoneInfo(timezone)
    for line, row in rows:
        said = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
        place = said.get("place", "")
        try:
            yield line, place, _call(said, zone)
        except Rejected as error:
            raw = msgspec.json.encode({"type": "track", "event": "Door Counted", "properties": said})
            yield line, place, Unread(raw, error.code, error.message, error.hint, error.field, f"line {line}")


def take_counts(intake: Intake, body: bytes) -> StoresTaken:
    """Take a list of counts in; tell line by line what is wrong. Raises Rejected, Unavailable."""
    read = list(read_counts(body, intake.settings.retailer.timezone))
    taken = StoresTaken(len(read))
    for at in range(0, len(read), _CHUNK):
        part = read[at : at + _CHUNK]
        for (line, place, _), result in zip(
            part, intake.accept_calls(SOURCE, [heard for _, _, heard in part], history=True), strict=True
        ):
            if result.status == "stored":
                taken.stored += 1
            elif result.status == "duplicate":
                taken.known += 1
            else:
                taken.quarantined += 1
                taken.lines.append(StoreLine(line, place, result.code, result.message, result.hint, result.field))
    return taken


def _call(said: dict[str, str], zone: ZoneInfo) -> Call:
    if not said.get("place"):
        raise Rejected("the line has no place", code="missing_field", field="place", hint="give the venue's code")
    try:
        text = said.get("time", "").replace(" ", "T")
        at = datetime.fromisoformat(text)
        moment = to_iso(from_iso(text)) if at.tzinfo else to_iso(int(at.replace(tzinfo=zone).timestamp() * 1000))
    except ValueError:
        raise Rejected(f"time {said.get('time', '')[:40]!r} is no time", code="bad_time", field="time",
                       hint="write 2026-03-07 14:00") from None
    properties: dict[str, Any] = {"store_id": said["place"], "door": said.get("door", "")}
    for name in ("entries", "exits"):
        value = said.get(name) or "0"
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise Rejected(f"{name} {value[:20]!r} is no count", code="bad_type", field=name,
                           hint="give a whole number")
        properties[name] = int(value)
    return Call(type="track", event="Door Counted", timestamp=moment, properties=properties,
                message_id=f"{said['place']}/{said.get('door', '')}/{moment}")
