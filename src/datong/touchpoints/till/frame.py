"""Frame: tells JSON, CSV and XML apart, and makes calls of each receipt; one that is bad stands alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Heard, Listening, Unread
from datong.touchpoints.till.poslog import read_poslog
from datong.touchpoints.till.receipt import KEY, SHAPE, receipt_calls
from datong.touchpoints.till.rows import read_till_csv

__all__ = ["FRAME_LIMIT", "Part", "read_frame"]

FRAME_LIMIT = 10 * 1024 * 1024
"""Bytes in a frame of receipts: a busy shop's day as POSLog."""

Part = tuple[Any, Callable[[], bytes]]
"""A receipt (or the Rejected that says why it is none), and a frame of its kind with nothing but this one in it."""


def read_frame(frame: bytes, context: Listening) -> list[Heard]:
    """Return what the receipts of a frame say; raises Rejected where nothing of it can be read.

    Codes: `bad_json`, `bad_csv`, `bad_xml`, `too_large` (10 MB or more).
    """
    if len(frame) >= FRAME_LIMIT:
        raise Rejected(f"the frame has {len(frame)} bytes", code="too_large", hint="send a till's day in several files")
    start = frame[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    read = read_poslog if start == b"<" else _read_json if start in {b"{", b"["} else read_till_csv
    heard: list[Heard] = []
    for receipt, alone in read(frame, context):
        try:
            if isinstance(receipt, Rejected):
                raise receipt
            heard.extend(receipt_calls(receipt, context))
        except Rejected as error:
            heard.append(Unread(alone(), error.code, error.message, error.hint, error.field, _name(receipt)))
    return heard


def _read_json(frame: bytes, _context: Listening) -> Iterator[Part]:
    try:
        found = msgspec.json.decode(frame.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"the frame is not JSON: {error}", code="bad_json", hint=SHAPE) from None
    if isinstance(found, dict):
        found = found.get("receipts", [found])
    if not isinstance(found, list):
        raise Rejected("receipts must be a list", code="bad_json", hint=SHAPE, field="receipts")
    for receipt in found:
        yield receipt, lambda one=receipt: msgspec.json.encode({"receipts": [one]})  # type: ignore[misc]


def _name(receipt: Any) -> str:
    if not isinstance(receipt, dict):
        return ""
    return "/".join(str(receipt.get(part, "")) for part in KEY)[:200]
