"""Choosing the channel: the first of the campaign's that is configured, reaches the member, and is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from datong.config import ChannelSettings
from datong.privacy import Consent, allowed

__all__ = ["addresses", "channels_of", "choose_channel", "consent_name"]

_INBOX = ChannelSettings(kind="inbox")
_ADDRESSES = {
    "smtp": ("email",),
    "webhook": ("phone", "email", "wechat_openid", "wechat_unionid", "weibo_uid", "push_token"),
}


def channels_of(settings: Mapping[str, ChannelSettings]) -> dict[str, ChannelSettings]:
    """Return every way out by name: the configured ones, and `inbox`, which is always there."""
    return {"inbox": _INBOX, **settings}


def addresses(channel: ChannelSettings) -> tuple[str, ...]:
    """Return the namespaces whose values the channel may use; empty when it needs no address."""
    return channel.to or _ADDRESSES.get(channel.kind, ())


def consent_name(name: str, channel: ChannelSettings) -> str:
    """Return the channel's name in a shopper's consent: `email` for mail, else the configured name."""
    return "email" if channel.kind == "smtp" else name


def choose_channel(
    channels: Mapping[str, ChannelSettings], wanted: Iterable[str], reach: set[str], said: list[Consent], require: bool
) -> tuple[str, str]:
    """Return (channel, "") or ("", reason): no_channel, no_consent or consent_withdrawn.

    `wanted` are names or kinds in order, `reach` the namespaces in which the member has an address, `said` the
    member's consents; `require` asks for an explicit yes, and a no always counts.
    """
    reason = "no_channel"
    for name in _named(channels, wanted):
        needs = addresses(channels[name])
        if needs and reach.isdisjoint(needs):
            continue
        answer = allowed(said, "marketing", consent_name(name, channels[name]))
        if answer or (answer is None and not require):
            return name, ""
        reason = "no_consent" if answer is None else "consent_withdrawn"
    return "", reason


def _named(channels: Mapping[str, ChannelSettings], wanted: Iterable[str]) -> Iterable[str]:
    for word in wanted:
        if word in channels:
            yield word
        else:
            yield from (name for name, channel in channels.items() if channel.kind == word)
