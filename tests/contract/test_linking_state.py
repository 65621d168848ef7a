"""Linking runs on each engine: dry run, publishing through the log, review and votes."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa

from datong.errors import Conflict, NotFound, Rejected
from datong.flow import Flow
from datong.identity import Identity, who
from datong.identity.linking import (
    kept_model,
    publish,
    review_queue,
    run,
    runs,
    start_run,
    take_back,
    vote,
)
from datong.identity.linking.tables import PROPOSAL, REVIEW, RUN
from datong.model import Event, Identifier
from datong.privacy import Vault
from datong.storage import Store, event_record

pytestmark = pytest.mark.filterwarnings("ignore")

GIVEN = [
    "anna", "bruno", "carla", "dario", "elena", "fabio", "greta", "hugo", "irene", "jakob", "karla", "luca", "marta",
    "nino", "olga", "paolo", "rita", "sergio", "tina", "ugo", "vera", "walter", "xenia", "yvo", "zita",
]
FAMILY = [
    "rossi", "bianchi", "ferrari", "russo", "romano", "gallo", "costa", "fontana", "conti", "ricci", "bruno", "moretti",
    "marino", "greco", "lombardi", "barbieri", "rinaldi", "caruso", "ferrara", "galli", "martini", "leone", "longo",
    "gentile", "martinelli", "vitale", "serra", "coppola",
]
STREETS = [
    "via roma", "corso italia", "piazza duomo", "via verdi", "viale marconi", "via dante", "via manzoni",
    "corso garibaldi",
]


class Shop:
    """Three hundred members who said who they are on a form, forty of them twice."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self.store, self.vault = store, vault
        self.flow = Flow(store, (Identity(store, vault),))
        self.dice = random.Random(4)
        self.people = [self._person(number) for number in range(300)]
        for number, person in enumerate(self.people):
            self.tell("crm", f"C{number}", person)
        for number, person in enumerate(self.people[:40]):
            self.tell("app", f"D{number}", self._again(person))
        self.drain()

    def _person(self, number: int) -> dict[str, str]:
        given, family = self.dice.choice(GIVEN), self.dice.choice(FAMILY)
        return {
            "firstName": given, "lastName": family, "phone": f"+86138{self.dice.randrange(10**8):08d}",
            "email": f"{given}.{family}{number}@example.com",
            "birthday": f"{self.dice.randrange(1950, 2004)}-{self.dice.randrange(1, 13):02d}-"
                        f"{self.dice.randrange(1, 29):02d}",
            "address": f"{self.dice.choice(STREETS)} {self.dice.randrange(1, 200)}",
        }

    def _again(self, person: dict[str, str]) -> dict[str, str]:
        """Return the same person with another e-mail and a slip of the pen."""
        given = person["firstName"]
        slip = given[:-1] + self.dice.choice("aeiou") if self.dice.random() < 0.5 else given
        return {**person, "firstName": slip, "email": f"{given}{self.dice.randrange(10**6)}@example.org"}

    def tell(self, source: str, card: str, person: dict[str, str]) -> None:
        key = self.key(card)
        sealed = {name: self.vault.seal(value) for name, value in person.items()}
        now = self.store.clock.now()
        self.store.log.append([event_record(Event(
            id=f"{source}-{card}", source=source, channel="pos", type="Signed Up", time=now, received=now,
            identifiers=(Identifier("member_card", key, self.vault.seal(card)),), ident=key, personal=sealed,
        ))])

    def key(self, card: str) -> int:
        return self.vault.key("member_card", card)

    def drain(self) -> None:
        while self.flow.pump():
            pass

    def members(self, *cards: str) -> list[int]:
        with self.store.state.read() as tx:
            found = who(tx, [self.key(card) for card in cards])
        return [found[self.key(card)] for card in cards]

    def twice(self) -> int:
        """Return how many of the forty are one member."""
        return sum(len(set(self.members(f"C{n}", f"D{n}"))) == 1 for n in range(40))

    def row(self, number: int) -> dict[str, Any]:
        with self.store.state.read() as tx:
            return run(tx, number)


@pytest.fixture
def shop(state_store: Store, vault: Vault) -> Shop:
    return Shop(state_store, vault)


def test_a_run_changes_nothing_until_it_is_published_and_then_joins_through_the_log(shop: Shop) -> None:
    told: list[tuple[str, float]] = []
    number = start_run(shop.store, shop.vault, actor="user:admin", wait=True, progress=lambda *at: told.append(at))
    shop.drain()
    assert shop.twice() == 0
    row = shop.row(number)
    assert (row["id"], row["state"], row["actor"], row["records"]) == ("1", "done", "user:admin", 340)
    assert 36 <= row["merged"] <= 40
    assert row["merged"] * 2 + row["unchanged"] + row["split"] == 340
    assert [band["name"] for band in row["bands"]] == ["auto", "review", "reject"]
    assert row["largest"][0]["size"] == 2
    assert row["merges"][0]["confidence"] >= 0.99
    assert row["merges"][0]["labels"] == [f"M{member:06d}" for member in row["merges"][0]["members"]]
    assert {stage for stage, _ in told} == {"reading", "linking", "reviewing"}

    assert publish(shop.store, number, actor="user:admin") == row["merged"]
    assert shop.twice() == 0  # the flow has not taken it yet
    shop.drain()
    assert shop.twice() == row["merged"]
    assert len(set(shop.members(*(f"C{n}" for n in range(300))))) == 300
    assert shop.row(number)["state"] == "published"
    assert shop.row(number)["published"] == shop.store.clock.now()

    before = shop.store.log.end()
    publish(shop.store, number, actor="user:admin")
    assert shop.store.log.end() == before

    second = start_run(shop.store, shop.vault, actor="user:admin", wait=True)
    assert shop.row(second)["merged"] == 0
    assert len(shop.row(second)["drift"]) > 3
    with shop.store.state.read() as tx:
        assert [row["id"] for row in runs(tx)] == ["2", "1"]


