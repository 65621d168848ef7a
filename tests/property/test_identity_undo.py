"""What was corrected can be taken back, last first, and then everybody is who they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.test_identity import SIGHTINGS, WIDE, clear, make_town
from tests.unit.identity.town import Town

FEW = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    yield from make_town(tmp_path_factory.mktemp("undo"), WIDE)


def correct(town: Town, action: str, **said: Any) -> Any:
    """Carry out a correction in a batch of its own and return the answer: `state`, `reason` and `seq`."""
    event = town.event(channel="system", type="Identity Corrected", source="identity")
    properties = {"action": action, "actor": "user:ann", "reason": "a test", **said}
    town.step([msgspec.structs.replace(event, properties=properties)])
    with town.store.state.read() as tx:
        return tx.execute(sa.text("SELECT state, reason, seq FROM identity_correction WHERE id = :id"),
                          {"id": event.id}).one()


Picture = tuple[dict[int, tuple[int | None, bool]], dict[int, int | None], set[tuple[int, int]]]


def picture(town: Town) -> Picture:
    """Return who holds each identifier and which are shared, who each number answers for, and what is apart."""
    with town.store.state.read() as tx:
        links = tx.execute(sa.text("SELECT key, member, shared FROM identity_link")).all()
        members = tx.execute(sa.text("SELECT id, merged_into FROM identity_member")).all()
        apart = tx.execute(sa.text("SELECT a, b FROM identity_apart WHERE active")).all()
    return ({row.key: (row.member, bool(row.shared)) for row in links},
            {row.id: row.merged_into for row in members}, {(row.a, row.b) for row in apart})


def same(now: Picture, then: Picture) -> bool:
    """Return whether all is as it was; a number given out meanwhile is nobody's own and still answers."""
    links, members, apart = then
    later = [root for number, root in now[1].items() if number not in members]
    answers = {number: now[1][number] for number in members}
    return now[0] == links and answers == members and now[2] >= apart and None not in later


_AGAIN: st.SearchStrategy[Any] = st.booleans()


@st.composite
def corrections(draw: st.DrawFn, keys: list[str], before: list[dict[str, Any]]) -> dict[str, Any]:
    """Somebody says something about identifiers that were seen: for the first time, once more, or the opposite."""
    if before and draw(_AGAIN):
        last = draw(st.sampled_from(before))
        chosen: dict[str, Any] = draw(st.sampled_from([last, *_related(last, keys)]))
        return chosen
    some = draw(st.permutations(keys))
    action = draw(st.sampled_from(("join", "unmerge", "part", "share", "unshare", "split")))
    if action in ("join", "part"):
        return {"action": action, "keys": some[:2]}
    if action == "split":
        at = draw(st.integers(1, len(some) - 1))
        return {"action": action, "groups": [some[:at], some[at : at + 2]]}
    return {"action": action, "key": some[0]}


def _related(last: dict[str, Any], keys: list[str]) -> list[dict[str, Any]]:
    """Return what somebody may say next about the same identifiers."""
    named = [*last.get("keys", ()), *([last["key"]] if "key" in last else ()),
             *(key for group in last.get("groups", ()) for key in group)]
    one, two = named[0], named[1] if len(named) > 1 else next(key for key in keys if key != named[0])
    return [{"action": "unmerge", "key": one}, {"action": "unmerge", "key": two}, {"action": "share", "key": one},
            {"action": "unshare", "key": one}, {"action": "join", "keys": [one, two]},
            {"action": "join", "keys": [two, one]}, {"action": "part", "keys": [one, two]}]


@FEW
@given(shown=SIGHTINGS, data=st.data())
def test_corrections_taken_back_last_first_leave_no_trace(town: Town, shown: list[list[str]], data: st.DataObject
                                                          ) -> None:
    clear(town)
    town.run([town.event(*names) for names in shown])
    keys = sorted({str(town.identifier(name).key) for names in shown for name in names})
    if len(keys) < 2:
        return
    pictures: list[Picture] = [picture(town)]
    decisions: list[tuple[int, dict[str, Any]]] = []
    said: list[dict[str, Any]] = []
    for _ in range(data.draw(st.integers(1, 6))):
        said.append(data.draw(corrections(keys, said)))
        answer = correct(town, **said[-1])
        assert answer.state in ("done", "refused")
        if answer.state == "refused":
            assert answer.reason
            assert picture(town) == pictures[-1], said
        else:
            pictures.append(picture(town))
            decisions.append((answer.seq, said[-1]))
    while decisions:
        seq, what = decisions.pop()
        later, shown_now = pictures.pop(), picture(town)
        undone = correct(town, "undo", seq=seq)
        if undone.state == "refused":  # only as where a join that was taken back says that they are two
            assert undone.reason.startswith("it would break apart"), (what, said, undone.reason)
            assert "join" in {before["action"] for before in said}
            assert picture(town) == shown_now
            return
        assert same(picture(town), pictures[-1]), (what, said)
        if data.draw(st.booleans()):
            assert correct(town, "undo", seq=undone.seq).state == "done"
            assert same(picture(town), later), (what, said)
            assert correct(town, "undo", seq=seq).state == "done"
            assert same(picture(town), pictures[-1]), (what, said)


@FEW
@given(shown=SIGHTINGS, data=st.data())
def test_a_merge_taken_back_is_the_original_and_does_not_come_again_by_itself(
    town: Town, shown: list[list[str]], data: st.DataObject
) -> None:
    clear(town)
    town.run([town.event(*names) for names in shown])
    everything = sorted({name for names in shown for name in names})
    pair = data.draw(st.lists(st.sampled_from(everything), min_size=2, max_size=2, unique=True)) \
        if len(everything) > 1 else everything
    before = picture(town)
    batch = town.step([town.event(*pair)])
    if not batch.merges:
        return
    joined = picture(town)
    with town.store.state.read() as tx:
        seq = tx.execute(sa.text("SELECT max(seq) FROM identity_event WHERE kind = 'merge'")).scalar_one()
    undone = correct(town, "undo", seq=seq)
    assert undone.state == "done", undone.reason
    parted = picture(town)
    assert parted[:2] == before[:2]
    town.step([town.event(*pair)])  # what was said to be wrong is not believed when it is shown once more
    assert picture(town) == parted
    assert correct(town, "undo", seq=undone.seq).state == "done"
    assert picture(town) == joined
