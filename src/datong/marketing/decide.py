"""Deciding: each firing, each campaign that listens to it, and either a message or the reason for silence.

Eligibility → consent → caps → quiet hours → holdout → coupon and message. Whoever is held out passed everything before:
the two arms differ in nothing but the message.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from datong.config import ChannelSettings, Settings
from datong.errors import Broken
from datong.identity import Linked
from datong.marketing.campaigns import Campaign
from datong.marketing.channels import choose_channel
from datong.marketing.coupon_code import SERIALS, make_code
from datong.marketing.holdout import draw
from datong.marketing.people import Said, identifier_for
from datong.marketing.quiet import quiet_until
from datong.marketing.speak import Names, write_message
from datong.model import Arm, Coupon, Event, Firing, Identifier, Message, duration, local_parts
from datong.privacy import Consent, Vault

__all__ = ["Decided", "Decision", "Known", "decide"]


class Known(msgspec.Struct):
    """All that the decisions of one pass rest on; `said`, `arms` and `serials` grow while it goes on.

    `matching` holds the members that each campaign's `where` lets through, None where the past it asks about is not
    kept; a campaign without `where`, or a closed one, is not in it.
    """

    links: Mapping[int, list[Linked]]
    consents: Mapping[int, list[Consent]]
    said: Said
    arms: dict[tuple[str, int], Arm]
    serials: dict[str, int]
    matching: Mapping[str, Collection[int] | None]
    names: Names


class Decision(msgspec.Struct, frozen=True):
    """What one campaign made of one firing: sent, holdout or silent, and why."""

    firing: str
    campaign: str
    scene: str
    member: int
    at: int
    outcome: str
    reason: str = ""
    message: str = ""


class Decided(msgspec.Struct):
    """The outcome of a pass, ready to be written: decisions, new arms, coupons, messages, and events for the log."""

    decisions: list[Decision] = []
    arms: list[dict[str, Any]] = []
    coupons: list[tuple[Coupon, str]] = []
    messages: list[Message] = []
    events: list[Event] = []


class _Pass(msgspec.Struct):
    settings: Settings
    vault: Vault
    channels: Mapping[str, ChannelSettings]
    known: Known
    now: int
    out: Decided


def decide(
    candidates: Sequence[tuple[Firing, Sequence[Campaign]]], known: Known, settings: Settings, vault: Vault,
    channels: Mapping[str, ChannelSettings], now: int,
) -> Decided:
    """Return the decisions about firings and the campaigns that listen to each, the most important campaign first."""
    run = _Pass(settings, vault, channels, known, now, Decided())
    for firing, campaigns in candidates:
        if not campaigns:
            run.out.decisions.append(_silent(firing, "", now, "no_campaign"))
        spoken = False
        for campaign in campaigns:
            decision = _silent(firing, campaign.code, now, "outranked") if spoken else _one(run, firing, campaign)
            run.out.decisions.append(decision)
            spoken = spoken or decision.outcome == "sent"
    return run.out


def _one(run: _Pass, firing: Firing, campaign: Campaign) -> Decision:
    """Decide for one firing and one campaign."""
    d, member, now = campaign.definition, firing.member, run.now
    reason = campaign.closed(now)
    if not reason and d.where:
        matching = run.known.matching[d.code]
        reason = "not_kept" if matching is None else "" if member in matching else "not_matching"
    if reason:
        return _silent(firing, d.code, now, reason)
    linked = run.known.links.get(member, [])
    reach = {link.ns for link in linked if link.sealed is not None}
    said = run.known.consents.get(member, [])
    require = run.settings.privacy.require_consent
    channel, reason = choose_channel(run.channels, d.channels, reach, said, require)
    if reason:
        return _silent(firing, d.code, now, reason)
    zone = run.settings.retailer.timezone
    when = quiet_until(now, d.quiet or run.settings.marketing.quiet, zone)
    day = local_parts(when, zone)[0]
    reason = _capped(run, campaign, member, when, day)
    expires = now + duration(d.expires)
    if not reason and when >= expires:
        reason = "quiet_hours"
    if reason:
        return _silent(firing, d.code, now, reason)
    ident = identifier_for(firing.ident, linked)
    if _arm(run, campaign, firing, ident) == "holdout":
        return Decision(firing.id, d.code, firing.scene, member, now, "holdout", "holdout")
    identity = f"{d.code}\0{firing.id}\0{member}".encode()
    key = blake2b(identity, digest_size=16, person=b"dt-message").hexdigest()
    coupon = _coupon(run, campaign, firing, key, ident)
    plain = Message(
        key, d.code, member, channel, now, "", "", coupon.code if coupon else "", expires,
        not_before=when, ident=ident.key if ident else firing.ident, ns=ident.ns if ident else "",
    )
    run.out.messages.append(write_message(d, firing, coupon, run.known.names, run.settings, plain))
    run.known.said.add(member, d.code, day, 1, when)
    return Decision(firing.id, d.code, firing.scene, member, now, "sent", "held" if when > now else "", key)


def _capped(run: _Pass, campaign: Campaign, member: int, when: int, day: int) -> str:
    """Return the cap that is reached, or an empty text."""
    said, caps, code = run.known.said, campaign.definition.caps, campaign.code
    if said.by_day[member, day] >= run.settings.marketing.messages_per_day:
        return "daily_cap"
    per_day = caps.per_day and said.by_campaign_day[member, code, day] >= caps.per_day
    if per_day or (caps.total and said.by_campaign[member, code] >= caps.total):
        return "campaign_cap"
    last = said.last.get((member, code))
    resting = caps.cooldown and last is not None and when - last < duration(caps.cooldown)
    return "cooldown" if resting else ""


def _arm(run: _Pass, campaign: Campaign, firing: Firing, ident: Identifier | None) -> Arm:
    """Return the member's arm, drawn now if it was never drawn."""
    d, member = campaign.definition, firing.member
    arm = run.known.arms.get((d.code, member))
    if arm is None:
        arm = run.known.arms[d.code, member] = draw(d.code, d.salt, member, d.holdout)
        run.out.arms.append({
            "campaign": d.code, "member": member, "drawn_for": member, "arm": arm, "at": run.now,
            "ident": ident.key if ident else firing.ident,
        })
        name = f"assigned:{d.code}:{member}"
        run.out.events.append(_event(run, "Campaign Assigned", name, d.code, firing, ident, properties={"arm": arm}))
    return arm


