"""The pages Goods, Stock, Orders and Transfers: what there is of everything, where it is, and what is under way."""

from __future__ import annotations

import time
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter, RawBody

from datong import commerce
from datong.errors import NotFound
from datong.identity import label, who
from datong.model import DAY
from datong.platform import Platform
from datong.touchpoints import take_goods
from datong.web.asked import WAIT

__all__ = ["routes"]

_PAGE = 50
Page = Annotated[int, QueryParameter(ge=1)]


@get("/goods", sync_to_thread=True)
def listing(
    request: Request[Any, Any, State], wanted: Annotated[str, QueryParameter(name="query")] = "",
    store: FromQuery[str] = "", page: Page = 1,
) -> dict[str, Any]:
    """Return a page of SKUs with their variant, price and stock, by code."""
    with _state(request) as tx:
        total, items = commerce.stock_list(tx, wanted, store, _PAGE, (page - 1) * _PAGE)
        return {"total": total, "items": items}


@get("/goods/one", sync_to_thread=True)
def one(request: Request[Any, Any, State], sku: FromQuery[str]) -> dict[str, Any]:
    """Return a SKU: numbers, variants of its style, prices in every list, stock by place, reservations, movements."""
    with _state(request) as tx:
        known = commerce.goods_now(tx, [sku]).get(sku)
        if known is None:
            raise NotFound(f"there is no SKU {sku[:60]!r}", code="unknown_sku", field="sku")
        variants = commerce.variants(tx, known["style"]) if known["style"] else []
        return {
            **known, "gtins": sorted(known["gtins"]), "variants": variants, "prices": commerce.prices_of(tx, [sku]),
            "stock": commerce.stock_of(tx, [sku]), "kept": commerce.kept_for(tx, sku),
            "movements": commerce.movements_of(tx, sku),
        }


@post("/goods", status_code=200, sync_to_thread=True)
def take(request: Request[Any, Any, State], body: RawBody) -> dict[str, Any]:
    """Take a list of goods or prices in (CSV or JSON lines); tell line by line what is wrong. The rest is taken."""
    platform: Platform = request.app.state.platform
    found: dict[str, Any] = msgspec.to_builtins(take_goods(platform.intake, bytes(body)))
    end, until = platform.store.log.end(), time.monotonic() + WAIT
    while platform.flow.position < end and time.monotonic() < until:
        time.sleep(0.02)
    return found


@get("/stock/findings", sync_to_thread=True)
def findings(request: Request[Any, Any, State]) -> list[commerce.Finding]:
    """Return what does not add up; counts that were off within the last four weeks."""
    platform: Platform = request.app.state.platform
    with _state(request) as tx:
        return commerce.findings(tx, since=platform.store.clock.now() - 28 * DAY)


@get("/transfers", sync_to_thread=True)
def transfers(
    request: Request[Any, Any, State], which: Annotated[str, QueryParameter(name="state")] = "",
    store: FromQuery[str] = "",
) -> list[commerce.Transfer]:
    """Return the latest transfers."""
    with _state(request) as tx:
        return commerce.transfers(tx, which, store)


@get("/orders", sync_to_thread=True)
def orders(
    request: Request[Any, Any, State], which: Annotated[str, QueryParameter(name="state")] = "",
    wanted: Annotated[str, QueryParameter(name="query")] = "", store: FromQuery[str] = "", page: Page = 1,
) -> dict[str, Any]:
    """Return how many orders are in each state, and a page of them, the latest first."""
    with _state(request) as tx:
        states, total, found = commerce.orders_on_the_way(tx, which, wanted, store, _PAGE, (page - 1) * _PAGE)
        return {"states": states, "total": total, "items": found}


@get("/orders/one", sync_to_thread=True)
def order(request: Request[Any, Any, State], key: FromQuery[str]) -> dict[str, Any]:
    """Return one order with its money, lines, steps, reservations, shipments and the member it belongs to."""
    with _state(request) as tx:
        found = commerce.order_progress(tx, key)
        if found is None:
            raise NotFound(f"there is no order {key[:60]!r}", code="unknown_order", field="key")
        money, names = commerce.order(tx, key), commerce.skus(tx, [piece[0] for piece in found.pieces])
        member = who(tx, [found.ident]).get(found.ident) if found.ident else None
    return {
        **msgspec.to_builtins(found), "names": {sku: one.name for sku, one in names.items()},
        "lines": msgspec.to_builtins(money.lines) if money else [], "member": member,
        "label": label(member) if member else "",
    }


@get("/orders/refused", sync_to_thread=True)
def refused(request: Request[Any, Any, State]) -> list[commerce.Step]:
    """Return the steps that were refused last, with the reason."""
    with _state(request) as tx:
        return commerce.refused_steps(tx)


@get("/orders/waiting", sync_to_thread=True)
def waiting(request: Request[Any, Any, State]) -> list[dict[str, Any]]:
    """Return the steps that wait for their order, the longest waiting first; `late` ones are findings."""
    platform: Platform = request.app.state.platform
    now = platform.store.clock.now()
    with _state(request) as tx:
        return [{**msgspec.structs.asdict(one), "late": one.due <= now} for one in commerce.waiting_steps(tx)]


def _state(request: Request[Any, Any, State]) -> Any:
    platform: Platform = request.app.state.platform
    return platform.store.state.read()


routes = [listing, one, take, findings, transfers, orders, order, refused, waiting]
