"""Web: Segment's HTTP API, as websites, apps and servers speak it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Call, CallContext, Heard, Kind, Listening, Unread

__all__ = ["Web", "read_batch", "read_single", "write_key"]

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Any = None
    context: CallContext | None = None


class _Id(msgspec.Struct, rename="camel"):
    message_id: Any = ""


class _Key(msgspec.Struct, rename="camel"):
    write_key: str = ""


_batch = msgspec.json.Decoder(_Batch)
_call = msgspec.json.Decoder(Call)
_id = msgspec.json.Decoder(_Id)
_raw = msgspec.json.Decoder(msgspec.Raw)
_key = msgspec.json.Decoder(_Key)


class Web(Kind):
    """A frame is one call or `{"batch": [call, …]}`."""

    kind = "web"
    trusted = False  # the key of a page or an app is there for all to read

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:  # noqa: ARG002
        """Return the calls of the frame."""
        try:
            return read_batch(frame)
        except Rejected as error:
            if error.field != "batch" or error.code == "empty_batch":
                raise
            return read_single(frame, "")


def read_batch(frame: bytes) -> list[Heard]:
    """Return the calls of `{"batch": [...]}`; raises Rejected (`bad_json`, `empty_batch`) for the whole of it."""
    try:
        found = _decode(_batch, frame)
    except msgspec.ValidationError as error:
        hint = 'send {"batch": [{"type": "track", …}, …]}'
        raise Rejected(f"the body is not a batch: {_plain(error)}", code="bad_json", hint=hint, field="batch") from None
    if not found.batch:
        raise Rejected("the batch is empty", code="empty_batch", hint="send at least one call", field="batch")
    sent, shared = found.sent_at, found.context
    return [_read(bytes(raw), sent, shared, "") for raw in found.batch]


def read_single(frame: bytes, kind: str) -> list[Heard]:
    """Return the one call of a body sent to `/v1/KIND`; raises Rejected (`bad_json`) when it is not JSON."""
    try:
        raw = _decode(_raw, frame)
    except msgspec.ValidationError as error:
        raise Rejected(f"the body cannot be read: {_plain(error)}", code="bad_json") from None
    return [_read(bytes(raw), None, None, kind)]


def write_key(frame: bytes) -> str:
    """Return the `writeKey` in the body, empty when there is none."""
    try:
        return _key.decode(frame).write_key
    except _UNREADABLE:
        return ""


def _decode(decoder: msgspec.json.Decoder[Any], frame: bytes) -> Any:
    try:
        return decoder.decode(frame)
    except msgspec.ValidationError:
        raise
    except _UNREADABLE as error:
        mended = _mend(frame)
        if not mended:
            raise Rejected(f"the body is not JSON: {_plain(error)}", code="bad_json", hint="send UTF-8 JSON") from None
    try:
        return decoder.decode(mended)
    except RecursionError as error:
        raise Rejected(f"the body is not JSON: {_plain(error)}", code="bad_json", hint="send UTF-8 JSON") from None


def _mend(frame: bytes) -> bytes:
    """Return the frame as strict JSON, or nothing where that cannot be done.

    Two common senders write what strict JSON does not allow, and one such value must not spoil a whole batch: Python
    writes NaN and Infinity (kept as text, so that no amount is made of them), and a browser that cuts a text inside an
    emoji writes half a surrogate pair (replaced by a question mark).
    """
    try:
        found = json.loads(frame, parse_constant=str)
        return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return b""


def _read(raw: bytes, sent: Any, shared: CallContext | None, kind: str) -> Heard:
    try:
        call = _call.decode(raw)
    except _UNREADABLE as error:
        return _unread(raw, error)
    call.raw = raw
    if call.sent_at is None:
        call.sent_at = sent
    if call.context is None:
        call.context = shared
    if kind:
        call.type = kind
    return call


def _unread(raw: bytes, error: Exception) -> Unread:
    try:
        given = _id.decode(raw).message_id
    except _UNREADABLE:
        given = ""
    message, _, path = str(error).partition(" - at `$.")
    if isinstance(error, msgspec.ValidationError):
        hint = "see Segment's specification for the types of its fields"
        return Unread(raw, "bad_type", message, hint, path.rstrip("`"), str(given)[:200])
    return Unread(raw, "bad_json", f"the call is not JSON: {_plain(error)}", "send UTF-8 JSON")


def _plain(error: Exception) -> str:
    """Return the error's text without any of the content."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error)
