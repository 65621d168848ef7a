"""Versions: a receipt that came again with other contents is shown beside the first one, which stays."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from datong.config import FixedClock, Settings, TouchpointSettings
from datong.errors import NotFound
from datong.flow import Flow
from datong.model import from_iso
from datong.privacy import Vault
from datong.storage import open_store
from datong.touchpoints import Intake, QuarantineDesk, quarantined, versions
from datong.touchpoints.goods import Goods


def receipt(**changes: Any) -> dict[str, Any]:
    return {"store": "S1", "till": "2", "business_day": "2026-03-01", "sequence": 17, "currency": "CNY",
            "time": "2026-03-01T10:00:00+08:00", "total": "43.80", "customer": {"phone": "13912345678"},
            "lines": [{"sku": "A", "quantity": 2, "price": 19.9, "discount": 1}, {"sku": "B", "price": 5.0}],
            "tenders": [{"kind": "cash", "amount": 43.8}], **changes}


def test_both_versions_line_by_line(tmp_path: Any, vault: Vault) -> None:
    settings = Settings(root=str(tmp_path), touchpoints={"tills": TouchpointSettings("pos", "k")})
    store = open_store(settings, FixedClock(from_iso("2026-03-01T04:00:00Z")))
    try:
        intake = Intake(store, vault, Goods(lambda skus: skus, lambda stores: stores))
        for told in (receipt(), receipt(total="40.00", tenders=[{"kind": "cash", "amount": 40}], operator="7"),
                     receipt(sequence=18, time="never")):
            intake.accept_calls("tills", intake.listen("tills", msgspec.json.encode(told)))
        Flow(store, (QuarantineDesk(store, vault),)).drain()
        with store.state.read() as tx:
            ids = {item.code: item.id for item in quarantined(tx, vault)[1]}
        found = {line.field: line for line in versions(intake, ids["conflict"])}
        assert (found["total"].first, found["total"].again, found["total"].differs) == ("43.80", "40.00", True)
        assert found["line 1"].first == found["line 1"].again == "2 × A = 38.80 (−1.00)"
        assert (found["tenders 1"].first, found["tenders 1"].again) == ("kind cash, amount 43.80",
                                                                       "kind cash, amount 40.00")
        assert (found["operator"].first, found["operator"].again) == ("", "7")
        assert found["who"].first.startswith("phone #")
        assert "13912345678" not in str(found)
        assert versions(intake, ids["bad_time"]) == []
        with pytest.raises(NotFound):
            versions(intake, 999)
    finally:
        store.close()
