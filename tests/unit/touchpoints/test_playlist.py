"""Playlists: which spot runs when, and what is wrong with a file."""

from __future__ import annotations

import pytest

from datong.errors import Rejected
from datong.model import from_iso
from datong.touchpoints import Playlist, read_playlists, running

FILE = """
playlists:
  - code: spring
    screens: [{code: door-1, place: mall, zone: hall}]
    items:
      - {spot: a, title: {en: A}, seconds: 10}
      - {spot: b, title: {en: B}, seconds: 20, from: "22:00", to: "02:00"}
      - {spot: c, text: {zh: C}, seconds: 30, since: 2026-03-02, until: 2026-03-02}
"""


@pytest.fixture
def playlist() -> Playlist:
    (found,) = read_playlists(FILE)
    return found


@pytest.mark.parametrize(("time", "spot", "seconds"), [
    ("2026-03-01T12:00:00+08:00", "a", (0, 10)), ("2026-03-01T12:00:09.999+08:00", "a", (0, 10)),
    ("2026-03-01T22:00:00+08:00", "a", (0, 10)), ("2026-03-01T22:00:10+08:00", "b", (10, 30)),
    ("2026-03-01T01:59:59+08:00", "b", (40, 60)), ("2026-03-01T02:00:12+08:00", "a", (10, 20)),
    ("2026-03-02T12:00:15+08:00", "c", (10, 40)), ("2026-03-03T12:00:15+08:00", "a", (10, 20)),
])
def test_spots_take_turns_from_midnight_on(playlist: Playlist, time: str, spot: str, seconds: tuple[int, int]) -> None:
    at = from_iso(time)
    shown = running(playlist, at, "Asia/Shanghai")
    assert shown is not None
    minute = at - at % 60_000
    assert shown.item.spot == spot
    assert ((shown.start - minute) // 1000, (shown.end - minute) // 1000) == seconds


def test_nothing_runs_where_nothing_is_due() -> None:
    (found,) = read_playlists(FILE.replace("{spot: a, title: {en: A}, seconds: 10}",
                                           '{spot: a, title: {en: A}, since: 2027-01-01}'))
    assert running(found, from_iso("2026-03-01T12:00:00+08:00"), "Asia/Shanghai") is None


ITEMS = "playlists.spring.items"


@pytest.mark.parametrize(("old", "new", "field"), [
    ("seconds: 10", "seconds: 1", f"{ITEMS}.a.seconds"), ("spot: b", "spot: a", f"{ITEMS}.a.spot"),
    ("title: {en: A}", "campaign: x", f"{ITEMS}.a"), ("place: mall", 'place: ""', "playlists.spring.screens"),
    ("seconds: 10", "secs: 10", "playlists"), ("playlists:", "lists:", "playlists"),
    ("{en: A}", "{fr: A}", "playlists"), ("spring", "[", "playlists"), ("22:00", "22:60", "playlists"),
    ("seconds: 10", 'seconds: 10, image: "ftp://x"', f"{ITEMS}.a.image"),
    ("seconds: 10", 'seconds: 10, colour: "url(x)"', f"{ITEMS}.a.colour"),
])
def test_what_is_wrong_is_named(old: str, new: str, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_playlists(FILE.replace(old, new, 1))
    assert (caught.value.code, caught.value.field) == ("bad_playlist", field)
