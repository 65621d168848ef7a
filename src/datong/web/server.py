"""The one HTTP server: the intake's raw ASGI application and the Litestar application behind it."""

from __future__ import annotations

import logging
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy.exc import DataError

from datong import __version__
from datong.errors import Broken, DatongError, NotFound
from datong.platform import Platform
from datong.touchpoints import IntakeApp, WriteKeys
from datong.web import (
    campaigns,
    commerce,
    correct,
    coupon,
    enrichment,
    goods,
    linking,
    live,
    members,
    policy,
    privacy,
    quarantine,
    reports,
    review,
    scenes,
    sdk,
    shopper,
    survey,
    till,
    touchpoints,
    trial,
    venues,
    visitation,
    visitors,
    why,
)
from datong.web.asked import require_key
from datong.web.kept import Kept
from datong.web.login import login, logout, me, require_login, session_config
from datong.web.system import clock, healthz, metrics

__all__ = ["create_app", "serve"]

log = logging.getLogger("datong.web")
STATIC = Path(__file__).parent / "static" / "console"


def create_app(platform: Platform) -> ASGIApp:
    """Return the whole HTTP surface of a platform as one ASGI application."""
    intake, rest = IntakeApp(platform.intake, captures=platform.captures), _console(platform)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        mine = path.startswith(("/v1/", "/touchpoints/", "/epcis/")) and not path.startswith("/v1/commerce/")
        if scope["type"] == ScopeType.HTTP and mine:
            await intake(scope, receive, send)  # type: ignore[arg-type]
        else:
            await rest(scope, receive, send)

    return app


def serve(platform: Platform, on_start: Callable[[], None] | None = None) -> None:
    """Listen until the process is asked to stop; `on_start()` is called once the port is open."""
    server = platform.settings.server
    config = uvicorn.Config(
        create_app(platform), host=server.host, port=server.port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=5, timeout_keep_alive=75,
    )
    _Server(config, on_start).run()


class _Server(uvicorn.Server):
    """Tells when the port is open, and ends quietly when asked to: the caller still has engines to close."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port, then tell."""
        await super().startup(sockets)
        if self.started and self._on_start:
            self._on_start()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that mean stop; uvicorn's own way raises them once more at the end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _console(platform: Platform) -> Litestar:
    behind_login = Router(
        "/api", guards=[require_login],
        route_handlers=[
            *live.routes, *visitors.routes, *visitation.routes, *members.routes, *why.routes, *correct.routes,
            *review.routes, *linking.routes, *policy.routes, *trial.routes, *venues.routes, *reports.routes,
            *campaigns.routes, *scenes.routes, *quarantine.routes, *privacy.routes, *goods.routes, *enrichment.routes,
            *shopper.console, *survey.routes, *touchpoints.routes,
            Router("/commerce", route_handlers=commerce.routes),
        ],
    )
    behind_key = Router("/v1/commerce", guards=[require_key], route_handlers=commerce.routes)
    static = [
        create_static_files_router("/console", [STATIC], html_mode=True)
        if (STATIC / "index.html").exists() else _not_built
    ]
    return Litestar(
        route_handlers=[
            behind_login, behind_key, till.router, login, logout, me, clock, healthz, metrics, _home, *coupon.routes,
            *shopper.routes, sdk.collector, *static,
        ],
        middleware=[session_config(platform).middleware],
        exception_handlers={DatongError: _datong_error, HTTPException: _http_error, Exception: _broken,
                            OverflowError: _too_big, DataError: _too_big},
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=5),
        openapi_config=OpenAPIConfig(
            "Datong", __version__, path="/api/schema", render_plugins=[JsonRenderPlugin()],
        ),
        state=State({
            "platform": platform, "failed_logins": {}, "kept": Kept(), "trials": trial.Trials(),
            "erasing": privacy.Progress(), "write_keys": WriteKeys(platform.settings),
            "recent": shopper.Recent(), "alive": shopper.Alive(),
        }),
    )


@get("/", include_in_schema=False)
async def _home() -> Redirect:
    """Lead to the console."""
    return Redirect("/console/")


@get("/console", include_in_schema=False)
async def _not_built() -> Response[str]:
    """Say how to build the console in a source checkout."""
    command = "python scripts/build_console.py"
    text = f"<!doctype html><title>Datong</title><p>The console is not built yet. Run <code>{command}</code>."
    return Response(text, media_type="text/html", status_code=503)


def _answer(error: DatongError) -> Response[dict[str, object]]:
    headers = {"Retry-After": str(int(error.after or 1))} if error.after else {}
    return Response(error.body(), status_code=error.status, headers=headers)


def _datong_error(_: Request[Any, Any, Any], error: DatongError) -> Response[dict[str, object]]:
    return _answer(error)


def _http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if error.status_code == 404:
        if _read_by_people(request):
            return shopper.nothing_here(request)
        return _answer(NotFound("there is nothing at this address"))
    shape = DatongError(error.detail, code=f"http_{error.status_code}")
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        if error.extra[0].get("message") == "'data'":
            error.extra[0]["message"] = "the body is empty: send JSON"
        message, key = error.extra[0].get("message", error.detail), str(error.extra[0].get("key", ""))
        shape = DatongError(message, code="bad_request", field=_field(request, message, key),
                            hint="GET /api/schema/openapi.json names every field")
    elif missing := re.search(r"required \w+ parameter '(\w+)'", error.detail):
        shape = DatongError(f"the address has no {missing[1]}", code="missing_field", field=missing[1],
                            hint=f"add ?{missing[1]}=…")
    elif error.status_code == 400:
        shape = DatongError(f"the body is not JSON: {error.detail}", code="bad_json", hint="send UTF-8 JSON")
    elif error.status_code == 413:
        shape = DatongError("the body is too large", code="too_large", hint="send less at once, or split the file")
    shape.status = error.status_code
    return _answer(shape)


def _read_by_people(request: Request[Any, Any, Any]) -> bool:
    """Return whether a browser asks for a page: it gets one, programs get JSON."""
    programs = ("/api/", "/v1/", "/touchpoints/", "/console/assets/")
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(programs)


def _field(request: Request[Any, Any, Any], message: str, key: str) -> str:
    """Return the field that an error of the body or the address is about."""
    if missing := re.search(r"(?:missing required|unknown) field `(\w+)`", message):
        return ".".join(name for name in (key, missing[1]) if name not in ("", "data"))
    return "" if key == "data" else _asked(request, key)


def _asked(request: Request[Any, Any, Any], name: str) -> str:
    """Return what a parameter of a handler is called in the address, as `from` for `since`."""
    handler = request.scope.get("route_handler")
    field = handler.parsed_fn_signature.parameters.get(name) if handler else None
    return getattr(field.kwarg_definition, "name", None) or name if field else name


def _too_big(_: Request[Any, Any, Any], __: Exception) -> Response[dict[str, object]]:
    """Answer where a number fits no column: nothing can be stored under it."""
    answer = DatongError("a number of the request is too large", code="bad_request", hint="send fewer digits")
    answer.status = 400
    return _answer(answer)


def _broken(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, object]]:
    log.error("a request failed", exc_info=error)
    return _answer(Broken("something went wrong here; the log of the platform says what"))
