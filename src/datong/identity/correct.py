"""Corrections: what people and the linker say about who is who, by way of the log, so that a replay says it too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from datong.errors import Rejected
from datong.identity.tables import CORRECTION
from datong.model import Event
from datong.storage import Store, event_record

__all__ = ["ACTIONS", "CORRECTED", "Correction", "correct", "correct_all", "correction", "groups_of",
           "keys_of"]

CORRECTED = "Identity Corrected"
ACTIONS = ("unmerge", "split", "undo", "join", "part", "share", "unshare", "reset")
_FIELDS = {"unmerge": "key", "split": "groups", "undo": "seq", "join": "keys", "part": "keys", "share": "key",
           "unshare": "key", "reset": "ns"}
_MOST = 1 << 63


class Correction(msgspec.Struct, frozen=True):
    """What became of a correction: `seq` is the decision it led to, `reason` why it was refused."""

    id: str
    state: Literal["waiting", "done", "refused"]
    reason: str = ""
    seq: int | None = None


def correct(store: Store, action: str, *, actor: str, reason: str = "", id: str = "", **said: Any) -> str:  # noqa: A002
    """Append a correction to the log and return its id; the Identity stage carries it out.

    `actor` is who says so, as `user:admin`; `said` is what the action needs: `key` (unmerge, share, unshare), `groups`
    (split: lists of keys, the first of which keeps the member's id), `seq` (undo), `keys` (join, part: two of them),
    `ns` (reset: a namespace that was stopped from merging); join takes `kind` (manual, probabilistic, anchor),
    `confidence` and `model` as well; the second key of an anchor is a device of the namespace `ns`, which nobody need
    hold yet. Keys are those of identifiers, numbers or text. The same `id` twice is one correction. Raises Rejected for
    what cannot be carried out at all.
    """
    return correct_all(store, [{"action": action, "actor": actor, "reason": reason, "id": id, **said}])[0]


def correct_all(store: Store, corrections: Iterable[dict[str, Any]]) -> list[str]:
    """Append many corrections, each as in `correct`, and return their ids."""
    now, after = store.clock.now(), store.log.end()
    events = [_event(dict(said), now, after, at) for at, said in enumerate(corrections)]
    store.log.append([event_record(event) for event in events])
    return [event.id for event in events]


def correction(tx: sa.Connection, id: str) -> Correction:  # noqa: A002
    """Return what became of a correction; one that is not carried out yet is waiting."""
    row = tx.execute(sa.select(CORRECTION).where(CORRECTION.c.id == id)).first()
    return Correction(id, row.state, row.reason, row.seq) if row else Correction(id, "waiting")


def keys_of(event: Event) -> tuple[int, ...]:
    """Return the identifier keys a correction names directly; those it names wrongly are left out."""
    said = event.properties
    found = said.get("keys") or [said.get("key")]
    if not isinstance(found, (list, tuple)):
        return ()
    return tuple(key for text in found if (key := _number(text)))


def groups_of(event: Event) -> list[list[int]]:
    """Return the groups of identifier keys a split names; what is no key is left out."""
    said = event.properties.get("groups")
    groups = said if isinstance(said, (list, tuple)) else ()
    return [[key for text in group if (key := _number(text))] for group in groups if isinstance(group, (list, tuple))]


def _event(said: dict[str, Any], now: int, after: int, at: int) -> Event:
    action, name = said.get("action"), said.pop("id", "")
    if action not in ACTIONS:
        raise Rejected(f"there is no action {str(action)[:40]!r}", code="bad_correction", field="action",
                       hint=f"one of {', '.join(ACTIONS)}")
    field = _FIELDS[action]
    value = said.get(field)
    if action == "split":
        said[field] = [_keys(group, "groups", 1) for group in _list(value, field)]
        if len(said[field]) < 2:
            raise _wrong("groups", "give at least two groups of identifier keys")
    elif action in ("join", "part"):
        said[field] = _keys(value, field, 2)
        if len(set(said[field])) != 2:
            raise _wrong("keys", "give two identifier keys")
    elif action == "reset":
        if not isinstance(value, str) or not value:
            raise _wrong("ns", "give the namespace that was stopped")
    elif not (number := _number(value)):
        raise _wrong(field, "give the number" if action == "undo" else "give the identifier's key")
    else:
        said[field] = number if action == "undo" else str(number)
    _check(said)
    if not name:
        name = blake2b(msgspec.json.encode([now, after, at, said], order="deterministic"), digest_size=16).hexdigest()
    return Event(id=name[:512], source="identity", channel="system", type=CORRECTED, time=now, received=now,
                 properties=said)


def _check(said: dict[str, Any]) -> None:
    """Raise Rejected where a join is of no kind, or as sure as nothing can be."""
    confidence = said.get("confidence", 1.0)
    if not isinstance(confidence, (int, float)) or not 0 <= confidence <= 1:
        raise _wrong("confidence", "give a number from 0 to 1")
    if said.get("kind", "manual") not in ("manual", "probabilistic", "anchor"):
        raise _wrong("kind", "one of manual, probabilistic, anchor")
    if said.get("kind") == "anchor" and not (isinstance(said.get("ns"), str) and said["ns"]):
        raise _wrong("ns", "give the namespace of the device")


def _list(value: Any, field: str) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise _wrong(field, "give a list")
    return value


def _keys(value: Any, field: str, least: int) -> list[str]:
    numbers = [_number(text) for text in _list(value, field)]
    if len(numbers) < least or not all(numbers):
        raise _wrong(field, "give identifier keys, each a whole number as text")
    return [str(number) for number in numbers]


def _number(value: Any) -> int:
    """Return the positive whole number, given as such or as text; 0 where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return 0
    try:
        number = int(value)
    except ValueError:
        return 0
    return number if 0 < number < _MOST else 0


def _wrong(field: str, hint: str) -> Rejected:
    return Rejected(f"{field} is missing or wrong", code="bad_correction", field=field, hint=hint)
