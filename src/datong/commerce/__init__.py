"""Goods, stock and orders of every channel.

Owns: `commerce` (sku, variant, gtin, price, site; stock, movement, transfer; order, order_line, tender, redemption,
duplicate, progress, piece, step, shipment; reservation, reserved; the facts receipt, receipt_line, tender, redemption,
product). Reads: nothing else. Promises: an order is counted once however often it is told; a receipt that was voided
counts nowhere; the lines of a receipt add up to its amount, and the amounts in the facts to the money in the log; a
balance of stock is the sum of its movements, in whatever order they arrive; a piece is promised once, whatever channel
asks.
"""

from datong.commerce.asked import ASKED, ask_step
from datong.commerce.category import in_category, parents
from datong.commerce.goods import TRAITS, goods_now, numbers, variants
from datong.commerce.on_the_way import (
    OrderProgress,
    Reservation,
    Step,
    WaitingStep,
    order_progress,
    orders_on_the_way,
    refused_steps,
    reservation,
    reservations,
    step_at,
    waiting_steps,
)
from datong.commerce.price import Price, price_of, prices_of
from datong.commerce.progress import STATES, STEPS, next_steps
from datong.commerce.read import Order, duplicates, fill_goods, find_goods, known_skus, order, orders_of, skus
from datong.commerce.refusal import REFUSALS, Refusal
from datong.commerce.reserve import reservation_id
from datong.commerce.slip import order_key
from datong.commerce.step import Commerce
from datong.commerce.stock import (
    Finding,
    Stock,
    Transfer,
    findings,
    kept_for,
    movements_of,
    seasons,
    skus_by_gtin,
    stock_at,
    stock_list,
    stock_of,
    stock_outs,
    stock_totals,
    transfer,
    transfers,
)
from datong.commerce.variant import Site, Variant, sites_of, variants_of
from datong.commerce.voids import uncounted, voided

__all__ = [
    "ASKED", "REFUSALS", "STATES", "STEPS", "TRAITS", "Commerce", "Finding", "Order", "OrderProgress", "Price",
    "Refusal", "Reservation", "Site", "Step", "Stock", "Transfer", "Variant", "WaitingStep", "ask_step", "duplicates",
    "fill_goods", "find_goods", "findings", "goods_now", "in_category", "kept_for", "known_skus", "movements_of",
    "next_steps", "numbers", "order", "order_key", "order_progress", "orders_of", "orders_on_the_way", "parents",
    "price_of", "prices_of", "refused_steps", "reservation", "reservation_id", "reservations", "seasons", "sites_of",
    "skus", "skus_by_gtin", "step_at", "stock_at", "stock_list", "stock_of", "stock_outs", "stock_totals", "transfer",
    "transfers", "uncounted", "variants", "variants_of", "voided", "waiting_steps",
]
