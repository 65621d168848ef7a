"""Personal values: every one that is told is kept, sealed, under the identifier of the event that told it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.config import Settings
from datong.errors import Rejected
from datong.identity.graph import Graph, Person
from datong.identity.survive import FIELDS, plain
from datong.identity.tables import TOLD
from datong.model import Event
from datong.privacy import Vault, namespaces, normalised
from datong.storage import fetch_in, upsert

__all__ = ["Personal"]

_LONGEST = 64
_UNIONS = tuple(name for name, field in FIELDS.items() if field.strategy == "union")


class Personal:
    """Writes down what events tell of their persons."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._vault, self._region = vault, settings.retailer.region
        self._checked = {name: policy for name, policy in namespaces(settings).items() if name in ("phone", "email")}
        self._named = (*_UNIONS, *(name for name in settings.identity.golden if name not in _UNIONS))

    def tells(self, event: Event) -> bool:
        """Return whether the event tells anything of a person."""
        return bool(event.personal) or (event.type == "Identified" and any(n in event.properties for n in self._named))

    def write(self, tx: sa.Connection, graph: Graph, told: list[tuple[Person, Event]]) -> None:
        """Take what the events told, after the graph is settled: a value told again is only told later.

        The same events once more change nothing.
        """
        rows: dict[tuple[int, str, str, int], dict[str, Any]] = {}
        for person, event in told:
            key = _teller(graph, person, event)
            source = event.source[:128].replace("\0", "")
            for field, sealed, clear, verified in self._values(event) if key else ():
                digest = self._digest(field, clear)
                place = (key, field, source, digest)
                row = {
                    "key": key, "field": field, "source": source, "digest": digest, "sealed": sealed,
                    "channel": event.channel[:64].replace("\0", ""), "first": event.time, "at": event.time,
                    "offset": event.offset, "verified": verified, "trusted": event.trusted,
                }
                rows[place] = _joined(rows[place], row) if place in rows else row
        if not rows:
            return
        for before in fetch_in(tx, sa.select(TOLD), TOLD.c.key, {place[0] for place in rows}):
            place = (before.key, before.field, before.source, before.digest)
            if place in rows:
                old = dict(before._mapping)
                rows[place] = _joined(old, rows[place])
                if rows[place] == old:
                    del rows[place]
        upsert(tx, TOLD, [rows[place] for place in sorted(rows)])

    def _values(self, event: Event) -> Iterator[tuple[str, bytes, str, bool]]:
        """Yield (field, sealed, clear, verified) of everything the event tells of its person."""
        for name, sealed in event.personal.items():
            field = name[:_LONGEST].replace("\0", "")
            yield field, sealed, self._vault.unseal(sealed), _is_verified(event, field)
        if event.type == "Identified":
            for field in self._named:
                value = event.properties.get(field)
                if value not in (None, "", []) and field not in event.personal:
                    clear = value if isinstance(value, str) else msgspec.json.encode(value).decode()
                    yield field[:_LONGEST], self._vault.seal(clear), clear, _is_verified(event, field)

    def _digest(self, field: str, clear: str) -> int:
        """Return the keyed hash by which equal values are known: an address as its identifier compares it."""
        if policy := self._checked.get(field):
            with suppress(Rejected):  # it was told, though it is no address
                clear = normalised(policy, clear, self._region) or clear
        return self._vault.key(f"told.{field}", plain(clear))


def _teller(graph: Graph, person: Person, event: Event) -> int:
    """Return the strongest identifier of the event that its person holds: where that one goes, the value goes."""
    live = person.live()
    for identifier in event.identifiers:
        link = graph.links.get(identifier.key)
        if link is not None and link.holder() is live:
            return identifier.key
    return event.ident


def _is_verified(event: Event, field: str) -> bool:
    """Return whether the source checked the value: it is an identifier it checked, or it says so (OpenID's claims)."""
    if not event.trusted:
        return False
    if any(i.ns == field and i.verified for i in event.identifiers):
        return True
    said = event.properties.get(f"{field}_verified")
    return said is True or (field == "phone" and event.properties.get("phone_number_verified") is True)


def _joined(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a value that was told twice: the later telling counts, a check by either stays."""
    later = new if (new["at"], new["offset"]) > (old["at"], old["offset"]) else old
    return later | {
        "first": min(old["first"], new["first"]), "verified": old["verified"] or new["verified"],
        "trusted": old["trusted"] or new["trusted"],
    }
