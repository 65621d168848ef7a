"""The log is the truth: facts rebuilt from it are the same, and another platform fed the same log decides the same."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.flow.mall import Mall, build, campaign, opened

import datong
from datong.platform import Platform
from datong.tags import values

SEEN = campaign(code="seen-online", scene="online_viewer_arrives", name={"en": "Seen online"}, holdout=0.5,
                offer={"kind": "amount", "value": 2_000, "valid": "7d"})
KNOWN = {
    "members": "SELECT id, created, families, merged_into FROM identity_member ORDER BY id",
    "links": "SELECT ns, key, member FROM identity_link ORDER BY ns, key",
    "recognitions": "SELECT at, kind, member, other, ns, key, cause FROM identity_event ORDER BY seq",
    "firings": "SELECT id, scene, member, at, ident, place FROM scenes_firing ORDER BY seq",
    "orders": "SELECT * FROM commerce_order ORDER BY 1, 2",
    "quarantine": "SELECT code, message, source FROM touchpoints_quarantine ORDER BY id",
}
DECIDED = {
    "decisions": "SELECT firing, campaign, member, at, outcome, reason FROM marketing_decision ORDER BY 1, 2",
    "coupons": "SELECT code, campaign, member, issued, expires, redeemed, receipt FROM marketing_coupon ORDER BY code",
    "redemptions": "SELECT id, coupon, member, outcome, reason FROM marketing_redemption ORDER BY id",
    "messages": "SELECT id, campaign, member, created, coupon FROM delivery_outbox ORDER BY id",
}


def kept(platform: Platform, asked: dict[str, str]) -> dict[str, list[Any]]:
    """Return what the stages keep."""
    with platform.store.state.read() as tx:
        return {name: [tuple(row) for row in tx.exec_driver_sql(sql)] for name, sql in asked.items()}


def tagged(platform: Platform) -> dict[int, dict[str, Any]]:
    """Return the value of every tag of every member."""
    with platform.store.state.read() as tx:
        ids = [row[0] for row in tx.exec_driver_sql("SELECT id FROM identity_member")]
        return {m: {name: tag.value for name, tag in tags.items()} for m, tags in values(tx, ids).items()}


def test_facts_rebuilt_from_the_log_give_identical_reports(tmp_path: Path) -> None:
    with opened(tmp_path, campaign(), SEEN) as mall:
        mall.a_day()
        before = mall.reports()
        assert before["sales {'by': 'category'}"]["rows"]
        tables = ("touchpoints.event", "places.visit", "commerce.receipt_line", "delivery.message")
        rows = {t: mall.store.facts.rows(f"SELECT count(*) AS n FROM {t}") for t in tables}
        mall.store.facts.rebuild()
        assert mall.store.facts.position() == 0
        mall.drain()
        assert mall.reports() == before
        assert rows == {t: mall.store.facts.rows(f"SELECT count(*) AS n FROM {t}") for t in rows}


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_a_second_platform_fed_the_same_log_comes_to_the_same(tmp_path: Path, step: int) -> None:
    with opened(tmp_path / "one", campaign(), SEEN) as mall:
        mall.a_day()
        one = mall.platform
        known, decided, tags, reports = kept(one, KNOWN), kept(one, DECIDED), tagged(one), mall.reports()
        now, end = mall.clock.at, mall.store.log.end()
    assert all(known.values())
    assert all(decided.values())
    config = build(tmp_path / "two", campaign(), SEEN)
    (tmp_path / "two" / "data").mkdir()
    shutil.copy(tmp_path / "one" / "data" / "log.sqlite", tmp_path / "two" / "data")
    with datong.open(str(config)) as two:
        second = Mall(two)
        second.clock.at = now
        while two.flow.pump(step):
            pass
        two.flow.drain()
        assert kept(two, KNOWN) == known
        assert tagged(two) == tags
        if step == 1:  # marketing decides at a batch's end: only the same batches give the same times and coupons
            assert two.store.log.end() == end  # whatever was derived was there already
            assert kept(two, DECIDED) == decided
            assert second.reports() == reports
