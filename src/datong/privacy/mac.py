"""MAC addresses: hashed with a salt that changes every day, so that nobody can be followed from one day to the next.

Only who logged in with a device (a captive portal, the retailer's app), or who works here and registered it, has one
key for it over days: the register of anchored keys. A made-up address always goes by the day's salt. The salts are
random and thrown away after three days; then not even the owner of the installation's key can join two days.

A day begins at `[privacy] mac_salt_hour` (local), when the fewest visitors are in: a visit that crosses it comes out as
two, the second of which begins at that hour (docs/decisions/0015-addresses-by-the-day.md).
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

import sqlalchemy as sa

from datong.config import Settings
from datong.errors import ConfigError, Rejected
from datong.model import DAY, HOUR, Event, Namespace, local_parts
from datong.privacy.identifier import made_up, normalised
from datong.privacy.policy import namespaces
from datong.privacy.tables import ANCHORED, MAC_SALT
from datong.privacy.vault import Vault
from datong.storage import State, fetch_in, insert_new

__all__ = ["ANCHORING", "Address", "Macs", "anchors", "naming", "take_anchored"]

ANCHORING = frozenset({"Staff Registered", "Device Registered"})
"""Events that anchor a device although they name no shopper."""
KEPT = 3 * DAY
"""How long (ms) a salt is kept for sightings that come late."""
_FORGET = 600.0
"""Seconds after which what is remembered of addresses is looked up anew: an erased anchor ends by then."""
_REMEMBERED = 300_000
_MASK_63 = (1 << 63) - 1
_DEVICES = frozenset({"wifi_mac", "ble_id"})
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|[0-9a-f]{12}", re.IGNORECASE)


class Address(NamedTuple):
    """What an address comes to: its namespace and key, its key by the day's salt, and the one it has if anchored."""

    ns: str
    key: int
    of_day: int
    stable: int


def naming(settings: Settings) -> dict[str, bool]:
    """Return the namespaces that name a person, and whether their values must be verified."""
    return {n.name: n.verified for n in namespaces(settings).values() if n.merges == "yes"}


def anchors(event: Event, named_by: Mapping[str, bool]) -> list[int]:
    """Return the keys of the devices whose owner an event of a trusted source names, or that it registers."""
    if not event.trusted or event.sightings is not None or event.type == "Device Sighted":
        return []
    found = [i.key for i in event.identifiers if i.ns in _DEVICES]
    if not found or event.type in ANCHORING:
        return found
    named = any(i.ns in named_by and (i.verified or not named_by[i.ns]) for i in event.identifiers)
    return found if named else []


def take_anchored(tx: sa.Connection, events: Iterable[Event], named_by: Mapping[str, bool]) -> None:
    """Enter the devices that a batch anchors into the register; the first time counts."""
    found: dict[int, dict[str, int]] = {}
    for event in events:
        if len(event.identifiers) > 1 or event.type in ANCHORING:
            for key in anchors(event, named_by):
                found.setdefault(key, {"key": key, "offset": event.offset, "since": event.time})
    insert_new(tx, ANCHORED, list(found.values()))


