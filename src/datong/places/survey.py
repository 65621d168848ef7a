"""Surveys of venues: imported with their measured accuracy, kept as a model beside the data, told by an event."""

from __future__ import annotations

import io
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
import shapely
import sqlalchemy as sa

from datong.errors import NotFound, Rejected
from datong.model import Event
from datong.places.geometry import ground_of, polygon_of
from datong.places.plan import Floor
from datong.places.position import Accuracy, Scans, Survey, fit_and_measure, read_survey
from datong.places.read import venue_at
from datong.places.tables import SURVEY
from datong.storage import Store, event_record, upsert

__all__ = ["IMPORTED", "SurveyRow", "import_survey", "note_surveys", "surveys"]

IMPORTED = "Survey Imported"
_accuracy = msgspec.json.Decoder(Accuracy)


class SurveyRow(msgspec.Struct, frozen=True):
    """The survey in use of a venue: its model's file, when it came and by whom, and how good it is."""

    place: str
    file: str
    at: int
    actor: str
    scans: int
    sensors: int
    accuracy: Accuracy


def import_survey(store: Store, place: str, text: str, *, actor: str) -> tuple[str, Accuracy]:
    """Make the model of a survey (CSV, see `position.read_survey`), keep it, and append `Survey Imported` to the log.

    Return the event's id and the cross-validated accuracy. The survey counts for readings after the event. Raises
    NotFound for an unknown venue, Rejected naming line and column, or that none of its sensors are the venue's.
    """
    with store.state.read() as tx:
        venue, _ = venue_at(tx, place)
    if venue is None:
        raise NotFound(f"there is no venue {place!r}", code="unknown_venue", field="venue",
                       hint="draw or import its plan first")
    survey = read_survey(io.StringIO(text), tuple(floor.code for floor in venue.floors))
    survey, strange = _of_sensors(survey, {sensor.code for sensor in venue.sensors})
    model, accuracy = fit_and_measure(survey, {f.code: g for f in venue.floors if (g := _ground(f)) is not None})
    if strange:
        remark = (f"{len(strange)} sensors of the survey are not in the plan and were left out: "
                  f"{', '.join(strange[:5])}{' …' if len(strange) > 5 else ''}")
        accuracy = msgspec.structs.replace(accuracy, remarks=(*accuracy.remarks, remark))
    body = model.pack()
    name = f"{blake2b(body, digest_size=16).hexdigest()}.npz"
    folder = store.settings.data / "surveys"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(body)
    now = store.clock.now()
    event = Event(id=f"survey:{name}:{now}", source="places", channel="system", type=IMPORTED, time=now, received=now,
                  place=place, properties={"file": name, "actor": actor, "scans": len(survey),
                                           "sensors": len(model.sensors), "accuracy": msgspec.to_builtins(accuracy)})
    store.log.append([event_record(event)])
    return event.id, accuracy


def note_surveys(tx: sa.Connection, events: Iterable[Event]) -> None:
    """Make the surveys in use those that `Survey Imported` events bring; the last one of a venue counts."""
    rows = {}
    for event in events:
        if event.type == IMPORTED:
            said = event.properties
            accuracy = msgspec.convert(said.get("accuracy"), Accuracy)
            rows[event.place] = {
                "place": event.place, "file": str(said.get("file") or ""), "at": event.received,
                "actor": str(said.get("actor") or "")[:128], "scans": int(said.get("scans") or 0),
                "sensors": int(said.get("sensors") or 0), "accuracy": msgspec.json.encode(accuracy),
            }
    upsert(tx, SURVEY, list(rows.values()))


def surveys(tx: sa.Connection, places: Iterable[str] | None = None) -> dict[str, SurveyRow]:
    """Return the surveys in use by venue, of all or of these."""
    query = sa.select(SURVEY.c.place, SURVEY.c.file, SURVEY.c.at, SURVEY.c.actor, SURVEY.c.scans, SURVEY.c.sensors,
                      SURVEY.c.accuracy).order_by(SURVEY.c.place)
    if places is not None:
        query = query.where(SURVEY.c.place.in_(list(places)))
    return {row[0]: SurveyRow(*row[:6], _accuracy.decode(row[6])) for row in tx.execute(query)}


def _of_sensors(survey: Survey, known: set[str]) -> tuple[Survey, list[str]]:
    """Return the survey with the venue's sensors only, without scans that are empty then; and the other sensors."""
    mine = [code for code in survey.scans.sensors if code in known]
    if not mine:
        heard = ", ".join(survey.scans.sensors[:3])
        raise Rejected(f"no sensor of the survey is one of the venue's (it has {heard} …)", code="survey_value",
                       field="survey", hint="name sensors as the plan does, or add them to the plan")
    dbm = survey.scans.table(mine)
    kept = ~np.isnan(dbm).all(1)
    found = Survey(survey.x[kept], survey.y[kept], survey.floor[kept], survey.walk[kept],
                   Scans.of_table(mine, dbm[kept]), survey.floors)
    return found, [code for code in survey.scans.sensors if code not in known]


def _ground(floor: Floor) -> Any | None:
    """Return where people can be on a floor: its outline, else its zones; None where nothing is drawn."""
    outline = ground_of(floor)
    if outline is not None and outline.is_valid:
        return outline
    shapes = [p for z in floor.zones if (p := polygon_of(z.ring, z.holes)) is not None and p.is_valid]
    return shapely.unary_union(shapes) if shapes else None


