"""Channel: one way out, as the relay sees it, and the kinds there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from datong.config import ChannelSettings, Secret, secret
from datong.delivery.inbox import Inbox
from datong.delivery.smtp import Smtp
from datong.delivery.webhook import Webhook
from datong.errors import ConfigError
from datong.hooks import plugins
from datong.model import Message
from datong.storage import Store

__all__ = ["Bulk", "Channel", "make_channel"]


class Channel(Protocol):
    """One way out. A kind is a callable (name, settings, reveal) → Channel; `reveal` opens a Secret.

    A plugin offers its kind as an entry point of the group `datong.channels`.
    """

    def send(self, message: Message, to: Mapping[str, str]) -> None:
        """Send the message to the addresses (namespace → clear value), with `message.id` as idempotency key.

        Raises Unavailable to be asked again (after `after` seconds), Refused when asking again will not help. The
        error's `code` and `message` are kept and shown: they must not carry an address.
        """
        ...

    def close(self) -> None:
        """Hang up."""
        ...


@runtime_checkable
class Bulk(Protocol):
    """A channel that takes many messages at once, where that is cheaper and needs no address."""

    def send_all(self, messages: Sequence[Message]) -> None:
        """Send all of the messages or none of them; raises as `Channel.send` does."""
        ...


def make_channel(store: Store, name: str, settings: ChannelSettings) -> Channel:
    """Return the channel of this name; raises ConfigError for an unknown kind or missing settings."""
    if settings.kind == "inbox":
        return Inbox(store)
    kinds: dict[str, Callable[[str, ChannelSettings, Callable[[Secret], str]], Channel]] = {
        "smtp": Smtp, "webhook": Webhook, **plugins("datong.channels"),
    }
    if settings.kind not in kinds:
        raise ConfigError(
            f"the channel {name} is of the unknown kind {settings.kind!r}", field=f"delivery.channels.{name}.kind",
            hint=f"known are inbox, {', '.join(sorted(kinds))}",
        )
    return kinds[settings.kind](name, settings, lambda where: secret(store.settings, where))
