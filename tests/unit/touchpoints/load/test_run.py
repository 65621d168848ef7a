"""The load: what is stored, what is known already, what is refused, and where it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from datong.commerce import Commerce, skus
from datong.errors import ConfigError, Unavailable
from datong.flow import Flow
from datong.model import decode_event
from datong.places import Places
from datong.privacy import Vault
from datong.storage import EVENTS, QUARANTINE, Store
from datong.touchpoints import Intake, Loaded, Loader, read_mapping
from datong.touchpoints.load import run
from datong.touchpoints.load.position import POSITION

PRODUCTS = """
[[load]]
as = "products"
file = "products.csv"
columns = { sku = "sku", price = "price" }
"""
STORES = """
[[load]]
as = "stores"
file = "receipts.csv"
columns = { store = "shop" }
"""
RECEIPTS = """
[[load]]
as = "receipts"
file = "receipts.csv"
columns = { receipt = "no", store = "shop", time = "at", member_card = "card", sku = "sku", amount = "paid" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three products, two stores, 5 receipts of 2 lines, the last with a SKU that no product file names."""
    (tmp_path / "products.csv").write_text("sku,price\na,1.00\nb,2.00\nc,3.00\n")
    lines = [f"{n},s{n % 2},2026-02-0{n} 10:00,8{n},{sku},{n}.10" for n in range(1, 6) for sku in ("a", "b")]
    lines[-1] = lines[-1].replace(",b,", ",zz,")
    (tmp_path / "receipts.csv").write_text("\n".join(["no,shop,at,card,sku,paid", *lines, ""]))
    return tmp_path


def loader(store: Store, vault: Vault, folder: Path, text: str, intake: Any = None) -> Loader:
    (folder / "m.toml").write_text(text)
    flow = Flow(store, (Places(store), Commerce(store)))
    mapping = read_mapping(folder / "m.toml", store.settings)
    return Loader(mapping, store, vault, intake or Intake(store, vault), flow.drain)


def told(loaded: list[Loaded]) -> list[tuple[str, int, int, int, dict[str, int]]]:
    return [(one.kind, one.rows, one.stored, one.duplicates, dict(one.reasons)) for one in loaded]


def events(store: Store) -> list[Any]:
    return [decode_event(e.body) for e in store.log.read(0, 1_000) if e.topic == EVENTS]


def test_unknown_goods_are_listed_before_they_are_sold(store: Store, vault: Vault, folder: Path) -> None:
    load = loader(store, vault, folder, 'unknown_goods = "create"\n' + PRODUCTS + STORES + RECEIPTS)
    done = load.run()
    assert told(done) == [("products", 3, 3, 0, {}), ("stores", 10, 2, 0, {}), ("receipts", 10, 5, 0, {})]
    assert [one.created for one in done] == [0, 0, 1]
    with store.state.read() as tx:
        found = skus(tx, ["a", "zz"])
    assert (found["a"].listed, found["a"].price) == (True, 100)
    assert found["zz"].listed is False
    receipts = [e for e in events(store) if e.type == "Receipt Issued"]
    assert [e.amount for e in receipts] == [220, 420, 620, 820, 1020]
    assert all(e.history and e.source == "history" for e in receipts)
    assert [e.id for e in receipts] == ["s1/1", "s0/2", "s1/3", "s0/4", "s1/5"]
    lines = store.facts.rows("SELECT sum(amount) AS a, count(*) AS n FROM commerce.receipt_line")
    assert lines == [{"a": 3100, "n": 10}]


def test_unknown_goods_may_go_to_quarantine(store: Store, vault: Vault, folder: Path) -> None:
    done = loader(store, vault, folder, PRODUCTS + STORES + RECEIPTS).run()
    assert told(done)[2] == ("receipts", 10, 4, 0, {"unknown_sku": 1})
    assert sum(e.topic == QUARANTINE for e in store.log.read(0, 1_000)) == 1


def test_a_second_load_skips_and_a_forced_one_finds_duplicates(store: Store, vault: Vault, folder: Path) -> None:
    text = 'unknown_goods = "create"\n' + PRODUCTS + STORES + RECEIPTS
    loader(store, vault, folder, text).run()
    end = store.log.end()
    done = loader(store, vault, folder, text).run()
    assert [(one.skipped, one.before, one.rows) for one in done] == [(True, 3, 0), (True, 2, 0), (True, 5, 0)]
    done = loader(store, vault, folder, text).run(again=True)
    assert told(done) == [("products", 3, 0, 3, {}), ("stores", 10, 0, 2, {}), ("receipts", 10, 0, 5, {})]
    assert store.log.end() == end


class Failing:
    """An intake whose log is full after some calls."""

    def __init__(self, intake: Intake, chunks: int) -> None:
        self.intake, self.left = intake, chunks

    def accept_calls(self, source: str, heard: Any, history: bool = False) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Unavailable("the disk is full")
        return self.intake.accept_calls(source, heard, history)


@pytest.mark.parametrize("chunks", range(6))
def test_a_load_that_was_cut_off_goes_on(
    store: Store, vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch, chunks: int
) -> None:
    monkeypatch.setattr(run, "CHUNK", 2)
    text = 'unknown_goods = "create"\n' + PRODUCTS + STORES + RECEIPTS
    broken: Any = Failing(Intake(store, vault), chunks)
    with pytest.raises(Unavailable):
        loader(store, vault, folder, text, broken).run()
    done = loader(store, vault, folder, text).run()
    assert [one.before + one.stored for one in done] == [3, 2, 5]
    assert [one.duplicates + one.quarantined for one in done] == [0, 0, 0]
    assert store.facts.rows("SELECT sum(amount) AS a, count(*) AS n FROM commerce.receipt") == [{"a": 3100, "n": 5}]


def test_a_lost_position_costs_duplicates_and_nothing_else(store: Store, vault: Vault, folder: Path) -> None:
    text = 'unknown_goods = "create"\n' + PRODUCTS + STORES + RECEIPTS
    loader(store, vault, folder, text).run()
    with store.state.write() as tx:  # as after a crash between the log's commit and the position's
        tx.execute(sa.update(POSITION).values(done=POSITION.c.done - 1, finished=False))
    done = loader(store, vault, folder, text).run()
    assert [(one.before, one.stored, one.duplicates) for one in done] == [(2, 0, 1), (1, 0, 1), (4, 0, 1)]


def test_a_price_that_goes_back_is_news(store: Store, vault: Vault, folder: Path) -> None:
    prices = []
    for price in ("1.00", "1.50", "1.00"):
        (folder / "products.csv").write_text(f"sku,price\na,{price}\n")
        done = loader(store, vault, folder, PRODUCTS).run()
        assert told(done) == [("products", 1, 1, 0, {})]
        with store.state.read() as tx:
            prices.append(skus(tx, ["a"])["a"].price)
    assert prices == [100, 150, 100]


def test_a_corrected_receipt_is_a_contradiction(store: Store, vault: Vault, folder: Path) -> None:
    text = 'unknown_goods = "create"\n' + PRODUCTS + STORES + RECEIPTS
    loader(store, vault, folder, text).run()
    path = folder / "receipts.csv"
    path.write_text(path.read_text().replace("81,a,1.10", "81,a,1.20"))
    done = loader(store, vault, folder, text).run()
    assert told(done)[2] == ("receipts", 10, 0, 4, {"conflict": 1})


def test_bad_rows_are_quarantined_one_by_one(store: Store, vault: Vault, folder: Path) -> None:
    (folder / "receipts.csv").write_text(
        "no,shop,at,card,sku,paid\n1,s1,2026-02-01 10:00,8,a,1.00\n2,s1,yesterday,8,a,1.00\n3,s1,2030-01-01,8,a,1.00\n"
        "4,s1,2026-02-01 10:00,8,a,free\n,s1,2026-02-01 10:00,8,a,1.00\n6,,2026-02-01 10:00,8,a,1.00\n"
        "7,s1,2026-02-01 10:00,8,,1.00\n"
    )
    done = loader(store, vault, folder, PRODUCTS + STORES + RECEIPTS).run()
    assert done[2].stored == 1
    assert dict(done[2].reasons) == {"bad_time": 1, "future_time": 1, "bad_amount": 1, "missing_field": 3}
    assert done[1].reasons == {"missing_field": 1}


def test_a_dry_run_tells_the_same_and_stores_nothing(store: Store, vault: Vault, folder: Path) -> None:
    text = 'unknown_goods = "create"\n' + PRODUCTS + STORES + RECEIPTS
    done = loader(store, vault, folder, text).check()
    assert told(done) == [("products", 3, 3, 0, {}), ("stores", 10, 2, 0, {}), ("receipts", 10, 5, 0, {})]
    assert [one.created for one in done] == [0, 0, 1]
    assert store.log.end() == 0
    with store.state.read() as tx:
        assert tx.execute(sa.select(POSITION)).all() == []


def test_a_wrong_column_is_found_before_anything_is_stored(store: Store, vault: Vault, folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"load\[2\]: there is no column shopp in receipts.csv"):
        loader(store, vault, folder, PRODUCTS + STORES.replace('"shop"', '"shopp"'))
    assert store.log.end() == 0


def test_an_identifier_never_lies_in_a_message_id(store: Store, vault: Vault, folder: Path) -> None:
    (folder / "members.csv").write_text("tel,level\n13912345678,gold\n")
    text = '[[load]]\nas = "members"\nfile = "members.csv"\ncolumns = { phone = "tel" }\ntraits = { level = "level" }\n'
    loader(store, vault, folder, text).run()
    (event,) = events(store)
    assert event.type == "Identified"
    assert event.properties == {"level": "gold"}
    assert event.identifiers[0].ns == "phone"
    assert b"13912345678" not in b"".join(e.body for e in store.log.read(0, 10))


def test_whole_calls_come_out_of_json_lines(store: Store, vault: Vault, folder: Path) -> None:
    (folder / "calls.jsonl").write_text(
        '{"type":"track","event":"Product Viewed","anonymousId":"a","messageId":"m1",'
        '"timestamp":"2026-02-01T00:00:00Z","properties":{"product_id":"a"}}\n'
        '{"type":"track","event":"Prodct Viewed","anonymousId":"a"}\nnot json\n'
    )
    done = loader(store, vault, folder, '[[load]]\nas = "events"\nfile = "calls.jsonl"\n').run()
    assert told(done) == [("events", 3, 1, 0, {"unknown_event": 1, "bad_json": 1})]
    (event,) = events(store)
    assert (event.id, event.type, event.history) == ("m1", "Product Viewed", True)
