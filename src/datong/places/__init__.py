"""Places: venues, floors, zones, shops and sensors, and where each device is.

Owns: `places` (venue, zone, sensor, store, presence; facts store, zone, visit). Reads: the log's `Device Sighted`,
`Store Updated` and its own events. Promises: `Venue Entered`, `Zone Entered`, `Zone Exited` and `Venue Exited` are the
same however the sightings were cut into batches; entering is stamped with the first sight, leaving with the last;
a device that falls silent leaves although nothing else happens.
"""

from datong.places.plan import Floor, Name, Plan, Point, Rect, Sensor, Shop, Venue, Zone, read_venue
from datong.places.presence import Spot
from datong.places.read import (
    Here,
    Present,
    StoreRow,
    ZoneRow,
    known_stores,
    presence_of,
    present,
    stores,
    venues,
    zones,
)
from datong.places.step import Places

__all__ = [
    "Floor", "Here", "Name", "Places", "Plan", "Point", "Present", "Rect", "Sensor", "Shop", "Spot", "StoreRow",
    "Venue", "Zone", "ZoneRow", "known_stores", "presence_of", "present", "read_venue", "stores", "venues", "zones",
]
