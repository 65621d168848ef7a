from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.unit.tags.shop import NOW, event, run
from tests.unit.tags.test_read import facts_of

from datong.config import Settings, TagsSettings
from datong.errors import Unavailable
from datong.model import DAY, Item
from datong.storage import Store, set_cursor
from datong.tags import Tags, rebuild, values
from datong.tags.tables import STATE, VALUE

OWN = """
- {name: own.boots, title: {}, group: own, kind: money, expression: 'spend(category="shoes/boots")'}
"""


def test_a_new_tag_gets_its_past_from_the_facts(store: Store) -> None:
    facts_of(store)
    tags = Tags(store)
    run(tags, store, [(1, event("Receipt Issued", NOW - DAY, Item("a", 1.0, 10_000, 0, "shoes"),
                                Item("b", 1.0, 5_000, 0, "bags"))),
                      (9, event("Receipt Issued", NOW, Item("a", 1.0, 10_000, 0, "shoes")))])
    run(tags, store, [(1, event("Receipt Issued", NOW, Item("a", 1.0, 7_050, 0, "shoes/boots"))),
                      (2, event("Receipt Issued", NOW - 95 * DAY, Item("c", 1.0, 100, 0, "shoes")))], NOW + 5)
    with store.state.write() as tx:
        set_cursor(tx, "spine", 4, NOW + 5)
        before = values(tx, [1, 2])
    Path(store.settings.root, "own.yaml").write_text(OWN, "utf-8")
    store.settings = Settings(root=store.settings.root, tags=TagsSettings(files=("own.yaml",)))
    tags = Tags(store)
    with pytest.raises(Unavailable, match="the facts are behind the events"):
        rebuild(store, tags)
    with store.facts.write() as facts:
        facts.move(4)
    assert rebuild(store, tags) == 2
    with store.state.read() as tx:
        after = values(tx, [1, 2, 9])
        assert after[1].pop("own.boots").value == 7_050
        assert after[1] == before[1]
        assert after[2]["rfm.spend_365d"].value == 200  # and what was told with a time of the future has come
        assert after[9] == {}
        for table in (STATE, VALUE):
            assert tx.execute(sa.select(table.c.member).distinct().order_by(table.c.member)).scalars().all() == [1, 2]


def test_some_members_are_rebuilt_alone(store: Store) -> None:
    facts_of(store)
    with store.facts.write() as facts:
        facts.move(4)
    with store.state.write() as tx:
        set_cursor(tx, "spine", 4, NOW)
    tags = Tags(store)
    assert rebuild(store, tags, [1, 3]) == 1
    with store.state.read() as tx:
        found = values(tx, [1, 2, 3])
    assert found[1]["rfm.orders_90d"].value == 2
    assert (found[2], found[3]) == ({}, {})
    run(tags, store, [(1, event("Receipt Issued", NOW, Item("a", 1.0, 1_000)))])
    with store.state.read() as tx:
        assert values(tx, [1])[1]["rfm.orders_90d"].value == 3
