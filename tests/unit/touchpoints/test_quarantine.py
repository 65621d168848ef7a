"""Quarantine: filed in the flow, read, replayed, mended and discarded."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from datong.config import FixedClock, Settings, TouchpointSettings
from datong.errors import Conflict, NotFound, Rejected
from datong.model import Batch, decode_event, from_iso
from datong.privacy import Vault
from datong.storage import QUARANTINE, Store, open_store
from datong.touchpoints import (
    Call,
    Intake,
    Kept,
    QuarantineDesk,
    Reason,
    Replayed,
    SourceSeen,
    Unread,
    discard,
    inspect,
    mend,
    quarantined,
    reasons,
    replay,
    sources,
)
from datong.touchpoints.goods import Goods
from datong.touchpoints.quarantined import FRAME_KEPT, whole
from datong.touchpoints.tables import QUARANTINED

NOW = from_iso("2026-03-01T04:00:00Z")
VAULT = Vault(b"0123456789abcdef0123456789abcdef")


class Desk:
    """An intake and the desk behind it."""

    def __init__(self, store: Store) -> None:
        self.store, self.known = store, {"A", "S1"}
        self.intake = Intake(store, VAULT, Goods(lambda skus: skus & self.known, lambda stores: stores & self.known))
        self.stage, self.position = QuarantineDesk(store, VAULT), 0

    def pump(self) -> None:
        entries = self.store.log.read(self.position, 1_000)
        events = [decode_event(e.body) for e in entries if e.topic != QUARANTINE]
        now = self.store.clock.now()
        batch = Batch(events, self.position + 1, entries[-1].offset, now,
                      rejected=[(e.offset, e.body) for e in entries if e.topic == QUARANTINE])
        with self.store.state.write() as tx:
            self.stage.step(batch, tx)

    def send(self, *calls: Call | Unread, source: str = "shop") -> None:
        self.position = self.store.log.end()
        self.intake.accept_calls(source, calls)
        self.pump()

    def page(self, state: str = "open", reason: str = "") -> list[Kept]:
        with self.store.state.read() as tx:
            total, found = quarantined(tx, VAULT, state, reason)  # type: ignore[arg-type]
        assert total == len(found)
        return found


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def viewed(sku: str, n: int = 1) -> Call:
    properties = {"order_id": f"o{n}", "products": [{"sku": sku, "price": 5}]}
    return Call("track", "Order Completed", f"m{n}", user_id="u", properties=properties)


BAD = Call("track", "Nonsense", "x", user_id="u")


def test_filed_and_counted(desk: Desk) -> None:
    desk.send(viewed("B", 1), viewed("C", 2), BAD, viewed("A", 3))
    assert [(k.code, k.state, k.at, k.source) for k in desk.page()] == [
        ("unknown_event", "open", NOW, "shop"), ("unknown_sku", "open", NOW, "shop"),
        ("unknown_sku", "open", NOW, "shop"),
    ]
    with desk.store.state.read() as tx:
        assert reasons(tx) == [Reason("unknown_sku", 2), Reason("unknown_event", 1)]
        first = desk.page()[0]
        assert inspect(tx, VAULT, first.id) == first
        with pytest.raises(NotFound):
            inspect(tx, VAULT, 99)
    assert msgspec.json.decode(first.raw)["event"] == "Nonsense"


def test_a_page_at_a_time(desk: Desk) -> None:
    desk.send(*(Call("track", f"Nonsense {n}", f"x{n}", user_id="u") for n in range(5)))
    with desk.store.state.read() as tx:
        total, second = quarantined(tx, VAULT, page=2, size=2)
    assert (total, [k.message for k in second]) == (5, [f"the event 'Nonsense {n}' is not known" for n in (2, 1)])


def test_replay_takes_in_what_is_good_now(desk: Desk) -> None:
    desk.send(viewed("B", 1), viewed("C", 2), BAD)
    desk.known |= {"B"}
    assert replay(desk.intake, reason="unknown_sku") == Replayed(1, 1, 1)
    assert [(k.code, k.message) for k in desk.page(reason="unknown_sku")] == [
        ("unknown_sku", "the SKU 'C' is not in the catalogue"),
    ]
    (done,) = desk.page("replayed")
    assert done.raw == ""
    stored = [decode_event(e.body).id for e in desk.store.log.read(0, 100) if e.topic != QUARANTINE]
    assert stored == ["m1"]
    assert replay(desk.intake) == Replayed(0, 0, 2)
    assert [e.topic for e in desk.store.log.read(0, 100)].count(QUARANTINE) == 3


def test_what_was_sent_again_meanwhile_is_no_second_event(desk: Desk) -> None:
    desk.send(viewed("B"))
    desk.known |= {"B"}
    desk.send(viewed("B"))
    assert replay(desk.intake, [desk.page()[0].id]) == Replayed(1, 0, 0)


def test_a_replay_corrects_the_clock_as_it_arrived(desk: Desk) -> None:
    late = viewed("B")
    late.timestamp, late.sent_at = "2020-01-01T00:00:00Z", "2020-01-01T00:01:00Z"
    desk.send(late)
    desk.known |= {"B"}
    clock = desk.store.clock
    assert isinstance(clock, FixedClock)
    clock.at = NOW + 86_400_000
    replay(desk.intake)
    event = decode_event(desk.store.log.read(1, 1)[0].body)
    assert (event.time, event.received) == (NOW - 60_000, NOW + 86_400_000)


def test_a_new_reason_replaces_the_old(desk: Desk) -> None:
    desk.send(Call("track", "Receipt Issued", "r", properties={
        "receipt_id": "r", "store_id": "S9", "products": [{"sku": "B", "price": 5}]}))
    assert desk.page()[0].code == "unknown_sku"
    desk.known |= {"B"}
    assert replay(desk.intake) == Replayed(0, 0, 1)
    assert desk.page()[0].code == "unknown_store"


def test_mending(desk: Desk) -> None:
    desk.send(BAD)
    (bad,) = desk.page()
    assert mend(desk.intake, bad.id, bad.raw.replace("Nonsense", "Still Nonsense")) == Replayed(0, 0, 1)
    assert "Still Nonsense" in desk.page()[0].raw
    assert mend(desk.intake, bad.id, bad.raw.replace("Nonsense", "Cart Viewed")) == Replayed(1, 1, 0)
    with pytest.raises(Conflict):
        mend(desk.intake, bad.id, "{}")
    with pytest.raises(NotFound):
        mend(desk.intake, 99, "{}")


def test_mending_with_nonsense_keeps_it(desk: Desk) -> None:
    desk.send(BAD)
    assert mend(desk.intake, desk.page()[0].id, "not JSON") == Replayed(0, 0, 1)
    assert (desk.page()[0].code, desk.page()[0].raw) == ("bad_json", "not JSON")


def test_discarding_sets_aside_and_can_be_taken_back(desk: Desk) -> None:
    desk.send(viewed("B"), BAD)
    ids = [k.id for k in desk.page()]
    assert discard(desk.store.state, [*ids, 99], NOW) == 2
    assert (desk.page(), len(desk.page("discarded"))) == ([], 2)
    assert replay(desk.intake) == Replayed(0, 0, 0)
    desk.known |= {"B"}
    assert replay(desk.intake, ids) == Replayed(1, 1, 1)
    assert (len(desk.page("discarded")), len(desk.page())) == (0, 1)


def test_raw_is_sealed_in_the_state(desk: Desk) -> None:
    desk.send(Call("identify", message_id="i", user_id="u", traits={"phone": "1", "name": "Zhang Wuji"}))
    with desk.store.state.read() as tx:
        raw = tx.execute(sa.select(QUARANTINED.c.raw)).scalar_one()
    assert b"Zhang" not in raw
    assert "Zhang Wuji" in desk.page()[0].raw


def test_sources(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.stage, "_kind", {"shop": "web", "till": "pos"}.get)
    desk.send(viewed("A", 1), viewed("A", 2), BAD)
    desk.send(viewed("A", 3), source="till")
    desk.send(viewed("A", 4), source="a file")
    with desk.store.state.read() as tx:
        assert sources(tx) == [SourceSeen("shop", "web", NOW, 2, 1), SourceSeen("till", "pos", NOW, 1, 0)]
    clock = desk.store.clock
    assert isinstance(clock, FixedClock)
    clock.at = NOW + 86_400_000
    desk.send(viewed("A", 5))
    with desk.store.state.read() as tx:
        assert sources(tx)[0] == SourceSeen("shop", "web", NOW + 86_400_000, 1, 1)
        assert sources(tx, today=20_514)[1] == SourceSeen("till", "pos", NOW, 0, 0)


def test_a_whole_frame_is_shown_cut_and_mended(tmp_path: Path) -> None:
    """A frame of which nothing can be read: the list shows its beginning, the whole is mended and taken in."""
    store = open_store(Settings(root=str(tmp_path), touchpoints={"shop": TouchpointSettings("web")}), FixedClock(NOW))
    desk = Desk(store)
    frame = b'{"batch": [' + b",".join(
        msgspec.json.encode({"type": "page", "messageId": f"m{n}", "anonymousId": "c1", "name": "Home" * 300})
        for n in range(100))
    desk.send(whole(frame, Rejected("the body is not JSON", code="bad_json")))
    (kept,) = desk.page()
    assert (kept.code, kept.cut, len(kept.raw)) == ("bad_json", True, 65_536)
    with store.state.read() as tx:
        found = inspect(tx, VAULT, kept.id)
    assert (found.raw.encode(), found.cut) == (frame, False)
    assert replay(desk.intake) == Replayed(0, 0, 1)
    assert mend(desk.intake, kept.id, found.raw + "]}") == Replayed(1, 100, 0)
    counts = desk.intake.counts()
    assert [counts["shop", name] for name in ("received", "accepted", "quarantined")] == [101, 100, 1]
    store.close()


def test_of_a_frame_that_is_too_long_the_beginning_is_kept() -> None:
    kept = whole(b"x" * (FRAME_KEPT + 1), Rejected("no", code="bad_json", hint="send JSON"))
    assert (len(kept.raw), kept.hint) == (
        FRAME_KEPT, "send JSON; only its first 1048576 bytes are kept here: send it again")
