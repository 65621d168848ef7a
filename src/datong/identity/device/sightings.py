"""Sightings into facts: the frames of one scan become one row, with the model's keyed hash in place of what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from datong.identity.device.frames import Frames, in_bursts
from datong.identity.device.tables import SIGHTING
from datong.model import Event, local_parts
from datong.privacy import Vault
from datong.storage import FactsTx

__all__ = ["MODEL", "append_sightings", "model_key"]

MODEL = "wifi_model"
"""The name under which fingerprints are hashed; no namespace of identifiers, for a model identifies nobody."""
_EPOCH = date(1970, 1, 1)


def model_key(vault: Vault, event: Event) -> int:
    """Return the keyed hash of the event's information elements, 0 where it brought none."""
    said = event.properties.get("ie")
    return vault.key(MODEL, said) if isinstance(said, str) and said else 0


def append_sightings(
    events: Iterable[Event], facts: FactsTx, vault: Vault, places: Mapping[str, str], timezone: str
) -> None:
    """Append the sightings of every place; `places` says where a sensor stands, for one that does not say it itself."""
    by_place: dict[str, list[Event]] = {}
    for event in events:
        if event.type == "Device Sighted" and event.ident:
            place = event.place or places.get(str(event.properties.get("sensor") or event.zone), "")
            by_place.setdefault(place, []).append(event)
    for place, heard in sorted(by_place.items()):
        kinds = {e.ident: e.identifiers[0].ns for e in heard}
        bursts = in_bursts(Frames.of(
            [e.time for e in heard], address=[e.ident for e in heard], model=[model_key(vault, e) for e in heard],
            seq=[_number(e.properties.get("seq")) for e in heard],
            rssi=[e.value if e.value < 0 else float("nan") for e in heard],
        ))
        local = [local_parts(start, timezone) for start in bursts.start.tolist()]
        facts.append(SIGHTING, {
            "ident": bursts.address.tolist(), "ns": [kinds[ident] for ident in bursts.address.tolist()],
            "place": [place] * len(local), "model": bursts.model.tolist(), "start": bursts.start.tolist(),
            "end": bursts.end.tolist(), "frames": bursts.frames.tolist(), "first": bursts.first.tolist(),
            "last": bursts.last.tolist(),
            "rssi": [strength if strength == strength else None for strength in bursts.rssi.tolist()],
            "date": [_EPOCH + timedelta(days=day) for day, _ in local], "hour": [hour for _, hour in local],
        })


def _number(given: object) -> int:
    return given if isinstance(given, int) and 0 <= given < 4_096 else -1
