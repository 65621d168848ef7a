"""Claims: a short signed text that says, once, "who brings this is the member with that identifier".

A known member is shown one (as the scene of a QR code at the till, or in a link). Who follows through it, or opens it,
brings an identifier of their own, and the two are linked. A claim is 21 bytes in base64url (28 characters, so that it
fits into the 32 of a mini-program's scene): the identifier's key (8), the second until which it is good (4), a random
byte, and a keyed signature (8) over these and the namespace, which is tried instead of being carried.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Collection
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import Rejected
from datong.model import Batch, Event, Identifier
from datong.privacy import Vault
from datong.storage import fetch_in, insert_new
from datong.touchpoints.tables import CLAIM

__all__ = ["ClaimUsed", "claims_of", "make_claim", "read_claim", "take_claims", "used_claims"]

_LENGTH, _SIGNED = 21, 13
_FAMILY = {"Channel Followed", "Scene Scanned", "Mini Program Entered", "Identified"}


class ClaimUsed(msgspec.Struct, frozen=True):
    """One attempt to use a claim: `ident` is whose it is, `other` who brought it; `reason` says why it was refused."""

    ident: int
    other: int
    at: int
    source: str
    outcome: str
    reason: str


def make_claim(vault: Vault, ns: str, key: int, until: int) -> str:
    """Return a claim to the identifier, good until `until` (ms)."""
    payload = key.to_bytes(8, "big") + (until // 1000).to_bytes(4, "big") + secrets.token_bytes(1)
    return base64.urlsafe_b64encode(payload + _signature(vault, ns, payload)).decode()


def read_claim(vault: Vault, namespaces: Collection[str], text: str, at: int) -> Identifier:
    """Return the identifier it claims; raises Rejected (`foreign_claim`, `forged_claim`, `expired_claim`)."""
    try:
        raw = base64.b64decode(text.encode("ascii", "replace"), b"-_", validate=True)
    except binascii.Error:
        raw = b""
    hint = "show a new code"
    if len(raw) != _LENGTH:
        raise Rejected("this is no claim of ours", code="foreign_claim", field="claim", hint=hint)
    payload, given = raw[:_SIGNED], raw[_SIGNED:]
    ns = next((ns for ns in namespaces if compare_digest(_signature(vault, ns, payload), given)), "")
    if not ns:
        raise Rejected("the claim's signature is wrong", code="forged_claim", field="claim", hint=hint)
    if int.from_bytes(payload[8:12], "big") * 1000 < at:
        raise Rejected("the claim has expired", code="expired_claim", field="claim", hint=hint)
    return Identifier(ns, int.from_bytes(payload[:8], "big"), None, True)


def take_claims(batch: Batch, tx: sa.Connection, vault: Vault, namespaces: Collection[str]) -> None:
    """Link who brings a claim to whose it is, by an event of its own; the first to bring it has it.

    Refused, with the reason kept: what is forged or expired, was used, or comes from somebody whom anybody could be.
    """
    brought = [e for e in batch.events if e.type in _FAMILY and e.identifiers and e.properties.get("claim")]
    if not brought:
        return
    marks = {e.offset: _mark(e) for e in brought}
    rows = fetch_in(tx, sa.select(CLAIM), CLAIM.c.claim, set(marks.values()))
    known = {row.offset for row in rows}
    used = {row.claim: row.other for row in rows if row.outcome == "linked"}
    attempts: list[dict[str, Any]] = []
    for event in brought:
        if event.offset in known:
            continue
        mark, reason, whose = marks[event.offset], "", 0
        try:
            found = read_claim(vault, namespaces, str(event.properties["claim"]), event.time)
            whose = found.key
            if not event.trusted:
                reason = "not_trusted"
            elif mark in used:
                reason = "used_claim"
            elif event.history:
                reason = "history"
        except Rejected as error:
            reason = error.code
        if not reason:
            used[mark] = event.ident
            batch.derived.append(_linked(event, found, batch.now))
        attempts.append({"offset": event.offset, "claim": mark, "ident": whose, "other": event.ident, "at": event.time,
                         "source": event.source[:128], "outcome": "refused" if reason else "linked", "reason": reason})
    insert_new(tx, CLAIM, attempts)


def claims_of(tx: sa.Connection, idents: Collection[int]) -> list[ClaimUsed]:
    """Return the attempts to use claims of these identifiers, the latest first."""
    return sorted((_used(row) for row in fetch_in(tx, sa.select(CLAIM), CLAIM.c.ident, idents)), key=lambda c: -c.at)


def used_claims(tx: sa.Connection, limit: int = 100) -> list[ClaimUsed]:
    """Return the latest attempts to use a claim, newest first."""
    return [_used(row) for row in tx.execute(sa.select(CLAIM).order_by(CLAIM.c.offset.desc()).limit(limit))]


def _used(row: Any) -> ClaimUsed:
    return ClaimUsed(row.ident, row.other, row.at, row.source, row.outcome, row.reason)


def _linked(event: Event, whose: Identifier, now: int) -> Event:
    """Return the event that ties the two: its id is made from its cause."""
    digest = blake2b(f"{event.source}\0{event.id}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    mine = tuple(msgspec.structs.replace(one, verified=True) for one in event.identifiers)
    return Event(f"claim/{digest}", "claims", event.channel, "Identified", event.time, now, event.date, event.hour,
                 (whose, *mine), whose.key, event.place, properties={"because": "claim"})


def _mark(event: Event) -> str:
    return blake2b(str(event.properties["claim"]).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _signature(vault: Vault, ns: str, payload: bytes) -> bytes:
    return vault.sign(b"claim\0" + ns.encode() + b"\0" + payload, 8)
