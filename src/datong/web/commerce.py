"""Stock and orders over HTTP, for the console and for tills, shops and warehouses: every request waits for its outcome.

The same routes lie under /api/commerce (login) and /v1/commerce (the write key of a trusted touchpoint).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from datong import commerce
from datong.errors import Conflict, NotFound, Rejected
from datong.model import to_minor
from datong.places import known_stores
from datong.platform import Platform
from datong.touchpoints import CallContext, ExternalId
from datong.web.asked import actor_of, passed, put, request_id, source_of

__all__ = ["routes"]


class Piece(msgspec.Struct, omit_defaults=True):
    """One line: a SKU or GTIN and how many; `price` in major units where money is meant."""

    sku: str
    quantity: float = 1.0
    price: float | None = None


class Wanted(msgspec.Struct):
    """What is to be kept for somebody; see docs/how-to/one-stock-for-all-channels.md."""

    products: list[Piece]
    store_id: str = ""
    order: str = ""
    order_id: str = ""
    valid: str = ""
    sourcing: list[str] = []
    split: bool = True
    channel: str = ""


class Placed(msgspec.Struct):
    """An order that is not paid yet; `mode` is `ship` or `collect`, `customer` identifiers by namespace."""

    order_id: str
    products: list[Piece]
    store_id: str = ""
    mode: Literal["ship", "collect"] = "ship"
    reserve: bool = True
    valid: str = ""
    sourcing: list[str] = []
    channel: str = ""
    currency: str = ""
    customer: dict[str, str] = {}


class Stepped(msgspec.Struct):
    """A step of an order; `products` only for a part of it, `amount` (major units) for a refund of a part."""

    order: str
    step: str
    store_id: str = ""
    products: list[Piece] = []
    carrier: str = ""
    tracking: str = ""
    code: str = ""
    amount: float | None = None
    reason: str = ""


class Sent(msgspec.Struct):
    """A transfer that leaves `store_id` for `to`."""

    store_id: str
    to: str
    products: list[Piece]
    transfer_id: str = ""


class Arrived(msgspec.Struct):
    """What arrived of a transfer, by default all that is on its way, at the place it was sent to."""

    transfer_id: str
    store_id: str = ""
    products: list[Piece] = []


class Changed(msgspec.Struct):
    """A count, a receipt of goods or a correction of stock at one place."""

    kind: Literal["counted", "received", "adjusted"]
    store_id: str
    products: list[Piece]
    reason: str = ""


@post("/reservations", status_code=201)
async def reserve(request: Request[Any, Any, State], data: JSONBody[Wanted]) -> Any:
    """Ask for pieces to be kept; 201 with where they are kept, or 409 with the reason."""
    offset = await put(request, "Reservation Requested", {**msgspec.to_builtins(data), "split": data.split})
    name = _name(request)
    if not await passed(_platform(request), offset):
        return _later(f"reservations/{name}")
    found = _reservation(request, name)
    if found.state == "refused":
        raise Conflict(found.reason, code="reservation_refused", hint="ask for fewer, or widen sourcing",
                       said=_said(found.why))
    return found


@get("/reservations/{name:str}", sync_to_thread=True)
def one_reservation(request: Request[Any, Any, State], name: FromPath[str]) -> commerce.Reservation:
    """Return a reservation."""
    return _reservation(request, name)


@post("/reservations/{name:str}/release", status_code=200)
async def release(request: Request[Any, Any, State], name: FromPath[str]) -> Any:
    """Let a reservation go; one that is over already stays as it is."""
    _reservation(request, name)
    offset = await put(request, "Reservation Released", {"order_id": name})
    return _reservation(request, name) if await passed(_platform(request), offset) else _later(f"reservations/{name}")


@post("/orders", status_code=201)
async def place(request: Request[Any, Any, State], data: JSONBody[Placed]) -> Any:
    """Place an order and keep its pieces; 201 with its progress, or 409 with the reason."""
    said = msgspec.to_builtins(data)
    customer = [ExternalId(name, value) for name, value in said.pop("customer").items()]
    parts = {"context": CallContext(external_ids=customer)} if customer else {}
    offset = await put(request, "Order Placed", said, **parts)
    key = commerce.order_key(source_of(request), data.order_id)
    return await _outcome(request, key, offset)


@post("/orders/step", status_code=200)
async def step(request: Request[Any, Any, State], data: JSONBody[Stepped]) -> Any:
    """Take a step of an order; 200 with its progress, or 409 with the reason why it was refused."""
    platform, order = _platform(request), _order(request, data.order)
    with platform.store.state.read() as tx:
        known = not data.store_id or known_stores(tx, [data.store_id])
    if not known:
        raise Rejected(f"the store {data.store_id!r} is not known", code="unknown_store", field="store_id",
                       hint="load the store first")
    offset = commerce.ask_step(
        platform.store, order, data.step, actor=actor_of(request), id=request_id(request), place=data.store_id,
        pieces=[(p.sku, p.quantity) for p in data.products],
        amount=to_minor(data.amount, order.currency) if data.amount is not None else 0,
        said={"carrier": data.carrier, "tracking": data.tracking, "code": data.code, "reason": data.reason},
    )
    return await _outcome(request, order.key, offset)


@get("/orders/one", sync_to_thread=True)
def one_order(request: Request[Any, Any, State], key: FromQuery[str]) -> commerce.OrderProgress:
    """Return an order with pieces, steps, reservations and shipments."""
    return _order(request, key)


@post("/transfers", status_code=201)
async def send(request: Request[Any, Any, State], data: JSONBody[Sent]) -> Any:
    """Send pieces from one place to another."""
    if data.to == data.store_id:
        raise Rejected(f"{data.to!r} is where the pieces are", code="bad_transfer", field="to",
                       hint="name another place")
    name = data.transfer_id or f"T{_name(request)[:10].upper()}"
    return await _transfer(request, "Transfer Sent", {**msgspec.to_builtins(data), "transfer_id": name}, name)


@post("/transfers/receive", status_code=200)
async def receive(request: Request[Any, Any, State], data: JSONBody[Arrived]) -> Any:
    """Take in what arrived."""
    known = _known_transfer(request, data.transfer_id)
    products = data.products or [Piece(sku, sent - got) for sku, sent, got in known.lines if sent > got]
    if not products:
        raise Conflict("all of it has arrived already", code="transfer_over", field="transfer_id")
    said = {"transfer_id": known.key, "store_id": data.store_id or known.target,
            "products": msgspec.to_builtins(products)}
    return await _transfer(request, "Transfer Received", said, known.key)


@post("/transfers/cancel", status_code=200)
async def cancel(request: Request[Any, Any, State], data: JSONBody[Arrived]) -> Any:
    """Take back what has not arrived."""
    known = _known_transfer(request, data.transfer_id)
    if known.state != "sent":
        raise Conflict(f"the transfer is {known.state}", code="transfer_over", field="transfer_id",
                       said={"state": known.state})
    return await _transfer(request, "Transfer Cancelled", {"transfer_id": known.key}, known.key)


@post("/stock", status_code=200)
async def change(request: Request[Any, Any, State], data: JSONBody[Changed]) -> Any:
    """Count, receive or correct stock; the answer is what is known to be there then."""
    said = {k: v for k, v in msgspec.to_builtins(data).items() if k != "kind"}
    offset = await put(request, f"Stock {data.kind.capitalize()}", said)
    if not await passed(_platform(request), offset):
        return _later("stock")
    return _stock(request, [p.sku for p in data.products], [data.store_id])


@get("/stock", sync_to_thread=True)
def stock(request: Request[Any, Any, State], sku: FromQuery[str], store: FromQuery[str] = "") -> list[commerce.Stock]:
    """Return what is where of some SKUs or GTINs (with commas between)."""
    return _stock(request, [s for s in sku.split(",") if s], [store] if store else [])


def _platform(request: Request[Any, Any, State]) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


def _name(request: Request[Any, Any, State]) -> str:
    return commerce.reservation_id(source_of(request), request_id(request))


def _later(where: str) -> Response[dict[str, str]]:
    return Response({"state": "waiting", "ask": where}, status_code=202)


def _reservation(request: Request[Any, Any, State], name: str) -> commerce.Reservation:
    with _platform(request).store.state.read() as tx:
        found = commerce.reservation(tx, name)
    if found is None:
        raise NotFound(f"there is no reservation {name[:40]!r}", code="unknown_reservation")
    return found


def _order(request: Request[Any, Any, State], key: str) -> commerce.OrderProgress:
    with _platform(request).store.state.read() as tx:
        found = commerce.order_progress(tx, key) or commerce.order_progress(
            tx, commerce.order_key(source_of(request), key))
    if found is None:
        hint = "give its key: the touchpoint that told of it, a slash, and its number"
        raise NotFound(f"there is no order {key[:60]!r}", code="unknown_order", field="order", hint=hint)
    return found


async def _outcome(request: Request[Any, Any, State], key: str, offset: int) -> Any:
    platform = _platform(request)
    if not await passed(platform, offset):
        return _later(f"orders/one?key={key}")
    with platform.store.state.read() as tx:
        taken = commerce.step_at(tx, offset)
    if taken is not None and taken.refused:
        raise Conflict(taken.refused, code="step_refused", said=_said(taken.why))
    return _order(request, key)


def _said(why: commerce.Refusal) -> dict[str, object]:
    return {"reason": why.code, **why.said}


def _known_transfer(request: Request[Any, Any, State], key: str) -> commerce.Transfer:
    with _platform(request).store.state.read() as tx:
        found = commerce.transfer(tx, key)
    if found is None:
        raise NotFound(f"there is no transfer {key[:40]!r}", code="unknown_transfer", field="transfer_id")
    return found


async def _transfer(request: Request[Any, Any, State], kind: str, said: dict[str, Any], key: str) -> Any:
    offset = await put(request, kind, said)
    return _known_transfer(request, key) if await passed(_platform(request), offset) else _later("transfers")


def _stock(request: Request[Any, Any, State], codes: list[str], places: list[str]) -> list[commerce.Stock]:
    with _platform(request).store.state.read() as tx:
        numbers = commerce.skus_by_gtin(tx, [code.zfill(14) for code in codes if code.isdecimal()])
        return commerce.stock_of(tx, [numbers.get(code.zfill(14), code) for code in codes], places)


routes = [reserve, one_reservation, release, place, step, one_order, send, receive, cancel, change, stock]
