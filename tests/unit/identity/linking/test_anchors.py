"""Anchor runs: a device is tied to its payer through the log, and let go with the run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from datong.commerce import Commerce  # noqa: F401 declares commerce.receipt
from datong.errors import Conflict, Rejected
from datong.flow import Flow
from datong.identity import Identity, who
from datong.identity.device import Devices, holders_of
from datong.identity.linking import publish, run, start_run, withdraw
from datong.model import DAY, HOUR, MINUTE, Event, Identifier
from datong.places import Places  # noqa: F401 declares places.visit
from datong.privacy import Vault
from datong.storage import Store, event_record

PAYER, OTHER, PHONE, TAG = 11, 12, 101, 102


class Mall:
    """Two members, a shop and a busy hall; what was heard and paid stands in the facts."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self.store, self.vault = store, vault
        self.flow = Flow(store, (Identity(store, vault), Devices(store, vault)))
        self.now = store.clock.now()
        self.tell("a", Identifier("phone", PAYER, verified=True))
        self.tell("b", Identifier("phone", OTHER, verified=True))
        with store.facts.write() as facts:
            facts.execute("INSERT INTO places.zone VALUES ('mall', 'shoes', 'Shoes', 'f1', 'S1', ''), "
                          "('mall', 'hall', 'Hall', 'f1', '', '')")

    def tell(self, name: str, *identifiers: Identifier, **more: Any) -> None:
        self.store.log.append([event_record(Event(
            id=name, source="crm", channel="pos", type="Identified", time=self.now, received=self.now, trusted=True,
            identifiers=identifiers, ident=identifiers[0].key, **more))])
        self.flow.drain()

    def visits(self, device: int, by: int, ns: str = "wifi_mac", days: int = 3) -> None:
        rows = []
        for day in range(1, days + 1):
            noon = self.now - day * DAY
            on = datetime.fromtimestamp(noon / 1000, UTC).date()
            rows.append((f"{device}-{day}", device, "shoes", noon - 10 * MINUTE, noon + 10 * MINUTE, on))
            rows += [(f"{n}-{day}", n, "hall", noon - 6 * HOUR, noon + 6 * HOUR, on) for n in range(500, 560)]
            with self.store.facts.write() as facts:
                facts.execute("INSERT INTO commerce.receipt (\"offset\", ref, kind, channel, place, ts, date, hour, "
                              f"ident) VALUES (1, 'r{by}-{day}', 'sale', 'pos', 'S1', {noon}, DATE '{on}', 12, {by})")
        with self.store.facts.write() as facts:
            for name, key, zone, start, end, on in rows:
                facts.execute(f"INSERT INTO places.visit VALUES ('{name}', {key}, 'mall', '{zone}', {start}, {end}, "
                              f"{end - start}, DATE '{on}', 12)")
            for key, kind in [(device, ns), *((n, "wifi_mac") for n in range(500, 560))]:
                facts.execute("INSERT INTO identity.sighting (ident, ns, place, start, \"end\") "
                              f"VALUES ({key}, '{kind}', 'mall', 1, 1)")

    def who(self, *keys: int) -> list[int | None]:
        with self.store.state.read() as tx:
            found = who(tx, keys)
        return [found.get(key) for key in keys]

    def start(self) -> dict[str, Any]:
        number = start_run(self.store, self.vault, actor="user:ann", kind="anchors", wait=True)
        with self.store.state.read() as tx:
            return run(tx, number)


@pytest.fixture
def mall(store: Store, vault: Vault) -> Mall:
    return Mall(store, vault)


def test_a_device_is_tied_when_the_run_is_published_and_let_go_when_it_is_withdrawn(mall: Mall) -> None:
    mall.visits(PHONE, PAYER)
    page = mall.start()
    assert (page["state"], page["kind"], page["merged"], page["unchanged"]) == ("done", "anchors", 1, 0)
    tie, = page["anchors"]
    assert (tie["label"], tie["ns"], tie["meetings"], tie["occasions"]) == ("M000001", "wifi_mac", 3, 3)
    assert mall.who(PHONE) == [None]

    number = int(page["id"])
    assert publish(mall.store, number, actor="user:ann") == 1
    with pytest.raises(Conflict, match="not carried out yet"):
        withdraw(mall.store, number, actor="user:ann")
    mall.flow.drain()
    assert mall.who(PHONE) == [1]
    with mall.store.state.read() as tx:
        held, = holders_of(tx, [PHONE])
    assert (held.anchor, held.known_by, held.kind) == ("payment", PAYER, "wifi_mac")
    assert held.confidence == pytest.approx(tie["confidence"], abs=1e-6)
    assert (held.first_seen, held.last_seen) == (mall.now - 3 * DAY, mall.now - DAY)
    assert mall.start()["unchanged"] == 1

    assert withdraw(mall.store, number, actor="user:ann") == 1
    mall.flow.drain()
    assert mall.who(PHONE, PAYER) == [None, 1]
    with mall.store.state.read() as tx:
        assert holders_of(tx, [PHONE]) == []
        assert run(tx, number)["state"] == "withdrawn"
    page = mall.start()
    assert (page["merged"], page["split"]) == (0, 1)  # who was told that it is not theirs is not asked again


def test_a_device_of_another_member_is_left_there(mall: Mall) -> None:
    mall.tell("c", Identifier("phone", OTHER, verified=True), Identifier("wifi_mac", PHONE))
    mall.visits(PHONE, PAYER)
    page = mall.start()
    assert (page["merged"], page["split"]) == (0, 1)
    assert mall.who(PHONE) == [2]


def test_a_made_up_address_is_never_tied(mall: Mall) -> None:
    mall.visits(PHONE, PAYER, ns="random_mac")
    assert mall.start()["records"] == 0


def test_runs_of_two_kinds_do_not_close_one_another(mall: Mall) -> None:
    mall.visits(PHONE, PAYER)
    first = start_run(mall.store, mall.vault, actor="user:ann", wait=True)
    second = int(mall.start()["id"])
    assert publish(mall.store, second, actor="user:ann") == 1
    assert publish(mall.store, first, actor="user:ann") == 0


def test_a_kind_of_run_that_is_none(mall: Mall) -> None:
    with pytest.raises(Rejected, match="no linking run of kind 'faces'"):
        start_run(mall.store, mall.vault, actor="user:ann", kind="faces")
