from __future__ import annotations

import pytest

from datong.config import Settings
from datong.errors import ConfigError
from datong.scenes import definitions, describe, read_scenes


def test_the_library_is_read() -> None:
    assert [(s.scene, s.version) for s in definitions(Settings())] == [("online_viewer_arrives", 1), ("shoe_dwell", 1)]
    dwell = definitions(Settings())[1]
    assert describe(dwell) == ["Begins with Zone Entered in shoes",
                               "stays 5 minutes, without Zone Exited or Venue Exited or Receipt Issued",
                               "At most 1 a day",
                               "Silent for 2 hours after it"]


@pytest.mark.parametrize(("text", "message", "hint"), [
    ("{scene: a, title: {}}", "own.yaml: scene a: Object missing required field `start`", ""),
    ("{scene: a, title: {}, start: {on: Zone Entred}}", "own.yaml: scene a: start.on: there is no event 'Zone Entred'",
     "did you mean Zone Entered?"),
    ("{scene: a, title: {}, start: {on: Zone Entered, where: zonn == 'x'}}",
     "own.yaml: scene a: start.where: column 1: there is no field zonn", "did you mean zone?"),
    ("{scene: a, title: {}, start: {on: Zone Entered}, where: tag.x > 1}",
     "own.yaml: scene a: where: column 1: there is no tag x", None),
    ("{scene: a, title: {}, start: {on: Zone Entered, bind: colour}}",
     "own.yaml: scene a: start: colour cannot be bound", None),
    ("{scene: a, title: {}, start: {on: Zone Entered}, steps: [{stay: {for: 5 apples}}]}",
     "own.yaml: scene a: stay.for: not a duration: '5 apples'; write a number and s, m, h, d or w, as in 90d", ""),
    ("{scene: a, title: {}, start: {on: Zone Entered}, steps: [{}]}",
     "own.yaml: scene a: steps[1]: a step is one of stay, absent, on, count", ""),
    ("{scene: a, title: {}, start: {on: Zone Entered}, step: []}",
     "own.yaml: scene a: Object contains unknown field `step`", ""),
    ("{scene: a, title: {}, start: {on: Device Sighted}}", "own.yaml: scene a: start.on: raw sightings start no scene",
     "use Zone Entered"),
    ("{scene: a, title: {}, start: {on: Zone Entered}, lateness: soon}",
     "own.yaml: scene a: lateness: not a duration: 'soon'; write a number and s, m, h, d or w, as in 90d", ""),
])
def test_a_wrong_scene_is_named_with_the_key(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        read_scenes(text, "own.yaml", Settings())
    assert caught.value.message == message
    assert hint is None or caught.value.hint == hint
