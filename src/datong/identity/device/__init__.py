"""Devices: what the air tells of phones that make up their addresses, between an identifier and a person.

Owns: `identity_device`, `identity_device_holder` and the fact table `identity.sighting`. Reads: places (where a sensor
stands; visits), receipts, `identity.link` in the facts. Promises: frames of made-up addresses come out as visits and a
count with an interval, never as a person; a device is tied to somebody only by an anchor, and by the identifier that
named them, so that a merge or a split changes nothing here.
"""

from datong.identity.device.arrivals import Arrivals, HourCount
from datong.identity.device.crowd import Count
from datong.identity.device.dwell import Dwell, fit_dwell
from datong.identity.device.evaluate import Agreement, v_measure
from datong.identity.device.followed import followed
from datong.identity.device.frames import Frames
from datong.identity.device.payers import Payer, payers
from datong.identity.device.read import Held, Hour, arrivals_of, devices_by, holders_of, visitors
from datong.identity.device.step import Devices
from datong.identity.device.tracks import SILENCE
from datong.identity.device.visits import PASSING, Clustered, Visit, cluster

__all__ = [
    "PASSING", "SILENCE", "Agreement", "Arrivals", "Clustered", "Count", "Devices", "Dwell", "Frames", "Held",
    "Hour", "HourCount", "Payer", "Visit", "arrivals_of", "cluster", "devices_by", "fit_dwell", "followed",
    "holders_of", "payers", "v_measure", "visitors",
]
