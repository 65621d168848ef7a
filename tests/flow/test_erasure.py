"""A shopper is forgotten: nothing of her is left in any file, and everybody else's figures are what they were."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.flow.mall import CARD, COOKIE, MAC, PHONE, Mall, opened

from datong.analytics import report, sales
from datong.errors import NotFound
from datong.identity import person
from datong.model import HOUR
from datong.privacy import Person, certificate, erasures, export_person, is_genuine
from datong.touchpoints import inspect, quarantined

OTHER = "8800000099"
NAME = "Li Na"


def live_a_day(mall: Mall) -> int:
    """Let the shopper and somebody else do all there is, and a till send what is rejected; return her number."""
    mall.a_day()
    mall.frame("tills", mall.slip(77, "20.00", store="S9", customer={"member_card": CARD, "phone": "138-1234-5678"}))
    mall.receipt(78, "33.00", customer={"member_card": OTHER, "phone": "13900001111"})
    mall.frame("tills", mall.slip(79, "20.00", store="S9", customer={"member_card": OTHER}))
    mall.wait(HOUR)
    number = mall.member("phone", PHONE)
    assert number is not None
    return number


def erase(mall: Mall, number: int, reason: str = "") -> dict[str, Any]:
    return mall.platform.erase(mall.platform.ask_erasure(number, actor="user:ann", reason=reason))


def whole(mall: Mall, number: int) -> Person:
    with mall.store.state.read() as tx:
        return person(tx, mall.platform.vault, number)


def traces(mall: Mall, who: Person) -> list[bytes]:
    """Return the byte strings that must be in no file: values, keys in every form, everything sealed for her."""
    found = [PHONE.encode(), b"+8613812345678", CARD.encode(), COOKIE.encode(), MAC.encode(), NAME.encode()]
    for key in who.keys:
        found += [key.to_bytes(8, "big"), key.to_bytes(8, "little"), str(key).encode()]
    for event in mall.events():
        if event.ident in who.keys:
            found += [i.sealed for i in event.identifiers if i.sealed] + list(event.personal.values())
    for rows in (mall.rows("SELECT sealed FROM identity_told"), mall.rows("SELECT sealed FROM identity_link")):
        found += [row["sealed"] for row in rows if row["sealed"] and is_hers(mall, row["sealed"])]
    return found


def is_hers(mall: Mall, sealed: bytes) -> bool:
    return mall.platform.vault.unseal(sealed) in {"+8613812345678", CARD, NAME, "u17"}


def found_in(folder: Path, needles: list[bytes]) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".sqlite", ".duckdb"}
    return [f"{path.name}: {needle[:24]!r}" for path in files for needle in needles if needle in path.read_bytes()]


def test_nothing_of_an_erased_shopper_is_left_in_any_file(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        number = live_a_day(mall)
        hers = traces(mall, whole(mall, number))
        assert len(hers) > 30
        sums, others = sales(mall.store, by=["sku"]).rows, mall.rows("SELECT id FROM identity_member WHERE known")
        rejected = mall.rows("SELECT count(*) AS n FROM touchpoints_quarantine WHERE state = 'open'")[0]["n"]

        paper = erase(mall, number, "asked by letter")

        assert sales(mall.store, by=["sku"]).rows == sums  # the till's sums stay to the cent
        assert mall.member("phone", PHONE) is None
        with mall.store.state.read() as tx:
            with pytest.raises(NotFound):
                person(tx, mall.platform.vault, number)
            left = {row["id"] for row in mall.rows("SELECT id FROM identity_member WHERE known")}
            assert left == {row["id"] for row in others} - {number}
            total, open_ones = quarantined(tx, mall.platform.vault)
            assert total == rejected - 1
            assert PHONE[3:] not in "".join(one.raw.replace("-", "") for one in open_ones)
            assert certificate(tx, paper["id"]) == paper
            assert [(e.label, e.actor) for e in erasures(tx)[1]] == [(paper["person"], "user:ann")]
        assert paper["rows_left"] == 0
        assert paper["other"]["rejected_calls"] == 1
        assert paper["log"]["kept"] == 5  # receipts 1 and 2 and the coupon on it, receipt 1 of next day, the web order
        assert paper["state"]["commerce_order"] == {"deleted": 0, "kept": 4}
        assert is_genuine(mall.platform.vault, json.loads(json.dumps(paper)))
        assert not is_genuine(mall.platform.vault, {**paper, "reason": "another"})
    assert found_in(tmp_path / "data", hers) == []


def test_facts_after_an_erasure_are_what_the_log_makes_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        erase(mall, live_a_day(mall))
        before = everything(mall)
        mall.store.facts.rebuild()
        mall.drain()
        assert everything(mall) == before


def everything(mall: Mall) -> dict[str, Any]:
    tables = mall.store.facts.rows("SELECT table_schema s, table_name t FROM information_schema.tables ORDER BY 1, 2")
    return {
        f"{row['s']}.{row['t']}": sorted(map(repr, mall.store.facts.rows(f'SELECT * FROM "{row["s"]}"."{row["t"]}"')))
        for row in tables if row["s"] not in ("storage", "main")
    }


def test_who_comes_again_after_an_erasure_is_somebody_new(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        number = live_a_day(mall)
        first = mall.slip(501, "50.00", customer={"member_card": CARD})
        mall.frame("tills", first)
        mall.drain()
        erase(mall, number)
        again = mall.frame("tills", first)  # the till sends the old file once more
        assert [result.status for result in again] == ["duplicate"]
        mall.drain()
        assert mall.member("member_card", CARD) is None
        mall.show_card(502, "60.00")
        mall.drain()
        anew = mall.member("member_card", CARD)
        assert anew is not None
        assert anew != number
        assert report(mall.store, "members", {"by": "member"}).rows


def test_an_erasure_that_broke_off_is_finished_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as mall:
        number = live_a_day(mall)
        hers = traces(mall, whole(mall, number))
        renew = type(mall.store.facts).renew

        def fail(_: Any) -> None:
            raise OSError("the disk is full")

        monkeypatch.setattr(type(mall.store.facts), "renew", fail)
        with pytest.raises(OSError, match="full"):
            erase(mall, number)
        monkeypatch.setattr(type(mall.store.facts), "renew", renew)
    with opened(tmp_path) as mall:
        assert mall.member("phone", PHONE) is None
        with mall.store.state.read() as tx:
            (_, (done,)) = erasures(tx)
            assert done.finished is not None
    assert found_in(tmp_path / "data", hers) == []


def test_an_export_holds_what_is_kept_in_the_clear_and_of_nobody_else(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        number = live_a_day(mall)
        file = io.BytesIO()
        rows = export_person(mall.store, mall.platform.vault, whole(mall, number), file)
        with zipfile.ZipFile(file) as archive:
            texts = {name: archive.read(name).decode() for name in archive.namelist()}
        about = json.loads(texts["person.json"])
        events = [json.loads(line) for line in texts["events.jsonl"].splitlines()]
        assert {"namespace": "phone", "value": "+8613812345678"} in about["identifiers"]
        assert about["consent"][0]["granted"] is True
        assert {e["type"] for e in events} >= {"Receipt Issued", "Identified", "Order Completed", "Message Sent"}
        assert any(e["personal"].get("name") == NAME for e in events)
        assert "499.00" not in texts["state/commerce_order.csv"]
        assert "49900" in texts["state/commerce_order.csv"]
        assert NAME in texts["state/identity_told.csv"]
        assert rows > 50
        assert OTHER not in "".join(texts.values())
        assert str(mall.key("member_card", OTHER)) not in "".join(texts.values())


def test_a_rejected_call_of_an_erased_shopper_cannot_be_tried_again(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        number = live_a_day(mall)
        with mall.store.state.read() as tx:
            hers = next(one.id for one in quarantined(tx, mall.platform.vault)[1] if CARD in one.raw)
        erase(mall, number)
        with mall.store.state.read() as tx:
            emptied = inspect(tx, mall.platform.vault, hers)
        assert (emptied.state, emptied.raw, emptied.message) == ("erased", "", "")
