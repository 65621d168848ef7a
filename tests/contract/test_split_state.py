"""A merge and its undoing leave everything as it was, and told values follow their identifier, on every engine."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from tests.unit.identity.splitting import Splitting, split
from tests.unit.marketing.shop import Shop

from datong.commerce import Commerce
from datong.flow import Flow
from datong.identity import golden, traits
from datong.model import HOUR, Identifier, Item
from datong.privacy import Vault
from datong.scenes import Scenes
from datong.storage import State, Store, migrations
from datong.tags import values
from datong.touchpoints import QuarantineDesk

CARD, ACCOUNT = Identifier("member_card", 11), Identifier("user_id", 22)
TABLES = {
    "marketing_assignment": "campaign, member", "marketing_drawn": "campaign, drawn_for",
    "marketing_decision": "firing, campaign", "marketing_coupon": "code", "marketing_message": "seq",
    "scenes_firing": "seq", "delivery_outbox": "id",
}


def kept(shop: Shop) -> dict[str, Any]:
    found: dict[str, Any] = {name: shop.rows(name, order) for name, order in TABLES.items()}
    with shop.store.state.read() as tx:
        tagged = values(tx, [1, 2])
        found["tags"] = {m: {n: t.value for n, t in tagged[m].items() if t.value} for m in tagged}
        found["told"] = [golden(tx, shop.vault, member) for member in (1, 2)]
    return found


@pytest.mark.parametrize("folded", [False, True])
def test_undoing_a_merge_restores_every_package(state_store: Store, vault: Vault, folded: bool) -> None:
    shop = Shop(state_store, vault)
    consents, identity, tags, _, marketing, delivery = shop.flow.stages
    shop.flow = Flow(state_store, (
        consents, Commerce(state_store), QuarantineDesk(state_store), identity, Splitting(), tags,
        Scenes(state_store), marketing, delivery))
    shop.campaign(holdout=0.5)
    for number, who in enumerate((CARD, ACCOUNT)):
        shop.send("Consent Changed", who, properties={"granted": True})
        shop.send("Identified", who, personal={"name": vault.seal(f"Li {number}")})
        shop.send("Receipt Issued", who, items=(Item("s1", 1.0, 500, 0, "shoes"),) * (number + 1), ref=f"r{number}",
                  place="S1", currency="CNY")
        shop.at(shop.now() + HOUR)
        shop.send("Zone Entered", who, place="mall", zone="z1", properties={"category": "shoes"})
        shop.at(shop.now() + HOUR)
        shop.send("Clock Ticked")
    before = kept(shop)
    assert [row["member"] for row in before["scenes_firing"]] == [1, 2]
    assert [record[0].value for record in before["told"]] == ["Li 0", "Li 1"]
    shop.send("Identified", CARD, ACCOUNT)
    if folded:
        shop.fold()
    assert {row["member"] for row in shop.rows("marketing_decision", "firing")} == {1}
    shop.send("Page Viewed", properties=split(1, {1: [11], 2: [22]}))
    assert kept(shop) == before


def test_traits_of_an_earlier_release_go_to_the_strongest_identifier(state: State, vault: Vault) -> None:
    """And back again: the latest value of each field remains."""
    with state.write() as tx:
        command.downgrade(migrations(tx), "0002")
    sealed = {name: vault.seal(name) for name in ("Li Na", "Ms")}
    with state.write() as tx:
        for member, into in ((1, None), (2, 1), (3, None)):
            tx.execute(sa.text("INSERT INTO identity_member (id, created, merged_into, families, known) "
                               "VALUES (:id, 0, :into, 0, :known)"), {"id": member, "into": into, "known": True})
        for key, ns, member in ((5, "anonymous_id", 1), (6, "member_card", 1), (7, "phone", 3)):
            tx.execute(sa.text(
                "INSERT INTO identity_link (key, ns, member, first_seen, last_seen, since, shared) "
                "VALUES (:key, :ns, :member, 0, 0, 0, :no)"), {"key": key, "ns": ns, "member": member, "no": False})
        for field, value in (("name", "Li Na"), ("title", "Ms")):
            tx.execute(sa.text("INSERT INTO identity_trait (member, field, sealed, at, source) "
                               "VALUES (1, :field, :sealed, 9, 'till')"), {"field": field, "sealed": sealed[value]})
        tx.execute(sa.text('INSERT INTO marketing_assignment_history (campaign, drawn_for, member, arm, at, "offset") '
                           "VALUES ('c', 2, 1, 'holdout', 4, 5)"))
    with state.write() as tx:
        command.upgrade(migrations(tx), "head")
    with state.read() as tx:
        assert traits(tx, vault, 2) == {"name": "Li Na", "title": "Ms"}
        assert tx.execute(sa.text("SELECT key, source, at FROM identity_told")).all() == [(6, "till", 9)] * 2
        assert tx.execute(sa.text("SELECT member, arm, ident FROM marketing_drawn")).all() == [(1, "holdout", 0)]
    with state.write() as tx:
        command.downgrade(migrations(tx), "0002")
        assert tx.execute(sa.text("SELECT member, field, at FROM identity_trait ORDER BY field")).all() == [
            (1, "name", 9), (1, "title", 9)]
        assert tx.execute(sa.text("SELECT arm FROM marketing_assignment_history")).scalars().all() == ["holdout"]
