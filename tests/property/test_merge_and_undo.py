"""Whatever is merged, split and undone, in whatever batches and however far the facts are: no counter is off by one.

Every tag of every member equals a recomputation from the facts, every firing, coupon and arm lies with who holds its
identifier, and told values are those of the member's own identifiers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datong.commerce import Commerce
from datong.config import FixedClock, IdentitySettings, Settings
from datong.flow import Flow
from datong.identity import Identity, correct, history, identifiers_of_all, told_of_all, who
from datong.model import HOUR, Event, Identifier, Item
from datong.privacy import Vault
from datong.scenes import Scenes
from datong.storage import Store, event_record, open_store
from datong.tags import Tags, rebuild, values
from datong.touchpoints import QuarantineDesk

WIDE = {ns: {"limit": 1_000, "persons": 1_000, "verified": False, "window": ""} for ns in (
    "member_card", "user_id", "pos_customer")}
NAMES = ("member_card:1", "member_card:2", "user_id:1", "pos_customer:1")
START = 1_770_000_000_000


class Town:
    """Stages up to the scenes; every example has identifiers of its own."""

    def __init__(self, folder: Path) -> None:
        self.vault = Vault(bytes(range(32)))
        self.store: Store = open_store(
            Settings(root=str(folder), identity=IdentitySettings(namespaces=WIDE)), FixedClock(START))
        sa.event.listen(self.store.state.engine, "connect", lambda db, _: db.execute("PRAGMA synchronous=OFF"))
        self.store.state.engine.dispose()
        self.tags = Tags(self.store)
        self.flow = Flow(self.store, (
            Commerce(self.store), QuarantineDesk(self.store), Identity(self.store, self.vault), self.tags,
            Scenes(self.store)))
        self.examples, self.numbers, self.example = count(1), count(1), 0

    def identifier(self, name: str) -> Identifier:
        ns = name.split(":")[0]
        return Identifier(ns, self.vault.key(ns, f"{name}/{self.example}"))

    def send(self, type_: str, *names: str, **more: Any) -> None:
        number = next(self.numbers)
        shown = tuple(self.identifier(name) for name in names)
        at = START + number * 60_000
        assert isinstance(self.store.clock, FixedClock)
        self.store.clock.at = at
        self.store.log.append([event_record(Event(**{
            "id": f"e{number}", "source": "test", "channel": "pos", "type": type_, "time": at, "received": at,
            "identifiers": shown, "ident": shown[0].key if shown else 0, "place": "mall", "zone": "z1",
            "ref": f"r{number}", "currency": "CNY", "properties": {"category": "shoes"}, **more,
        }))])

    def do(self, step: tuple[str, Any]) -> None:
        """Take one step of an example."""
        kind, what = step
        if kind == "buy":
            self.send("Receipt Issued", what, items=(Item("s1", 1.0, 500, 0, "shoes"),))
        elif kind == "enter":
            self.send("Zone Entered", what)
        elif kind == "tell":
            self.send("Identified", what, personal={"name": self.vault.seal(f"name of {what}")})
        elif kind == "show":
            self.send("Identified", *what)
        elif kind == "pump":
            while self.flow.pump(what):
                pass
        elif kind == "fold":
            self.flow.fold(what)
        elif kind in ("unmerge", "share"):
            correct(self.store, kind, actor="user:test", key=str(self.identifier(what).key))
        else:
            self.pump()
            if seqs := self.decisions():
                correct(self.store, "undo", actor="user:test", seq=seqs[-1 - what % len(seqs)])

    def pump(self) -> None:
        while self.flow.pump():
            pass

    def keys(self) -> dict[int, str]:
        return {self.identifier(name).key: name for name in NAMES}

    def decisions(self) -> list[int]:
        """Return the numbers of the merges and splits of this example."""
        with self.store.state.read() as tx:
            found = {h.seq for member in set(who(tx, self.keys()).values()) for h in history(tx, member)
                     if h.kind in ("merge", "unmerge", "share", "undo")}
        return sorted(found)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town"))
    yield made
    made.store.close()


ONE = st.sampled_from(NAMES)
DEED = st.tuples(st.sampled_from(("buy", "buy", "enter", "tell")), ONE)
SHOW = st.tuples(st.just("show"), st.lists(ONE, min_size=2, max_size=3, unique=True))
GOING_ON = st.tuples(st.just("pump"), st.integers(1, 4)) | st.tuples(st.just("fold"), st.integers(1, 6))
UNDOING = st.tuples(st.just("undo"), st.integers(0, 2)) | st.tuples(
    st.sampled_from(("unmerge", "unmerge", "share")), ONE)
ROUND = st.tuples(DEED, DEED, SHOW, DEED, GOING_ON, UNDOING)


CARD, OTHER, USER, TILL = NAMES
GIVEN_BACK = (
    ("buy", CARD), ("show", [CARD, OTHER, USER]), ("buy", CARD), ("pump", 1), ("buy", CARD), ("undo", 0),
    ("pump", 1), ("show", [TILL, USER]), ("share", TILL), ("buy", TILL), ("fold", 1), ("show", [CARD, OTHER, TILL]),
    ("buy", OTHER), ("unmerge", USER), ("show", [TILL, USER]), ("undo", 1), ("fold", 1), ("share", OTHER),
)
"""A shared value is given back to who has parted since: the decision names another member."""


@settings(max_examples=80, deadline=None)
@example(rounds=[GIVEN_BACK])
@given(rounds=st.lists(ROUND.flatmap(st.permutations), min_size=2, max_size=6))
def test_every_number_is_that_of_the_members_own_identifiers(
    town: Town, rounds: list[tuple[tuple[str, Any], ...]]
) -> None:
    town.example = next(town.examples)
    steps = [step for one in rounds for step in one]
    for step in steps:
        town.do(step)
    town.send("Clock Ticked", received=START + next(town.numbers) * 60_000 + HOUR)
    town.pump()
    while town.flow.fold():
        pass
    keys = town.keys()
    with town.store.state.read() as tx:
        held = who(tx, keys)
        members = sorted(set(held.values()))
        kept = values(tx, members)
        assert {link.key for links in identifiers_of_all(tx, members).values() for link in links} <= keys.keys()
        for member, told in told_of_all(tx, town.vault, members).items():
            assert all(one.value == f"name of {keys[one.key]}" and held[one.key] == member for one in told)
        fired = tx.execute(sa.text("SELECT member, ident FROM scenes_firing")).all()
    assert all(held[ident] == member for member, ident in fired if ident in held)
    buyers = (held.get(town.identifier(what).key) for kind, what in steps if kind == "buy")
    bought = Counter(buyer for buyer in buyers if buyer is not None)
    before = {m: {n: t.value for n, t in kept[m].items() if t.value} for m in members}
    assert {m: tags["rfm.orders_90d"] for m, tags in before.items() if "rfm.orders_90d" in tags} == dict(bought)
    rebuild(town.store, town.tags, members)
    with town.store.state.read() as tx:
        again = values(tx, members)
    assert {m: {n: t.value for n, t in again[m].items() if t.value} for m in members} == before
