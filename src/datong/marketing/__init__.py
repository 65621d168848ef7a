"""Deciding what to say to whom, and measuring it: campaigns, holdouts, offers, coupons.

Owns: `marketing` (campaign, decision, assignment, coupon, redemption, message, launch; the facts `marketing.campaign`
and `marketing.assignment`). Reads: the firings of scenes, tags, identity's identifiers, privacy's consents, the names
of goods and zones. Promises: every firing has a decision with its reason; an arm is drawn once per member and campaign
and outlives merges; a coupon is redeemed once; no message breaks consent, caps or quiet hours.
"""

from datong.marketing.audience import audience_size, launch, predicates
from datong.marketing.campaigns import (
    Campaign,
    all_campaigns,
    campaign,
    load_campaigns,
    save_campaign,
    set_state,
)
from datong.marketing.channels import addresses, channels_of, consent_name
from datong.marketing.coupon_code import Signed, coupon_key, normalise_code, read_code, signed_code
from datong.marketing.coupons import Attempt, Checked, Redemption, check_coupon, redeem, redeem_all
from datong.marketing.decide import Decision
from datong.marketing.definition import Caps, Definition, Problem, Words, check_definition
from datong.marketing.holdout import draw
from datong.marketing.launch import Launch, launches
from datong.marketing.qr import coupon_png, coupon_qr
from datong.marketing.quiet import quiet_until
from datong.marketing.read import (
    Assignment,
    Counts,
    Redeemed,
    assignments_of,
    counts,
    coupons_of,
    decisions,
    decisions_of,
    message_of,
    messages_since,
    redemptions,
    silence,
)
from datong.marketing.redeemed import Lock, attempt_id, attempt_of, coupon_holder, coupon_lock, open_coupons
from datong.marketing.speak import offer_text
from datong.marketing.step import Marketing
from datong.marketing.template import NAME

__all__ = [
    "NAME",
    "Assignment",
    "Attempt",
    "Campaign",
    "Caps",
    "Checked",
    "Counts",
    "Decision",
    "Definition",
    "Launch",
    "Lock",
    "Marketing",
    "Problem",
    "Redeemed",
    "Redemption",
    "Signed",
    "Words",
    "addresses",
    "all_campaigns",
    "assignments_of",
    "attempt_id",
    "attempt_of",
    "audience_size",
    "campaign",
    "channels_of",
    "check_coupon",
    "check_definition",
    "consent_name",
    "counts",
    "coupon_holder",
    "coupon_key",
    "coupon_lock",
    "coupon_png",
    "coupon_qr",
    "coupons_of",
    "decisions",
    "decisions_of",
    "draw",
    "launch",
    "launches",
    "load_campaigns",
    "message_of",
    "messages_since",
    "normalise_code",
    "offer_text",
    "open_coupons",
    "predicates",
    "quiet_until",
    "read_code",
    "redeem",
    "redeem_all",
    "redemptions",
    "save_campaign",
    "set_state",
    "signed_code",
    "silence",
]
