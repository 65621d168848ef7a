"""Sending what was decided: an outbox, and a relay that empties it through the channels.

Owns: `delivery` (outbox, inbox, channel; the facts `delivery.message`). Reads: marketing's messages and campaigns,
identity's addresses and names, privacy's consents. Promises: a decided message is lost by no crash, and sent twice to
no channel that honours keys; one slow or dead channel holds up no other; no personal value lies in the outbox or in a
log; consent, expiry and quiet hours are looked at again before a message leaves.
"""

from datong.delivery.channel import Channel
from datong.delivery.read import (
    ChannelHealth,
    InboxMessage,
    Outgoing,
    channel_health,
    depth,
    inbox,
    message_counts,
    messages,
    waiting,
)
from datong.delivery.relay import Relay
from datong.delivery.step import Delivery

__all__ = [
    "Channel", "ChannelHealth", "Delivery", "InboxMessage", "Outgoing", "Relay", "channel_health", "depth",
    "inbox", "message_counts", "messages", "waiting",
]
