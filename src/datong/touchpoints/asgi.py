"""The intake over HTTP: Segment's API under /v1, frames of every kind under /touchpoints; a raw ASGI application."""

from __future__ import annotations

import logging
from collections import Counter
from math import ceil
from typing import Any

import msgspec

from datong.errors import Broken, DatongError, NotFound, Rejected, TooLarge, Unavailable
from datong.touchpoints.body import Receive, Scope, Send, read_body
from datong.touchpoints.intake import CALL_LIMIT, Intake, Result
from datong.touchpoints.keys import WriteKeys
from datong.touchpoints.kinds.web import read_batch, read_single, write_key

__all__ = ["BATCH_CALLS", "BATCH_LIMIT", "FRAME_LIMIT", "IntakeApp"]

BATCH_LIMIT, FRAME_LIMIT, BATCH_CALLS = 500 * 1024, 1024 * 1024, 2_500
"""Bytes in a batch and in a frame, and calls in a batch."""

_CALLS = frozenset({"track", "identify", "page", "screen", "group", "alias", "batch"})
_WAITING = 4_096
_WHOLE = 400
_JSON = (b"content-type", b"application/json")
_OPEN = (b"access-control-allow-origin", b"*")
_PREFLIGHT = [
    _OPEN, (b"access-control-allow-methods", b"POST, OPTIONS"), (b"access-control-max-age", b"86400"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-datong-results"),
]
_SUCCESS = b'{"success":true}'
_log = logging.getLogger("datong.touchpoints")
_encode = msgspec.json.Encoder().encode


class _Answer(msgspec.Struct, omit_defaults=True):
    success: bool
    stored: int | None = None
    duplicate: int | None = None
    quarantined: int | None = None
    results: list[Result] | None = None


class IntakeApp:
    """Answers POST /v1/… and /touchpoints/NAME; every other request goes to `otherwise`, or is not found."""

    def __init__(self, intake: Intake, otherwise: Any = None) -> None:
        """Read the write keys; raises ConfigError."""
        self._intake, self._otherwise = intake, otherwise
        self._keys = WriteKeys(intake.settings)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith(("/v1/", "/touchpoints/")):
                await self._serve(scope, path, receive, send)
                return
        if self._otherwise is not None:
            await self._otherwise(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await _refuse(send, NotFound(f"there is no {scope['path'][:80]}"), [])

    async def _serve(self, scope: Scope, path: str, receive: Receive, send: Send) -> None:
        _, area, name, *deeper = path.split("/")
        cors = [_OPEN] if area == "v1" or self._is_web(name) else []
        try:
            if scope["method"] == "OPTIONS" and cors:
                await _send(send, 204, b"", _PREFLIGHT)
                return
            if scope["method"] != "POST":
                raise Rejected(f"{scope['method']} is not for {path[:80]}", code="bad_method", hint="use POST")
            if deeper or (area == "v1" and name not in _CALLS):
                hint = f"there are /v1/{', /v1/'.join(sorted(_CALLS))} and /touchpoints/NAME"
                raise NotFound(f"there is no {path[:80]}", hint=hint)
            if self._waiting >= _WAITING:
                raise Unavailable("too many requests are waiting for the disk", after=1.0)
            self._waiting += 1
            try:
                headers = dict(scope["headers"])
                body = await (self._calls if area == "v1" else self._frame)(name, scope, headers, receive)
            finally:
                self._waiting -= 1
        except DatongError as error:
            await _refuse(send, error, cors)
            return
        except Exception:
            _log.exception("the intake failed")
            await _refuse(send, Broken("the intake failed; see the platform's log"), cors)
            return
        await _send(send, 200, body, [_JSON, *cors])

    async def _calls(self, name: str, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """Take one of Segment's calls, or a batch of them."""
        source, authorization = "", headers.get(b"authorization", b"")
        if authorization:
            source = self._keys.source(authorization)
            self._keys.spend(source)
        frame = await read_body(receive, headers, BATCH_LIMIT if name == "batch" else CALL_LIMIT)
        if not source:
            source = self._keys.source(b"", write_key(frame))
            self._keys.spend(source)
        if name == "batch":
            heard = read_batch(frame)
            if len(heard) > BATCH_CALLS:
                hint = f"send at most {BATCH_CALLS} at once"
                raise TooLarge(f"the batch has {len(heard)} calls", hint=hint, field="batch")
        else:
            heard = read_single(frame, name)
        results = await self._intake.accept(source, heard)
        return _encode(_Answer(True, results=results)) if _each(scope, headers) else _SUCCESS

    async def _frame(self, name: str, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """Take one frame of a configured touchpoint."""
        authorization = headers.get(b"authorization", b"")
        source = self._keys.source(authorization) if authorization else ""
        frame = await read_body(receive, headers, FRAME_LIMIT)
        source = source or self._keys.source(b"", write_key(frame))
        self._keys.spend(source)
        if source != name:
            # also where there is no such touchpoint: a key must not tell which names exist
            hint = f"POST to /touchpoints/{source} with this key"
            raise NotFound(f"there is no touchpoint {name[:60]!r} for this write key", hint=hint)
        results = await self._intake.accept(source, self._intake.listen(source, frame))
        count = Counter(result.status for result in results)
        stored, duplicate = count["stored"], count["duplicate"]
        each = results if _each(scope, headers) else None
        return _encode(_Answer(True, stored, duplicate, len(results) - stored - duplicate, each))

    def _is_web(self, name: str) -> bool:
        touchpoint = self._intake.settings.touchpoints.get(name)
        return touchpoint is not None and touchpoint.kind == "web"


def _each(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"x-datong-results") == b"each" or b"results=each" in scope.get("query_string", b"")


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, error: DatongError, cors: list[tuple[bytes, bytes]]) -> None:
    # a whole body that is bad is a bad request; 422 would say that it was kept
    status = {"bad_method": 405}.get(error.code, _WHOLE) if isinstance(error, Rejected) else error.status
    headers = [_JSON, *cors]
    if error.after is not None:
        headers.append((b"retry-after", str(max(1, ceil(error.after))).encode()))
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="datong"'))
    if status == 405:
        headers.append((b"allow", b"POST, OPTIONS"))
    await _send(send, status, _encode(error.body()), headers)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
