"""Corrections can be taken back: merge and undo, split and undo, take out and undo leave what was before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from tests.property.test_identity import QUICK, WIDE, clear, make_town, values
from tests.unit.identity.correcting import correct, outcome
from tests.unit.identity.town import Town

from datong.storage import METADATA

STRONG = values("member_card", "phone", "email", count=4)
SHOWN = st.lists(st.lists(STRONG, min_size=1, max_size=3, unique=True), min_size=1, max_size=10)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    yield from make_town(tmp_path_factory.mktemp("wide"), WIDE)


def people(town: Town) -> list[tuple[Any, ...]]:
    """Return who holds what under which number, and who each number is, as far as it matters to anybody outside."""
    link, member = METADATA.tables["identity_link"], METADATA.tables["identity_member"]
    with town.store.state.read() as tx:
        held = tx.execute(sa.select(link.c.key, link.c.member, link.c.shared, link.c.families, link.c.verified)
                          .order_by(link.c.key))
        known = tx.execute(sa.select(member.c.id, member.c.merged_into, member.c.families, member.c.known,
                                     member.c.created, member.c.first).order_by(member.c.id))
        return [*map(tuple, held), *map(tuple, known)]


def members_with(town: Town, least: int) -> list[tuple[int, list[int]]]:
    link = METADATA.tables["identity_link"]
    held: dict[int, list[int]] = {}
    with town.store.state.read() as tx:
        rows = tx.execute(sa.select(link.c.member, link.c.key).where(link.c.member.is_not(None)).order_by(link.c.key))
        for number, key in rows:
            held.setdefault(number, []).append(key)
    return [(number, keys) for number, keys in sorted(held.items()) if len(keys) >= least]


def holds_together(town: Town) -> None:
    """Check what always holds: a member is a component of evidence, names point at the living, no number is lost."""
    evidence, link = METADATA.tables["identity_evidence"], METADATA.tables["identity_link"]
    with town.store.state.read() as tx:
        edges = tx.execute(sa.select(evidence.c.a, evidence.c.b).where(evidence.c.active)).all()
        holder = dict(map(tuple, tx.execute(sa.select(link.c.key, link.c.member))))
        dead = tx.execute(sa.text(
            "SELECT count(*) FROM identity_link JOIN identity_member ON id = member WHERE merged_into IS NOT NULL"
        )).scalar()
        lost = tx.execute(sa.text(
            "SELECT count(*) FROM identity_member m LEFT JOIN identity_member n ON n.id = m.merged_into "
            "WHERE m.merged_into IS NOT NULL AND (n.id IS NULL OR n.merged_into IS NOT NULL)")).scalar()
        bare = tx.execute(sa.text(
            "SELECT count(*) FROM identity_member WHERE merged_into IS NULL "
            "AND id NOT IN (SELECT member FROM identity_link WHERE member IS NOT NULL)")).scalar()
    assert (dead, lost, bare) == (0, 0, 0)
    groups = {key: {key} for key in holder}
    for a, b in edges:
        assert holder[a] == holder[b] is not None
        if groups[a] is not groups[b]:
            groups[a] |= groups[b]
            for key in groups[b]:
                groups[key] = groups[a]
    for key, number in holder.items():
        if number is not None:
            assert groups[key] == {k for k, n in holder.items() if n == number}


def last(town: Town) -> int:
    seq = outcome(town).seq
    assert seq is not None
    return seq


@QUICK
@given(shown=SHOWN, last_one=st.lists(STRONG, min_size=2, max_size=3, unique=True), size=st.integers(1, 5))
def test_merge_and_undo_are_the_original(wide: Town, shown: list[list[str]], last_one: list[str], size: int) -> None:
    clear(wide)
    wide.run([wide.event(*names) for names in shown], size)
    wide.run([wide.event(name) for name in last_one])
    before = people(wide)
    batch = wide.step([wide.event(*last_one)])
    with wide.store.state.read() as tx:
        merged = tx.execute(sa.text(
            f"SELECT seq FROM identity_event WHERE kind = 'merge' AND \"offset\" = {wide.offset} ORDER BY seq DESC"
        )).scalars().all()
    assert len(merged) == len(batch.merges)
    holds_together(wide)
    for seq in merged:
        correct(wide, "undo", seq=seq)
        assert outcome(wide).state == "done", outcome(wide)
        holds_together(wide)
    assert people(wide) == before


@QUICK
@given(shown=SHOWN, data=st.data())
def test_split_and_undo_are_the_original(wide: Town, shown: list[list[str]], data: st.DataObject) -> None:
    clear(wide)
    wide.run([wide.event(*names) for names in shown])
    choice = members_with(wide, 2)
    if not choice:
        return
    before = people(wide)
    member, keys = data.draw(st.sampled_from(choice))
    sides = data.draw(st.lists(st.integers(0, 2), min_size=len(keys), max_size=len(keys)))
    groups = [[str(key) for key, side in zip(keys, sides, strict=True) if side == at] for at in range(2)]
    if not all(groups):
        return
    batch = wide.step([_split(wide, groups)])
    assert outcome(wide).state == "done", outcome(wide)
    assert [split.member for split in batch.splits] == [member]
    held = {key: number for number, part in batch.splits[0].parts for key in part}
    assert sorted(held) == sorted(keys)
    assert {held[int(key)] for key in groups[0]} == {member}
    assert len({held[int(key)] for key in groups[1]}) == 1
    holds_together(wide)
    correct(wide, "undo", seq=last(wide))
    assert outcome(wide).state == "done", outcome(wide)
    holds_together(wide)
    assert _living(people(wide)) == _living(before)


@QUICK
@given(shown=SHOWN, data=st.data(), action=st.sampled_from(["unmerge", "share", "part"]))
def test_what_is_taken_out_or_given_up_comes_back_by_undo(
    wide: Town, shown: list[list[str]], data: st.DataObject, action: str
) -> None:
    clear(wide)
    wide.run([wide.event(*names) for names in shown])
    choice = members_with(wide, 2)
    if not choice:
        return
    before = people(wide)
    _, keys = data.draw(st.sampled_from(choice))
    one, two = data.draw(st.permutations(keys))[:2]
    said = {"keys": [str(one), str(two)]} if action == "part" else {"key": str(one)}
    correct(wide, action, **said)
    assert outcome(wide).state == "done", outcome(wide)
    holds_together(wide)
    correct(wide, "undo", seq=last(wide))
    assert outcome(wide).state == "done", outcome(wide)
    holds_together(wide)
    assert _living(people(wide)) == _living(before)


@QUICK
@given(shown=SHOWN, data=st.data())
def test_a_storm_of_corrections_leaves_a_graph_that_holds_together(
    wide: Town, shown: list[list[str]], data: st.DataObject
) -> None:
    clear(wide)
    wide.run([wide.event(*names) for names in shown])
    keys = [key for _, held in members_with(wide, 1) for key in held]
    for _ in range(data.draw(st.integers(1, 8))):
        draw = data.draw(st.sampled_from(["unmerge", "share", "unshare", "part", "join", "undo", "see"]))
        if draw == "see":
            wide.step([wide.event(*data.draw(st.lists(STRONG, min_size=1, max_size=3, unique=True)))])
        elif draw == "undo":
            with wide.store.state.read() as tx:
                top = tx.execute(sa.text("SELECT max(seq) FROM identity_event")).scalar_one()
            correct(wide, "undo", seq=data.draw(st.integers(1, top)))
        elif draw in ("part", "join"):
            pair = data.draw(st.lists(st.sampled_from(keys), min_size=2, max_size=2))
            if len(set(pair)) == 2:
                correct(wide, draw, keys=[str(key) for key in pair])
        else:
            correct(wide, draw, key=str(data.draw(st.sampled_from(keys))))
        bare = wide.store.state
        with bare.read() as tx:
            shared = tx.execute(sa.text("SELECT count(*) FROM identity_link WHERE member IS NULL")).scalar_one()
        if not shared:  # (who gave up a single value lives on without any)
            holds_together(wide)


def _split(town: Town, groups: list[list[str]]) -> Any:
    from tests.unit.identity.correcting import corrected

    event = corrected(town, "split")
    event.properties["groups"] = groups
    return event


def _living(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Leave out numbers that a split gave out and an undo merged away again: those stay known, and answer."""
    known = [row for row in rows if len(row) == 6]
    return [row for row in rows if len(row) != 6] + [row for row in known if row[1] is None]
