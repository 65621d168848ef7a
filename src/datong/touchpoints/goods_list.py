"""Goods from a list: each line of a CSV or JSON Lines file becomes Product Updated, and what it says of prices.

A line may name what it likes; what it leaves out stays as it was. Lines with a column `from`, `until`, `store`,
`region`, `channel` or `list` are lines of a price list: their price is Price Updated and changes no product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import msgspec

from datong.commerce import TRAITS, goods_now, prices_of
from datong.errors import Rejected
from datong.model import from_iso, gtin, to_minor
from datong.touchpoints.call import Call, Heard, Unread
from datong.touchpoints.intake import Intake
from datong.touchpoints.sheet import read_sheet

__all__ = ["GoodsLine", "GoodsTaken", "read_goods", "take_goods"]

SOURCE = "goods"
_CHUNK = 1_000
_NAMES: dict[str, tuple[str, ...]] = {
    "sku": ("sku", "product_id", "item", "code", "货号", "商品编码", "编码"), "name": ("name", "title", "名称", "品名"),
    "category": ("category", "类目", "品类", "分类"), "brand": ("brand", "品牌"),
    "price": ("price", "list_price", "零售价", "吊牌价", "价格"), "listed": ("listed", "active", "在售"),
    "style": ("style", "model", "款号", "款式"), "colour": ("colour", "color", "颜色"),
    "size": ("size", "尺码", "规格"),
    "season": ("season", "季节", "季"), "unit": ("unit", "单位"), "cost": ("cost", "成本", "进价"),
    "gtins": ("gtins", "gtin", "ean", "barcode", "条码", "国标码"), "currency": ("currency", "币种"),
    "store_id": ("store", "store_id", "place", "门店"), "region": ("region", "大区"), "channel": ("channel", "渠道"),
    "from": ("from", "valid_from", "start", "开始"), "until": ("until", "valid_to", "end", "结束"),
    "list": ("list", "price_list", "价目表"),
}
_MEANINGS = {name: meaning for meaning, names in _NAMES.items() for name in names}
_PRICING = ("store_id", "region", "channel", "from", "until", "list")
_NO = frozenset({"0", "no", "false", "n", "否", "下架"})


class GoodsLine(msgspec.Struct, frozen=True):
    """A line that was not taken: its number in the file (the header is 1), and what to do about it."""

    line: int
    sku: str
    code: str
    message: str
    hint: str = ""
    field: str = ""


class GoodsTaken(msgspec.Struct):
    """What became of a list of goods: `known` said nothing new; each refused line is in `lines` (and quarantine)."""

    rows: int = 0
    stored: int = 0
    known: int = 0
    quarantined: int = 0
    lines: list[GoodsLine] = []


def read_goods(body: bytes) -> Iterator[tuple[int, str, Heard]]:
    """Give (line, SKU, call or what is wrong) of each line; CSV columns may stand in any order, in en or zh.

    Raises Rejected (`bad_csv`) where text or header cannot be used.
    """
    seen: dict[tuple[str, ...], int] = {}
    for line, said, problem in _objects(body) if body.lstrip()[:1] == b"{" else _rows(body):
        sku = str(said.get("sku", "")).strip()
        mark = (sku, *(str(said.get(name, "")) for name in (*_PRICING, "currency")))
        first = seen.setdefault(mark, line) if sku else line
        if not problem and not sku:
            problem = "the line has no sku"
        if not problem and first != line:
            problem = f"{sku} stands in line {first} already"
        if not problem and _priced(said) and said.get("price") in (None, ""):
            problem = "a line of a price list has no price"
        call = _call(sku, said)
        if problem:
            hint = "mend the line and send the file again; lines that were taken are known"
            yield line, sku, Unread(msgspec.json.encode(call), "bad_goods", problem, hint, "sku", f"line {line}")
        else:
            yield line, sku, call


def take_goods(intake: Intake, body: bytes, progress: Callable[[int, int], None] | None = None) -> GoodsTaken:
    """Take a list of goods in; `progress(done, total)` hears of every thousand lines. Raises Rejected, Unavailable.

    A line that says what is known already becomes no event, so the whole list may be sent every night.
    """
    read = list(read_goods(body))
    taken = GoodsTaken(len(read))
    for at in range(0, len(read), _CHUNK):
        part = _news(intake, read[at : at + _CHUNK])
        taken.known += min(_CHUNK, len(read) - at) - len(part)
        results = intake.accept_calls(SOURCE, [heard for _, _, heard in part])
        for (line, sku, _), result in zip(part, results, strict=True):
            if result.status == "stored":
                taken.stored += 1
            elif result.status == "duplicate":
                taken.known += 1
            else:
                taken.quarantined += 1
                field = result.field.removeprefix("properties.")
                taken.lines.append(GoodsLine(line, sku, result.code, result.message, result.hint, field))
        if progress is not None:
            progress(min(at + _CHUNK, len(read)), len(read))
    return taken


def _news(intake: Intake, part: list[tuple[int, str, Heard]]) -> list[tuple[int, str, Heard]]:
    """Return the lines that say something new."""
    currency, wanted = intake.settings.retailer.currency, {sku for _, sku, _ in part}
    with intake.store.state.read() as tx:
        goods, prices = goods_now(tx, wanted), prices_of(tx, sorted(wanted))
    lists: dict[tuple[Any, ...], dict[str, Any]] = {}
    for price in reversed(prices):  # the latest of each list comes last, and counts where a line says no beginning
        scope = (price["sku"], price["place"], price["region"], price["channel"], price["currency"])
        lists[*scope, price["start"]] = lists[*scope, None] = price
    return [
        (line, sku, heard) for line, sku, heard in part
        if not isinstance(heard, Call) or heard.properties is None
        or not _known(heard.properties, goods.get(sku), lists, currency)
    ]


def _known(
    said: Mapping[str, Any], now: Mapping[str, Any] | None, lists: Mapping[tuple[Any, ...], Mapping[str, Any]],
    currency: str,
) -> bool:
    """Return whether a line says nothing but what is known; one that cannot be read is left to the intake."""
    currency = str(said.get("currency") or currency)
    try:
        if _priced(said):
            start = from_iso(str(said["from"])) if said.get("from") else None
            until = from_iso(str(said["until"])) if said.get("until") else None
            scope = (str(said.get(name) or "") for name in ("store_id", "region", "channel"))
            old = lists.get((said["sku"], *scope, currency, start))
            return old is not None and (old["amount"], old["until"]) == (to_minor(said["price"], currency), until)
        if now is None:
            return False
        money = [(name, to_minor(said[name], currency)) for name in ("price", "cost") if said.get(name) is not None]
        words = [(name, str(said[name])) for name in ("name", "category", "brand", *TRAITS) if name in said]
        own = {gtin(str(text)) for text in said.get("gtins", ())}
        same = all(now[name] == value for name, value in (*money, *words)) and own <= now["gtins"]
        return bool(same and said.get("listed", now["listed"]) == now["listed"])
    except (ValueError, TypeError, KeyError):
        return False


def _rows(body: bytes) -> Iterator[tuple[int, dict[str, Any], str]]:
    rows = read_sheet(body)
    header = [_MEANINGS.get(name.strip().lower(), "") for name in next(rows, (0, []))[1]]
    if "sku" not in header:
        hint = f"columns: {', '.join(_NAMES)}"
        raise Rejected("the header names no column sku", code="bad_csv", field="sku", hint=hint)
    for line, row in rows:
        said = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name and cell.strip()}
        yield line, said, _too_long(row, header)


def _too_long(row: list[str], header: list[str]) -> str:
    return f"the line has {len(row)} cells, the header {len(header)}" if len(row) > len(header) else ""


def _objects(body: bytes) -> Iterator[tuple[int, dict[str, Any], str]]:
    for line, text in enumerate(body.splitlines(), 1):
        if not text.strip():
            continue
        try:
            found = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield line, {}, f"the line is not JSON: {error}"
            continue
        if isinstance(found, dict):
            yield line, {_MEANINGS.get(str(k).lower(), str(k)): v for k, v in found.items() if v not in (None, "")}, ""
        else:
            yield line, {}, "the line is not an object"


def _priced(said: Mapping[str, Any]) -> bool:
    return any(said.get(name) for name in _PRICING)


def _call(sku: str, said: dict[str, Any]) -> Call:
    said = {**said, "sku": sku}
    if _priced(said):
        said = {name: said[name] for name in ("sku", "price", "currency", *_PRICING) if name in said}
    if isinstance(said.get("listed"), str):
        said["listed"] = said["listed"].strip().lower() not in _NO
    if isinstance(said.get("gtins"), str):
        said["gtins"] = said["gtins"].replace(";", " ").replace("|", " ").split()
    elif "gtins" in said and not isinstance(said["gtins"], list):
        said["gtins"] = [said["gtins"]]
    return Call("track", "Price Updated" if _priced(said) else "Product Updated", uuid4().hex, properties=said)
