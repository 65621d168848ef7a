"""Scans: what sensors heard at one go becomes one event of many sightings; what is wrong is refused one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from itertools import compress
from typing import Any, NamedTuple, TypeVar

import msgspec

from datong.errors import Rejected
from datong.model import DAY, Event, Sightings, encode_event, from_iso, local_parts, to_iso
from datong.privacy import Address, Macs, Vault
from datong.storage import Record, event_key
from datong.touchpoints.call import Scan
from datong.touchpoints.origin import Origin

__all__ = ["Admitted", "Scans"]

_EARLIEST = from_iso("1990-01-01")
_encode = msgspec.msgpack.Encoder().encode
T = TypeVar("T")


class Admitted(NamedTuple):
    """What became of a scan: its event and record (None where nothing of it is good), how many sightings the event
    has, how many were in the scan twice, and which are refused (position, why)."""

    event: Event | None
    record: Record | None
    stored: int
    repeated: int
    refused: list[tuple[int, Rejected]]


class Scans:
    """Admits scans; any thread may use it."""

    def __init__(self, macs: Macs, vault: Vault, timezone: str, future: int) -> None:
        """`future` is how far (ms) ahead of the platform's clock a sighting may lie."""
        self._macs, self._zone, self._future = macs, timezone, future
        self._digest = blake2b(digest_size=16, key=vault.sign(b"contents of scans", 32))

    def prepare(self, scans: Iterable[Scan], now: int) -> None:
        """Learn the addresses of many scans with one look into the register; then each is admitted from memory."""
        missing: dict[tuple[str, int], set[str]] = {}
        latest = now + self._future
        for scan in scans:
            times, ns = scan.time, scan.ns
            if not times or not isinstance(ns, str):
                continue
            first, last = min(times), max(times)
            if first < _EARLIEST or last > latest or (of := self._macs.day(first)) != self._macs.day(last):
                continue
            self._macs.prepare((of,), now)
            known = self._macs.known(ns, of)
            missing.setdefault((ns, of), set()).update([raw for raw in scan.device if raw not in known])
        for (ns, of), raws in missing.items():
            if raws:
                self._macs.learn(ns, of, raws)

    def admit(self, scan: Scan, origin: Origin, now: int) -> Admitted:
        """Return the scan as one event, named by a digest of all it says: the same frame again is the same event.

        The digest goes over the keys of the day, so that it cannot be guessed from addresses once the salt is gone.
        """
        n = len(scan.device)
        if not n:
            return Admitted(None, None, 0, 0, [])
        refused, addresses = self._looked_up(scan, now)
        keys = [one.of_day if type(one) is Address else 0 for one in addresses]
        columns: list[Sequence[Any]] = [keys, scan.time, scan.rssi]
        sensor, ie, seq = scan.sensor, scan.ie, scan.seq
        columns += [column for column in (sensor, ie, seq, scan.x, scan.y) if column and not isinstance(column, str)]
        apart = not refused and (len(set(keys)) == n or len(set(zip(*columns, strict=True))) == n)
        keep = None if apart else _good(columns, refused)
        hashed = self._digest.copy()
        hashed.update(_encode((sensor if isinstance(sensor, str) else "", [len(c) for c in columns], columns)))
        digest = hashed.digest()
        stored = n if keep is None else sum(keep)
        repeated = n - stored - len(refused)
        if not stored:
            return Admitted(None, None, 0, repeated, refused)
        found = self._event(scan, addresses, keep, origin, now, digest.hex())
        number = int.from_bytes(digest[:8], "big") >> 1 | 1
        record = Record(event_key(origin.name, found.id), encode_event(found), number)
        return Admitted(found, record, stored, repeated, refused)

    def _looked_up(
        self, scan: Scan, now: int
    ) -> tuple[list[tuple[int, Rejected]], Sequence[Address | Rejected | None]]:
        """Return which sightings are refused, and what each address comes to (None where its time is refused)."""
        times, ns, latest = scan.time, scan.ns, now + self._future
        first, last = min(times), max(times)
        refused: list[tuple[int, Rejected]] = []
        if first < _EARLIEST or last > latest:
            refused = [(at, _off(time, now)) for at, time in enumerate(times) if not _EARLIEST <= time <= latest]
        elif isinstance(ns, str) and (of := self._macs.day(first)) == self._macs.day(last):
            self._macs.prepare((of,), now)
            known = self._macs.known(ns, of)
            found = list(map(known.get, scan.device))
            if None in found:
                missing = {raw for raw, one in zip(scan.device, found, strict=True) if one is None}
                known = self._macs.learn(ns, of, missing)
                found = list(map(known.get, scan.device))
            if None not in found:
                return [(at, one) for at, one in enumerate(found) if type(one) is Rejected], found
        addresses = self._one_by_one(scan, {at for at, _ in refused}, now)
        return [*refused, *((at, one) for at, one in enumerate(addresses) if isinstance(one, Rejected))], addresses

    def _one_by_one(self, scan: Scan, passed: Collection[int], now: int) -> list[Address | Rejected | None]:
        """Return what each address comes to; None for those that are passed over."""
        times, devices, namespaces = scan.time, scan.device, scan.ns
        day = self._macs.day
        rows: list[Address | Rejected | None] = []
        for at, raw in enumerate(devices):
            if at in passed:
                rows.append(None)
                continue
            ns, of = namespaces if isinstance(namespaces, str) else namespaces[at], day(times[at])
            self._macs.prepare((of,), now)
            rows.append(self._macs.known(ns, of).get(raw) or self._macs.learn(ns, of, (raw,))[raw])
        return rows

    def _event(
        self, scan: Scan, addresses: Sequence[Address | Rejected | None], keep: list[bool] | None, origin: Origin,
        now: int, name: str,
    ) -> Event:
        good: Sequence[Address] = _picked(addresses, keep)  # type: ignore[arg-type]
        times = _picked(scan.time, keep)
        start = min(times)
        sensors, sensor = _numbered(scan.sensor, keep)
        namespaces, ns = _numbered([one.ns for one in good], None)
        date, hour = local_parts(start, self._zone)
        return Event(  # by position: names take longer
            name, origin.name, origin.channel, "Devices Sighted", start, now, date, hour, (), 0, origin.place,
            trusted=origin.trusted, sightings=Sightings(
                sensors, namespaces, tuple([one.key for one in good]), tuple([time - start for time in times]),
                tuple(_picked(scan.rssi, keep)), sensor, ns, tuple(_picked(scan.x, keep)),
                tuple(_picked(scan.y, keep)), tuple(_picked(scan.accuracy, keep)), tuple(_picked(scan.ie, keep)),
                tuple(_picked(scan.seq, keep)), scan.lonlat,
            ),
        )


