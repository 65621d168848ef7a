"""Relay: empties the outbox, each channel in a thread of its own, so that a dead one holds up none of the others."""

from __future__ import annotations

import logging
import threading

import sqlalchemy as sa

from datong.delivery.channel import make_channel
from datong.delivery.line import Line
from datong.delivery.tables import CHANNEL, OUTBOX
from datong.marketing import channels_of
from datong.privacy import Vault
from datong.storage import Store, insert_new

__all__ = ["Relay"]

_IDLE_S = 0.1

log = logging.getLogger("datong.delivery")


class Relay:
    """Sends what the outbox holds; the only one who does so for this store."""

    def __init__(self, store: Store, vault: Vault) -> None:
        """Make the channels and take back what an earlier relay was sending; raises ConfigError for wrong settings."""
        self._store = store
        channels = channels_of(store.settings.delivery.channels)
        self.lines = [Line(store, vault, n, s, make_channel(store, n, s)) for n, s in channels.items()]
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        now = store.clock.now()
        rows = [
            {"name": line.name, "kind": line.settings.kind, "state": "ok", "since": now, "reason": ""}
            for line in self.lines
        ]
        with store.state.write() as tx:
            tx.execute(CHANNEL.delete())
            insert_new(tx, CHANNEL, rows)
            tx.execute(OUTBOX.update().where(OUTBOX.c.state == "sending").values(state="queued", due=0))
            homeless = sa.and_(OUTBOX.c.state == "queued", OUTBOX.c.channel.not_in(list(channels)))
            tx.execute(OUTBOX.update().where(homeless).values(state="failed", reason="unknown_channel"))

    def run_once(self, now: int | None = None) -> int:
        """Handle what is due on every channel, one after the other; return how many messages were handled."""
        return sum(line.turn(self._store.clock.now() if now is None else now) for line in self.lines)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; finishes the messages in hand first."""
        threads = [
            threading.Thread(target=self._work, args=(line, stop), name=f"datong-channel-{line.name}", daemon=True)
            for line in self.lines
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def start(self) -> None:
        """Run in threads of its own until `stop()`."""
        self._stop.clear()
        thread = threading.Thread(target=self.run, args=(self._stop,), name="datong-relay", daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        """Stop after the messages in hand, and hang up every channel."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        for line in self.lines:
            line.channel.close()

    def _work(self, line: Line, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                handled = line.turn(self._store.clock.now(), stop)
            except Exception as error:
                log.error("the relay of %s failed with %s", line.name, type(error).__name__)
                stop.wait(1)
                continue
            if not handled:
                stop.wait(_IDLE_S)