def _coupon(run: _Pass, campaign: Campaign, firing: Firing, key: str, ident: Identifier | None) -> Coupon | None:
    """Return a new coupon where the campaign has an offer."""
    if campaign.offer.kind == "none":
        return None
    serial = run.known.serials[campaign.code] = run.known.serials[campaign.code] + 1
    if serial >= SERIALS:
        raise Broken(f"the campaign {campaign.code} has no coupon numbers left", code="coupons_exhausted")
    expires = run.now + duration(campaign.offer.valid)
    code = make_code(run.vault, campaign.number, serial, expires)
    coupon = Coupon(code, campaign.code, firing.member, run.now, expires, campaign.offer)
    run.out.coupons.append((coupon, key))
    run.out.events.append(_event(run, "Coupon Issued", f"issued:{code}", campaign.code, firing, ident, coupon=code))
    return coupon


def _event(
    run: _Pass, kind: str, name: str, campaign: str, firing: Firing, ident: Identifier | None, **parts: Any
) -> Event:
    """Return a derived event; its id is made of its cause, so that a second run makes the same one."""
    date, hour = local_parts(run.now, run.settings.retailer.timezone)
    return Event(
        id=name, source="marketing", channel="marketing", type=kind, time=run.now, received=run.now, date=date,
        hour=hour, identifiers=(ident,) if ident else (), ident=ident.key if ident else firing.ident,
        place=firing.place, campaign=campaign, **parts,
    )


def _silent(firing: Firing, campaign: str, now: int, reason: str) -> Decision:
    return Decision(firing.id, campaign, firing.scene, firing.member, now, "silent", reason)
