"""The intake over HTTP: Segment's API under /v1, frames of every kind under /touchpoints, EPCIS documents under /epcis.

A raw ASGI application.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from datong.errors import Broken, DatongError, Forbidden, NotFound, Rejected, TooLarge, Unavailable
from datong.touchpoints.body import Receive, Scope, Send, read_body
from datong.touchpoints.call import Heard, Kind, Listening, Reply, Request
from datong.touchpoints.capture import Captures
from datong.touchpoints.capture_api import CaptureApi
from datong.touchpoints.intake import CALL_LIMIT, Intake, Result
from datong.touchpoints.keys import WriteKeys
from datong.touchpoints.kinds.web import Web, read_batch, read_single, write_key
from datong.touchpoints.once import Once
from datong.touchpoints.quarantined import whole

__all__ = ["BATCH_CALLS", "BATCH_LIMIT", "IntakeApp"]

BATCH_LIMIT, BATCH_CALLS = 500 * 1024, 2_500
"""Bytes in a batch and in a frame, and calls in a batch."""

_CALLS = frozenset({"track", "identify", "page", "screen", "group", "alias", "batch"})
_WAITING = 4_096
_WHOLE = 400
_BY_KEY = Web()
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
    """Answers POST /v1/…, /touchpoints/NAME and /epcis/capture; what is else goes to `otherwise`, or is not found."""

    def __init__(self, intake: Intake, otherwise: Any = None, captures: Captures | None = None) -> None:
        """Read the write keys; raises ConfigError."""
        self._intake, self._otherwise = intake, otherwise
        self._keys = WriteKeys(intake.settings)
        self._once = Once(intake.store.state, intake.store.clock.now)
        self._capture = CaptureApi(intake, self._keys, captures or Captures(intake))
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith("/epcis/"):
                await _send(send, *await self._capture.answer(scope, path, receive))
                return
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
            if scope["method"] not in (self._methods(name) if area == "touchpoints" else ("POST",)):
                raise _bad_method(scope)
            if deeper or (area == "v1" and name not in _CALLS):
                hint = f"there are /v1/{', /v1/'.join(sorted(_CALLS))} and /touchpoints/NAME"
                raise NotFound(f"there is no {path[:80]}", hint=hint)
            if self._waiting >= _WAITING:
                self._intake.refuse(name if name in self._intake.settings.touchpoints else "")
                raise Unavailable("too many requests are waiting for the disk", after=1.0)
            self._waiting += 1
            try:
                headers = dict(scope["headers"])
                reply = await (self._calls if area == "v1" else self._frame)(name, scope, headers, receive)
            finally:
                self._waiting -= 1
        except DatongError as error:
            await _refuse(send, error, cors)
            return
        except Exception:
            _log.exception("the intake failed")
            await _refuse(send, Broken("the intake failed; see the platform's log"), cors)
            return
        await _send(send, reply.status, reply.body, [(b"content-type", reply.content_type.encode()), *cors])

    async def _calls(self, name: str, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Reply:
        """Take one of Segment's calls, or a batch of them."""
        source, authorization = "", headers.get(b"authorization", b"")
        try:
            if authorization:
                source = self._keys.source(authorization)
                self._keys.spend(source)
            frame = await read_body(receive, headers, BATCH_LIMIT if name == "batch" else CALL_LIMIT)
            if not source:
                source = self._keys.source(b"", write_key(frame))
                self._keys.spend(source)
        except DatongError:
            self._intake.refuse(source)
            raise
        heard = await self._read(
            source, frame, lambda: read_batch(frame) if name == "batch" else read_single(frame, name))
        if len(heard) > BATCH_CALLS:
            self._intake.refuse(source)
            hint = f"send at most {BATCH_CALLS} at once"
            raise TooLarge(f"the batch has {len(heard)} calls", hint=hint, field="batch")
        results = await self._accept(source, heard)
        return _json(_encode(_Answer(True, results=results)) if _each(scope, headers) else _SUCCESS)

    async def _frame(self, name: str, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Reply:
        """Take one frame of a configured touchpoint, or answer a question of its sender."""
        known = name in self._intake.settings.touchpoints
        try:
            request, body = await self._admitted(name, known, scope, headers, receive)
        except DatongError:
            self._intake.refuse(name if known else "")
            raise
        kind, context = self._intake.kind(name)
        if request.method != "POST":
            if (answer := kind.reply(request, body, context)) is None:
                raise _bad_method(scope)
            return answer
        frame = body

        def listen() -> list[Heard]:
            nonlocal frame
            frame = kind.open(request, body, context)
            return kind.listen(frame, context)

        results = await self._accept(name, await self._read(name, body, listen))
        if (answer := kind.reply(request, frame, context)) is not None:
            return answer
        count: Counter[str] = Counter()
        for result in results:
            count[result.status] += result.count
        stored, duplicate = count["stored"], count["duplicate"]
        each = results if _each(scope, headers) else None
        return _json(_encode(_Answer(True, stored, duplicate, count.total() - stored - duplicate, each)))

    async def _read(self, source: str, frame: bytes, read: Callable[[], list[Heard]]) -> list[Heard]:
        """Return what `read` makes of a frame; one of which nothing can be read is quarantined, and the error told."""
        try:
            return read()
        except DatongError as error:
            await self._accept(source, [whole(frame, error)])
            raise
        except Exception:  # a kind of somebody's own fails on it
            _log.exception("reading a frame of the touchpoint %s failed", source)
            broken = Broken("reading the frame failed; see the platform's log")
            await self._accept(source, [whole(frame, broken)])
            raise broken from None

    async def _accept(self, source: str, heard: list[Heard]) -> list[Result]:
        try:
            return await self._intake.accept(source, heard)
        except Exception:  # as where the disk is full: its sender hears so, and sends it again
            self._intake.refuse(source)
            raise

    async def _admitted(
        self, name: str, known: bool, scope: Scope, headers: dict[bytes, bytes], receive: Receive
    ) -> tuple[Request, bytes]:
        """Return the request and its body once its sender is known, by what the kind checks or by its write key."""
        request = _request(scope, headers, self._intake.store.clock.now())
        authorization = headers.get(b"authorization", b"")
        kind, context = self._intake.kind(name) if known else (_BY_KEY, Listening())
        own = type(kind).admits is not Kind.admits
        source = self._keys.source(authorization) if authorization and not own else ""
        body = await read_body(receive, headers, kind.limit) if request.method == "POST" else b""
        admitted = kind.admits(request, body, context)
        if admitted is None:
            source = source or self._keys.source(authorization, write_key(body))
        elif admitted:
            source = name
        else:
            hint = f"check the secrets of [touchpoints.{name}], the sender's clock, and what lies between you"
            raise Forbidden("the signature is wrong or too old", code="bad_signature", hint=hint)
        self._keys.spend(source)
        if source != name:
            # also where there is no such touchpoint: a key must not tell which names exist
            hint = f"POST to /touchpoints/{source} with this key"
            raise NotFound(f"there is no touchpoint {name[:60]!r} for this write key", hint=hint)
        mark = kind.once(request, context)
        if mark and not await asyncio.to_thread(self._once.fits, name, mark, body):
            raise Forbidden("the signature came before, with another body", code="bad_signature",
                            hint="sign each request anew")
        return request, body

    def _methods(self, name: str) -> tuple[str, ...]:
        return self._intake.kind(name)[0].methods if name in self._intake.settings.touchpoints else ("POST",)

    def _is_web(self, name: str) -> bool:
        touchpoint = self._intake.settings.touchpoints.get(name)
        return touchpoint is not None and touchpoint.kind == "web"


def _each(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"x-datong-results") == b"each" or b"results=each" in scope.get("query_string", b"")


def _json(body: bytes) -> Reply:
    return Reply(200, body, "application/json")


def _request(scope: Scope, headers: dict[bytes, bytes], at: int) -> Request:
    query = scope.get("query_string", b"").decode("latin-1")
    try:
        asked = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise Rejected("the query has more than 100 fields", code="bad_query", hint="send fewer") from None
    return Request(scope["method"], asked, {k.decode("latin-1"): v.decode("latin-1") for k, v in headers.items()}, at)


def _bad_method(scope: Scope) -> Rejected:
    return Rejected(f"{scope['method']} is not for {scope['path'][:80]}", code="bad_method", hint="use POST")


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
