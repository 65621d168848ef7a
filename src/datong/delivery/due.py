"""What is due on a channel, looked at once more before it leaves: expiry, pause, quiet hours, consent, address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.config import ChannelSettings, Settings
from datong.delivery.name import with_name
from datong.delivery.tables import OUTBOX
from datong.identity import Field, Linked, contact, fields_of, identifiers_of_all
from datong.marketing import Campaign, addresses, all_campaigns, consent_name, quiet_until
from datong.model import MINUTE, Message
from datong.privacy import Consent, Vault, allowed, consents_of

__all__ = ["Verdict", "due_rows", "judge"]


class Verdict(msgspec.Struct, frozen=True):
    """What is to happen to a due row: `send` it to `to`, hold it until `due`, suppress or fail it for `reason`."""

    id: str
    action: str
    reason: str = ""
    due: int = 0
    attempts: int = 0
    message: Message | None = None
    to: Mapping[str, str] = {}


def due_rows(tx: sa.Connection, channel: str, now: int, limit: int) -> Sequence[Any]:
    """Return the rows of the channel that may be tried now, the longest due first."""
    o = OUTBOX.c
    where = (o.channel == channel, o.state.in_(("queued", "sending")), o.due <= now)
    return tx.execute(sa.select(OUTBOX).where(*where).order_by(o.due, o.id).limit(limit)).all()


def judge(
    tx: sa.Connection, vault: Vault, settings: Settings, channel: ChannelSettings, rows: Sequence[Any], now: int
) -> list[Verdict]:
    """Return what is to happen to each of the rows of one channel at `now` (ms)."""
    campaigns = {c.code: c for c in all_campaigns(tx)}
    links = identifiers_of_all(tx, {row.member for row in rows})
    said: dict[int, list[Consent]] = defaultdict(list)
    for consent in consents_of(tx, {link.key for linked in links.values() for link in linked}):
        said[consent.ident].append(consent)
    fields, verdicts = fields_of(settings), []
    for row in rows:
        verdict = _held(row, campaigns.get(row.campaign), settings, now)
        if verdict is None:
            words = [consent for link in links[row.member] for consent in said[link.key]]
            answer = allowed(words, "marketing", consent_name(row.channel, channel))
            if answer is False or (answer is None and settings.privacy.require_consent):
                verdict = Verdict(row.id, "suppress", "no_consent" if answer is None else "consent_withdrawn")
        verdicts.append(verdict or _ready(tx, vault, channel, row, links[row.member], fields))
    return verdicts


def _held(row: Any, campaign: Campaign | None, settings: Settings, now: int) -> Verdict | None:
    """Return the verdict of time and campaign, or None when they let the row pass."""
    if row.expires is not None and now >= row.expires:
        return Verdict(row.id, "suppress", "expired")
    if campaign and campaign.state != "running":
        return Verdict(row.id, "hold", "paused", now + MINUTE)
    quiet = campaign.definition.quiet if campaign else ""
    until = quiet_until(now, quiet or settings.marketing.quiet, settings.retailer.timezone)
    return Verdict(row.id, "hold", "quiet_hours", until) if until > now else None


def _ready(
    tx: sa.Connection, vault: Vault, channel: ChannelSettings, row: Any, linked: list[Linked],
    fields: Mapping[str, Field],
) -> Verdict:
    """Return the message with name and addresses, ready to leave."""
    needs = addresses(channel)
    to: dict[str, str] = {}
    for link in linked:  # of one namespace the most recently seen comes first
        if link.ns in needs and link.ns not in to and link.sealed is not None:
            to[link.ns] = vault.unseal(link.sealed)
    if needs and not to:  # a trait may hold what no identifier does
        to = {ns: clear for ns in needs if (clear := contact(tx, vault, row.member, ns, fields))}
    if needs and not to:
        return Verdict(row.id, "fail", "no_address", attempts=row.attempts)
    title, body = row.title, row.body
    if channel.kind != "inbox":  # the inbox stays here, so it keeps the placeholder
        title, body = with_name(tx, vault, row.member, row.language, title, body, fields=fields)
    message = Message(
        row.id, row.campaign, row.member, row.channel, row.created, title, body, row.coupon, row.expires,
        ident=row.ident, ns=row.ns, language=row.language,
    )
    return Verdict(row.id, "send", attempts=row.attempts + 1, message=message, to=to)
