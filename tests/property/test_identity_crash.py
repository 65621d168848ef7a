"""Whatever statement a crash comes at: the state is as before, and the batch runs again as if there was none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.identity_statements import Broken, watched
from tests.property.test_identity import TIGHT, clear, dump, make_town, values
from tests.unit.identity.town import START, Town

from datong.identity import Identity
from datong.model import DAY, Batch, Event

FEW = settings(max_examples=25, deadline=None)
SHOWN = values("member_card", "user_id", "phone", "anonymous_id", "wifi_mac", count=3).flatmap(
    lambda value: st.sampled_from((value, f"~{value}")))
"""A value, verified or not."""
SIGHTING = st.tuples(
    st.lists(SHOWN, min_size=1, max_size=4, unique_by=lambda value: value.removeprefix("~")),
    st.booleans(), st.integers(0, 900), st.sampled_from(("Product Viewed", "Identified", "Signed Out")),
)
"""Values, whether the sender is trusted, the day, and what happened."""


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    yield from make_town(Path(tmp_path_factory.mktemp("crash")), TIGHT)


def events_of(town: Town, shown: list[tuple[list[str], bool, int, str]]) -> list[Event]:
    """Return the events in log order, some days apart."""
    made: list[Event] = []
    for at, (names, trusted, day, kind) in enumerate(shown):
        told: dict[str, Any] = {"name": f"name {at}"} if at % 3 == 0 else {}
        made.append(town.event(*names, trusted=trusted, time=START + day * DAY + at, type=kind, personal=told,
                               channel=("web", "pos")[at % 2]))
    return made


@FEW
@given(shown=st.lists(SIGHTING, min_size=2, max_size=12), size=st.integers(1, 5), data=st.data())
def test_a_crash_at_any_statement_leaves_no_trace(
    tight: Town, shown: list[tuple[list[str], bool, int, str]], size: int, data: st.DataObject
) -> None:
    clear(tight)
    events = events_of(tight, shown)
    tight.run(events, size)
    whole = everything(tight)
    clear(tight)
    for at in range(0, len(events), size):
        part = events[at : at + size]
        batch = Batch(part, part[0].offset, part[-1].offset, max(event.received for event in part))
        before = everything(tight)
        with watched(tight.store.state) as statements, pytest.raises(Broken), tight.store.state.write() as tx:
            statements.reset(data.draw(st.integers(1, 30), label="dies at statement"))
            tight.identity.step(batch, tx)
            raise Broken  # it has fewer statements than that: then it dies before the commit
        assert everything(tight) == before
        if data.draw(st.booleans(), label="a new process"):
            tight.identity = Identity(tight.store, tight.vault)
        tight.step(part)
    assert everything(tight) == whole


def everything(town: Town) -> list[Any]:
    """Return all rows of identity and the cursors."""
    with town.store.state.read() as tx:
        cursors = tx.execute(sa.text("SELECT * FROM storage_cursor ORDER BY 1")).all()
    return [*dump(town), [tuple(row) for row in cursors]]
