"""Exporting a person: everything that is kept of somebody, in open formats, with the sealed values in the clear.

A ZIP archive: `README.txt` says what each file is, `person.json` holds identifiers and consent, `events.jsonl` what was
observed, and `state/` and `facts/` one CSV per table that holds a row of the person.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import IO, Any

import msgspec

from datong.errors import ConfigError
from datong.model import Event, decode_event, to_iso
from datong.privacy.person import Person
from datong.privacy.read import consent_history
from datong.privacy.redact import occurs
from datong.privacy.vault import Vault
from datong.storage import Store, personal_facts, personal_rows

__all__ = ["export_person"]

_TIMES = ("time", "received")
_README = """Everything this installation keeps of {label}, exported at {at} (UTC).

person.json    what the person is known by, and every word about consent
events.jsonl   what was observed, one event per line, as it lies in the event log
state/*.csv    one file per table of the operational state, named package_table
facts/*.csv    one file per table of the facts for analysis

Times are in milliseconds since 1970 (UTC) or ISO 8601, amounts in minor units of their currency. A number of 19 digits
is the opaque key of an identifier. What was sealed on the disk stands here in the clear: keep this file safe.
"""


def export_person(store: Store, vault: Vault, person: Person, to: Path | IO[bytes]) -> int:
    """Write the archive and return how many rows and events it holds."""
    count = 0
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README.format(label=person.label, at=to_iso(store.clock.now())))
        with store.state.read() as tx:
            about = {
                "person": person.label,
                "identifiers": [{"namespace": ns, "value": value} for ns, value in person.values],
                "consent": msgspec.to_builtins(consent_history(tx, person.keys)),
            }
            archive.writestr("person.json", msgspec.json.format(msgspec.json.encode(about), indent=2))
            for table, rows in personal_rows(tx, person.members, person.keys):
                count += len(rows)
                archive.writestr(f"state/{table}.csv", _csv(rows, vault))
        for table, rows in personal_facts(store.facts, person.members, person.keys):
            count += len(rows)
            archive.writestr(f"facts/{table}.csv", _csv(rows, vault))
        with archive.open("events.jsonl", "w") as file:
            for entry in occurs(store.log, person.keys):
                count += 1
                file.write(msgspec.json.encode(_told(decode_event(entry.body), person, vault)) + b"\n")
    return count


def _told(event: Event, person: Person, vault: Vault) -> dict[str, Any]:
    """Return the event for reading: of identifiers and of devices only the person's own, sealed values opened."""
    for name in ("sightings", "traffic"):
        if (columns := getattr(event, name)) is not None:
            others = set(columns.key).difference(person.keys)
            event = msgspec.structs.replace(event, **{name: columns.without(others)})
    told: dict[str, Any] = msgspec.to_builtins(msgspec.structs.asdict(event), builtin_types=(bytes,))
    own = [i for i in event.identifiers if i.key in person.keys]
    told["identifiers"] = [
        {"namespace": i.ns, "key": str(i.key), "value": _opened(vault, i.sealed) if i.sealed else ""} for i in own
    ]
    told["personal"] = {name: _opened(vault, sealed) for name, sealed in event.personal.items()}
    told["ident"] = str(event.ident) if event.ident in person.keys else ""
    return {**told, **{name: to_iso(told[name]) for name in _TIMES}}


def _csv(rows: list[dict[str, Any]], vault: Vault) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _plain(value, vault) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _plain(value: Any, vault: Vault) -> Any:
    return _opened(vault, value) if isinstance(value, bytes) else value


def _opened(vault: Vault, value: bytes) -> str:
    """Return a sealed value in the clear, packed data as JSON, and anything else as hex."""
    try:
        return vault.unseal(value)
    except ConfigError:
        pass
    for decode in (msgspec.msgpack.decode, msgspec.json.decode):
        try:
            return msgspec.json.encode(decode(value)).decode()
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError, ValueError):
            continue
    return value.hex()