def _good(columns: list[Sequence[Any]], refused: list[tuple[int, Rejected]]) -> list[bool]:
    """Return which sightings are kept: those not refused, each once."""
    bad = {at for at, _ in refused}
    seen: set[tuple[Any, ...]] = set()
    keep = []
    for at, row in enumerate(zip(*columns, strict=True)):
        keep.append(at not in bad and row not in seen)
        seen.add(row)
    return keep


def _picked(column: Sequence[T], keep: list[bool] | None) -> Sequence[T]:
    return column if keep is None or not column else list(compress(column, keep))


def _numbered(names: str | list[str], keep: list[bool] | None) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the different names, and for each entry its position among them (nothing where there is only one)."""
    if isinstance(names, str):
        return (names,), ()
    picked = _picked(names, keep)
    number = dict.fromkeys(picked, 0)
    if len(number) == 1:
        return tuple(number), ()
    number = {name: at for at, name in enumerate(number)}
    return tuple(number), tuple([number[name] for name in picked])


def _off(time: int, now: int) -> Rejected:
    if time < now:
        return Rejected("the sighting lies before 1990", code="bad_time", field="time", hint="set the sensor's clock")
    ahead = (time - now) // 1000
    shown = f"{ahead} s" if ahead < DAY // 1000 else f"{ahead * 1000 // DAY} days"
    return Rejected(f"the sighting lies {shown} in the future", code="future_time", field="time",
                    hint=f"the platform's time is {to_iso(now)}; set the sensor's clock")
