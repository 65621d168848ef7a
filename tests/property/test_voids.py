"""A void makes a receipt that never was: money, stock, tags and coupons agree with a plain model in any order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flow.mall import START, Mall, opened

from datong.marketing import check_coupon
from datong.marketing.coupon_code import make_code
from datong.marketing.coupons import coupon_row
from datong.marketing.tables import COUPON
from datong.model import DAY, Coupon, Offer
from datong.storage import insert
from datong.tags import evaluate_all, values

NUMBERS = count(1)
DAY_OF = "S1/T1/2026-03-07/"
PRICE = 10_000


class Story:
    """What a till told of one shopper: frames by name, in the order in which they came."""

    def __init__(self, sales: list[tuple[int, bool]], returns: list[tuple[int, int]], voids: list[int]) -> None:
        self.number = next(NUMBERS)
        self.sales, self.returns = sales, [(at % len(sales), quantity) for at, quantity in returns]
        self.papers = len(sales) + len(self.returns)
        self.voids = sorted({at % self.papers for at in voids})
        self.card, self.sku = f"77{self.number:08d}", f"v-{self.number}"

    def ref(self, paper: int) -> str:
        return f"{DAY_OF}{1000 * self.number + paper}"

    def frames(self) -> list[int]:
        """Return the papers, then the voids as papers from `papers` on."""
        return [*range(self.papers), *(self.papers + at for at in self.voids)]

    def frame(self, mall: Mall, at: int, coupon: str) -> dict[str, Any]:
        number = 1000 * self.number + at
        if at >= self.papers:
            return {**mall.slip(number, "0"), "kind": "void", "voids": self.ref(at - self.papers), "lines": [],
                    "tenders": []}
        back = at >= len(self.sales)
        sale, quantity = self.returns[at - len(self.sales)] if back else (at, self.sales[at][0])
        amount = f"{quantity * PRICE / 100:.2f}"
        more: dict[str, Any] = {"kind": "return", "original": self.ref(sale)} if back else {}
        if not back and self.sales[at][1]:
            more["coupons"] = [{"code": coupon, "amount": "1.00"}]
        line = {"sku": self.sku, "quantity": quantity, "price": "100.00", "amount": amount}
        return mall.slip(number, amount, lines=[line], tenders=[{"kind": "cash", "amount": amount}],
                         customer={"member_card": self.card}, **more)

    def pieces(self) -> tuple[int, int]:
        """Return how many receipts count, and how many pieces are with the shopper."""
        sold = {at: q for at, (q, _) in enumerate(self.sales) if at not in self.voids}
        back = [q for n, (at, q) in enumerate(self.returns) if at in sold and len(self.sales) + n not in self.voids]
        return len(sold), sum(sold.values()) - sum(back)

    def holder(self, order: list[int]) -> str:
        """Return the receipt that has the coupon at the end, in the order in which it was told."""
        holder, gone = -1, set()
        for at in order:
            if at >= self.papers:
                gone.add(at - self.papers)
                holder = -1 if holder == at - self.papers else holder
            elif at < len(self.sales) and self.sales[at][1] and at not in gone and holder < 0:
                holder = at
        return self.ref(holder) if holder >= 0 else ""


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mall]:
    """One mall for all examples; each has a shopper, goods and a coupon of its own."""
    with opened(tmp_path_factory.mktemp("voids")) as one:
        yield one


def begin(mall: Mall, story: Story) -> str:
    """Make the story's goods known and issue its coupon; return the code."""
    mall.track("Product Updated", {"sku": story.sku, "name": "Boots", "price": "100.00"}, source="office")
    mall.drain()
    code = make_code(mall.platform.vault, 1, story.number, START + 30 * DAY)
    with mall.store.state.write() as tx:
        insert(tx, COUPON, [coupon_row(Coupon(code, "c", 1, START, START + 30 * DAY, Offer("percent", 20)), "m")])
    return code


stories = st.builds(
    Story, st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2)), max_size=3), st.lists(st.integers(0, 5), max_size=3))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=stories, data=st.data())
def test_whatever_the_order_a_voided_receipt_never_was(mall: Mall, story: Story, data: st.DataObject) -> None:
    order = data.draw(st.permutations(story.frames()))
    again = data.draw(st.lists(st.sampled_from(order), max_size=2))
    cuts = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    coupon = begin(mall, story)
    for at, cut in zip(order, cuts, strict=True):
        mall.frame("tills", story.frame(mall, at, coupon))
        if cut:
            mall.drain()
    for at in again:
        mall.frame("tills", story.frame(mall, at, coupon))
    mall.drain()
    agree(mall, story, coupon, story.holder(order))


def agree(mall: Mall, story: Story, coupon: str, holder: str) -> None:
    """Ask facts, state, tags and coupon, and compare them with the model."""
    receipts, pieces = story.pieces()
    like = f"ref IN ({', '.join(repr(story.ref(at)) for at in range(story.papers))})"
    lines = f"FROM commerce.receipt_line WHERE sku = '{story.sku}'"
    assert mall.store.facts.rows(f"SELECT coalesce(sum(amount), 0)::BIGINT AS paid, coalesce(sum(quantity), 0) AS n, "
                                 f"count(*) FILTER (kind = 'sale') AS sales {lines}") == [
        {"paid": pieces * PRICE, "n": pieces, "sales": receipts}]
    for table in ("receipt", "tender"):
        assert mall.store.facts.rows(
            f"SELECT coalesce(sum(amount), 0)::BIGINT AS paid FROM commerce.{table} WHERE {like}"
        ) == [{"paid": pieces * PRICE}]
    used = mall.store.facts.rows(f"SELECT ref FROM commerce.redemption WHERE coupon = '{coupon}'")
    counting = {story.ref(at) for at, (_, c) in enumerate(story.sales) if c and at not in story.voids}
    assert {row["ref"] for row in used} == counting
    stock = mall.rows(f"SELECT quantity FROM commerce_stock WHERE sku = '{story.sku}'")
    assert sum(row["quantity"] for row in stock) == -pieces
    open_ = mall.rows(f"SELECT sum(amount) AS n FROM commerce_order WHERE {like} AND state <> 'voided'")
    assert (open_[0]["n"] or 0) == pieces * PRICE
    member = mall.member("member_card", story.card)
    assert member is not None
    with mall.store.state.read() as tx:
        tags = values(tx, [member])[member]
        held = check_coupon(tx, mall.platform.vault, coupon, mall.clock.at).coupon
    assert held is not None
    assert held.receipt == holder
    orders, spent = tags.get("rfm.orders_365d"), tags.get("rfm.spend_365d")
    assert (orders.value if orders else 0, spent.value if spent else 0) == (receipts, pieces * PRICE)


def test_facts_rebuilt_know_of_no_voided_receipt(mall: Mall) -> None:
    story = Story([(3, True), (2, False)], [(0, 1)], [0])
    coupon = begin(mall, story)
    for at in story.frames():
        mall.frame("tills", story.frame(mall, at, coupon))
        mall.drain()
    mall.store.facts.rebuild()
    mall.drain()
    agree(mall, story, coupon, "")
    member = mall.member("member_card", story.card)
    everybody = evaluate_all(mall.store, "tag.rfm.orders_365d").to_pyarrow().to_pylist()
    assert [row["value"] for row in everybody if row["member"] == member] == [1]
