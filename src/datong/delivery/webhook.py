"""The channel kind `webhook`: JSON over HTTP to whatever speaks to shoppers (SMS, WeChat, push)."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlsplit

import msgspec

from datong.config import ChannelSettings, Secret
from datong.errors import ConfigError, Refused, Unavailable
from datong.model import Message, duration

__all__ = ["Webhook"]

_AGAIN = frozenset({408, 425, 429})


class Webhook:
    """Posts one message per request over one connection that is kept open.

    The body is signed: `X-Datong-Signature: sha256=` and the hex HMAC-SHA256 of the body with the channel's secret.
    """

    def __init__(self, name: str, settings: ChannelSettings, reveal: Callable[[Secret], str]) -> None:
        url = urlsplit(settings.url)
        if url.scheme not in ("http", "https") or not url.hostname:
            hint = "write it as https://sms.example.com/send"
            raise ConfigError(f"the channel {name} has no url", hint=hint, field=f"delivery.channels.{name}.url")
        self._host, self._port, self._tls = url.hostname, url.port, url.scheme == "https"
        self._path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        self._key = reveal(settings.secret).encode()
        self._timeout = duration(settings.timeout) / 1000
        self._connection: http.client.HTTPConnection | None = None

    def send(self, message: Message, to: Mapping[str, str]) -> None:
        """Post the message; 2xx is sent, 4xx refused, 408, 425, 429 and everything else asks to try again."""
        shape = {
            "id": message.id, "campaign": message.campaign, "member": f"M{message.member:06d}",
            "channel": message.channel, "title": message.title, "body": message.body, "to": dict(to),
        }
        if message.coupon:
            shape["coupon"] = message.coupon
        body = msgspec.json.encode(shape)
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.id, "User-Agent": "datong"}
        if self._key:
            headers["X-Datong-Signature"] = "sha256=" + hmac.new(self._key, body, hashlib.sha256).hexdigest()
        status, after = self._post(body, headers)
        if 200 <= status < 300:
            return
        if 400 <= status < 500 and status not in _AGAIN:
            raise Refused(f"the receiver answered {status}", code=f"http_{status}")
        raise Unavailable(f"the receiver answered {status}", code=f"http_{status}", after=after)

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, float | None]:
        """Return (status, Retry-After in seconds); a kept connection that went stale is opened anew once."""
        for fresh in (self._connection is None, True):
            try:
                connection = self._connection = self._connection or self._open()
                connection.request("POST", self._path, body, dict(headers))
                answer = connection.getresponse()
                answer.read(65_536)
                if not answer.isclosed():  # more than anybody asked for: do not read on, hang up
                    self.close()
                return answer.status, _seconds(answer.getheader("Retry-After"))
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if fresh or not isinstance(error, ConnectionError | http.client.CannotSendRequest):
                    raise Unavailable("the receiver cannot be reached", code=type(error).__name__) from None
        raise AssertionError  # the second round always returns or raises

    def _open(self) -> http.client.HTTPConnection:
        if self._tls:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)


def _seconds(text: str | None) -> float | None:
    """Return the seconds in a Retry-After header (RFC 9110, section 10.2.3: a number or a date)."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except ValueError:
        return None
