"""Places: venues, floors, zones, shops and sensors, and where each device is.

Owns: `places` (venue, plan, survey, zone, sensor, store, staff, heard, presence; facts store, venue, zone, staff,
visit, counted, calibration, silence). Reads: the log's sightings, `Venue Updated`, `Survey Imported`, `Store Updated`,
`Door Counted` and its own events. Promises: `Venue Entered`, `Zone Entered`, `Zone Exited` and `Venue Exited` are the
same however the sightings were cut into frames and batches; entering is stamped with the first sight, leaving with the
last; a device that falls silent leaves although nothing else happens. Of devices that can be nobody's, one
`Devices Moved` a batch says all that.
"""

from datong.places.calibration import calibrate
from datong.places.check import venue_problems, venue_remarks
from datong.places.draft import with_floor
from datong.places.formats import Format, category_name, formats
from datong.places.geojson import FloorRead, read_floor, write_floor
from datong.places.geometry import ZoneIndex, ground_of, polygon_of, spots_of, trade_ring
from datong.places.health import SensorState, sensors
from datong.places.hours import Hours, Span
from datong.places.location import check_store
from datong.places.plan import (
    Floor,
    Name,
    Origin,
    Picture,
    Plan,
    Point,
    Rect,
    Ring,
    Sensor,
    Shop,
    TradeArea,
    Venue,
    Zone,
)
from datong.places.position import Accuracy
from datong.places.presence import Spot
from datong.places.read import (
    Here,
    PlanChange,
    Present,
    Region,
    StoreRow,
    ZoneRow,
    by_gln,
    known_stores,
    plan_change,
    plan_history,
    presence_of,
    present,
    regions,
    stores,
    stores_page,
    venue_at,
    venues,
    zones,
)
from datong.places.request import drop_venue, update_venue
from datong.places.staff import StaffDevice, register_staff, staff_devices
from datong.places.staff_file import Employee, employees, take_staff_file
from datong.places.step import Places
from datong.places.survey import SurveyRow, import_survey, surveys
from datong.places.venue_file import read_venue

__all__ = [
    "Accuracy", "Employee", "Floor", "FloorRead", "Format", "Here", "Hours", "Name", "Origin", "Picture", "Places",
    "Plan", "PlanChange", "Point", "Present", "Rect", "Region", "Ring", "Sensor", "SensorState", "Shop", "Span",
    "Spot", "StaffDevice", "StoreRow", "SurveyRow", "TradeArea", "Venue", "Zone", "ZoneIndex", "ZoneRow", "by_gln",
    "calibrate", "category_name", "check_store", "drop_venue", "employees", "formats", "ground_of", "import_survey",
    "known_stores", "plan_change", "plan_history", "polygon_of", "presence_of", "present", "read_floor", "read_venue",
    "regions", "register_staff", "sensors", "spots_of", "staff_devices", "stores", "stores_page", "surveys",
    "take_staff_file", "trade_ring", "update_venue", "venue_at", "venue_problems", "venue_remarks", "venues",
    "with_floor", "write_floor", "zones",
]
