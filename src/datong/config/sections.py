"""The settings every installation has: retailer, storage, clock, server, privacy, console."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["ClockSettings", "ConsoleSettings", "PrivacySettings", "RetailerSettings", "RetentionSettings", "Secret",
           "ServerSettings", "StorageSettings"]


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret kept outside the configuration: in a file, an environment variable, or what a command prints.

    `command` is the interface to a key store, as `["vault", "read", …]`: run once at the start, without a shell.
    """

    file: str = ""
    env: str = ""
    command: tuple[str, ...] = ()


class RetailerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[retailer]`: who runs this installation."""

    name: str = "My retail company"
    currency: str = "CNY"
    timezone: str = "Asia/Shanghai"
    formats: tuple[str, ...] = ("general",)
    language: Literal["zh-CN", "en"] = "en"
    region: str = "CN"


class StorageSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[storage]`: `path` is the data directory; `state` is `sqlite` (a file in it) or a `postgresql://` URL.

    `backups` is where `datong backup` writes, and it keeps the newest `keep_backups` of them.
    """

    path: str = "data"
    state: str = "sqlite"
    memory: str = "1GB"
    threads: int = 2
    backups: str = "backups"
    keep_backups: int = 7


class ClockSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[clock]`: leave it out for real time; `as_of` stands still at a date; `start` and `speed` run a simulation."""

    as_of: str = ""
    start: str = ""
    speed: float = 1.0


class ServerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[server]`: where the platform listens."""

    host: str = "127.0.0.1"
    port: int = 8720


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[privacy.retention]`: how long what is kept says of whom it is, as `90d`; empty means for ever.

    `sightings`: raw sightings of devices in the event log, which then go. `observations`: pages, visits, scans and
    messages, which then belong to nobody, in the log and in the facts. `quarantine`: the text of rejected calls. Trade,
    consent and what identifies a member stay until an erasure.
    """

    sightings: str = ""
    observations: str = ""
    quarantine: str = ""


class PrivacySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[privacy]`: where the key lies from which pseudonyms and encryption are made; losing it loses the values.

    `mac_salt_hour` is the local hour at which the salt of devices' addresses changes: the one with fewest visitors.
    """

    key: Secret = Secret(file="secret.key")
    require_consent: bool = True
    retention: RetentionSettings = RetentionSettings()
    mac_salt_hour: int = 4


class ConsoleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[console]`: who may log in; the password is kept as a salted scrypt hash, made by `datong init`."""

    user: str = "admin"
    password: str = ""
