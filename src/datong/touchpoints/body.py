"""Body: reading a request's body within a limit, plain or gzipped."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from datong.errors import DatongError, Rejected, TooLarge

__all__ = ["Message", "Receive", "Scope", "Send", "inflate", "read_body"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_DRAIN = 8 * 1024 * 1024
"""So much of a body that is too large is read and thrown away, so that its sender hears why; then we hang up."""


async def read_body(receive: Receive, headers: dict[bytes, bytes], limit: int) -> bytes:
    """Return the body as it was before compression; raises TooLarge, or Rejected (`empty_body`, `bad_encoding`)."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _rest(receive, body, limit)
    if len(body) > limit:
        raise _too_large(limit)
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    if encoding == b"gzip":
        body = inflate(body, limit)
    elif encoding not in {b"", b"identity"}:
        raise Rejected("the body's encoding is not known", code="bad_encoding", hint="send it plain or gzipped")
    if not body:
        raise Rejected("the body is empty", code="empty_body", hint="send JSON")
    return body


def inflate(body: bytes, limit: int) -> bytes:
    """Return the gunzipped body; raises TooLarge as soon as it passes the limit, however small it was packed."""
    out, rest = b"", body
    try:
        while rest:
            inflater = zlib.decompressobj(wbits=31)
            out += inflater.decompress(rest, limit + 1 - len(out))
            if len(out) > limit:
                raise _too_large(limit)
            if not inflater.eof:
                raise zlib.error("cut off")
            rest = inflater.unused_data
    except zlib.error:
        raise Rejected("the body is not gzip", code="bad_encoding", hint="check Content-Encoding") from None
    return out


async def _rest(receive: Receive, body: bytes, limit: int) -> bytes:
    parts, size, more = [body], len(body), True
    while more and size <= _DRAIN:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Rejected("the sender hung up", code="bad_encoding")
        part = message.get("body", b"")
        size += len(part)
        if size <= limit:
            parts.append(part)
        more = message.get("more_body", False)
    if size > limit:
        raise _too_large(limit)
    return b"".join(parts)


def _too_large(limit: int) -> DatongError:
    return TooLarge(f"the body has more than {limit} bytes", hint="send less at once")
