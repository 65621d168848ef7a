"""The channel `inbox`: a message that stays here, on the shopper's page and in the console."""

from __future__ import annotations

from collections.abc import Mapping

from datong.delivery.tables import INBOX
from datong.model import Message
from datong.storage import Store, insert_new

__all__ = ["Inbox"]


class Inbox:
    """Keeps messages in a table, once per id."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def send(self, message: Message, to: Mapping[str, str]) -> None:  # noqa: ARG002 - an inbox has no address
        """Keep the message."""
        row = {
            "id": message.id, "member": message.member, "campaign": message.campaign,
            "at": self._store.clock.now(), "language": message.language, "title": message.title,
            "body": message.body, "coupon": message.coupon,
        }
        with self._store.state.write() as tx:
            insert_new(tx, INBOX, [row])

    def close(self) -> None:
        """Nothing to hang up."""
