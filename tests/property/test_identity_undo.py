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


def picture(town: Town) -> tuple[dict[int, tuple[int | None, bool]], set[int]]:
    """Return who holds each identifier, which are shared, and who is alive."""
    with town.store.state.read() as tx:
        links = tx.execute(sa.text("SELECT key, member, shared FROM identity_link")).all()
        alive = tx.execute(sa.text("SELECT id FROM identity_member WHERE merged_into IS NULL")).scalars()
        return {row.key: (row.member, bool(row.shared)) for row in links}, set(alive)


def people(town: Town) -> set[frozenset[int]]:
    """Return which identifiers are together, whatever the member is called."""
    groups: dict[int, set[int]] = {}
    for key, (member, _) in picture(town)[0].items():
        if member is not None:
            groups.setdefault(member, set()).add(key)
    return {frozenset(group) for group in groups.values()}


@st.composite
def corrections(draw: st.DrawFn, keys: list[str]) -> dict[str, Any]:
    """Somebody says something about identifiers that were seen."""
    some = draw(st.permutations(keys))
    action = draw(st.sampled_from(("join", "unmerge", "part", "share", "unshare", "split")))
    if action in ("join", "part"):
        return {"action": action, "keys": some[:2]}
    if action == "split":
        at = draw(st.integers(1, len(some) - 1))
        return {"action": action, "groups": [some[:at], some[at : at + 2]]}
    return {"action": action, "key": some[0]}


@FEW
@given(shown=SIGHTINGS, data=st.data())
def test_corrections_taken_back_last_first_leave_no_trace(town: Town, shown: list[list[str]], data: st.DataObject
                                                          ) -> None:
    clear(town)
    town.run([town.event(*names) for names in shown])
    keys = sorted({str(town.identifier(name).key) for names in shown for name in names})
    if len(keys) < 2:
        return
    pictures, together, decisions = [picture(town)], [people(town)], []
    for _ in range(data.draw(st.integers(1, 5))):
        what = data.draw(corrections(keys))
        holders = {pictures[-1][0][int(key)][0] for key in what.get("keys", ())}
        if None in holders or (what["action"] == "join" and len(holders) == 1):
            continue  # about nobody, or only confirming what other evidence says, which then stands against an undo
        answer = correct(town, **what)
        assert answer.state in ("done", "refused")
        if answer.state == "refused":
            assert answer.reason
            assert picture(town) == pictures[-1], what
        else:
            pictures.append(picture(town))
            together.append(people(town))
            decisions.append((answer.seq, what))
    while decisions:
        seq, what = decisions.pop()
        answer = correct(town, "undo", seq=seq)
        if answer.state == "refused":  # as where a join that was taken back says that they are two
            assert "decision" in answer.reason or "event" in answer.reason, what
            assert people(town) == together[-1], what
            return
        together.pop()
        assert people(town) == together[-1], what


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
    assert picture(town) == before
    town.step([town.event(*pair)])  # what was said to be wrong is not believed when it is shown once more
    assert picture(town) == before
    assert correct(town, "undo", seq=undone.seq).state == "done"
    assert picture(town) == joined
