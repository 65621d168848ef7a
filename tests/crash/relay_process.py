"""A process that decides nothing and sends: the relay over an existing data directory, until it is killed."""

from __future__ import annotations

import sys
import threading

from datong.config import ChannelSettings, DeliverySettings, FixedClock, MarketingSettings, Settings
from datong.delivery import Relay
from datong.privacy import Vault
from datong.storage import open_store


def settings(folder: str, url: str) -> Settings:
    """Return the settings of the test's installation."""
    gate = ChannelSettings(kind="webhook", url=url)
    return Settings(
        root=folder, marketing=MarketingSettings(quiet="none", messages_per_day=99),
        delivery=DeliverySettings(channels={"gate": gate}),
    )


def main(folder: str, url: str, now: str) -> None:
    """Run until killed."""
    store = open_store(settings(folder, url), FixedClock(int(now)))
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    Relay(store, Vault(b"0" * 32)).run(threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
