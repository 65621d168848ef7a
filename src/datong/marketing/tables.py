"""The tables of marketing: campaigns, decisions, arms, coupons, messages, launches; and the facts about them."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import fact_table, state_table

__all__ = [
    "ASSIGNMENT", "ASSIGNMENT_FACT", "ASSIGNMENT_HISTORY", "CAMPAIGN", "CAMPAIGN_FACT", "COUPON", "DECISION", "LAUNCH",
    "MESSAGE", "REDEMPTION", "TARGET",
]

CAMPAIGN = state_table(
    "marketing", "campaign",
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("serials", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
)
"""One row per campaign. `number` stands in coupon codes, `digest` is of what its file last said, `serials` counts."""

DECISION = state_table(
    "marketing", "decision",
    sa.Column("firing", sa.String(256), primary_key=True),
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("scene", sa.Text, nullable=False),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("message", sa.String(32), nullable=False, server_default=""),
    subject="member:member",
)
"""What became of every firing, per campaign; `campaign` is empty where none listens to the scene."""

ASSIGNMENT = state_table(
    "marketing", "assignment",
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("member", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("drawn_for", sa.BigInteger, nullable=False),
    sa.Column("arm", sa.String(16), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("ident", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("marketing_assignment_member", "member"),
    subject="member:member",
)
"""The arm of a member in a campaign, drawn once, for the member id it had then; in a split it follows `ident`."""

ASSIGNMENT_HISTORY = state_table(
    "marketing", "drawn",
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("drawn_for", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("ident", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("arm", sa.String(16), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    subject="member:member",
)
"""Draws that gave way to an earlier one when two members turned out to be one at `offset`."""

COUPON = state_table(
    "marketing", "coupon",
    sa.Column("code", sa.String(32), primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False, index=True),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("message", sa.String(32), nullable=False),
    sa.Column("issued", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("offer", sa.Text, nullable=False),
    sa.Column("redeemed", sa.BigInteger),
    sa.Column("attempt", sa.Text),
    sa.Column("receipt", sa.Text, nullable=False, server_default=""),
    sa.Column("lock", sa.Text, nullable=False, server_default=""),
    sa.Column("locked_until", sa.BigInteger, nullable=False, server_default="0"),
    subject="member:member",
)
"""Signed single-use coupons; `attempt` is the redemption that won, `lock` the receipt it is kept for until then."""

REDEMPTION = state_table(
    "marketing", "redemption",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("coupon", sa.Text, nullable=False, index=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("member", sa.BigInteger, index=True),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("ident", sa.BigInteger, nullable=False, server_default="0"),
    subject="member:member",
)
"""Every attempt to redeem, `redeemed` or `refused` with its reason; `member` is who stood at the till, by `ident`."""

MESSAGE = state_table(
    "marketing", "message",
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("channel", sa.String(64), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("not_before", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("coupon", sa.String(32), nullable=False),
    sa.Column("ident", sa.BigInteger, nullable=False),
    sa.Column("ns", sa.String(64), nullable=False),
    subject="member:member",
)
"""Decided messages; `day` is the retailer's calendar day on which they may be said, which the daily cap counts."""

LAUNCH = state_table(
    "marketing", "launch",
    sa.Column("id", sa.String(96), primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
)
"""One sending of an audience campaign: how many members it means and how many are decided."""

TARGET = state_table(
    "marketing", "target",
    sa.Column("launch", sa.String(96), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("meant", sa.BigInteger, nullable=False, server_default="0"),
    subject="member:member",
)
"""The members a launch means, in the order in which they are decided; `meant` is the member id at the launch."""

CAMPAIGN_FACT = fact_table(
    "marketing", "campaign",
    {"code": "VARCHAR", "name": "VARCHAR", "kind": "VARCHAR", "start": "BIGINT", "end": "BIGINT"},
)

ASSIGNMENT_FACT = fact_table(
    "marketing", "assignment",
    {"offset": "BIGINT", "campaign": "VARCHAR", "ident": "BIGINT", "arm": "VARCHAR", "ts": "BIGINT", "date": "DATE"},
    subject="ident",
)
