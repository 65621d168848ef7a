"""Stores from a list: each line of a CSV file becomes a Store Updated call, or is kept with what is wrong with it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Call, Heard, Unread
from datong.touchpoints.intake import Intake
from datong.touchpoints.sheet import read_sheet

__all__ = ["StoreLine", "StoresTaken", "read_stores", "take_stores"]

SOURCE = "stores"
_CHUNK = 1_000
_NAMES: dict[str, tuple[str, ...]] = {
    "code": ("code", "store", "store_id", "store_code", "门店编码", "门店代码", "编码"),
    "name": ("name", "store_name", "门店名称", "名称"), "city": ("city", "城市"),
    "region": ("region", "area", "大区", "区域", "省份"), "country": ("country", "国家"),
    "lat": ("lat", "latitude", "纬度"), "lon": ("lon", "lng", "longitude", "经度"),
    "format": ("format", "retail_format", "业态"), "hours": ("hours", "opening_hours", "营业时间"),
    "venue": ("venue", "mall", "商场"), "gln": ("gln", "位置码", "全球位置码"),
}
_COLUMNS = ", ".join(_NAMES)


class StoreLine(msgspec.Struct, frozen=True):
    """A line that was not taken: its number in the file (the header is 1), and what to do about it."""

    line: int
    store: str
    code: str
    message: str
    hint: str = ""
    field: str = ""


class StoresTaken(msgspec.Struct):
    """What became of a list of stores: `known` said nothing new; each refused line is in `lines` (and quarantine)."""

    rows: int = 0
    stored: int = 0
    known: int = 0
    quarantined: int = 0
    lines: list[StoreLine] = []
    remarks: list[str] = []


def read_stores(body: bytes) -> Iterator[tuple[int, str, Heard]]:
    """Give (line, store code, call or what is wrong) of each line; columns may stand in any order, in en or zh.

    A line with an unchanged store has the message id it had, so that it is known already. Raises Rejected (`bad_csv`)
    where text or header cannot be used.
    """
    rows = read_sheet(body)
    header = [_meaning(name) for name in next(rows, (0, []))[1]]
    if "code" not in header:
        raise Rejected("the header names no column code", code="bad_csv", field="code", hint=f"columns: {_COLUMNS}")
    seen: dict[str, int] = {}
    for line, row in rows:
        said = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name and cell.strip()}
        code = said.pop("code", "")
        first = seen.setdefault(code, line) if code else line
        problem = None
        if len(row) > len(header):
            problem = f"the line has {len(row)} cells, the header {len(header)}", 'put text with commas into "quotes"'
        elif not code:
            problem = "the line has no code", "every store needs a code of its own"
        elif first != line:
            problem = f"store {code} stands in line {first} already", "keep one of the two lines"
        call = _call(code, said)
        if problem:
            yield line, code, Unread(msgspec.json.encode(call), "bad_store", *problem, field="code", id=f"line {line}")
        else:
            yield line, code, call


def take_stores(intake: Intake, body: bytes, progress: Callable[[int, int], None] | None = None) -> StoresTaken:
    """Take a list of stores in; `progress(done, total)` hears of every thousand lines. Raises Rejected, Unavailable."""
    read = list(read_stores(body))
    taken = StoresTaken(len(read))
    formats: Counter[str] = Counter()
    for at in range(0, len(read), _CHUNK):
        part = read[at : at + _CHUNK]
        for (line, code, heard), result in zip(
            part, intake.accept_calls(SOURCE, [heard for _, _, heard in part]), strict=True
        ):
            if result.status == "stored":
                taken.stored += 1
            elif result.status == "duplicate":
                taken.known += 1
            else:
                taken.quarantined += 1
                field = result.field.removeprefix("properties.")
                taken.lines.append(StoreLine(line, code, result.code, result.message, result.hint, field))
                continue
            if isinstance(heard, Call) and heard.properties:
                formats[str(heard.properties.get("format", ""))] += 1
        if progress is not None:
            progress(min(at + _CHUNK, len(read)), len(read))
    if formats[""]:
        taken.remarks.append(f"{formats['']:,} stores name no format")
    return taken


def _call(code: str, said: dict[str, str]) -> Call:
    properties: dict[str, Any] = {"store_id": code, **said}
    for name in ("lat", "lon"):
        with contextlib.suppress(KeyError, ValueError):  # what is no number is told at admission
            properties[name] = float(said[name])
    digest = blake2b(msgspec.json.encode(properties, order="deterministic"), digest_size=8).hexdigest()
    return Call(type="track", event="Store Updated", message_id=f"{code}/{digest}", properties=properties)


def _meaning(name: str) -> str:
    folded = name.strip().casefold().replace(" ", "_")
    return next((field for field, names in _NAMES.items() if folded in names), "")
