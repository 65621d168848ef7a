"""Collector: what servers tell of shoppers, in the words of Segment's API; kept on disk, sent in the background."""

from __future__ import annotations

import atexit
import json
import random
import threading
import uuid
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from datong_client.line import Line, LineDown, Refused
from datong_client.outbox import Item, Outbox

__all__ = ["Collector"]

_CALL, _BATCH, _COUNT = 32 * 1024, 400 * 1024, 500
_LONGEST = 60.0


class Collector:
    """Takes calls and sends them in batches from a thread of its own.

    A call is on disk (`path`) when the method returns, so that neither a crash nor a platform that is away loses it; it
    carries its message id from the start, so that what is sent twice counts once. `on_error(error)` hears of what the
    platform refused for good, which is kept too (`problems`), and of a line that is down.
    """

    def __init__(
        self, url: str, write_key: str, path: str = "datong-events.sqlite", interval: float = 0.5,
        timeout: float = 10.0, limit: int = 1_000_000, on_error: Optional[Callable[[Exception], None]] = None,
    ) -> None:
        """`interval` is how long (seconds) calls may gather; `limit` how many may wait before OutboxFull is raised."""
        self._line, self._outbox = Line(url, write_key, timeout), Outbox(path, limit)
        self._interval, self._on_error = interval, on_error
        self._wake, self._idle, self._stop = threading.Event(), threading.Condition(), False
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="datong-collector", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def track(
        self, event: str, properties: Optional[Mapping[str, Any]] = None, user_id: Optional[str] = None,
        anonymous_id: Optional[str] = None, **more: Any,
    ) -> str:
        """Tell that something happened; return the message id.

        `more` are Segment's other fields: `context` (with `externalIds`), `timestamp`, `messageId`, `integrations`.
        """
        return self._one("track", user_id, anonymous_id, more, event=event, properties=dict(properties or {}))

    def identify(
        self, user_id: Optional[str] = None, traits: Optional[Mapping[str, Any]] = None,
        anonymous_id: Optional[str] = None, **more: Any,
    ) -> str:
        """Tell who somebody is."""
        return self._one("identify", user_id, anonymous_id, more, traits=dict(traits or {}))

    def page(
        self, name: str = "", properties: Optional[Mapping[str, Any]] = None, user_id: Optional[str] = None,
        anonymous_id: Optional[str] = None, **more: Any,
    ) -> str:
        """Tell that a page was seen."""
        return self._one("page", user_id, anonymous_id, more, name=name, properties=dict(properties or {}))

    def batch(self, calls: Sequence[Mapping[str, Any]]) -> List[str]:
        """Take many calls in Segment's form at once; return their message ids. Raises ValueError for one too large."""
        told = [self._made(dict(call)) for call in calls]
        self._outbox.put("call", told)
        self._wake.set()
        return [str(call["messageId"]) for call in told]

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until all is sent, at most so many seconds; return whether it is."""
        self._wake.set()
        with self._idle:
            return self._idle.wait_for(lambda: len(self._outbox) == 0, timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Send what waits, as far as the time allows, and stop; what is left is sent by the next one on this path."""
        if self._stop:
            return
        atexit.unregister(self.close)
        if not self._failures:
            self.flush(timeout)
        self._stop = True
        self._wake.set()
        self._thread.join(timeout)
        if not self._thread.is_alive():
            self._line.close()
            self._outbox.close()

    @property
    def waiting(self) -> int:
        """Return how many calls are still to be sent."""
        return len(self._outbox)

    def problems(self) -> "list[tuple[int, str, Any, Any]]":
        """Return what the platform refused for good: (number, kind, call, answer)."""
        return self._outbox.problems()

    def _one(
        self, kind: str, user_id: Optional[str], anonymous_id: Optional[str], more: Dict[str, Any], **said: Any
    ) -> str:
        call: Dict[str, Any] = {"type": kind, **said, **more}
        if user_id is not None:
            call["userId"] = user_id
        if anonymous_id is not None:
            call["anonymousId"] = anonymous_id
        return self.batch([call])[0]

    @staticmethod
    def _made(call: Dict[str, Any]) -> Dict[str, Any]:
        call.setdefault("messageId", str(uuid.uuid4()))
        call.setdefault("timestamp", datetime.now(timezone.utc).isoformat(timespec="milliseconds"))
        size = len(json.dumps(call).encode())
        if size > _CALL:
            raise ValueError(f"the call has {size} bytes: send at most {_CALL}")
        return call

    def _run(self) -> None:
        while not self._stop:
            self._wake.wait(self._interval if len(self._outbox) == 0 else 0)
            self._wake.clear()
            wait = self._send()
            if wait:
                self._wake.wait(wait)

    def _send(self) -> float:
        """Send one batch; return how many seconds to wait before the next."""
        items = self._part()
        if not items:
            with self._idle:
                self._idle.notify_all()
            return self._interval
        try:
            self._deliver(items)
        except LineDown as error:
            self._failures += 1
            self._tell(error)
            back_off: float = min(_LONGEST, 0.5 * 2 ** min(self._failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311
            return max(error.after, back_off)
        self._failures = 0
        return 0.0

    def _deliver(self, items: List[Item]) -> None:
        """Send a batch; one that is refused whole is sent in halves, until the call at fault stands alone."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        try:
            self._line.ask("POST", "/v1/batch", {"batch": [item.body for item in items], "sentAt": now})
        except Refused as error:
            if error.status in (401, 403, 404):
                raise LineDown(str(error), _LONGEST) from error  # the key is wrong: nothing is thrown away for that
            if len(items) == 1:
                self._outbox.set_aside(items[0], error.body)
                self._tell(error)
                return
            middle = len(items) // 2
            self._deliver(items[:middle])
            self._deliver(items[middle:])
            return
        self._outbox.done(item.id for item in items)

    def _part(self) -> List[Item]:
        found: List[Item] = []
        size = 0
        for item in self._outbox.first(_COUNT):
            size += len(json.dumps(item.body))
            if found and size > _BATCH:
                break
            found.append(item)
        return found

    def _tell(self, error: Exception) -> None:
        if self._on_error is not None:
            self._on_error(error)
