"""Goods and orders of every channel.

Owns: `commerce` (sku, order, order_line, tender, redemption, duplicate; the facts receipt, receipt_line, tender,
redemption, product). Reads: nothing else. Promises: an order is counted once however often it is told; the lines of a
receipt add up to its amount, and the amounts in the facts to the money in the log.
"""

from datong.commerce.category import in_category, parents
from datong.commerce.read import Order, duplicates, fill_goods, find_goods, known_skus, order, orders_of, skus
from datong.commerce.slip import order_key
from datong.commerce.step import Commerce

__all__ = [
    "Commerce", "Order", "duplicates", "fill_goods", "find_goods", "in_category", "known_skus", "order", "order_key",
    "orders_of", "parents", "skus",
]
