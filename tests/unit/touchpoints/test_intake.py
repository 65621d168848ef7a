"""Intake: stored, duplicate, conflict or quarantined, each with its result and its record in the log."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from datong.config import FixedClock, IntakeSettings, Settings, TouchpointSettings
from datong.errors import ConfigError, NotFound, Unavailable
from datong.model import decode_event, from_iso, sighted
from datong.privacy import Vault
from datong.storage import EVENTS, QUARANTINE, Appended, Record, Store, open_store
from datong.touchpoints import Call, Intake, Unread
from datong.touchpoints.goods import Goods
from datong.touchpoints.kinds.web import read_batch
from datong.touchpoints.quarantined import Quarantined, decode_quarantined

NOW = from_iso("2026-03-01T04:00:00Z")
VAULT = Vault(b"0123456789abcdef0123456789abcdef")
LINE = {"sku": "A", "price": 19.9, "quantity": 2}


def goods(*known: str) -> Goods:
    return Goods(lambda skus: skus & set(known), lambda stores: stores & set(known))


@pytest.fixture
def intake(store: Store) -> Intake:
    return Intake(store, VAULT, goods("A", "S1"))


def receipt(**change: Any) -> Call:
    properties = {"receipt_id": "r1", "store_id": "S1", "products": [LINE], **change}
    return Call("track", "Receipt Issued", "r1", properties=properties)


def page(n: int) -> Call:
    return Call("page", message_id=f"m{n}", user_id="u")


def kept(intake: Intake) -> list[Quarantined]:
    return [decode_quarantined(e.body) for e in intake.store.log.read(0, 100) if e.topic == QUARANTINE]


def test_stored_then_duplicate(intake: Intake) -> None:
    assert [r.status for r in intake.accept_calls("web", [page(1), page(2)])] == ["stored", "stored"]
    assert [(r.id, r.status) for r in intake.accept_calls("web", [page(2), page(3)])] == [
        ("m2", "duplicate"), ("m3", "stored"),
    ]
    assert [decode_event(e.body).id for e in intake.store.log.read(0, 10)] == ["m1", "m2", "m3"]
    assert intake.counts()["web", "accepted"] == 3
    assert intake.counts()["web", "duplicate"] == 1


def test_a_repeat_within_one_request_is_a_duplicate(intake: Intake) -> None:
    assert [r.status for r in intake.accept_calls("web", [page(1), page(1)])] == ["stored", "duplicate"]


def test_another_source_has_its_own_ids(intake: Intake) -> None:
    intake.accept_calls("web", [page(1)])
    assert intake.accept_calls("app", [page(1)])[0].status == "stored"


def test_the_same_in_other_words_is_a_duplicate(intake: Intake) -> None:
    wire = {"type": "track", "event": "Product Viewed", "messageId": "v1", "userId": "u",
            "timestamp": "2026-03-01T03:00:00Z", "properties": {"sku": "A1", "price": 5, "x": 1}}
    told = {**wire, "properties": {"x": 1, "price": "5.00", "sku": "A1"}}
    other = {**wire, "properties": {"x": 2, "price": "5.00", "sku": "A1"}}
    heard = read_batch(msgspec.json.encode({"batch": [wire, told, other]}))
    assert [result.status for result in intake.accept_calls("web", heard)] == ["stored", "duplicate", "conflict"]


def test_the_same_id_with_other_contents_is_a_conflict(intake: Intake) -> None:
    intake.accept_calls("pos", [receipt()])
    assert intake.accept_calls("pos", [receipt()])[0].status == "duplicate"
    result = intake.accept_calls("pos", [receipt(total=1)])[0]
    assert (result.status, result.code, result.field, result.id) == ("conflict", "conflict", "messageId", "r1")
    (record,) = kept(intake)
    assert (record.code, record.source, record.form) == ("conflict", "pos", "call")
    assert '"total":1' in VAULT.unseal(record.raw)
    assert intake.counts()["pos", "quarantined"] == 1


def test_a_rejected_call_lies_in_the_same_commit(intake: Intake) -> None:
    heard = read_batch(b'{"sentAt": "2026-03-01T04:00:00Z", "batch": [{"type": "page", "userId": "u"},'
                       b'{"type": "track", "event": "Nonsense", "userId": "u", "messageId": "x", "extra": 1}]}')
    results = intake.accept_calls("web", heard)
    assert [(r.status, r.code) for r in results] == [("stored", ""), ("quarantined", "unknown_event")]
    assert [e.topic for e in intake.store.log.read(0, 10)] == [EVENTS, QUARANTINE]
    (record,) = kept(intake)
    assert VAULT.unseal(record.raw) == (
        '{"sentAt":"2026-03-01T04:00:00Z","type": "track", "event": "Nonsense", "userId": "u", "messageId": "x", '
        '"extra": 1}'
    )
    assert (record.received, record.field) == (NOW, "event")


def test_a_bad_call_sent_again_is_kept_once(intake: Intake) -> None:
    bad = Call("track", "Nonsense", "x", user_id="u")
    for sent in ("2026-03-01T04:00:00Z", "2026-03-01T04:00:09Z"):
        bad.sent_at = sent
        assert intake.accept_calls("web", [bad])[0].status == "quarantined"
    assert len(kept(intake)) == 1
    assert intake.accept_calls("app", [bad])[0].status == "quarantined"
    assert len(kept(intake)) == 2


def test_nothing_personal_lies_in_the_log_in_the_clear(intake: Intake, tmp_path: Path) -> None:
    person = {"name": "Zhang Wuji", "phone": "13987654321", "email": "wuji@example.com"}
    intake.accept_calls("web", [
        Call("identify", message_id="1", user_id="wuji-login", traits=person),
        Call("identify", message_id="2", user_id="wuji-login", traits={**person, "email": "wuji at example"}),
        Call("track", "Zhang Wuji's event", "3", user_id="wuji-login", traits=person),
    ])
    intake.store.log.close()
    written = b"".join(file.read_bytes() for file in (tmp_path / "data").glob("log.sqlite*"))
    for clear in (b"Wuji\xa5", b"13987654321", b"wuji@example.com", b"wuji at example", b"wuji-login"):
        assert clear not in written


def test_an_unread_part_keeps_its_frame(intake: Intake) -> None:
    result = intake.accept_calls("pos", [Unread(b'{"till": 1}', "missing_field", "no store", "h", "store", "id7")])[0]
    assert (result.id, result.status, result.code, result.field) == ("id7", "quarantined", "missing_field", "store")
    assert (kept(intake)[0].form, VAULT.unseal(kept(intake)[0].raw)) == ("frame", '{"till": 1}')


def test_a_call_that_is_too_large(intake: Intake) -> None:
    large = b'{"batch":[{"type":"page","userId":"u","name":"' + b"x" * 33_000 + b'"}]}'
    result = intake.accept_calls("web", read_batch(large))[0]
    assert (result.status, result.code) == ("too_large", "too_large")
    assert len(VAULT.unseal(kept(intake)[0].raw)) > 33_000


def test_a_nul_character(intake: Intake) -> None:
    result = intake.accept_calls("web", read_batch(rb'{"batch":[{"type":"page","userId":"u","name":"a\u0000"}]}'))[0]
    assert (result.status, result.code) == ("quarantined", "bad_type")


@pytest.mark.parametrize(("change", "code", "field"), [
    ({"products": [LINE, {"sku": "B", "price": 1}]}, "unknown_sku", "properties.products[1].sku"),
    ({"store_id": "S2"}, "unknown_store", "properties.store_id"),
])
def test_unknown_goods_and_stores(intake: Intake, change: dict[str, Any], code: str, field: str) -> None:
    result = intake.accept_calls("pos", [receipt(**change)])[0]
    assert (result.status, result.code, result.field) == ("quarantined", code, field)


def test_goods_become_known_by_their_own_events(intake: Intake) -> None:
    results = intake.accept_calls("erp", [
        Call("track", "Product Updated", "p", properties={"sku": "B", "price": 1}),
        Call("track", "Store Updated", "s", properties={"code": "S2"}),
        receipt(store_id="S2", products=[{"sku": "B", "price": 1}]),
    ])
    assert [r.status for r in results] == ["stored", "stored", "stored"]


def test_a_viewed_product_need_not_be_known(intake: Intake) -> None:
    viewed = Call("track", "Product Viewed", "v", user_id="u", properties={"sku": "never heard of"})
    assert intake.accept_calls("web", [viewed])[0].status == "stored"


def test_an_orders_affiliation_is_free_text(intake: Intake) -> None:
    order = {"order_id": "o", "products": [LINE], "affiliation": "Google Store"}
    assert intake.accept_calls("web", [Call("track", "Order Completed", "o", user_id="u", properties=order)]
                               )[0].status == "stored"


def test_known_goods_come_from_the_state(store: Store) -> None:
    assert Intake(store, VAULT).accept_calls("pos", [receipt()])[0].code == "unknown_sku"


def test_unknown_goods_may_be_accepted(tmp_path: Path) -> None:
    settings = Settings(root=str(tmp_path), intake=IntakeSettings(unknown_goods="accept"))
    store = open_store(settings, FixedClock(NOW))
    assert Intake(store, VAULT).accept_calls("pos", [receipt()])[0].status == "stored"
    store.close()


def test_history_is_marked(intake: Intake) -> None:
    intake.accept_calls("file", [page(1)], history=True)
    event = decode_event(intake.store.log.read(0, 1)[0].body)
    assert (event.history, event.channel) == (True, "file")


def test_a_touchpoints_settings(tmp_path: Path) -> None:
    touchpoints = {
        "shop": TouchpointSettings("web", "k"), "app": TouchpointSettings("web", "k2", settings={"channel": "app"}),
        "door": TouchpointSettings("wifi", "k3", place="V1"),
    }
    store = open_store(Settings(root=str(tmp_path), touchpoints=touchpoints), FixedClock(NOW))
    intake = Intake(store, VAULT)
    assert (intake.origin("shop").channel, intake.origin("app").channel) == ("web", "app")
    frame = (b'{"sensor":"ap-1","sightings":[{"mac":"a4:83:e7:12:34:56","rssi":-61,"time":"2026-03-01T03:59:59Z"}]}')
    for status in ("stored", "duplicate"):
        assert intake.accept_calls("door", intake.listen("door", frame))[0].status == status
    event = decode_event(store.log.read(0, 1)[0].body)
    assert (event.type, event.place, event.channel, event.ident) == ("Devices Sighted", "V1", "wifi", 0)
    (seen,) = sighted(event)
    assert (seen.ns, seen.sensor, seen.rssi, seen.time) == ("wifi_mac", "ap-1", -61, NOW - 1_000)
    with pytest.raises(NotFound):
        intake.listen("window", frame)
    store.close()


def test_a_kind_that_is_not_known(tmp_path: Path) -> None:
    store = open_store(Settings(root=str(tmp_path), touchpoints={"fax": TouchpointSettings("fax")}), FixedClock(NOW))
    with pytest.raises(ConfigError) as caught:
        Intake(store, VAULT)
    assert caught.value.field == "touchpoints.fax.kind"
    store.close()


def test_async_does_the_same(intake: Intake) -> None:
    async def run() -> list[str]:
        first = await intake.accept("pos", [receipt(), Call("track", "Nonsense", "x", user_id="u")])
        second = await intake.accept("pos", [receipt(total=1), receipt()])
        many = await intake.accept("web", [page(n) for n in range(600)])
        return [r.status for r in (*first, *second, many[0], many[599])]

    assert asyncio.run(run()) == ["stored", "quarantined", "conflict", "duplicate", "stored", "stored"]
    assert {record.code for record in kept(intake)} == {"unknown_event", "conflict"}


class FullDisk:
    """A log on a disk that is full."""

    def submit(self, records: list[Record]) -> Future[list[Appended]]:
        done: Future[list[Appended]] = Future()
        done.set_exception(Unavailable("the event log cannot be written", after=5.0))
        return done

    def append(self, records: list[Record]) -> list[Appended]:
        return self.submit(records).result()


def test_a_full_disk_is_told_and_nothing_is_remembered(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Call("track", "Product Updated", "p", properties={"sku": "B", "price": 1})
    with monkeypatch.context() as patch:
        patch.setattr(intake.store, "log", FullDisk())
        with pytest.raises(Unavailable):
            intake.accept_calls("erp", [known])
        with pytest.raises(Unavailable):
            asyncio.run(intake.accept("erp", [known]))
    assert intake.accept_calls("pos", [receipt(products=[{"sku": "B", "price": 1}])])[0].code == "unknown_sku"
    assert intake.counts().get(("erp", "accepted"), 0) == 0


def test_a_result_leaves_empty_fields_out(intake: Intake) -> None:
    assert msgspec.json.encode(intake.accept_calls("web", [page(1)])) == b'[{"id":"m1","status":"stored"}]'
