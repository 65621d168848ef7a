"""Erasing a person: from the state, the log, the facts and the quarantine, with a certificate of what was removed.

Every part may run twice, so an erasure that was broken off is carried out once more at the next start. The keys of the
person's identifiers are kept, sealed, until all is done, and then go as well.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import Conflict, NotFound
from datong.privacy.person import Person
from datong.privacy.redact import redact
from datong.privacy.tables import ERASURE
from datong.privacy.vault import Vault
from datong.storage import Store, backups, erase_facts, erase_state, insert, personal_rows

__all__ = ["Erasure", "ask_erasure", "carry_out", "certificate", "erasures", "is_genuine", "unfinished"]

Forget = Callable[[Person], Mapping[str, int]]
"""What a package has to do beside the registry; returns counts by name for the certificate."""
Progress = Callable[[str, int, int], None]

_KEPT_FOR = "goods, money, place and time of receipts, orders and redemptions, without any person"
_canonical = msgspec.json.Encoder(order="sorted").encode


class Erasure(msgspec.Struct, frozen=True):
    """One erasure: asked for at `at` (ms) and finished at `finished`, or None while it is under way."""

    id: str
    at: int
    finished: int | None
    actor: str
    reason: str
    label: str


def ask_erasure(store: Store, vault: Vault, person: Person, *, actor: str, reason: str) -> str:
    """Write down that a person is to be erased, and return the erasure's id; from now on it will be carried out.

    Raises Conflict when that was asked for before and is under way.
    """
    now = store.clock.now()
    number = blake2b(f"{person.label}:{now}".encode(), digest_size=8).hexdigest()
    with store.state.write() as tx:
        waiting = (ERASURE.c.label == person.label) & ERASURE.c.finished.is_(None)
        if tx.execute(sa.select(ERASURE.c.id).where(waiting)).first():
            raise Conflict(f"{person.label} is being erased already", hint="wait until it is done")
        insert(tx, ERASURE, [{
            "id": number, "at": now, "finished": None, "actor": actor[:128], "reason": reason[:256],
            "label": person.label, "person": vault.seal(msgspec.json.encode(person).decode()), "certificate": b"",
        }])
    return number


def unfinished(tx: sa.Connection) -> list[str]:
    """Return the ids of erasures that were asked for and are not finished, oldest first."""
    query = sa.select(ERASURE.c.id).where(ERASURE.c.finished.is_(None)).order_by(ERASURE.c.at)
    return list(tx.execute(query).scalars())


def carry_out(
    store: Store, vault: Vault, number: str, forget: Forget = lambda _: {}, progress: Progress | None = None
) -> dict[str, Any]:
    """Erase the person and return the certificate; the flow must stand still, with spine and facts at the log's end.

    The certificate names the backups that still hold the person; each goes when enough newer ones were made. `forget`
    does what no registered table tells of, as rejected calls. Raises NotFound for an unknown erasure.
    """
    tell = progress or (lambda _what, _done, _end: None)
    with store.state.read() as tx:
        row = tx.execute(sa.select(ERASURE).where(ERASURE.c.id == number)).first()
    if row is None:
        raise NotFound(f"there is no erasure {number[:40]!r}")
    if row.finished is not None:
        return certificate_of(row.certificate)
    person = msgspec.json.decode(vault.unseal(row.person), type=Person)
    others = dict(forget(person))
    entries = redact(store.log, person.keys, store.log.end(), lambda done, end: tell("log", done, end))
    tell("facts", 0, 1)
    with store.facts.write() as facts:
        of_facts = erase_facts(facts, person.members, person.keys, entries.offsets)
    store.facts.renew()
    tell("state", 0, 1)
    with store.state.write() as tx:
        of_state = erase_state(tx, person.members, person.keys)
    with store.state.read() as tx:
        left = sum(len(rows) for _, rows in personal_rows(tx, person.members, person.keys))
    held = [path.name for path in backups(store.settings.path(store.settings.storage.backups))]
    paper: dict[str, Any] = {
        "id": number, "person": row.label, "asked": row.at, "finished": store.clock.now(), "actor": row.actor,
        "reason": row.reason, "state": _counts(of_state), "facts": _counts(of_facts),
        "log": {"erased": entries.erased, "kept": entries.kept, "stripped": entries.stripped},
        "other": others, "rows_left": left, "kept_for": _KEPT_FOR, "backups": held,
    }
    paper["signature"] = _signature(vault, paper)
    values = {"finished": paper["finished"], "person": b"", "certificate": _canonical(paper)}
    with store.state.write() as tx:
        tx.execute(sa.update(ERASURE).where(ERASURE.c.id == number).values(values))
    store.state.wipe([*of_state, ERASURE.name])
    tell("done", 1, 1)
    return paper


def certificate(tx: sa.Connection, number: str) -> dict[str, Any]:
    """Return the certificate of a finished erasure; raises NotFound."""
    body = tx.execute(sa.select(ERASURE.c.certificate).where(ERASURE.c.id == number)).scalar()
    if not body:
        hint = "it is still under way" if body == b"" else "see the list of erasures"
        raise NotFound(f"there is no certificate of the erasure {number[:40]!r}", hint=hint)
    return certificate_of(body)


def certificate_of(body: bytes) -> dict[str, Any]:
    """Return the certificate that lies in the table."""
    found: dict[str, Any] = msgspec.json.decode(body)
    return found


def is_genuine(vault: Vault, paper: Mapping[str, Any]) -> bool:
    """Return whether this installation wrote the certificate and nobody changed it."""
    said = {name: value for name, value in paper.items() if name != "signature"}
    return hmac.compare_digest(_signature(vault, said), str(paper.get("signature", "")))


def erasures(tx: sa.Connection, page: int = 1, size: int = 50) -> tuple[int, list[Erasure]]:
    """Return how many erasures there are, and a page of them, the newest first."""
    total = tx.execute(sa.select(sa.func.count()).select_from(ERASURE)).scalar_one()
    query = sa.select(ERASURE.c.id, ERASURE.c.at, ERASURE.c.finished, ERASURE.c.actor, ERASURE.c.reason,
                      ERASURE.c.label).order_by(ERASURE.c.at.desc(), ERASURE.c.id)
    rows = tx.execute(query.limit(size).offset(max(0, page - 1) * size))
    return total, [Erasure(*row) for row in rows]


def _counts(done: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    return {name: {"deleted": deleted, "kept": kept} for name, (deleted, kept) in sorted(done.items())}


def _signature(vault: Vault, paper: Mapping[str, Any]) -> str:
    return vault.sign(b"erasure\0" + _canonical(paper), 32).hex()
