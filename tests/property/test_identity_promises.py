"""What identity promises whatever happens in whatever order: about joining, about limits in time, about trust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.test_identity import WIDE, clear, dump, make_town, values
from tests.unit.identity.town import START, Town

from datong.model import DAY, Event

FEW = settings(max_examples=25, deadline=None)
WINDOWED: dict[str, dict[str, Any]] = {
    "member_card": {"limit": 2}, "phone": {"limit": 2, "window": "30d", "persons": 3, "ttl": "90d"},
    "anonymous_id": {"limit": 2, "window": "10d", "persons": 3}, "app_device": {"limit": 3, "window": "20d"},
}


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    yield from make_town(tmp_path_factory.mktemp("wide"), WIDE)


@pytest.fixture(scope="module")
def windowed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    yield from make_town(tmp_path_factory.mktemp("windowed"), WINDOWED)


class Shown(NamedTuple):
    """One event: values (`~` before an unverified one), whether its sender is trusted, and on which day."""

    names: tuple[str, ...]
    trusted: bool = True
    day: int = 0


WEAK = st.lists(values("anonymous_id", "app_device", count=3), max_size=2, unique=True)
STRONG = values("member_card", "phone", "email", count=5)


@st.composite
def proof(draw: st.DrawFn) -> Shown:
    """A trusted sender shows verified values, on whatever devices."""
    strong = draw(st.lists(STRONG, min_size=1, max_size=3, unique=True))
    return Shown((*strong, *draw(WEAK)))


@st.composite
def hearsay(draw: st.DrawFn) -> Shown:
    """Anybody claims one value, verified or not, on whatever devices."""
    mark = draw(st.sampled_from(("", "~")))
    return Shown((mark + draw(STRONG), *draw(WEAK)), trusted=False)


@st.composite
def browsing(draw: st.DrawFn) -> Shown:
    """Devices alone."""
    return Shown(tuple(draw(st.lists(values("anonymous_id", "app_device", count=3), min_size=1, max_size=2,
                                     unique=True))), trusted=draw(st.booleans()))


def proven(shown: Sequence[Shown]) -> set[frozenset[str]]:
    """Return the components of what trusted senders showed together, by hand."""
    groups: list[set[str]] = []
    for one in shown:
        names = {name.removeprefix("~") for name in one.names if name.removeprefix("~").split(":")[0] in _JOINING}
        for part in [names] if one.trusted and names else [{name} for name in names]:
            near = [group for group in groups if group & part]
            groups = [group for group in groups if group not in near] + [part.union(*near)]
    return {frozenset(group) for group in groups}


_JOINING = ("member_card", "phone", "email")


def run(town: Town, shown: Sequence[Shown], size: int) -> list[Event]:
    clear(town)
    events = [town.event(*one.names, trusted=one.trusted, time=START + one.day * DAY) for one in shown]
    town.run(events, size)
    return events


@FEW
@given(both=st.lists(st.one_of(proof(), hearsay(), browsing()), min_size=1, max_size=14).flatmap(
    lambda shown: st.tuples(st.just(shown), st.permutations(shown))), size=st.integers(1, 5))
def test_members_are_the_components_of_proof_in_any_order_whatever_devices_and_strangers_say(
    wide: Town, both: tuple[list[Shown], list[Shown]], size: int
) -> None:
    names = {n.removeprefix("~") for one in both[0] for n in one.names if n.removeprefix("~").split(":")[0] in _JOINING}
    for shown in both:
        run(wide, shown, size)
        assert wide.partition(names) == proven(both[0])


TIMED = st.lists(
    st.builds(
        Shown,
        st.lists(values("member_card", "phone", "anonymous_id", "app_device", count=4).flatmap(
            lambda value: st.sampled_from((value, value, f"~{value}"))),
            min_size=1, max_size=4, unique_by=lambda value: value.removeprefix("~")).map(tuple),
        st.booleans(), st.integers(0, 200)),
    min_size=1, max_size=16).map(lambda shown: sorted(shown, key=lambda one: one.day))


@FEW
@given(shown=TIMED)
def test_no_limit_within_a_window_is_broken_at_any_moment(windowed: Town, shown: list[Shown]) -> None:
    clear(windowed)
    for one in shown:
        event = windowed.event(*one.names, trusted=one.trusted, time=START + one.day * DAY)
        windowed.step([event])
        with windowed.store.state.read() as tx:
            held = tx.execute(sa.text(
                "SELECT member, ns, first_seen FROM identity_link WHERE member IS NOT NULL")).all()
        for ns, policy in WINDOWED.items():
            since = event.time - int(policy.get("window", "9999d").removesuffix("d")) * DAY
            for member in {row.member for row in held}:
                recent = [r for r in held if (r.member, r.ns) == (member, ns) and r.first_seen > since]
                assert len(recent) <= policy["limit"], (member, ns, one)


@FEW
@given(shown=TIMED, size=st.integers(1, 6))
def test_batches_and_repeats_change_nothing_when_time_goes_by(windowed: Town, shown: list[Shown], size: int) -> None:
    events = run(windowed, shown, 1_000)
    whole = dump(windowed)
    clear(windowed)
    windowed.run(events, size)
    assert dump(windowed) == whole
    windowed.run(events, size)
    assert dump(windowed) == whole


@FEW
@given(shown=TIMED)
def test_who_is_not_trusted_never_makes_two_known_members_one(windowed: Town, shown: list[Shown]) -> None:
    clear(windowed)
    known: set[int] = set()
    for one in shown:
        event = windowed.event(*one.names, trusted=one.trusted, time=START + one.day * DAY)
        batch = windowed.step([event])
        if not one.trusted:
            assert not [merge for merge in batch.merges if {merge.loser, merge.winner} <= known]
        with windowed.store.state.read() as tx:
            known = set(tx.execute(sa.text("SELECT id FROM identity_member WHERE known")).scalars())
