"""Consents: takes what shoppers say about consent, and the devices they log in with, into the state."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from datong.config import Settings
from datong.model import Batch, Event
from datong.privacy.mac import naming, take_anchored
from datong.privacy.tables import CONSENT, CONSENT_CHANGE
from datong.storage import Stage, fetch_in, insert_new, upsert

__all__ = ["Consents"]


class Consents(Stage):
    """The stage that keeps consent (every statement as history, the latest one as valid) and whose device is whose."""

    name = "privacy"

    def __init__(self, settings: Settings | None = None) -> None:
        """Read which namespaces name a person."""
        self._naming = naming(settings or Settings())

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Take the batch's "Consent Changed" events, and the devices that its logins anchor.

        A statement older than the valid one only enters the history.
        """
        take_anchored(tx, batch.events, self._naming)
        heard = [_row(e) for e in batch.events if e.type == "Consent Changed" and e.ident]
        if not heard:
            return
        insert_new(tx, CONSENT_CHANGE, heard)
        valid: dict[tuple[int, str, str], dict[str, Any]] = {}
        before = fetch_in(tx, sa.select(CONSENT), CONSENT.c.ident, {row["ident"] for row in heard})
        latest = {(row.ident, row.purpose, row.channel): row.at for row in before}
        for row in heard:
            place = (row["ident"], row["purpose"], row["channel"])
            if row["at"] >= latest.get(place, row["at"]):
                latest[place] = row["at"]
                valid[place] = {name: value for name, value in row.items() if name != "offset"}
        upsert(tx, CONSENT, list(valid.values()))


def _row(event: Event) -> dict[str, Any]:
    """Return the statement; only a plain `true` grants, so that no mistake of a sender makes a consent."""
    said = event.properties
    return {
        "offset": event.offset, "ident": event.ident, "purpose": _word(said.get("purpose") or "marketing"),
        "channel": _word(said.get("channel") or ""), "granted": said.get("granted") is True,
        "at": event.time, "source": event.source[:128],
    }


def _word(value: object) -> str:
    return str(value).replace("\0", "")[:64]
