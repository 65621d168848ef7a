"""A split member: firings, their limits and the scenes under way go to whom they are about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.identity.splitting import Splitting, split

from datong.commerce import Commerce
from datong.config import ScenesSettings, Settings
from datong.flow import Flow
from datong.identity import Identity
from datong.model import HOUR, MINUTE, SECOND, Event, Identifier
from datong.privacy import Vault
from datong.scenes import Scenes, firings_since
from datong.storage import Store, event_record
from datong.touchpoints import QuarantineDesk

CARD, ACCOUNT = Identifier("member_card", 11), Identifier("user_id", 22)
OWN = """
- scene: stay
  title: {en: Stay}
  start: {on: Zone Entered, bind: zone}
  steps: [{stay: {for: 5m}}]
  cooldown: 30m
  cap: {per_day: 2}
- scene: keen
  title: {en: Keen}
  start: {on: Product Viewed}
  steps: [{count: {on: Product Viewed, n: 2, within: 1h}}]
"""


class Mall:
    """Stages up to the scenes over a log."""

    def __init__(self, store: Store, vault: Vault) -> None:
        Path(store.settings.root, "own.yaml").write_text(OWN, "utf-8")
        store.settings = Settings(root=store.settings.root, scenes=ScenesSettings(files=("own.yaml",)))
        self.store, self.number, self.now = store, 0, store.clock.now()
        self.flow = Flow(store, (
            Commerce(store), QuarantineDesk(store), Identity(store, vault), Splitting(), Scenes(store)))

    def send(self, type_: str, *shown: Identifier, wait: int = SECOND, **more: Any) -> str:
        self.number += 1
        self.now += wait
        name = f"e{self.number}"
        ident = min((i.key for i in shown), default=0)
        self.store.log.append([event_record(Event(**{
            "id": name, "source": "test", "channel": "app", "type": type_, "time": self.now, "received": self.now,
            "identifiers": shown, "ident": ident, "place": "mall", **more,
        }))])
        while self.flow.pump():
            pass
        return name

    def wait(self, ms: int) -> None:
        self.send("Clock Ticked", wait=ms)

    def enters(self, who: Identifier, zone: str = "f1") -> str:
        return self.send("Zone Entered", who, zone=zone)

    def told(self, scene: str) -> list[tuple[int, tuple[str, ...]]]:
        with self.store.state.read() as tx:
            return [(f.member, f.because) for f in firings_since(tx, 0, 100) if f.scene == scene]


@pytest.fixture
def mall(store: Store, vault: Vault) -> Mall:
    made = Mall(store, vault)
    made.send("Identified", CARD, ACCOUNT)
    return made


@pytest.mark.parametrize("folded", [False, True])
def test_an_open_scene_goes_with_whom_it_is_about(mall: Mall, folded: bool) -> None:
    mall.enters(CARD)
    begun = mall.enters(ACCOUNT, "f2")  # one more of the same scene while it is open: not begun for one member
    if folded:
        while mall.flow.fold():
            pass
    mall.send("Page Viewed", properties=split(1, {1: [11], 5: [22]}))
    mall.send("Zone Exited", CARD, zone="f1")
    mall.wait(6 * MINUTE)
    assert mall.told("stay") == [(5, (begun,))]


def test_what_two_did_together_is_nobodys(mall: Mall) -> None:
    mall.send("Product Viewed", CARD)
    mall.send("Product Viewed", ACCOUNT)
    mall.send("Page Viewed", properties=split(1, {1: [11], 5: [22]}))
    mall.send("Product Viewed", ACCOUNT)
    mall.wait(MINUTE)
    assert mall.told("keen") == []
    mall.send("Product Viewed", ACCOUNT)
    mall.wait(MINUTE)
    assert [member for member, _ in mall.told("keen")] == [5]


def test_firings_and_their_limits_follow_the_identifier(mall: Mall) -> None:
    for who in (CARD, ACCOUNT):
        mall.enters(who)
        mall.wait(6 * MINUTE)
        mall.send("Zone Exited", who, zone="f1")
        mall.wait(HOUR)
    assert [member for member, _ in mall.told("stay")] == [1, 1]
    mall.enters(CARD)
    mall.wait(6 * MINUTE)
    assert len(mall.told("stay")) == 2  # two a day
    mall.send("Page Viewed", properties=split(1, {1: [11], 5: [22]}))
    assert [member for member, _ in mall.told("stay")] == [1, 5]
    mall.wait(HOUR)
    for who in (CARD, ACCOUNT):
        mall.enters(who)
        mall.wait(6 * MINUTE)
    assert [member for member, _ in mall.told("stay")] == [1, 5, 1, 5]
    mall.wait(HOUR)
    mall.enters(ACCOUNT)
    mall.wait(6 * MINUTE)
    assert len(mall.told("stay")) == 4


def test_what_fired_does_not_fire_again_and_what_did_not_stays_silent(mall: Mall) -> None:
    mall.enters(CARD)
    mall.enters(ACCOUNT)
    mall.wait(6 * MINUTE)
    assert [member for member, _ in mall.told("stay")] == [1]
    mall.send("Page Viewed", properties=split(1, {1: [11], 5: [22]}))
    mall.wait(HOUR)
    assert [member for member, _ in mall.told("stay")] == [1]


def test_a_moment_that_waits_is_taken_once(mall: Mall) -> None:
    mall.enters(CARD)
    mall.send("Page Viewed", wait=1, properties=split(1, {1: [11], 5: [22]}))
    mall.wait(6 * MINUTE)
    assert [member for member, _ in mall.told("stay")] == [1]
