"""A real intake behind a real HTTP server, for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from datong.config import FixedClock, IntakeSettings, Settings, TouchpointSettings
from datong.model import Event, decode_event, from_iso
from datong.privacy import Vault
from datong.storage import QUARANTINE, Store, open_store
from datong.touchpoints import Intake, IntakeApp
from datong.touchpoints.goods import Goods
from datong.touchpoints.quarantined import Quarantined, decode_quarantined

__all__ = ["NOW", "VAULT", "Running", "running_intake"]

NOW = from_iso("2026-03-01T04:00:00Z")
VAULT = Vault(b"0123456789abcdef0123456789abcdef")


class Running:
    """The address of a running intake, and what lies in its log."""

    def __init__(self, url: str, store: Store, intake: Intake) -> None:
        self.url, self.store, self.intake = url, store, intake

    def events(self) -> list[Event]:
        return [decode_event(e.body) for e in self.store.log.read(0, 10_000) if e.topic != QUARANTINE]

    def rejected(self) -> list[Quarantined]:
        return [decode_quarantined(e.body) for e in self.store.log.read(0, 10_000) if e.topic == QUARANTINE]


@contextmanager
def running_intake(folder: Path, requests_per_s: int = 20_000) -> Iterator[Running]:
    """Serve a fresh intake on a port of its own, as the platform does, until the block ends."""
    touchpoints = {
        "shop": TouchpointSettings("web", "k-shop"), "till": TouchpointSettings("pos", "k-till", "S1"),
        "door": TouchpointSettings("wifi", "k-door", "V1"), "gate": TouchpointSettings("ble", "k-gate", "V1"),
    }
    settings = Settings(
        root=str(folder), touchpoints=touchpoints, intake=IntakeSettings(requests_per_s=requests_per_s)
    )
    store = open_store(settings, FixedClock(NOW))
    intake = Intake(store, VAULT, Goods(lambda skus: skus & {"A"}, lambda stores: stores & {"S1"}))
    server = uvicorn.Server(uvicorn.Config(IntakeApp(intake), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Running(f"http://127.0.0.1:{port}", store, intake)
    finally:
        server.should_exit = True
        thread.join()
        store.close()
