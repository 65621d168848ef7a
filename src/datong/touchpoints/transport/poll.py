"""Poll: the answer of an address is a frame; it is asked again and again, and less often while it fails."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from datong.config import PollSettings, Settings, secret
from datong.errors import ConfigError, DatongError, Unavailable
from datong.touchpoints.body import inflate
from datong.touchpoints.intake import Intake
from datong.touchpoints.transport.frames import Frame, take
from datong.touchpoints.transport.line import Line, period

__all__ = ["Poll"]

_SLOWEST = 3_600.0
_LIMIT = 16 * 1024 * 1024


class Poll(Line):
    """Asks one address for one touchpoint. What has not changed since it was kept is not sent again (ETag)."""

    transport = "poll"

    def __init__(self, intake: Intake, name: str, settings: PollSettings, whole: Settings) -> None:
        """Read the settings; raises ConfigError."""
        parts = urlsplit(settings.url)
        super().__init__(intake, name, f"{parts.scheme}://{parts.hostname or ''}{parts.path}")
        field = f"touchpoints.{name}.poll"
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(f"{field}.url is no address", hint="write it as https://host/path",
                              field=f"{field}.url", code="config_value")
        self._url, self._settings = settings.url, settings
        self._every, self._timeout = period(settings.every, f"{field}.every"), period(
            settings.timeout, f"{field}.timeout")
        self._headers = {"User-Agent": "datong", "Accept-Encoding": "gzip", **settings.headers}
        if token := secret(whole, settings.token):
            self._headers["Authorization"] = f"Bearer {token}"
        self._known: dict[str, str] = {}
        self._failures = 0

    def run(self) -> None:
        """Ask until it is stopped."""
        while not self.stopping.is_set():
            self.stopping.wait(self.turn())

    def turn(self) -> float:
        """Ask once and return after how many seconds to ask again."""
        try:
            self._ask()
        except urllib.error.HTTPError as error:
            if error.code != 304:
                return self._failed(f"the answer is {error.code} {error.reason}", _after(error))
        except Unavailable as error:
            return self._failed(error.message, error.after)
        except DatongError as error:
            return self._failed(f"{error.message}; {error.hint}" if error.hint else error.message, None)
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            return self._failed(f"no answer: {reason}", None)
        self._failures = 0
        self.tell("ok")
        return self._every

    def _ask(self) -> None:
        request = urllib.request.Request(self._url, headers={**self._headers, **self._known})  # noqa: S310 checked
        with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310 only http and https
            body = answer.read(_LIMIT + 1)
            if answer.headers.get("Content-Encoding", "").lower() == "gzip":
                body = inflate(body, _LIMIT)
            tags = {"If-None-Match": answer.headers.get("ETag"),
                    "If-Modified-Since": answer.headers.get("Last-Modified")}
        if not body:
            self._known = {name: value for name, value in tags.items() if value}
            return
        error = take(self.intake, self.name, [Frame(body, {})], _LIMIT).refused[0]
        self._known = {name: value for name, value in tags.items() if value}  # only what is kept need not come again
        self.took()
        if error is not None:
            raise error

    def _failed(self, reason: str, after: float | None) -> float:
        """Note the failure and return the next wait: twice as long each time, or what the other side asks for."""
        self._failures += 1
        self.tell("failing", f"{reason}; check url of [touchpoints.{self.name}.poll]")
        wait = float(min(_SLOWEST, self._every * 2 ** min(self._failures, 12)))
        return max(wait, min(after, _SLOWEST)) if after else wait


def _after(error: urllib.error.HTTPError) -> float | None:
    said = error.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else None
