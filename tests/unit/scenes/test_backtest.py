from __future__ import annotations

from tests.unit.tags.shop import NOW, event

from datong.config import Settings
from datong.model import HOUR, MINUTE
from datong.scenes import backtest, definitions


def test_a_backtest_tells_what_would_have_fired() -> None:
    scenes = [s for s in definitions(Settings()) if s.scene == "shoe_dwell"]
    events = [(member, event("Zone Entered", NOW + member * HOUR + again, zone="f2", properties={"category": "shoes"}))
              for member in (1, 2, 3) for again in (0, 20 * MINUTE)]
    events.append((2, event("Receipt Issued", NOW + 2 * HOUR + MINUTE)))
    events.append((2, event("Zone Exited", NOW + 2 * HOUR + MINUTE, zone="f2")))
    found = backtest(scenes, reversed(events))
    assert [(f.member, f.at - NOW) for f in found.firings] == [
        (1, HOUR + 5 * MINUTE), (2, 2 * HOUR + 25 * MINUTE), (3, 3 * HOUR + 5 * MINUTE)]
    assert (found.members, found.candidates, found.by_hour) == (3, {"shoe_dwell": 5}, {13: 1, 14: 1, 15: 1})
    none = backtest(scenes, events, where=lambda _scene, member, _at: member == 2)
    assert [f.member for f in none.firings] == [2]
    early = backtest(scenes, events, until=NOW + HOUR + 5 * MINUTE)
    assert [f.member for f in early.firings] == [1]
