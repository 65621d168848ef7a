"""Quarantine: what was rejected is tried again, mended or discarded; only what the log took in counts as replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import Conflict, NotFound, Rejected
from datong.privacy import Person, Vault
from datong.storage import ERASED, Entry, State, Store, fetch_in
from datong.touchpoints.call import Heard, Unread
from datong.touchpoints.intake import Intake
from datong.touchpoints.kinds.web import read_single
from datong.touchpoints.tables import QUARANTINED

__all__ = ["Replayed", "discard", "expire", "forget", "mend", "replay"]

_CHUNK = 500
_ONE = sa.update(QUARANTINED).where(QUARANTINED.c.id == sa.bindparam("key"))
_TAKEN = _ONE.values(state="replayed", changed=sa.bindparam("at_"), raw=b"")
_KEPT = _ONE.values(state="open", changed=sa.bindparam("at_"),
                    **{name: sa.bindparam(f"{name}_") for name in ("code", "message", "hint", "field", "raw")})


class Replayed(msgspec.Struct):
    """How many rejected calls were taken in, how many events that stored, and how many were rejected again."""

    replayed: int = 0
    stored: int = 0
    still_rejected: int = 0


def replay(intake: Intake, ids: Sequence[int] | None = None, reason: str = "") -> Replayed:
    """Try rejected calls again: those with these ids (discarded ones too), or all open ones (of one reason).

    What is stored or known already is marked replayed; the rest stays, with the reason it has now.
    """
    done = Replayed()
    groups: dict[tuple[str, bool], list[Any]] = {}
    for row in _rows(intake, ids, reason):
        groups.setdefault((row.source, row.history), []).append(row)
    for rows in groups.values():
        for at in range(0, len(rows), _CHUNK):
            part = rows[at : at + _CHUNK]
            _try(intake, part, [intake.vault.unseal(row.raw) for row in part], done)
    return done


def mend(intake: Intake, id: int, raw: str) -> Replayed:  # noqa: A002
    """Replace the text of one rejected call and try it again; raises NotFound, and Conflict when it was replayed."""
    with intake.store.state.read() as tx:
        row = tx.execute(sa.select(QUARANTINED).where(QUARANTINED.c.id == id)).first()
    if row is None:
        raise NotFound(f"there is no rejected call {id}")
    if row.state in ("replayed", "erased"):
        raise Conflict(f"the call {id} was taken in already, or erased", hint="send a new one")
    done = Replayed()
    _try(intake, [row], [raw], done)
    return done


def discard(state: State, ids: Sequence[int], now: int) -> int:
    """Set open ones aside and return how many they were; nothing is deleted, and their ids can be replayed."""
    count = 0
    with state.write() as tx:
        for at in range(0, len(ids), _CHUNK):
            wanted = QUARANTINED.c.id.in_(list(ids[at : at + _CHUNK])) & (QUARANTINED.c.state == "open")
            count += tx.execute(sa.update(QUARANTINED).where(wanted).values(state="discarded", changed=now)).rowcount
    return count


def forget(store: Store, vault: Vault, person: Person) -> int:
    """Empty every rejected call in which a person to be erased is mentioned; return how many they were."""
    with store.state.read() as tx:
        query = sa.select(QUARANTINED.c.id, QUARANTINED.c.raw).where(sa.func.length(QUARANTINED.c.raw) > 0)
        found = [row.id for row in tx.execute(query.execution_options(yield_per=_CHUNK))
                 if person.mentioned(vault.unseal(row.raw))]
    return _empty(store, found)


def expire(store: Store, before: int) -> int:
    """Empty every rejected call that came before `before` (ms), also in the log; return how many they were."""
    with store.state.read() as tx:
        old = (QUARANTINED.c.at < before) & (sa.func.length(QUARANTINED.c.raw) > 0)
        found = list(tx.execute(sa.select(QUARANTINED.c.id).where(old)).scalars())
    return _empty(store, found)


def _empty(store: Store, found: list[int]) -> int:
    """Wipe the texts of rejected calls from state and log."""
    for at in range(0, len(found), _CHUNK):
        part = found[at : at + _CHUNK]
        store.log.rewrite([Entry(offset, ERASED, b"") for offset in part])
        with store.state.write() as tx:
            wanted = QUARANTINED.c.id.in_(part)
            tx.execute(sa.update(QUARANTINED).where(wanted).values(raw=b"", state="erased", message="", hint=""))
    return len(found)


def _rows(intake: Intake, ids: Sequence[int] | None, reason: str) -> list[Any]:
    there = QUARANTINED.c.state.in_(("open", "discarded"))
    query = sa.select(QUARANTINED).where(there).order_by(QUARANTINED.c.id)
    if reason:
        query = query.where(QUARANTINED.c.code == reason)
    with intake.store.state.read() as tx:
        if ids is None:
            return list(tx.execute(query.where(QUARANTINED.c.state == "open")))
        return fetch_in(tx, query, QUARANTINED.c.id, ids)


def _try(intake: Intake, rows: list[Any], raws: list[str], done: Replayed) -> None:
    """Try rows of one source together, in one append to the log and one transaction on the state."""
    heard: list[Heard] = []
    arrived: list[int] = []
    spans = []
    for row, raw in zip(rows, raws, strict=True):
        told = _read(intake, row, raw)
        spans.append((len(heard), len(heard) + len(told)))
        heard.extend(told)
        arrived.extend([row.at] * len(told))
    results = intake.readmit(rows[0].source, heard, arrived, rows[0].history)
    now = intake.store.clock.now()
    taken, kept = [], []
    for row, raw, (start, stop) in zip(rows, raws, spans, strict=True):
        parts = [one for part in results[start:stop] for one in part]
        again = next((one for one in parts if one.code), None)
        done.stored += sum(one.count for one in parts if one.status == "stored")
        if again is None:
            taken.append({"key": row.id, "at_": now})
        else:
            kept.append({"key": row.id, "at_": now, "code_": again.code, "message_": again.message,
                         "hint_": again.hint, "field_": again.field, "raw_": intake.vault.seal(raw)})
    done.replayed, done.still_rejected = done.replayed + len(taken), done.still_rejected + len(kept)
    with intake.store.state.write() as tx:
        if taken:
            tx.execute(_TAKEN, taken)
        if kept:
            tx.execute(_KEPT, kept)


def _read(intake: Intake, row: Any, raw: str) -> list[Heard]:
    frame = raw.encode("utf-8", "replace")
    try:
        return read_single(frame, "") if row.form == "call" or not row.kind else intake.listen(row.source, frame)
    except (Rejected, NotFound) as error:
        return [Unread(frame, error.code, error.message, error.hint, error.field)]
