"""Questions about consent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.model import decode_event
from datong.privacy.tables import CONSENT, CONSENT_CHANGE
from datong.storage import EVENTS, Log, fetch_in

__all__ = ["Consent", "Proof", "allowed", "consent_history", "consented", "consents_of", "proof_of"]


class Consent(msgspec.Struct, frozen=True):
    """What was said under one identifier: `channel` is empty for every channel, `at` is in ms.

    `offset` is the place of the event in the log, which is the proof of it; 0 where the question was what is valid.
    """

    ident: int
    purpose: str
    channel: str
    granted: bool
    at: int
    source: str
    offset: int = 0


class Proof(msgspec.Struct, frozen=True):
    """What proves a word about consent: the event as it was received (ms), and what it says beside the word itself.

    `details` are what the sender gave: the version of the text that was shown, its wording, the form, who asked.
    """

    event: str
    received: int
    details: dict[str, Any]


def consents_of(tx: sa.Connection, idents: Iterable[int]) -> list[Consent]:
    """Return the valid statements under the identifier keys, ordered by purpose, channel and time."""
    rows = fetch_in(tx, sa.select(CONSENT), CONSENT.c.ident, idents)
    found = [Consent(row.ident, row.purpose, row.channel, row.granted, row.at, row.source) for row in rows]
    return sorted(found, key=lambda c: (c.purpose, c.channel, c.at, c.ident))


def consent_history(tx: sa.Connection, idents: Iterable[int]) -> list[Consent]:
    """Return every statement ever made under the identifier keys, oldest first."""
    rows = fetch_in(tx, sa.select(CONSENT_CHANGE), CONSENT_CHANGE.c.ident, idents)
    rows.sort(key=lambda row: (row.at, row.offset))
    return [Consent(row.ident, row.purpose, row.channel, row.granted, row.at, row.source, row.offset) for row in rows]


def proof_of(log: Log, word: Consent) -> Proof | None:
    """Return the proof of a word from `consent_history`, or None where the event is no longer in the log."""
    found = [entry for entry in log.read(word.offset - 1, 1) if entry.offset == word.offset and entry.topic == EVENTS]
    if not found:
        return None
    event = decode_event(found[0].body)
    details = {name: value for name, value in event.properties.items() if name not in ("purpose", "channel", "granted")}
    return Proof(event.id, event.received, details)


def consented(
    tx: sa.Connection, idents: Iterable[int], purpose: str = "marketing", channel: str = ""
) -> bool | None:
    """Return whether the person with these identifier keys allows it; None when nobody ever asked."""
    return allowed(consents_of(tx, idents), purpose, channel)


def allowed(statements: Iterable[Consent], purpose: str = "marketing", channel: str = "") -> bool | None:
    """Return what one person's statements, from `consents_of`, come to; None when nobody ever asked.

    The latest statement that covers the channel counts, be it about this channel or about all; at the same time a
    refusal counts before a grant. Without a channel the question is whether any channel is allowed.
    """
    said = [c for c in statements if c.purpose == purpose]
    if not said:
        return None
    if channel:
        return _latest(said, channel)
    return any(_latest(said, each) for each in {c.channel for c in said})


def _latest(said: list[Consent], channel: str) -> bool | None:
    words = [c for c in said if c.channel in (channel, "")]
    return max(words, key=lambda c: (c.at, not c.granted)).granted if words else None
