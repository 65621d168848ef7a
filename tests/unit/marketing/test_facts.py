"""Facts of marketing are a fold of the log."""

from __future__ import annotations

from datetime import date

from tests.unit.marketing.shop import Shop

from datong.model import from_iso
from datong.privacy import Vault
from datong.storage import Store


def test_campaigns_and_arms(store: Store, vault: Vault) -> None:
    shop = Shop(store, vault)
    shop.campaign(start="2026-02-01")
    shop.campaign(start="2026-02-01", name={"en": "Welcome back"})
    shop.send("Campaign Updated", campaign="C7", properties={"name": "Mailing", "kind": "TypeA", "end": "never"})
    shop.fire(shop.meet(phone="13812345678"))
    shop.fold()
    campaigns = store.facts.rows('SELECT * FROM marketing.campaign ORDER BY code')
    assert campaigns == [
        {"code": "C7", "name": "Mailing", "kind": "TypeA", "start": None, "end": None},
        {"code": "welcome", "name": "Welcome back", "kind": "scene", "start": from_iso("2026-02-01"), "end": None},
    ]
    (arm,) = store.facts.rows("SELECT campaign, ident, arm, ts, date FROM marketing.assignment")
    phone = shop.known_as(phone="13812345678")[0].key
    assert arm == {"campaign": "welcome", "ident": phone, "arm": "treated", "ts": shop.now(), "date": date(2026, 3, 1)}
