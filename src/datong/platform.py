"""The platform: every package of one installation, opened and wired together."""

from __future__ import annotations

import gc
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from datong import marketing, scenes
from datong.commerce import Commerce
from datong.config import Settings, load, make_clock
from datong.delivery import Delivery, Relay
from datong.flow import Flow
from datong.identity import Changes, Identity
from datong.identity.device import Devices
from datong.identity.linking import Newcomers
from datong.marketing import Marketing
from datong.places import Places
from datong.privacy import Consents, open_vault
from datong.scenes import Scenes
from datong.storage import cursor, open_store
from datong.tags import Tags
from datong.touchpoints import Intake, QuarantineDesk

__all__ = ["Platform", "open_platform"]


class Platform:
    """One running installation: `intake` takes events in, `flow` carries them through, `relay` sends what is decided.

    A context manager; `close()` finishes what is under way.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the data directory; raises Unavailable when another process holds it, ConfigError when it is wrong."""
        self.settings = settings
        self.vault = open_vault(settings)
        self.store = store = open_store(settings)
        with store.state.read() as tx:
            store.clock = make_clock(settings.clock, resume=cursor(tx, "spine")[1])
        self.intake = Intake(store, self.vault)
        deciding = Marketing(store, self.vault)
        questions = [*scenes.predicates(settings), *marketing.predicates(store)]
        self.flow = Flow(
            store,
            (
                Consents(), Places(store), Commerce(store),  # settle
                QuarantineDesk(store, self.vault),
                Identity(store, self.vault), Changes(store), Devices(store, self.vault),  # recognise
                Tags(store, questions),  # describe
                Scenes(store),  # sense
                deciding,  # decide
                Delivery(store, self.vault),  # deliver
            ),
        )
        self.relay = Relay(store, self.vault)
        self.newcomers = Newcomers(store, self.vault)
        self.token = secrets.token_urlsafe(24)
        self._running = settings.data / "running.json"

    def start(self) -> None:
        """Run the flow, the relay and the newcomers in their threads, and tell the command line where to ask."""
        gc.freeze()  # what is open now stays; looking through it again and again costs tens of milliseconds
        gc.set_threshold(20_000, 20, 50)
        self.flow.start()
        self.relay.start()
        self.newcomers.start()
        url = f"http://{self.settings.server.host}:{self.settings.server.port}"
        self._running.touch(mode=0o600)
        self._running.write_text(json.dumps({"url": url, "token": self.token}), "utf-8")

    def close(self) -> None:
        """Stop the threads after the work in hand, and close the engines."""
        self.relay.stop()
        self.newcomers.stop()
        self.flow.stop()
        self._running.unlink(missing_ok=True)
        self.store.close()
        gc.unfreeze()

    def __enter__(self) -> Platform:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_platform(path: str | Path, **settings: Mapping[str, Any]) -> Platform:
    """Open the platform described at `path`; keyword arguments override whole keys of a section."""
    return Platform(load(path, **settings))
