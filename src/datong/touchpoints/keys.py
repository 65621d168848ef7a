"""Write keys: who may send, and how fast."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from hashlib import blake2b
from hmac import compare_digest

from datong.config import Secret, Settings, secret
from datong.errors import ConfigError, TooMany, Unauthorised

__all__ = ["WriteKeys"]

_HINT = "send it as Authorization: Basic base64(writeKey:), as Bearer writeKey, or as writeKey in the body"


class WriteKeys:
    """The write keys of the touchpoints; each has a token bucket of `[intake] requests_per_s`, one second deep."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.monotonic) -> None:
        """Read the keys; raises ConfigError when a secret is missing or two touchpoints share one key."""
        self._sources: dict[bytes, tuple[bytes, str]] = {}
        self._rate, self._now = float(max(1, settings.intake.requests_per_s)), now
        for name, touchpoint in settings.touchpoints.items():
            given = touchpoint.write_key
            key = secret(settings, given) if isinstance(given, Secret) else given
            if not key:
                continue
            mark = _mark(key.encode())
            if mark in self._sources:
                other, field = self._sources[mark][1], f"touchpoints.{name}.write_key"
                raise ConfigError(f"{field} is that of {other} too", hint="give each its own", field=field)
            self._sources[mark] = key.encode(), name
        self._buckets = dict.fromkeys(settings.touchpoints, (self._rate, now()))

    def source(self, authorization: bytes, body_key: str = "") -> str:
        """Return the touchpoint whose key it is; raises Unauthorised (`bad_write_key`)."""
        key = _key(authorization) if authorization else body_key.encode("utf-8", "replace")
        if not key:
            raise Unauthorised("there is no write key", code="bad_write_key", hint=_HINT)
        known, name = self._sources.get(_mark(key), (b"", ""))
        if not name or not compare_digest(known, key):
            raise Unauthorised("the write key is not known", code="bad_write_key",
                               hint="see write_key of the touchpoint in datong.toml")
        return name

    def spend(self, source: str) -> None:
        """Take one request off the source's bucket; raises TooMany with the seconds to wait."""
        now = self._now()
        left, at = self._buckets[source]
        left = min(self._rate, left + (now - at) * self._rate)
        if left < 1.0:
            self._buckets[source] = left, now
            raise TooMany(f"{source} sends more than {self._rate:g} requests a second", after=(1.0 - left) / self._rate,
                          hint="send batches, or raise requests_per_s of [intake]")
        self._buckets[source] = left - 1.0, now


def _mark(key: bytes) -> bytes:
    """Return a digest to look a key up by, so that the time of the look-up tells nothing about the key."""
    return blake2b(key, digest_size=16).digest()


def _key(authorization: bytes) -> bytes:
    scheme, _, value = authorization.partition(b" ")
    scheme, value = scheme.lower(), value.strip()
    if scheme == b"bearer":
        return value
    if scheme == b"basic":
        try:
            return base64.b64decode(value, validate=True).partition(b":")[0]
        except binascii.Error:
            return b""
    return b""
