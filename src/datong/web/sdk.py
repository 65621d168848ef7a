"""The browser collector, as a page includes it: one script, cached for an hour and asked for again by its mark."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State

from datong.errors import Unavailable

__all__ = ["collector"]

SCRIPT = Path(__file__).parent / "static" / "sdk" / "datong.js"


@cache
def _read(_changed: int) -> tuple[bytes, str]:
    body = SCRIPT.read_bytes()
    return body, f'"{blake2b(body, digest_size=12).hexdigest()}"'


@get("/sdk/datong.js", include_in_schema=False, sync_to_thread=True)
def collector(request: Request[Any, Any, State]) -> Response[bytes]:
    """Return the script, or nothing but that it has not changed; raises Unavailable where it was not built."""
    try:
        body, mark = _read(SCRIPT.stat().st_mtime_ns)
    except OSError:
        hint = "python scripts/build_console.py builds it in a source checkout"
        raise Unavailable("the browser collector is not built", hint=hint) from None
    headers = {"Cache-Control": "public, max-age=3600", "ETag": mark, "X-Content-Type-Options": "nosniff"}
    if mark in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)
