"""Who may see the console: one password login, an encrypted session cookie, and the command line's own token."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from base64 import b64decode, b64encode
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar.params import JSONBody

from datong import __version__
from datong.config import ScaledClock
from datong.errors import TooMany, Unauthorised
from datong.model import exponent
from datong.platform import Platform

__all__ = ["check_password", "hash_password", "login", "logout", "me", "require_login", "session_config"]

_COST = {"n": 2**14, "r": 8, "p": 1}
_WAIT = 1.0
"""Seconds between two failed logins of one address."""


class Login(msgspec.Struct):
    """What the login page sends."""

    user: str
    password: str


def hash_password(password: str) -> str:
    """Return the salted scrypt hash (RFC 7914, N = 2^14, r = 8, p = 1) as `scrypt:salt:hash` in base64."""
    salt = os.urandom(16)
    hashed = hashlib.scrypt(password.encode(), salt=salt, **_COST)
    return f"scrypt:{b64encode(salt).decode()}:{b64encode(hashed).decode()}"


def check_password(password: str, hashed: str) -> bool:
    """Return whether the password is the one that was hashed."""
    scheme, _, rest = hashed.partition(":")
    salt, _, expected = rest.partition(":")
    if scheme != "scrypt" or not expected:
        return False
    found = hashlib.scrypt(password.encode(), salt=b64decode(salt), **_COST)
    return hmac.compare_digest(found, b64decode(expected))


def session_config(platform: Platform) -> CookieBackendConfig:
    """Return the session cookie's settings; its key is made from the installation's secret."""
    secret = platform.vault.sign(b"console session", size=32)
    return CookieBackendConfig(secret=secret, key="datong", max_age=14 * 86_400, samesite="strict")


def require_login(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """Let in a logged-in session, or the local command line with the platform's token; raise Unauthorised."""
    if connection.session.get("user"):
        return
    sent = connection.headers.get("authorization", "")
    token = connection.app.state.platform.token
    if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        raise Unauthorised("log in first", code="not_logged_in", hint="POST /api/login {user, password}")


@post("/api/login", status_code=204, sync_to_thread=True)
def login(data: JSONBody[Login], request: Request[Any, Any, State]) -> None:
    """Open a session; refuse with 401, and with 429 when the same address just failed."""
    state = request.app.state
    failed: dict[str, float] = state.failed_logins
    address = request.client.host if request.client else ""
    now = time.monotonic()
    if now - failed.get(address, -_WAIT) < _WAIT:
        raise TooMany("wait a second before the next try", code="login_too_fast", after=_WAIT)
    console = state.platform.settings.console
    known = hmac.compare_digest(data.user.encode(), console.user.encode())
    if not (check_password(data.password, console.password) and known):
        if len(failed) > 10_000:
            failed.clear()
        failed[address] = now
        hint = "forgotten: datong init --dir NEW makes a password line for [console] of datong.toml"
        raise Unauthorised("user or password is wrong", code="bad_login", hint=hint)
    request.set_session({"user": data.user})


@post("/api/logout", status_code=204)
async def logout(request: Request[Any, Any, State]) -> None:
    """Close the session."""
    request.clear_session()


@get("/api/me", guards=[require_login], sync_to_thread=False)
def me(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return who is logged in, and how the console writes money and time."""
    platform: Platform = request.app.state.platform
    retailer, clock = platform.settings.retailer, platform.store.clock
    return {
        "user": request.session.get("user", "local"), "retailer": retailer.name, "currency": retailer.currency,
        "exponent": exponent(retailer.currency), "timezone": retailer.timezone, "language": retailer.language,
        "version": __version__, "now": clock.now(), "demo": isinstance(clock, ScaledClock),
        "speed": clock.speed if isinstance(clock, ScaledClock) else 1.0,
    }
