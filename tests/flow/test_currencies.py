"""Several currencies, tax beside prices, discounts, mixed tenders, exchanges and staff: the same sums everywhere."""

from __future__ import annotations

from pathlib import Path

from tests.flow.mall import CARD, PHONE, opened

from datong.analytics import report
from datong.commerce import order
from datong.model import MINUTE
from datong.tags import Tags, evaluate_all, rebuild, values

CUSTOMER = {"member_card": CARD, "phone": PHONE}


def test_every_sum_is_in_its_own_currency(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.show_card(1)  # 499.00 yuan
        mall.show_card(2, "70.00", currency="USD", lines=[{"sku": "shoe-1", "quantity": 1, "price": "70.00"}],
                       tenders=[{"kind": "card", "amount": "50.00"}, {"kind": "cash", "amount": "20.00"}])
        mall.receipt(3, "330.00", customer=CUSTOMER, tenders=[  # tax beside the price, a discount on the line
            {"kind": "cash", "amount": "30.00"}, {"kind": "card", "amount": "300.00"}],
            lines=[{"sku": "bag-1", "quantity": 2, "price": "160.00", "discount": "20.00", "tax": "30.00",
                    "tax_included": False}])
        mall.receipt(4, "200.00", kind="exchange", customer=CUSTOMER, lines=[
            {"sku": "shoe-1", "price": "499.00"},
            {"sku": "bag-1", "price": "299.00", "kind": "return", "original": "S1/T1/2026-03-07/3"}])
        mall.receipt(5, "100.00", staff=True, customer=CUSTOMER, lines=[{"sku": "bag-1", "price": "100.00"}])
        mall.wait(MINUTE)
        assert [r.code for r in mall.results if r.code] == []
        query = ("SELECT currency, sum(amount)::BIGINT AS paid, (SELECT sum(t.amount)::BIGINT FROM commerce.tender t "
                 "WHERE t.currency = r.currency) AS tendered, (SELECT sum(l.amount)::BIGINT FROM commerce.receipt_line "
                 "l WHERE l.currency = r.currency) AS lines FROM commerce.receipt r GROUP BY 1 ORDER BY 1")
        yuan = 49_900 + 33_000 + 20_000 + 10_000
        assert mall.store.facts.rows(query) == [
            {"currency": "CNY", "paid": yuan, "tendered": yuan, "lines": yuan},
            {"currency": "USD", "paid": 7_000, "tendered": 7_000, "lines": 7_000}]
        sold = report(mall.store, "sales", {"by": "store"})
        assert [row["amount"] for row in sold.rows] == [yuan]
        assert any("1" in note for note in sold.notes)  # that one receipt is in another currency
        member = mall.member("member_card", CARD)
        assert member is not None
        for _ in range(2):  # as they came, and counted anew from the facts
            with mall.store.state.read() as tx:
                tags = values(tx, [member])[member]
                other = order(tx, "S1/S1/T1/2026-03-07/2")
            spent = 49_900 + 30_000 + 20_000  # lines are without the tax beside them; staff's are nobody's
            assert (tags["rfm.orders_365d"].value, tags["rfm.spend_365d"].value) == (4, spent)
            everybody = {row["member"]: row["value"]
                         for row in evaluate_all(mall.store, "tag.rfm.spend_365d").to_pyarrow().to_pylist()}
            assert everybody[member] == spent
            assert other is not None
            assert (other.currency, other.amount, other.tenders) == ("USD", 7_000, (("card", 5_000), ("cash", 2_000)))
            (stage,) = (one for one in mall.platform.flow.stages if isinstance(one, Tags))
            assert rebuild(mall.store, stage) >= 1
