"""Asking and waiting: a request goes into the log, the flow decides, and the answer says what was decided."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from datong.errors import Conflict, Forbidden, Rejected, Unavailable
from datong.platform import Platform
from datong.storage import event_key
from datong.touchpoints import Call, WriteKeys

__all__ = ["WAIT", "actor_of", "caught_up", "passed", "put", "request_id", "require_key", "source_of"]

WAIT = 2.0
"""Seconds for which a request waits for its outcome; later it is asked for."""

_PAUSE = 0.004


def require_key(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """Let in a system that has the write key of a trusted touchpoint; raise Unauthorised, Forbidden, TooMany."""
    keys: WriteKeys = connection.app.state.write_keys
    platform: Platform = connection.app.state.platform
    source = keys.source(connection.headers.get("authorization", "").encode())
    keys.spend(source)
    if not platform.intake.origin(source).trusted:
        hint = "use the key of a system of yours; a web page's key is there for all to read"
        raise Forbidden(f"{source} may not do this", code="not_trusted", hint=hint)
    connection.state.touchpoint = source


def source_of(request: Request[Any, Any, State]) -> str:
    """Return the touchpoint whose key was sent, or `console`."""
    return str(getattr(request.state, "touchpoint", "") or "console")


def actor_of(request: Request[Any, Any, State]) -> str:
    """Return who is asking, as the audit names them: `user:ann`, or `touchpoint:oms`."""
    source = source_of(request)
    return f"user:{request.session.get('user', 'local')}" if source == "console" else f"touchpoint:{source}"


def request_id(request: Request[Any, Any, State]) -> str:
    """Return the Idempotency-Key, or one made for this request."""
    if not hasattr(request.state, "request_id"):
        request.state.request_id = request.headers.get("idempotency-key", "").strip()[:150] or uuid4().hex
    return str(request.state.request_id)


async def put(request: Request[Any, Any, State], kind: str, properties: dict[str, Any], **parts: Any) -> int:
    """Send an event through the intake as its asker's; return its offset. Raises Rejected, Conflict, Unavailable."""
    platform: Platform = request.app.state.platform
    source, name = source_of(request), request_id(request)
    said = {key: value for key, value in properties.items() if value not in (None, "", [])}
    if source == "console":
        said.setdefault("channel", source)
    call = Call("track", kind, name, properties={**said, "actor": actor_of(request)}, **parts)
    result = (await platform.intake.accept(source, [call]))[0]
    if result.status == "conflict":
        hint = "give every request an Idempotency-Key of its own"
        raise Conflict("this Idempotency-Key was used for another request", hint=hint)
    if result.code:
        raise Rejected(result.message, code=result.code, hint=result.hint, field=result.field)
    entry = platform.store.log.find(event_key(source, result.id))
    if entry is None:
        raise Unavailable("the log does not show the request yet", after=1.0)
    return entry.offset


async def passed(platform: Platform, offset: int) -> bool:
    """Wait until the flow has passed this place of the log; False where it takes too long."""
    until = time.monotonic() + WAIT
    while platform.flow.position < offset:
        if time.monotonic() > until:
            return False
        await asyncio.sleep(_PAUSE)
    return True


def caught_up(platform: Platform) -> bool:
    """Wait until the flow has passed all that the log holds now; False where it takes too long. Blocks the thread."""
    end, until = platform.store.log.end(), time.monotonic() + WAIT
    while platform.flow.position < end:
        if time.monotonic() > until:
            return False
        time.sleep(_PAUSE)
    return True
