"""The channel `inbox`: a message that stays here, on the shopper's page and in the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from datong.delivery.tables import INBOX, OUTBOX
from datong.model import Message
from datong.storage import Store, fetch_in, insert_new

__all__ = ["Inbox"]


class Inbox:
    """Keeps messages in a table, once per id."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def send(self, message: Message, to: Mapping[str, str]) -> None:  # noqa: ARG002 - an inbox has no address
        """Keep the message."""
        self.send_all([message])

    def send_all(self, messages: Sequence[Message]) -> None:
        """Keep the messages, all of them or none, with one write to the disk."""
        now = self._store.clock.now()
        rows: list[dict[str, object]] = [{
            "id": m.id, "member": m.member, "campaign": m.campaign, "at": now, "language": m.language,
            "title": m.title, "body": m.body, "coupon": m.coupon,
        } for m in messages]
        with self._store.state.write() as tx:
            found = fetch_in(tx, sa.select(OUTBOX.c.id, OUTBOX.c.member), OUTBOX.c.id, [m.id for m in messages])
            names = {row.id: row.member for row in found}  # a merge or a split may have come since they were read
            insert_new(tx, INBOX, [row | {"member": names.get(row["id"], row["member"])} for row in rows])

    def close(self) -> None:
        """Nothing to hang up."""
