"""The staff file: who works where, and which devices are theirs, in CSV, YAML or TOML beside the configuration.

Each device becomes a *Staff Registered* event whose id is made from what the file says, so that the same file again
changes nothing; a device that the file no longer names is no longer the staff's from then on. Names and numbers are
sealed before they are kept.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
import yaml

from datong.config import Settings
from datong.errors import ConfigError, Rejected
from datong.model import Event, Identifier, from_iso
from datong.places.staff import REGISTERED
from datong.places.tables import STAFF
from datong.privacy import Vault, make_identifier, namespaces
from datong.storage import Store, event_record

__all__ = ["Employee", "employees", "read_staff", "take_staff_file"]

_FIELD = "places.staff"
_NAMES: dict[str, tuple[str, ...]] = {
    "number": ("number", "staff_number", "employee", "工号"), "name": ("name", "姓名"),
    "store": ("store", "place", "store_id", "门店", "门店编码"), "role": ("role", "title", "职务", "岗位"),
    "devices": ("devices", "device", "mac", "设备"), "since": ("since", "from", "入职"),
    "until": ("until", "to", "离职"),
}


class Employee(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One who works there: `store` empty means everywhere; `devices` are addresses to leave out of visits."""

    number: str
    name: str = ""
    store: str = ""
    role: str = ""
    devices: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


def read_staff(file: Path) -> list[Employee]:
    """Return the staff in a file: CSV with a header, or `staff:` as a list in YAML or TOML; raises ConfigError."""
    try:
        text = file.read_text("utf-8-sig")
        rows = _rows(text, file.suffix.lower())
        found = msgspec.convert(rows, list[Employee], strict=False)
    except FileNotFoundError:
        raise ConfigError(f"there is no {file}", field=_FIELD, code="config_missing",
                          hint="paths start at the folder of datong.toml") from None
    except (yaml.YAMLError, tomllib.TOMLDecodeError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{file} cannot be read: {error}", field=_FIELD, code="config_syntax") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}", field=_FIELD, code="config_value",
                          hint=f"columns: {', '.join(_NAMES)}") from None
    seen: set[str] = set()
    for one in found:
        if not one.number or one.number in seen:
            raise ConfigError(f"{file}: the staff number {one.number!r} is missing or there twice", field=_FIELD,
                              code="config_value", hint="give everybody a number of their own")
        seen.add(one.number)
    return found


def take_staff_file(store: Store, vault: Vault) -> int:
    """Append what the file `[places] staff` says and the log does not know; return how many devices that concerns.

    Raises ConfigError naming the employee's number for an address or date that is none.
    """
    if not store.settings.places.staff:
        return 0
    with store.state.read() as tx:
        known = {(row.ident, row.place): row for row in tx.execute(sa.select(STAFF).where(STAFF.c.how == "file"))}
    told = list(_events(store, vault, known))
    named = {(event.ident, event.place) for event in told}
    now = store.clock.now()
    for row in [row for at, row in known.items() if at not in named and row.until is None]:
        said = {"role": row.role, "since": row.since, "until": now, "how": "file", "actor": "file"}
        told.append(_event(f"staff:gone:{row.ident}:{row.place}:{row.since}", Identifier("wifi_mac", row.ident),
                           row.place, now, said))
    new = [event for event in told if store.log.append([event_record(event)])[0].status == "new"]
    return len(new)


def employees(settings: Settings, vault: Vault) -> dict[int, Employee]:
    """Return who has which device, by its key, as the staff file says now; nobody without a file."""
    if not settings.places.staff:
        return {}
    policy = namespaces(settings)["wifi_mac"]
    return {device.key: one for one in read_staff(settings.path(settings.places.staff)) for address in one.devices
            if (device := make_identifier(vault, policy, address, settings.retailer.region)) is not None}


def _rows(text: str, suffix: str) -> list[Any]:
    if suffix in (".yaml", ".yml", ".toml"):
        raw = tomllib.loads(text) if suffix == ".toml" else yaml.safe_load(text)
        found = raw.get("staff", []) if isinstance(raw, dict) else raw
        return found if isinstance(found, list) else []
    header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=text.partition("\n")[0].count))
    names = [next((n for n, known in _NAMES.items() if cell.strip().casefold() in known), cell) for cell in header]
    rows: list[Any] = []
    for line in lines:
        row: dict[str, Any] = {n: cell.strip() for n, cell in zip(names, line, strict=False) if cell.strip()}
        if row:
            row["devices"] = tuple(str(row.get("devices", "")).replace(";", " ").replace(",", " ").split())
            rows.append(row)
    return rows


def _events(store: Store, vault: Vault, known: Mapping[tuple[int, str], Any]) -> Iterator[Event]:
    """Yield the registration of each device; of one that had gone from the file and is back, a new one."""
    policy, region, now = namespaces(store.settings), store.settings.retailer.region, store.clock.now()
    for one in read_staff(store.settings.path(store.settings.places.staff)):
        since, until = (_day(one, text) for text in (one.since, one.until))
        for address in one.devices:
            try:
                device = make_identifier(vault, policy["wifi_mac"], address, region)
            except Rejected as error:
                device, reason = None, error.message
            else:
                reason = "it is a placeholder"
            if device is None or device.ns == "random_mac":
                raise ConfigError(f"staff {one.number}: a device is of no use: {reason}", field=_FIELD,
                                  code="config_value", hint="write the phone's own address, as 00:1B:44:11:3A:B7")
            said: dict[str, Any] = {"role": "staff", "how": "file", "actor": "file"}
            said |= {"since": since} if since is not None else {}
            said |= {"until": until} if until is not None else {}
            before = known.get((device.key, one.store))
            again = before.until if before is not None and until is None else None
            words = msgspec.json.encode([device.key, one.store, since, until, one.number, one.name, one.role, again])
            name = f"staff:file:{vault.sign(words, 12).hex()}"
            personal = {field: vault.seal(text) for field, text in (
                ("number", one.number), ("name", one.name), ("post", one.role)) if text}
            yield _event(name, device, one.store, now, said, personal)


def _event(
    name: str, device: Identifier, place: str, now: int, said: dict[str, Any], personal: dict[str, Any] | None = None
) -> Event:
    if len(name) > 200:
        name = blake2b(name.encode(), digest_size=16).hexdigest()
    return Event(id=name, source="places", channel="system", type=REGISTERED, time=now, received=now,
                 identifiers=(device,), ident=device.key, place=place, properties=said, personal=personal or {})


def _day(one: Employee, text: str) -> int | None:
    try:
        return from_iso(text if "T" in text else f"{text}T00:00:00+00:00") if text else None
    except ValueError:
        raise ConfigError(f"staff {one.number}: {text[:20]!r} is no date", field=_FIELD, code="config_value",
                          hint="write 2026-03-01") from None
