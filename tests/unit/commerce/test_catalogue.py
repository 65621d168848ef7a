from __future__ import annotations

import pytest
from tests.unit.commerce.ledger import batches, event, product, settle

from datong.commerce import Commerce, find_goods, in_category, known_skus, parents, skus
from datong.model import Item, Sku
from datong.storage import Store


def test_items_are_filled_from_the_catalogue_as_it_was_at_their_place_in_the_log(store: Store) -> None:
    events = [
        event("Tag Scanned", "a", items=(Item("s"),)),
        product("s", "shoes", "Feiyue", "Shoe", 100),
        event("Tag Scanned", "b", items=(Item("s", brand="Own"),)),
        product("s", "shoes/sneakers"),
        event("Tag Scanned", "c", items=(Item("s"), Item("unknown"))),
    ]
    for size in (1, 2, 5):
        commerce = Commerce(store)
        filled = []
        for batch in batches(events, size):
            with store.state.write() as tx:
                commerce.step(batch, tx)
            filled += batch.items
        if size == 1:  # the later runs know the catalogue as the first has left it
            assert filled[0] == (Item("s"),)
        assert filled[2] == (Item("s", category="shoes", brand="Own", name="Shoe"),)
        assert filled[4] == (Item("s", category="shoes/sneakers", brand="Feiyue", name="Shoe"), Item("unknown"))


def test_a_rolled_back_batch_leaves_nothing_in_the_catalogue(store: Store) -> None:
    commerce = Commerce(store)
    (bad,) = batches([product("s", "shoes", "Feiyue", "Shoe")])
    with store.state.write() as tx:
        commerce.step(bad, tx)
        tx.rollback()
    (scan,) = batches([event("Tag Scanned", items=(Item("s"),))])
    with store.state.write() as tx:
        commerce.step(scan, tx)
    assert scan.items == [(Item("s"),)]


def test_questions_about_goods(store: Store) -> None:
    settle(store, [
        product("s1", "shoes/sneakers", "Feiyue", "Canvas shoe", 9_900),
        product("s2", "shoes", "Warrior", "50%_wool boot", 19_900),
        product("s3", "hats", "Feiyue", "Cap", 4_900, listed=False),
        product("s2", price=17_900),
    ])
    boot = Sku("s2", "50%_wool boot", "shoes", "Warrior", 17_900)
    with store.state.read() as tx:
        assert known_skus(tx, ["s1", "s3", "x"]) == {"s1", "s3"}
        assert skus(tx, ["s2", "x"]) == {"s2": boot}
        assert [s.sku for s in find_goods(tx, "feiyue")] == ["s1"]
        assert find_goods(tx, "%_wool") == [boot]
        assert [s.sku for s in find_goods(tx, "")] == ["s1", "s2"]
    assert store.facts.rows("SELECT * FROM commerce.product ORDER BY sku")[1] == {
        "sku": "s2", "name": "50%_wool boot", "category": "shoes", "brand": "Warrior", "price": 17_900, "listed": True,
    }


@pytest.mark.parametrize(("path", "within", "answer"), [
    ("shoes/sneakers", "shoes", True), ("shoes", "shoes", True), ("shoes", "shoes/sneakers", False),
    ("shoestrings", "shoes", False), ("shoes", "", True), ("", "shoes", False),
])
def test_category_paths(path: str, within: str, answer: bool) -> None:
    assert in_category(path, within) is answer


def test_parents_of_a_category() -> None:
    assert parents("a/b/c") == ("a/b/c", "a/b", "a")
    assert parents("") == ()
