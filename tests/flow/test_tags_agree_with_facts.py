"""Through the whole flow: what is kept of each member and what the facts say about all members is the same."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from datong.config import FixedClock, Settings
from datong.model import DAY, MINUTE, Event, Identifier, Item, from_iso
from datong.platform import Platform
from datong.storage import event_record
from datong.tags import Predicate, Tags, definitions, evaluate_all, rebuild, values

NOW = from_iso("2026-03-01T04:00:00Z")
TYPES = ("Product Viewed", "Product Added", "Order Completed", "Receipt Issued", "Receipt Returned", "Message Sent",
         "Page Viewed", "Tag Scanned")


def shopper_events(dice: random.Random, count: int) -> list[Event]:
    """Return events of thirty shoppers, who show a cookie, a phone number, or both (which links and merges)."""
    events = []
    for number in range(count):
        who = dice.randrange(30)
        shown = [Identifier("anonymous_id", 1_000 + who), Identifier("phone", 2_000 + who, None, True)]
        identifiers = tuple(dice.sample(shown, dice.choice((1, 1, 2))))
        strongest = max(identifiers, key=lambda i: i.key)
        received = NOW + number * MINUTE
        type_ = dice.choice(TYPES)
        items = tuple(
            Item(f"s{dice.randrange(9)}", float(dice.randrange(1, 4)), dice.randrange(1_000, 90_000), 0,
                 dice.choice(("shoes/boots", "shoes", "bags", "")), dice.choice(("A", "B", "")))
            for _ in range(dice.randrange(1, 4))
        ) if type_ not in ("Page Viewed", "Message Sent") else ()
        events.append(Event(
            id=f"e{number}", source="test", channel=dice.choice(("app", "pos", "web")), type=type_,
            time=received - dice.choice((0, 0, MINUTE, DAY, 100 * DAY, 400 * DAY)), received=received,
            hour=dice.randrange(24), identifiers=identifiers, ident=strongest.key, items=items, currency="CNY",
            amount=sum(i.amount for i in items), place="mall" if type_.startswith("Receipt") else "", ref=f"r{number}",
        ))
    return events


@pytest.mark.parametrize("seed", [1, 2])
def test_kept_pasts_and_facts_agree_after_the_whole_flow(tmp_path: Path, seed: int) -> None:
    (tmp_path / "secret.key").write_text("0" * 64)
    with Platform(Settings(root=str(tmp_path))) as platform:
        store = platform.store
        store.clock = FixedClock(NOW + 2 * DAY)
        store.log.append([event_record(e) for e in shopper_events(random.Random(seed), 600)])
        while platform.flow.pump(97):
            pass
        while platform.flow.fold():
            pass
        now = platform.flow.now
        members: list[int] = []
        for name in definitions(store.settings):
            every = {r["member"]: r["value"] for r in
                     evaluate_all(store, f"tag.{name}", now).to_pyarrow().to_pylist()}
            with store.state.read() as tx:
                one = Predicate(store.settings, f"tag.{name}").ask(tx, every, now)
            assert len(every) >= 30
            for member, value in one.items():
                same = value == every[member] or math.isclose(value, every[member], rel_tol=1e-9)
                assert same, (name, member, value, every[member])
            members = sorted(every)
        with store.state.read() as tx:
            before = values(tx, members)
        assert rebuild(store, Tags(store)) == sum(bool(tags) for tags in before.values())
        with store.state.read() as tx:
            after = values(tx, members)
        assert {m: {n: t.value for n, t in tags.items() if t.value} for m, tags in after.items()} == {
            m: {n: t.value for n, t in tags.items() if t.value} for m, tags in before.items()}
