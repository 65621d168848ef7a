"""Line: one connection to the platform, kept open, and what went wrong with it in two kinds: try again, or never."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from typing import Any, Dict, Optional
from urllib.parse import urlsplit

__all__ = ["Line", "LineDown", "Refused"]


class LineDown(Exception):
    """The platform cannot be reached, or asked to be asked later; `after` is how many seconds later."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class Refused(Exception):
    """The platform said no for good: `status`, and its `code`, `message`, `hint` and `field`."""

    def __init__(self, status: int, body: Dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('code', '')}: {body.get('message', '')}")
        self.status, self.body = status, body
        self.code = str(body.get("code", ""))


class Line:
    """Sends requests to one platform with one key; safe to call from any thread, one request at a time."""

    def __init__(self, url: str, key: str, timeout: float = 5.0) -> None:
        """`url` is where the platform answers; `timeout` is in seconds, for connecting and for each answer."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address: write http://HOST:PORT or https://HOST")
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._base, self._timeout = parts.path.rstrip("/"), timeout
        self._key = base64.b64encode(f"{key}:".encode()).decode()
        self._lock = threading.Lock()
        self._open: Optional[http.client.HTTPConnection] = None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request (`body` becomes JSON, bytes go as they are) and return the answer's JSON.

        Raises LineDown where trying again can help (no line, 408, 429, 5xx), Refused where it cannot.
        """
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Basic {self._key}", "Accept": "application/json"}
        if raw is not None:
            headers["Content-Type"] = "application/json"
        with self._lock:
            answer = self._send(method, self._base + path, raw, headers)
        status, after, text = answer
        try:
            told = json.loads(text) if text else None
        except ValueError:
            told = None
        if status < 300:
            return told
        shape = told if isinstance(told, dict) else {}
        if status in (408, 425, 429) or status >= 500:
            raise LineDown(f"{status} {shape.get('message', '')}".strip(), after)
        raise Refused(status, shape)

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._drop()

    def _send(
        self, method: str, path: str, raw: Optional[bytes], headers: Dict[str, str]
    ) -> "tuple[int, float, bytes]":
        for fresh in (False, True):
            reused = self._open is not None
            connection = self._open or self._connect()
            self._open = connection
            try:
                connection.request(method, path, raw, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                if reused and not fresh and not isinstance(error, TimeoutError):
                    continue  # the other side hung up on an idle connection: what is sent twice counts once
                raise LineDown(f"{type(error).__name__}: {error}") from error
            if answer.will_close:
                self._drop()
            return answer.status, _seconds(answer.getheader("Retry-After")), text
        raise LineDown("the connection breaks off")

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        return kind(self._host, self._port, timeout=self._timeout)

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _seconds(value: Optional[str]) -> float:
    try:
        return max(0.0, float(value)) if value else 0.0
    except ValueError:
        return 0.0
