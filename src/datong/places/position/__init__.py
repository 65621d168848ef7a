"""Position: from the signal strengths of one device in a short window to a point on a floor, for many devices at once.

Owns: nothing that is stored; a model is bytes (`pack`, `unpack`) that others keep. Reads: files given to it. Promises:
the same readings give the same point on every machine; `accuracy_m` is the radius that held 68 % of the points of a
cross-validation of the survey, or, without a survey, what the geometry of the sensors lets expect.
"""

from datong.places.position.accuracy import Accuracy, FloorAccuracy, errors_of, interval, left_out, measure
from datong.places.position.choose import WRONG_FLOOR, fit_and_measure
from datong.places.position.fingerprint import Fingerprint
from datong.places.position.locator import Located, Locator
from datong.places.position.match import Match
from datong.places.position.radio_map import RadioMap, walkable_cells
from datong.places.position.scans import Scans, faded
from datong.places.position.smooth import HELD, Track, smooth_path, snap
from datong.places.position.strongest import StrongestSensor
from datong.places.position.survey import Survey, read_survey
from datong.places.position.trilateration import Anchors, Trilateration

__all__ = [
    "HELD", "WRONG_FLOOR", "Accuracy", "Anchors", "Fingerprint", "FloorAccuracy", "Located", "Locator", "Match",
    "RadioMap", "Scans", "StrongestSensor", "Survey", "Track", "Trilateration", "errors_of", "faded", "fit_and_measure",
    "interval", "left_out", "measure", "read_survey", "smooth_path", "snap", "walkable_cells",
]
