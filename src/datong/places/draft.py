"""Drafts of plans: an imported floor put into its venue."""

from __future__ import annotations

import msgspec

from datong.places.geojson import FloorRead
from datong.places.plan import Floor, Sensor, Venue

__all__ = ["with_floor"]


def with_floor(venue: Venue, read: FloorRead) -> tuple[Venue, list[str]]:
    """Return the venue with this floor in place of the one of the same code, and remarks.

    The file's sensors replace the floor's; where it has none, those of the floor stay as long as they stand in a zone.
    A zone whose code another floor has already gets its floor's code in front.
    """
    floor, remarks = read.floor, list(read.remarks)
    others = tuple(f for f in venue.floors if f.code != floor.code)
    taken = {zone.code for other in others for zone in other.zones}
    renamed = {z.code: f"{floor.code}-{z.code}"[:64] for z in floor.zones if z.code in taken}
    if renamed:
        zones = tuple(msgspec.structs.replace(z, code=renamed.get(z.code, z.code)) for z in floor.zones)
        floor = msgspec.structs.replace(floor, zones=zones)
        remarks.append(f"{len(renamed)} zones have codes of other floors: they got {floor.code}- in front")
    sensors = tuple(msgspec.structs.replace(s, zone=renamed.get(s.zone, s.zone)) for s in read.sensors)
    before = next((f for f in venue.floors if f.code == floor.code), None)
    if before is not None and not sensors:
        sensors = _of_floor(venue, before, {z.code for z in floor.zones})
    here = {s.code for s in sensors} | {s.code for s in _of_floor(venue, before, None)}
    kept = tuple(s for s in venue.sensors if s.code not in here)
    floors = tuple(sorted((*others, floor), key=lambda f: (f.level, f.code)))
    return msgspec.structs.replace(venue, floors=floors, sensors=(*kept, *sensors)), remarks


def _of_floor(venue: Venue, floor: Floor | None, zones: set[str] | None) -> tuple[Sensor, ...]:
    if floor is None:
        return ()
    own = {z.code for z in floor.zones}
    found = [s for s in venue.sensors if (s.zone in own if s.zone else s.floor == floor.code)]
    return tuple(s for s in found if zones is None or not s.zone or s.zone in zones)
