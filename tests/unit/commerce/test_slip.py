from __future__ import annotations

from tests.unit.commerce.ledger import event

from datong.commerce.slip import Slip, slip
from datong.model import Item

SHOE = Item("shoe", 1, 39_900, 100)


def test_a_total_that_differs_from_the_lines_gets_a_line_of_its_own() -> None:
    paper = slip(event("Order Completed", "W1", items=(SHOE,), amount=41_100), (SHOE,))
    assert paper == Slip("order", 41_100, 100, (SHOE, Item("", 0.0, 1_200)), (), False)


def test_a_receipt_paid_wholly_by_a_coupon_is_free() -> None:
    paper = slip(event("Receipt Issued", "1", items=(SHOE,), amount=0, properties={"discount": 40_000}), (SHOE,))
    assert (paper.amount, paper.discount, paper.lines) == (0, 40_000, (SHOE, Item("", 0.0, -39_900)))


def test_a_line_at_half_its_price_is_not_free() -> None:
    half = Item("shoe", 1, 20_000, 20_000)
    assert slip(event("Receipt Issued", "1", items=(half,), amount=20_000), (half,))[:4] == (
        "sale", 20_000, 20_000, (half,),
    )


def test_a_refund_of_goods_without_a_total_is_their_sum() -> None:
    assert slip(event("Order Refunded", "W1", items=(SHOE,)), (SHOE,)).amount == -39_900


def test_a_return_is_negative_however_it_is_written() -> None:
    back = Item("shoe", -1, -39_900, -100)
    for item, amount in ((SHOE, 39_900), (SHOE, -39_900), (back, -39_900), (Item("shoe", 1, -39_900, -100), 39_900)):
        paper = slip(event("Receipt Returned", "2", items=(item,), amount=amount), (item,))
        assert paper == Slip("return", -39_900, -100, (back,), (), False), (item, amount)


def test_an_exchange_keeps_both_signs() -> None:
    items = (Item("shoe", -1, -39_900), Item("boot", 1, 49_900))
    paper = slip(event("Receipt Returned", "2", items=items, amount=10_000), items)
    assert paper == Slip("return", 10_000, 0, items, (), False)


def test_tenders_in_minor_units_or_decimal_text() -> None:
    given = [{"kind": "cash", "amount": 500}, {"amount": "3.5"}, {"kind": "odd", "amount": "x"}, "nonsense"]
    paper = slip(event("Receipt Issued", "1", amount=850, properties={"tenders": given}), ())
    assert paper.tenders == (("cash", 500), ("other", 350))
    assert paper.lines == (Item("", 0.0, 850),)


def test_a_refund_without_an_amount_means_the_whole_order() -> None:
    assert slip(event("Order Refunded", "W1"), ()).whole
    assert not slip(event("Order Refunded", "W1", amount=5), ()).whole
    assert slip(event("Order Cancelled", "W1", amount=5), ()).whole
