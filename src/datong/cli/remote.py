"""Asking the running platform, which owns the files."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from datong.config import Settings
from datong.errors import DatongError, Unavailable

__all__ = ["ask", "fetch"]


def ask(settings: Settings, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Any:
    """Return the JSON the running platform answers at `path`; raises Unavailable when none runs, or its error.

    A `body` of bytes is sent as it is, anything else as JSON.
    """
    return json.loads(fetch(settings, path, params, body) or b"null")


def fetch(settings: Settings, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> bytes:
    """Return what the running platform answers at `path`, as it is; raises like `ask`."""
    try:
        running = json.loads((settings.data / "running.json").read_text("utf-8"))
    except (OSError, ValueError):
        hint = "stop it, then try again"
        raise Unavailable("the platform that holds the data cannot be reached", hint=hint) from None
    query = "?" + urllib.parse.urlencode({k: v for k, v in (params or {}).items() if v not in (None, "")})
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 the address is our own
        running["url"] + path + query, headers={"Authorization": f"Bearer {running['token']}"},
        data=data, method="GET" if body is None else "POST",
    )
    if body is not None:
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        request.add_header("Content-Type", kind)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            found: bytes = answer.read()
            return found
    except urllib.error.HTTPError as error:
        shape = json.loads(error.read() or b"{}")
        said = shape.get("message", str(error))
        raise DatongError(said, code=shape.get("code"), hint=shape.get("hint", "")) from None
    except OSError as error:
        raise Unavailable(f"the running platform does not answer: {error}") from None
