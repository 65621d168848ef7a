"""Why a member is one person: identifiers, evidence, what was refused, and every decision with who took it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.identity.path import Proof, proofs
from datong.identity.read import label, live
from datong.identity.tables import CHANGE, EVENT, EVIDENCE, LINK, MEMBER
from datong.identity.taking_back import UNDOABLE, standing, undone
from datong.privacy import Vault, mask
from datong.storage import fetch_in

__all__ = ["Decision", "Known", "Refusal", "Why", "why"]

_MOST = 500
"""Identifiers and decisions shown of one member, the latest; a hub has more than anybody reads."""
_LEARNED = frozenset({"attach", "merge", "join"})


class Known(msgspec.Struct, frozen=True):
    """One identifier of the member (times in ms, to the day); `value` is masked, a short mark where none is kept."""

    key: int
    ns: str
    value: str
    first_seen: int
    last_seen: int
    shared: bool
    verified: bool


class Refusal(msgspec.Struct, frozen=True):
    """A value the member showed that somebody else has, `other` (a label), that was one too many, or malformed.

    With `mine` it is the other way round: `other` showed a value of this member's, and did not get it. Of a malformed
    one, whose `reason` begins with "malformed: ", there is no value: intake kept none.
    """

    seq: int
    at: int
    ns: str
    value: str
    other: str
    reason: str
    mine: bool = False


class Decision(msgspec.Struct, frozen=True):
    """One decision about the member under any of its ids; `undoable` says that something of it is in force."""

    seq: int
    at: int
    kind: str
    ns: str
    value: str
    member: str
    other: str
    detail: str
    actor: str
    cause: str
    undoable: bool


class Why(msgspec.Struct, frozen=True):
    """What a member is made of, latest first; `names` are the ids it goes by besides its own."""

    id: int
    label: str
    names: tuple[str, ...]
    identifiers: list[Known]
    evidence: list[Proof]
    refused: list[Refusal]
    timeline: list[Decision]


def why(tx: sa.Connection, vault: Vault, member: int, limit: int = _MOST) -> Why:
    """Return why a member is one person, by any id it ever had; raises NotFound when there never was one.

    Of identifiers, evidence, refusals and decisions each the latest `limit` are told.
    """
    number = live(tx, member)
    query = sa.select(MEMBER.c.id).where(MEMBER.c.merged_into == number).order_by(MEMBER.c.id)
    names = tuple(tx.execute(query).scalars())
    rows = {
        row.seq: row for column in (EVENT.c.member, EVENT.c.other)
        for row in fetch_in(tx, sa.select(EVENT).order_by(EVENT.c.seq.desc()).limit(limit), column, (number, *names))
    }
    told = [rows[seq] for seq in sorted(rows, reverse=True)][:limit]
    values = _values(tx, vault, {row.key for row in told if row.key is not None})
    undoable = _undoable(tx, told)
    query = sa.select(LINK).where(LINK.c.member == number).order_by(LINK.c.last_seen.desc(), LINK.c.key).limit(limit)
    return Why(
        number, label(number), tuple(label(name) for name in names),
        [Known(r.key, r.ns, _shown(vault, r.key, r.ns, r.sealed), r.first_seen, r.last_seen, r.shared, r.verified)
         for r in tx.execute(query)],
        proofs(tx, number, limit),
        [_refusal(r, values.get(r.key, ""), {number, *names}) for r in told if r.kind == "refuse"],
        [Decision(r.seq, r.at, r.kind, r.ns, values.get(r.key, ""), label(r.member) if r.member else "",
                  label(r.other) if r.other else "", r.detail, r.actor, r.cause, r.seq in undoable) for r in told],
    )


def _refusal(row: Any, value: str, mine: Collection[int]) -> Refusal:
    held = row.other in mine and row.member not in mine
    other = row.member if held else row.other
    return Refusal(row.seq, row.at, row.ns, value, label(other) if other else "", row.detail, held)


def _undoable(tx: sa.Connection, told: Iterable[Any]) -> set[int]:
    """Return the decisions of which something is in force, and on whose changes no later one stands."""
    rows = [row for row in told if row.kind in UNDOABLE]
    seqs = {row.seq for row in rows}
    back = undone(tx, seqs)
    keys = {row.key for row in rows if row.kind in _LEARNED and row.key is not None}
    made: set[int] = set()
    for column in (EVIDENCE.c.a, EVIDENCE.c.b):
        query = sa.select(EVIDENCE.c.seq).where(EVIDENCE.c.active).distinct()
        made.update(row[0] for row in fetch_in(tx, query, column, keys))
    moved = {row[0] for row in fetch_in(tx, sa.select(CHANGE.c.seq).distinct(), CHANGE.c.seq, seqs)}
    overtaken = {seq for seq, _ in standing(tx, seqs)}
    return {
        row.seq for row in rows
        if row.seq not in back and row.seq not in overtaken
        and (row.kind not in _LEARNED or row.seq in made or row.seq in moved)
    }


def _values(tx: sa.Connection, vault: Vault, keys: Iterable[int]) -> dict[int, str]:
    query = sa.select(LINK.c.key, LINK.c.ns, LINK.c.sealed)
    return {key: _shown(vault, key, ns, sealed) for key, ns, sealed in fetch_in(tx, query, LINK.c.key, keys)}


def _shown(vault: Vault, key: int, ns: str, sealed: bytes | None) -> str:
    return mask(ns, vault.unseal(sealed)) if sealed is not None else f"#{key & 0xFFFFFF:06x}"
