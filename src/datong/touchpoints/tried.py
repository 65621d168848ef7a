"""Tried: what a frame would become if a touchpoint sent it, without keeping anything."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.config import Settings
from datong.errors import NotFound, Rejected
from datong.model import sighted, to_iso
from datong.privacy import Vault, namespaces
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.call import Call, Request, Scan, Unread
from datong.touchpoints.kinds import find_kind
from datong.touchpoints.listening import listening
from datong.touchpoints.trust import trust

__all__ = ["Tried", "try_frame"]


class Tried(msgspec.Struct, frozen=True):
    """What one part of a frame would become: the fields of its event, or why not and what to do about it."""

    event: dict[str, Any] = {}
    code: str = ""
    message: str = ""
    hint: str = ""
    field: str = ""


def try_frame(
    settings: Settings, vault: Vault, name: str, frame: bytes, now: int, request: Request | None = None
) -> list[Tried]:
    """Return what each part of the frame would become; raises NotFound, ConfigError, and Rejected for the whole.

    No signature is asked for, and which goods and stores are known is not looked up. Personal values are shown by name.
    """
    touchpoint = settings.touchpoints.get(name)
    if touchpoint is None:
        known = ", ".join(settings.touchpoints) or "none yet"
        raise NotFound(f"there is no touchpoint {name[:60]!r}", hint=f"[touchpoints.NAME] of datong.toml: {known}")
    kind = find_kind(touchpoint.kind, name)
    context = listening(settings, name, kind)
    kind.check(context)
    channel = str(touchpoint.settings.get("channel") or touchpoint.kind)
    trusted, verified = trust(name, touchpoint, namespaces(settings))
    origin = Origin(name, touchpoint.kind, channel, touchpoint.place, trusted, verified)
    admission = Admission(settings, vault)
    opened = kind.open(request or Request(at=now), frame, context)
    found: list[Tried] = []
    for heard in kind.listen(opened, context):
        if isinstance(heard, Scan):
            found += _scanned(admission, heard, origin, now)
        else:
            found.append(_tried(admission, heard, origin, now))
    return found


def _scanned(admission: Admission, scan: Scan, origin: Origin, now: int) -> list[Tried]:
    done = admission.sightings(scan, origin, now)
    bad = [Tried({}, error.code, error.message, error.hint, error.field) for _, error in done.refused]
    if (event := done.event) is None:
        return bad
    shown = {"event": event.type, "id": event.id, "time": to_iso(event.time), "channel": event.channel,
             "place": event.place, "repeated": done.repeated, "skipped": scan.skipped, "sightings": [
                 {"identifier": s.ns, "time": to_iso(s.time), "rssi": s.rssi, "sensor": s.sensor}
                 for s in sighted(event)]}
    return [Tried({key: value for key, value in shown.items() if value not in ("", 0)}), *bad]


def _tried(admission: Admission, heard: Call | Unread, origin: Origin, now: int) -> Tried:
    if isinstance(heard, Unread):
        return Tried({}, heard.code, heard.message, heard.hint, heard.field)
    try:
        event, _ = admission.admit(heard, origin, now, now)
    except Rejected as error:
        return Tried({}, error.code, error.message, error.hint, error.field)
    shown = {
        "event": event.type, "id": event.id, "time": to_iso(event.time), "channel": event.channel, "place": event.place,
        "zone": event.zone, "identifiers": [f"{i.ns}{' (verified)' if i.verified else ''}" for i in event.identifiers],
        "items": [msgspec.to_builtins(_line(item)) for item in event.items], "amount": event.amount,
        "currency": event.currency, "ref": event.ref, "campaign": event.campaign, "coupon": event.coupon,
        "value": event.value, "properties": event.properties, "personal": sorted(event.personal),
        "trusted": event.trusted,
    }
    return Tried({key: value for key, value in shown.items() if value not in ("", [], {}, 0, 0.0)})


def _line(item: Any) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__struct_fields__ if getattr(item, name)}
