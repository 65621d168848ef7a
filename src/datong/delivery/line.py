"""Line: one channel at work. It claims what is due, sends it, tells the log, and marks it, in this order.

A crash after the sending and before the mark sends again, with the same idempotency key; nothing is lost.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from datong.config import ChannelSettings
from datong.delivery.backoff import again_after, pause_after
from datong.delivery.channel import Bulk, Channel
from datong.delivery.due import Verdict, due_rows, judge
from datong.delivery.tables import CHANNEL, OUTBOX
from datong.errors import DatongError, Refused, Unavailable
from datong.model import HOUR, MINUTE, Event, Identifier, local_parts
from datong.privacy import Vault
from datong.storage import Store, event_record

__all__ = ["Line"]

_BATCH, _BULK = 20, 500
_LEASE = 5 * MINUTE
_EVENTS = {"sent": "Message Sent", "failed": "Message Failed"}

log = logging.getLogger("datong.delivery")


class Line:
    """One channel with its pauses; `pace` is how many platform ms pass in a real one."""

    def __init__(self, store: Store, vault: Vault, name: str, settings: ChannelSettings, channel: Channel) -> None:
        self.name, self.settings, self.channel = name, settings, channel
        self._store, self._vault = store, vault
        clock = store.settings.clock
        self._pace = clock.speed if clock.start and not clock.as_of else 1.0
        self._failures, self._paused = 0, 0
        self._dead = False

    def turn(self, now: int, stop: threading.Event | None = None) -> int:
        """Handle what is due at `now` (ms), at most a batch of it; return how many rows were handled."""
        if now < self._paused:
            return 0
        bulk = isinstance(self.channel, Bulk)
        with self._store.state.read() as tx:
            rows = due_rows(tx, self.name, now, 1 if self._dead else _BULK if bulk else _BATCH)
            if not rows:
                return 0
            verdicts = judge(tx, self._vault, self._store.settings, self.settings, rows, now)
        found = {row.id: row for row in rows}
        self._tell([self._event(found[v.id], "failed", now) for v in verdicts if v.action == "fail"])
        self._claim(verdicts, found, now)
        sends = [verdict for verdict in verdicts if verdict.action == "send"]
        done = self._send_all(sends, now) if bulk else [self._send(v, now, stop) for v in sends]
        self._tell([self._event(found[d["key"]], d["to"], now) for d in done if d["to"] in _EVENTS])
        self._mark(done)
        return len(rows)

    def _tell(self, events: Sequence[Event]) -> None:
        self._store.log.append([event_record(event) for event in events])

    def _claim(self, verdicts: Sequence[Verdict], rows: dict[str, Any], now: int) -> None:
        """Write down what will not be sent, and that the rest is being sent."""
        states = {"send": "sending", "hold": "queued", "suppress": "suppressed", "fail": "failed"}
        lease = now + int(_LEASE * self._pace)
        changes = [{
            "key": v.id, "to": states[v.action], "why": v.reason, "next": v.due or lease,
            "tries": v.attempts or rows[v.id].attempts,
        } for v in verdicts]
        change = OUTBOX.update().where(OUTBOX.c.id == sa.bindparam("key")).values(
            state=sa.bindparam("to"), reason=sa.bindparam("why"), due=sa.bindparam("next"),
            attempts=sa.bindparam("tries"))
        with self._store.state.write() as tx:
            tx.execute(change, changes)

    def _send_all(self, verdicts: Sequence[Verdict], now: int) -> list[dict[str, Any]]:
        """Send the messages at once and return how their rows are to be marked."""
        assert isinstance(self.channel, Bulk)  # noqa: S101 - asked by the caller
        try:
            self.channel.send_all([v.message for v in verdicts if v.message is not None])
        except Exception as error:
            return [self._failed(v, error, now) for v in verdicts]
        self._alive(now)
        at = self._store.clock.now()
        return [{"key": v.id, "to": "sent", "why": "", "next": now, "tries": v.attempts, "at": at} for v in verdicts]

    def _send(self, verdict: Verdict, now: int, stop: threading.Event | None) -> dict[str, Any]:
        """Send one message and return how its row is to be marked; a channel that rests hands the row back."""
        back = {"key": verdict.id, "to": "queued", "why": "", "next": now, "tries": verdict.attempts - 1, "at": None}
        if now < self._paused or (stop is not None and stop.is_set()):
            return back | {"next": max(now, self._paused)}
        assert verdict.message is not None  # noqa: S101 - `send` verdicts carry one
        try:
            self.channel.send(verdict.message, verdict.to)
        except Refused as error:
            self._alive(now)
            return back | {"to": "failed", "why": _text(error), "tries": verdict.attempts}
        except Exception as error:
            return self._failed(verdict, error, now)
        self._alive(now)
        return back | {"to": "sent", "tries": verdict.attempts, "at": self._store.clock.now()}

    def _failed(self, verdict: Verdict, error: Exception, now: int) -> dict[str, Any]:
        """Return the mark of a message that could not be sent now, and let the channel rest where it must."""
        if not isinstance(error, DatongError):  # a channel's own mistake; its text may hold an address
            log.error("the channel %s failed with %s", self.name, type(error).__name__)
            error = Unavailable(f"the channel failed with {type(error).__name__}", code="channel_broken")
        asked = min(int((error.after or 0) * 1000), HOUR)
        self._failures += 1
        if rest := max(asked, pause_after(self._failures)):
            self._paused = now + int(rest * self._pace)
        if pause_after(self._failures) and not self._dead:
            self._dead = True
            self._report("dead", _text(error), now)
        spent = verdict.attempts >= self._store.settings.delivery.attempts
        wait = max(again_after(verdict.id, verdict.attempts), asked)
        return {
            "key": verdict.id, "to": "failed" if spent else "queued", "why": _text(error), "tries": verdict.attempts,
            "next": now + int(wait * self._pace), "at": None,
        }

    def _mark(self, changes: list[dict[str, Any]]) -> None:
        if not changes:
            return
        change = OUTBOX.update().where(OUTBOX.c.id == sa.bindparam("key")).values(
            state=sa.bindparam("to"), reason=sa.bindparam("why"), due=sa.bindparam("next"),
            attempts=sa.bindparam("tries"), sent_at=sa.bindparam("at"))
        with self._store.state.write() as tx:
            tx.execute(change, changes)

    def _alive(self, now: int) -> None:
        self._failures, self._paused = 0, 0
        if self._dead:
            self._dead = False
            self._report("ok", "", now)

    def _report(self, state: str, reason: str, now: int) -> None:
        log.log(logging.INFO if state == "ok" else logging.WARNING, "channel %s: %s %s", self.name, state, reason)
        with self._store.state.write() as tx:
            tx.execute(CHANNEL.update().where(CHANNEL.c.name == self.name).values(
                state=state, reason=reason, since=now))

    def _event(self, row: Any, outcome: str, now: int) -> Event:
        """Return the log's entry about the message; its id is made of the message's, so a repeat changes nothing."""
        date, hour = local_parts(now, self._store.settings.retailer.timezone)
        known = (Identifier(row.ns, row.ident),) if row.ns else ()
        return Event(
            id=f"{outcome}:{row.id}", source="delivery", channel=self.name, type=_EVENTS[outcome], time=now,
            received=now, date=date, hour=hour, identifiers=known, ident=row.ident,
            campaign=row.campaign, coupon=row.coupon, ref=row.id, properties={"channel": self.name},
        )


def _text(error: DatongError) -> str:
    return f"{error.code}: {error.message}"
