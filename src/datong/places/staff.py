"""Staff: devices that are nobody's visit, registered or confirmed by a person, by way of the log."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import Rejected
from datong.model import Event, Identifier
from datong.places.tables import STAFF
from datong.storage import Store, event_record, upsert

__all__ = ["REGISTERED", "StaffDevice", "ignored", "register_staff", "staff_devices", "take_staff"]

REGISTERED = "Staff Registered"


class StaffDevice(msgspec.Struct, frozen=True):
    """A device and what somebody said of it: role staff, or visitor (it is none); `place` empty means everywhere."""

    ident: int
    place: str
    role: str
    since: int
    until: int | None
    how: str
    actor: str


def register_staff(
    store: Store, device: Identifier, *, actor: str, place: str = "", role: str = "staff", since: int | None = None,
    until: int | None = None, how: str = "registered",
) -> str:
    """Append to the log that a device belongs to the staff from `since` on (ms; now), and return the event's id.

    With `until` it no longer does after that; role `visitor` says that it is none, so that it is not proposed again.
    The event anchors the device: a maker's address keeps one key over days. Raises Rejected for a made-up address,
    which is another one tomorrow.
    """
    if role not in ("staff", "visitor"):
        raise Rejected(f"there is no role {role[:20]!r}", code="bad_staff", field="role", hint="staff or visitor")
    if device.ns == "random_mac":
        raise Rejected("the address is made up by the phone: tomorrow it is another one", code="bad_staff",
                       field="device", hint="switch off the random address for the shop's network on this phone")
    now = store.clock.now()
    said: dict[str, Any] = {"role": role, "since": now if since is None else since, "how": how, "actor": actor}
    if until is not None:
        said["until"] = until
    name = blake2b(msgspec.json.encode([device.key, place, now, said]), digest_size=16).hexdigest()
    event = Event(id=f"staff:{name}", source="places", channel="system", type=REGISTERED, time=now, received=now,
                  identifiers=(device,), ident=device.key, place=place, properties=said)
    store.log.append([event_record(event)])
    return event.id


def take_staff(tx: sa.Connection, events: Iterable[Event]) -> None:
    """Enter what people said about devices; the latest word counts."""
    rows = {}
    for event in events:
        if event.type == REGISTERED and event.ident:
            said = event.properties
            until = said.get("until")
            rows[event.ident, event.place] = {
                "ident": event.ident, "place": event.place, "role": str(said.get("role") or "staff")[:16],
                "since": int(said.get("since") or event.time), "until": int(until) if until else None,
                "how": str(said.get("how") or "")[:16], "actor": str(said.get("actor") or "")[:128],
            }
    upsert(tx, STAFF, list(rows.values()))


def ignored(tx: sa.Connection, now: int) -> set[int]:
    """Return the devices of the staff at `now` (ms): no presence is kept of them."""
    over = STAFF.c.until.is_not(None) & (STAFF.c.until <= now)
    return {row[0] for row in tx.execute(sa.select(STAFF.c.ident).where(STAFF.c.role == "staff", ~over))}


def staff_devices(tx: sa.Connection) -> list[StaffDevice]:
    """Return all that was said about devices, by place and time."""
    columns = [STAFF.c[name] for name in StaffDevice.__struct_fields__]
    rows = tx.execute(sa.select(*columns).order_by(STAFF.c.place, STAFF.c.since, STAFF.c.ident))
    return [StaffDevice(*row) for row in rows]
