"""The platform: every package of one installation, opened and wired together."""

from __future__ import annotations

import gc
import json
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from datong import identity, marketing, places, scenes
from datong.commerce import Commerce
from datong.config import Settings, load, make_clock
from datong.delivery import Delivery, Relay
from datong.flow import Flow
from datong.identity import Changes, Identity, enrichment
from datong.identity.device import Devices
from datong.identity.linking import Newcomers
from datong.marketing import Marketing
from datong.places import Places, take_staff_file
from datong.privacy import (
    Consents,
    Person,
    age,
    ask_erasure,
    carry_out,
    kept_for,
    open_vault,
    unfinished,
    write_register,
)
from datong.scenes import Scenes
from datong.storage import Store, back_up, cursor, open_store
from datong.tags import Tags
from datong.touchpoints import Captures, Intake, QuarantineDesk, expire, forget
from datong.touchpoints.transport import Transports

__all__ = ["Platform", "open_platform"]

log = logging.getLogger("datong.platform")
_AGEING = 3_600.0
"""Seconds between two looks for what is too old."""


class Platform:
    """One running installation: `intake` takes events in, `flow` carries them through, `relay` sends what is decided.

    A context manager; `close()` finishes what is under way.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the data directory; raises Unavailable when another process holds it, ConfigError when it is wrong."""
        self.settings = settings
        self._kept_for, self._closing = kept_for(settings), threading.Event()
        self.vault = open_vault(settings)
        self.store = store = open_store(settings)
        with store.state.read() as tx:
            store.clock = make_clock(settings.clock, resume=cursor(tx, "spine")[1])
        self.intake = Intake(store, self.vault)
        self.transports, self.captures = Transports(self.intake), Captures(self.intake)
        self.token = secrets.token_urlsafe(24)
        self._running = settings.data / "running.json"
        self._started, self._turn = False, threading.Lock()
        try:
            self._wire()
        except BaseException:
            store.close()  # what was configured wrongly must not hold the directory
            raise
        with store.state.read() as tx:
            broken_off = unfinished(tx)
        for number in broken_off:
            self._erase(number)

    def _wire(self) -> None:
        """Make the stages and what runs beside them anew; they remember nothing but what the engines hold."""
        store, vault = self.store, self.vault
        deciding = Marketing(store, vault)
        questions = [*scenes.predicates(self.settings), *marketing.predicates(store)]
        settled = Places(store)  # takes the venue file in, which says where goods may be
        take_staff_file(store, vault)
        self.flow = Flow(
            store,
            (
                Consents(store.settings), settled, Commerce(store, vault, _sites(store)),  # settle
                QuarantineDesk(store, vault),
                Identity(store, vault), Changes(store), Devices(store, vault),  # recognise
                Tags(store, questions),  # describe
                Scenes(store),  # sense
                deciding,  # decide
                Delivery(store, vault),  # deliver
            ),
        )
        self.relay = Relay(store, vault)
        self.newcomers = Newcomers(store, vault)

    def start(self) -> None:
        """Run the flow, the relay and the newcomers in their threads, and tell the command line where to ask."""
        gc.freeze()  # what is open now stays; looking through it again and again costs tens of milliseconds
        gc.set_threshold(20_000, 20, 50)
        self._run()
        self.transports.start()
        self.captures.start()
        if self._kept_for or self.settings.enrichment:
            threading.Thread(target=self._keep_ageing, name="datong-retention", daemon=True).start()
        url = f"http://{self.settings.server.host}:{self.settings.server.port}"
        self._running.touch(mode=0o600)
        self._running.write_text(json.dumps({"url": url, "token": self.token}), "utf-8")

    def close(self) -> None:
        """Stop the threads after the work in hand, and close the engines."""
        self._closing.set()
        self.transports.stop()
        self.captures.stop()
        with self._turn:  # an erasure under way is finished first
            self._rest()
        self._running.unlink(missing_ok=True)
        self.store.close()
        gc.unfreeze()

    def ask_erasure(self, member: int, *, actor: str, reason: str = "") -> str:
        """Write down that a member is to be erased and return the erasure's id; raises NotFound, Conflict.

        If the process ends before `erase` was through, the next one begins with it.
        """
        with self.store.state.read() as tx:
            person = identity.person(tx, self.vault, member)
        return ask_erasure(self.store, self.vault, person, actor=actor, reason=reason)

    def erase(self, number: str, progress: Callable[[str, int, int], None] | None = None) -> dict[str, Any]:
        """Carry an erasure out and return its certificate; flow and delivery pause meanwhile, the intake does not."""
        with self._turn:
            return self._erase(number, progress)

    def _erase(self, number: str, progress: Callable[[str, int, int], None] | None = None) -> dict[str, Any]:
        started = self._started
        self._rest()
        try:
            self.flow.drain()
            paper = carry_out(self.store, self.vault, number, self._forget, progress)
            write_register(self.store)
            return paper
        finally:
            self.intake.macs.forget()
            self._wire()
            if started:
                self._run()

    def _forget(self, person: Person) -> dict[str, int]:
        with self.store.state.write() as tx:
            reasons = identity.forget(tx, person.members)
        return {"rejected_calls": forget(self.store, self.vault, person), "correction_reasons": reasons}

    def back_up(self) -> Path:
        """Copy everything into a new folder beside the other backups and return it; the platform goes on meanwhile."""
        with self._turn:
            made = back_up(self.store)
            write_register(self.store)
            return made

    def age(self) -> dict[str, int]:
        """Let go of what is older than `[privacy.retention]` says; return how much of each sort there was."""
        done = age(self.store)
        if (kept := self._kept_for.get("quarantine")) is not None:
            done["quarantine"] = expire(self.store, self.store.clock.now() - kept)
        done |= enrichment.expire(self.store)
        return done

    def _keep_ageing(self) -> None:
        while not self._closing.wait(_AGEING):
            with self._turn:
                try:
                    self.age()
                except Exception as error:  # an hour later it is tried again; nothing else waits for it
                    log.error("what is too old could not be let go", exc_info=error)

    def _run(self) -> None:
        self.flow.start()
        self.relay.start()
        self.newcomers.start()
        self._started = True

    def _rest(self) -> None:
        self.relay.stop()
        self.newcomers.stop()
        self.flow.stop()
        self._started = False

    def __enter__(self) -> Platform:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _sites(store: Store) -> list[dict[str, Any]]:
    """Return where goods may be, as the venue file and the stores' own events have it."""
    with store.state.read() as tx:
        return [
            {"code": s.code, "city": s.city, "region": s.region, "warehouse": s.format == "warehouse"}
            for s in places.stores(tx)
        ]


def open_platform(path: str | Path, **settings: Mapping[str, Any]) -> Platform:
    """Open the platform described at `path`; keyword arguments override whole keys of a section."""
    return Platform(load(path, **settings))