class Macs:
    """Makes keys of devices' addresses; safe to use from any thread."""

    def __init__(self, settings: Settings, vault: Vault, state: State | None = None) -> None:
        """Read the settings; without a state (a trial run) no salt is kept. Raises ConfigError for a wrong hour."""
        if not 0 <= settings.privacy.mac_salt_hour <= 23:
            raise ConfigError(f"privacy.mac_salt_hour is {settings.privacy.mac_salt_hour}", code="config_value",
                              hint="write an hour from 0 to 23", field="privacy.mac_salt_hour")
        self._vault, self._state = vault, state
        self._policy: dict[str, Namespace] = namespaces(settings)
        self._region, self._zone = settings.retailer.region, settings.retailer.timezone
        self._shift = settings.privacy.mac_salt_hour * HOUR
        self._salts: dict[int, bytes] = {}
        self._known: dict[tuple[str, int], dict[str, Address | Rejected]] = {}
        self._raws: dict[int, set[tuple[str, str]]] = {}
        self._noted: set[int] = set()
        self._until = time.monotonic() + _FORGET
        self._lock = threading.Lock()

    def day(self, at: int) -> int:
        """Return the day (local, days since 1970) by whose salt an address heard at `at` (ms) is hashed."""
        return local_parts(at - self._shift, self._zone)[0]

    def ready(self, days: Iterable[int]) -> bool:
        """Return whether the salts of these days are at hand, so that no look into the state is needed for them."""
        return all(day in self._salts for day in days)

    def prepare(self, days: Collection[int], now: int) -> None:
        """Fetch the salts of these days, made now where there are none, and throw away those of long ago."""
        missing = [day for day in days if day not in self._salts]
        if not missing:
            return
        if self._state is None:
            self._salts.update((day, secrets.token_bytes(32)) for day in missing)
            return
        with self._lock, self._state.write() as tx:
            tx.execute(sa.delete(MAC_SALT).where(MAC_SALT.c.made <= now - KEPT))
            fresh = [{"day": day, "salt": self._vault.seal(secrets.token_hex(32)), "made": now} for day in missing]
            insert_new(tx, MAC_SALT, fresh)
            rows = fetch_in(tx, sa.select(MAC_SALT), MAC_SALT.c.day, missing)
        self._salts = {day: salt for day, salt in self._salts.items() if day >= min(self.day(now) - 3, *missing)}
        self._salts.update((row.day, bytes.fromhex(self._vault.unseal(row.salt))) for row in rows)

    def known(self, ns: str, day: int) -> Mapping[str, Address | Rejected]:
        """Return what was learned of the addresses of a namespace on a day, by their text; do not change it."""
        if time.monotonic() > self._until:
            self.forget()
        return self._known.setdefault((ns, day), {})

    def learn(self, ns: str, day: int, raws: Collection[str]) -> Mapping[str, Address | Rejected]:
        """Make the keys of these addresses, with one look into the register, and return all that are known.

        A malformed address and one that is nobody's come out as why they are rejected. The day must be prepared.
        """
        found = self._made(ns, day, raws)
        stable = {one.stable for one in found.values() if isinstance(one, Address) and one.stable}
        anchored = self._anchored(stable)
        with self._lock:
            known = self._known.setdefault((ns, day), {})
            if len(known) > _REMEMBERED:
                known.clear()
                self._raws.clear()
            for raw, one in found.items():
                if isinstance(one, Address) and one.stable:
                    self._raws.setdefault(one.stable, set()).add((ns, raw))
                    if one.stable in anchored:
                        known[raw] = one._replace(key=one.stable)
                        continue
                known[raw] = one
        return known

    def note(self, key: int) -> None:
        """Take a device as anchored from now on: the login is on its way to the register."""
        with self._lock:
            self._noted.add(key)
            for ns, raw in self._raws.pop(key, ()):
                for (of, _), known in self._known.items():
                    if of == ns:
                        known.pop(raw, None)

    def forget(self) -> None:
        """Forget what was looked up, as when anchors were erased."""
        with self._lock:
            self._known.clear()
            self._raws.clear()
            self._noted.clear()
            self._until = time.monotonic() + _FORGET

    def _made(self, ns: str, day: int, raws: Collection[str]) -> dict[str, Address | Rejected]:
        policy, salted = self._policy[ns], blake2b(key=self._salts[day], digest_size=8)
        found: dict[str, Address | Rejected] = {}
        for raw in raws:
            try:
                plain = normalised(policy, raw, self._region)
            except (Rejected, UnicodeEncodeError) as error:
                message = error.message if isinstance(error, Rejected) else "holds half a character"
                found[raw] = Rejected(f"the {ns} {message}", code="bad_identifier", field=ns)
                continue
            if plain is None:
                found[raw] = Rejected(f"the {ns} is a placeholder, it names no device", code="missing_identifier",
                                      hint="send the address that was heard", field=ns)
                continue
            name = "random_mac" if ns != "ble_id" and made_up(plain) else ns
            if ns == "ble_id" and not _MAC.fullmatch(plain):  # a tag that the retailer gave out, and no address
                key = self._vault.key(ns, plain)
                found[raw] = Address(ns, key, key, 0)
                continue
            digest = salted.copy()
            digest.update(f"{name}\0{plain}".encode())
            key = int.from_bytes(digest.digest(), "big") & _MASK_63 or 1
            found[raw] = Address(name, key, key, 0 if name == "random_mac" else self._vault.key(name, plain))
        return found

    def _anchored(self, keys: set[int]) -> set[int]:
        found = keys & self._noted
        if self._state is not None and (rest := keys - found):
            with self._state.read() as tx:
                found |= {row[0] for row in fetch_in(tx, sa.select(ANCHORED.c.key), ANCHORED.c.key, rest)}
        return found
