"""What is older than the retailer keeps goes: raw sightings, whose observations were, texts of rejected calls."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flow.mall import CARD, COOKIE, MAC, PHONE, opened

from datong.analytics import sales
from datong.errors import ConfigError
from datong.model import DAY, HOUR
from datong.storage import ERASED

KEPT = {"sightings": "7d", "observations": "30d", "quarantine": "30d"}


def test_what_is_too_old_goes_and_trade_stays(tmp_path: Path) -> None:
    with opened(tmp_path, privacy={"retention": KEPT}) as mall:
        mall.a_day()
        mall.frame("tills", mall.slip(77, "20.00", store="S9", customer={"member_card": CARD}))
        mall.wait(HOUR)
        sums, member = sales(mall.store, by=["sku"]).rows, mall.member("phone", PHONE)
        assert mall.platform.age() == {"sightings": 0, "observations": 0, "facts": 0, "quarantine": 0}

        mall.wait(8 * DAY)
        raw = sum("Sighted" in event.type for event in mall.events())
        assert raw > 10
        assert mall.platform.age() == {"sightings": raw, "observations": 0, "facts": 0, "quarantine": 0}
        assert not [event for event in mall.events() if "Sighted" in event.type]

        mall.wait(30 * DAY)
        mall.track("Product Viewed", {"sku": "shoe-1", "price": "499.00"}, anonymousId=COOKIE)
        mall.drain()
        done = mall.platform.age()
        assert done["observations"] > 10
        assert done["facts"] > 10
        assert done["quarantine"] == 2
        key = mall.key("anonymous_id", COOKIE)
        assert [e.ident == key for e in mall.events("Product Viewed")] == [False, False, True]
        hers = mall.store.facts.rows("SELECT DISTINCT type FROM touchpoints.event WHERE ident = ?", [key])
        assert hers == [{"type": "Product Viewed"}]
        assert mall.rows("SELECT DISTINCT length(raw) AS n FROM touchpoints_quarantine") == [{"n": 0}]
        assert sales(mall.store, by=["sku"]).rows == sums
        assert mall.member("phone", PHONE) == member
        assert mall.platform.age() == {"sightings": 0, "observations": 0, "facts": 0, "quarantine": 0}

        before = mall.store.facts.rows("SELECT * FROM touchpoints.event ORDER BY \"offset\", item")
        mall.store.facts.rebuild()
        mall.drain()
        assert mall.store.facts.rows("SELECT * FROM touchpoints.event ORDER BY \"offset\", item") == before
        assert [e for e in mall.store.log.read(0, 100_000) if e.topic == ERASED]
    assert not [p for p in (tmp_path / "data").iterdir() if p.is_file() and MAC.encode() in p.read_bytes()]


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    for wrong in ("0d", "soon"):
        with pytest.raises(ConfigError) as found, opened(tmp_path, privacy={"retention": {"sightings": wrong}}):
            pass
        assert found.value.field == "privacy.retention.sightings"
