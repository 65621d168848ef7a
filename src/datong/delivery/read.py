"""What others may ask delivery: what was sent to whom, what waits, and which channels are dead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from datong.delivery.name import with_name
from datong.delivery.tables import CHANNEL, INBOX, OUTBOX
from datong.identity import FIELDS, Field
from datong.privacy import Vault

__all__ = ["STATES", "ChannelHealth", "InboxMessage", "Outgoing", "channel_health", "depth", "inbox",
           "message_counts", "messages", "waiting"]

STATES = ("queued", "sending", "sent", "failed", "suppressed")


class Outgoing(msgspec.Struct, frozen=True):
    """A message in the outbox; `reason` says why it waits, failed or was suppressed. Times in ms."""

    id: str
    member: int
    campaign: str
    channel: str
    state: str
    attempts: int
    due: int
    expires: int | None
    title: str
    body: str
    coupon: str
    reason: str
    created: int
    sent_at: int | None
    seen_at: int | None
    language: str


class InboxMessage(msgspec.Struct, frozen=True):
    """A message that the inbox delivered."""

    id: str
    member: int
    campaign: str
    at: int
    title: str
    body: str
    coupon: str
    language: str


class ChannelHealth(msgspec.Struct, frozen=True):
    """A way out: `state` ok or dead, since when (ms) and why, and how many messages wait for it."""

    name: str
    kind: str
    state: str
    since: int
    reason: str
    waiting: int


Named = TypeVar("Named", Outgoing, InboxMessage)


def messages(
    tx: sa.Connection, vault: Vault, member: int | None = None, campaign: str = "", state: str = "", limit: int = 100,
    fields: Mapping[str, Field] = FIELDS,
) -> list[Outgoing]:
    """Return the latest messages, newest first, of one member, campaign or state where given, names masked."""
    query = sa.select(*(OUTBOX.c[name] for name in Outgoing.__struct_fields__))
    for column, value in ((OUTBOX.c.member, member), (OUTBOX.c.campaign, campaign), (OUTBOX.c.state, state)):
        if value:
            query = query.where(column == value)
    rows = tx.execute(query.order_by(OUTBOX.c.created.desc(), OUTBOX.c.id).limit(limit)).all()
    return [_named(tx, vault, Outgoing(*row), fields) for row in rows]


def inbox(
    tx: sa.Connection, vault: Vault, member: int | None = None, limit: int = 100,
    fields: Mapping[str, Field] = FIELDS,
) -> list[InboxMessage]:
    """Return the latest inbox messages, newest first, of one member or of all, names masked."""
    query = sa.select(*(INBOX.c[name] for name in InboxMessage.__struct_fields__))
    if member is not None:
        query = query.where(INBOX.c.member == member)
    rows = tx.execute(query.order_by(INBOX.c.at.desc(), INBOX.c.id).limit(limit)).all()
    return [_named(tx, vault, InboxMessage(*row), fields) for row in rows]


def message_counts(tx: sa.Connection) -> dict[str, dict[str, int]]:
    """Return how many messages of each campaign are in each state, and how many were `seen`."""
    found: dict[str, dict[str, int]] = {}
    o = OUTBOX.c
    query = sa.select(o.campaign, o.state, sa.func.count(), sa.func.count(o.seen_at)).group_by(o.campaign, o.state)
    for campaign, state, count, seen in tx.execute(query):
        of = found.setdefault(campaign, {"seen": 0})
        of[state] = count
        of["seen"] += seen
    return found


def depth(tx: sa.Connection) -> dict[str, int]:
    """Return how many messages of the outbox are in each state."""
    found = dict.fromkeys(STATES, 0)
    for state, count in tx.execute(sa.select(OUTBOX.c.state, sa.func.count()).group_by(OUTBOX.c.state)):
        found[state] = count
    return found


def waiting(tx: sa.Connection) -> dict[str, int]:
    """Return how many messages wait, by channel; a channel for which none waits is left out."""
    o = OUTBOX.c
    query = sa.select(o.channel, sa.func.count()).where(o.state.in_(("queued", "sending"))).group_by(o.channel)
    return {row[0]: row[1] for row in tx.execute(query)}


def channel_health(tx: sa.Connection) -> list[ChannelHealth]:
    """Return every channel and how it fares, by name."""
    queued, c = waiting(tx), CHANNEL.c
    query = sa.select(c.name, c.kind, c.state, c.since, c.reason).order_by(c.name)
    return [ChannelHealth(*row, queued.get(row.name, 0)) for row in tx.execute(query)]


def _named(tx: sa.Connection, vault: Vault, message: Named, fields: Mapping[str, Field]) -> Named:
    texts = (message.title, message.body)
    title, body = with_name(tx, vault, message.member, message.language, *texts, masked=True, fields=fields)
    return msgspec.structs.replace(message, title=title, body=body)
