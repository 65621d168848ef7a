"""Delivery: takes decided messages into the outbox, and notes which were seen."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from datong.delivery.tables import INBOX, MESSAGE_FACT, OUTBOX
from datong.identity import Parted, parted
from datong.marketing import messages_since
from datong.model import Batch, Event, Message
from datong.privacy import Vault
from datong.storage import FactsTx, Stage, Store, cursor, fetch_in, insert_new, set_cursor

__all__ = ["Delivery"]

_MESSAGES = "delivery:messages"
_LIMIT = 2_000
_EPOCH = date(1970, 1, 1)
_STATUS = {"Message Sent": "sent", "Message Failed": "failed", "Message Seen": "seen"}


class Delivery(Stage):
    """The stage that fills the outbox; the relay empties it."""

    name = "delivery"

    def __init__(self, store: Store, vault: Vault) -> None:  # noqa: ARG002 - every stage is made alike
        self._store = store

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Re-key, note what was seen, and move new messages over, in the spine's transaction."""
        if batch.merges:
            moves = [{"was": merge.loser, "now": merge.winner} for merge in batch.merges]
            for table in (OUTBOX, INBOX):
                change = table.update().where(table.c.member == sa.bindparam("was"))
                tx.execute(change.values(member=sa.bindparam("now")), moves)
        if (parts := parted(tx, batch)) is not None:
            _divide(tx, parts)
        seen = [
            {"key": e.ref, "at": e.time} for e in batch.events if e.type == "Message Seen" and not e.history and e.ref
        ]
        if seen:
            change = OUTBOX.update().where(OUTBOX.c.id == sa.bindparam("key"), OUTBOX.c.seen_at.is_(None))
            tx.execute(change.values(seen_at=sa.bindparam("at")), seen)
        seq, _ = cursor(tx, _MESSAGES)
        while messages := messages_since(tx, seq, _LIMIT):
            insert_new(tx, OUTBOX, [_row(m) for m in messages])
            seq = messages[-1].seq
            set_cursor(tx, _MESSAGES, seq, batch.now)

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Append what became of messages."""
        told = [e for e in batch.events if e.type in _STATUS]
        if told:
            facts.append(MESSAGE_FACT, {
                "offset": [e.offset for e in told],
                "id": [e.ref for e in told],
                "campaign": [e.campaign for e in told],
                "ident": [e.ident for e in told],
                "channel": [_channel(e) for e in told],
                "status": [_STATUS[e.type] for e in told],
                "ts": [e.time for e in told],
                "date": [_EPOCH + timedelta(days=e.date) for e in told],
            })


def _divide(tx: sa.Connection, parts: Parted) -> None:
    """Let messages go with the identifier that they were meant for."""
    among = sorted(parts.members)
    o = OUTBOX.c
    owners = {id_: parts.owner(ident, member) for id_, member, ident in fetch_in(
        tx, sa.select(o.id, o.member, o.ident), o.member, among)}
    for table in (OUTBOX, INBOX):  # what is in the inbox went through the outbox
        rows = fetch_in(tx, sa.select(table.c.id, table.c.member), table.c.member, among)
        moves = [{"key": id_, "owner": owner} for id_, member in rows if (owner := owners.get(id_, member)) != member]
        if moves:
            change = table.update().where(table.c.id == sa.bindparam("key"))
            tx.execute(change.values(member=sa.bindparam("owner")), moves)


def _row(m: Message) -> dict[str, object]:
    return {
        "id": m.id, "member": m.member, "campaign": m.campaign, "channel": m.channel, "state": "queued", "attempts": 0,
        "due": m.not_before or m.at, "expires": m.expires, "language": m.language, "title": m.title, "body": m.body,
        "coupon": m.coupon, "ident": m.ident, "ns": m.ns, "created": m.at,
    }


def _channel(event: Event) -> str:
    return str(event.properties.get("channel") or event.channel)