def test_the_model_is_on_disk_without_a_personal_value_in_clear(shop: Shop) -> None:
    number = start_run(shop.store, shop.vault, actor="user:admin", wait=True)
    model = kept_model(shop.store.settings, shop.vault, number)
    assert any(model.frequencies.values())
    said = {value for values in model.frequencies.values() for value in values}
    assert "rossi" in said
    for path in (shop.store.settings.data / "models").iterdir():
        assert b"rossi" not in path.read_bytes()
    with pytest.raises(NotFound, match="the model of linking run 9 is not there"):
        kept_model(shop.store.settings, shop.vault, 9)


def test_review_is_blind_and_a_vote_joins_or_parts_and_can_be_taken_back(shop: Shop) -> None:
    number = start_run(shop.store, shop.vault, actor="user:admin", auto=1.0, wait=True)  # ask about everything
    with shop.store.state.read() as tx:
        assert review_queue(tx, shop.vault).open == 0
    publish(shop.store, number, actor="user:admin")
    with shop.store.state.read() as tx:
        queue = review_queue(tx, shop.vault)
        assert queue.pair is not None
        further = review_queue(tx, shop.vault, skip=[queue.pair.id]).pair
    assert (queue.open, queue.voted, queue.runs, queue.last) == (shop.row(number)["review"], 0, 1, None)
    assert further is not None
    assert further.id != queue.pair.id
    fields = {side.field: side for side in queue.pair.fields}
    assert fields["phone"].agreement == "same"
    assert fields["email"].agreement != "same"

    said = vote(shop.store, queue.pair.id, True, actor="user:ann")
    assert said.model == f"linker-{number}"
    assert {part.name for part in said.parts} > {"prior"}
    with pytest.raises(Conflict, match="the pair is same"):
        vote(shop.store, queue.pair.id, True, actor="user:ann")
    with pytest.raises(Conflict, match="not carried out yet"):
        take_back(shop.store, queue.pair.id, actor="user:ann")
    shop.drain()
    assert shop.twice() == 1
    vote(shop.store, further.id, False, actor="user:ann")
    shop.drain()
    assert shop.twice() == 1
    with shop.store.state.read() as tx:
        queue = review_queue(tx, shop.vault)
    assert (queue.voted, queue.last) == (2, further.id)

    again = start_run(shop.store, shop.vault, actor="user:admin", wait=True)
    publish(shop.store, again, actor="user:admin")
    shop.drain()
    with shop.store.state.read() as tx:
        row = tx.execute(sa.select(REVIEW).where(REVIEW.c.id == further.id)).one()
        assert len(set(who(tx, [row.a, row.b]).values())) == 2  # kept apart, whatever the next run thinks

    take_back(shop.store, said.id, actor="user:ann")
    shop.drain()
    with shop.store.state.read() as tx:
        row = tx.execute(sa.select(REVIEW).where(REVIEW.c.id == said.id)).one()
        assert (row.state, row.turn) == ("open", 1)
        assert len(set(who(tx, [row.a, row.b]).values())) == 2


def test_refusals_name_what_is_wrong(shop: Shop) -> None:
    with pytest.raises(Rejected, match="0 < ask ≤ auto ≤ 1"):
        start_run(shop.store, shop.vault, actor="user:admin", auto=0.1)
    with pytest.raises(NotFound, match="there is no linking run 5"):
        publish(shop.store, 5, actor="user:admin")
    with shop.store.state.read() as tx, pytest.raises(NotFound, match="there is no linking run 5"):
        run(tx, "5")
    with pytest.raises(NotFound, match="there is no pair 5 to review"):
        vote(shop.store, 5, True, actor="user:admin")
    with shop.store.state.write() as tx:
        tx.execute(sa.insert(RUN).values(
            id=1, at=0, state="running", actor="", stage="", progress=0.0, model="", auto=0.9, ask=0.2, records=0,
            merged=0, split=0, unchanged=0, review=0, error=""))
    with pytest.raises(Conflict, match="linking run 1 is running"):
        publish(shop.store, 1, actor="user:admin")


def test_a_run_that_died_with_its_process_is_told_and_does_not_stand_in_the_way(shop: Shop) -> None:
    with shop.store.state.write() as tx:
        tx.execute(sa.insert(RUN).values(
            id=1, at=0, state="running", actor="", stage="linking", progress=0.4, model="", auto=0.9, ask=0.2,
            records=0, merged=0, split=0, unchanged=0, review=0, error=""))
        tx.execute(sa.text("INSERT INTO storage_cursor (name, position, now) VALUES ('identity.runs', 1, 0)"))
    assert start_run(shop.store, shop.vault, actor="user:admin", wait=True) == 2
    assert (shop.row(1)["state"], shop.row(1)["error"]) == ("failed", "the platform stopped while it ran")
    with shop.store.state.read() as tx:
        assert {row.run for row in tx.execute(sa.select(PROPOSAL))} == {2}
