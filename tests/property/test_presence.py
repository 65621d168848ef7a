"""However the sightings are cut into batches and frames, the same visits come out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.places.sightings import T0, frame, open_places, run, seen

from datong.config import FixedClock, Settings
from datong.model import Event
from datong.places import Places
from datong.places.tables import PRESENCE
from datong.storage import Store, open_store

SENSORS = ("ap-hall", "ap-shoes", "ap-food", "ap-outlet")


@st.composite
def streams(draw: st.DrawFn) -> list[Event]:
    """Sightings in the order of arrival, with gaps around the time-out and up to 100 s late."""
    arrived, events = 0, []
    for _ in range(draw(st.integers(1, 40))):
        arrived += draw(st.sampled_from((0, 1, 4, 10, 14, 30, 58, 61, 120, 3_000, 90_000)))
        late = draw(st.sampled_from((0, 0, 0, 1, 5, 16, 40, 100)))
        device, sensor = draw(st.integers(1, 3)), draw(st.sampled_from(SENSORS))
        events.append(seen(device, sensor, arrived - late, draw(st.integers(-80, -50)), received=arrived))
    return events


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Places]]:
    """One store for all examples; each begins with nobody there."""
    store = open_store(Settings(root=str(tmp_path_factory.mktemp("presence"))), FixedClock(T0))
    yield store, open_places(store, "1m")
    store.close()


def outcome(
    mall: tuple[Store, Places], batches: list[list[Event]], end: int
) -> tuple[list[tuple[object, ...]], list[int]]:
    """Return what was told in all, and how many stays each device had begun and ended."""
    store, places = mall
    with store.state.write() as tx:
        tx.execute(PRESENCE.delete())
    derived = [event for batch in batches for event in run(places, store, batch)]
    derived += run(places, store, [], now=end)
    told = sorted((e.id, e.time, e.value, e.channel, e.history) for e in derived)
    order = [[e.id for e in derived if e.ident == device] for device in (1, 2, 3)]
    return [*told, *map(tuple, order)], [sum(e.type == t for e in derived) for t in ("Venue Entered", "Venue Exited")]


@settings(max_examples=40, deadline=None)
@given(stream=streams(), cuts=st.sets(st.integers(1, 39), max_size=8))
def test_batch_borders_change_nothing(mall: tuple[Store, Places], stream: list[Event], cuts: set[int]) -> None:
    borders = [0, *sorted(c for c in cuts if c < len(stream)), len(stream)]
    parts = [stream[a:b] for a, b in pairwise(borders)]
    end = (stream[-1].received - T0) // 1000 + 60
    whole, (entered, exited) = outcome(mall, [stream], end)
    assert outcome(mall, parts, end)[0] == whole
    assert outcome(mall, [[event] for event in stream], end)[0] == whole
    framed = [frame(list(group)) for _, group in groupby(stream, key=lambda event: event.received)]
    assert outcome(mall, [framed], end)[0] == whole
    assert outcome(mall, [[one] for one in framed], end)[0] == whole
    assert entered == exited >= 1
    ids = [row[0] for row in whole[:-3]]
    assert len(ids) == len(set(ids))
