"""The tables of touchpoints: quarantine and sources in the state, one row per item in the facts."""

from __future__ import annotations

import sqlalchemy as sa

from datong.model import TRADE
from datong.storage import fact_table, state_table

__all__ = ["CAPTURE", "CLAIM", "EVENT", "LINK", "ONCE", "PLAYLIST", "QUARANTINED", "SOURCE", "SPOT"]

QUARANTINED = state_table(
    "touchpoints", "quarantine",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),  # the log's offset
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("form", sa.String(8), nullable=False),
    sa.Column("code", sa.String(32), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("hint", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("history", sa.Boolean, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),  # sealed; emptied once the call was taken in
    sa.Column("state", sa.String(16), nullable=False),  # open, replayed, discarded
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Index("ix_touchpoints_quarantine_state", "state", "code"),
)

SOURCE = state_table(
    "touchpoints", "source",
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),  # local days since 1970 to which `events_today` belongs
    sa.Column("events_today", sa.BigInteger, nullable=False),
    sa.Column("quarantined", sa.BigInteger, nullable=False),  # ever
)

EVENT = fact_table(
    "touchpoints", "event",
    {
        "offset": "BIGINT", "item": "SMALLINT", "type": "VARCHAR", "source": "VARCHAR", "channel": "VARCHAR",
        "ts": "BIGINT", "date": "DATE", "hour": "TINYINT", "ident": "BIGINT", "place": "VARCHAR", "zone": "VARCHAR",
        "sku": "VARCHAR", "category": "VARCHAR", "brand": "VARCHAR", "quantity": "DOUBLE", "amount": "BIGINT",
        "currency": "VARCHAR", "campaign": "VARCHAR", "coupon": "VARCHAR", "ref": "VARCHAR", "value": "DOUBLE",
        "history": "BOOLEAN",
    },
    subject="ident", kept=f"type IN ({', '.join(repr(name) for name in sorted(TRADE))})",
)

LINK = state_table(
    "touchpoints", "link",
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),  # product, shelf, page
    sa.Column("sku", sa.String(128), nullable=False),
    sa.Column("place", sa.String(64), nullable=False),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("target", sa.Text, nullable=False),  # an address, of a link to a page
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("retired", sa.BigInteger, nullable=True),
)
"""Short links, as codes and NFC tags carry them."""

CLAIM = state_table(
    "touchpoints", "claim",
    sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),  # of the event that brought it
    sa.Column("claim", sa.String(32), nullable=False),  # hash of its text
    sa.Column("ident", sa.BigInteger, nullable=False),  # whose it is
    sa.Column("other", sa.BigInteger, nullable=False),  # who brought it
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(128), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),  # linked, refused
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Index("ix_touchpoints_claim_claim", "claim"),
    subject="ident:ident other:ident",
)
"""Every attempt to use a claim: it links once."""

PLAYLIST = state_table(
    "touchpoints", "playlist",
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),  # JSON of playlist.Playlist
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
)
"""What screens play."""

SPOT = fact_table("touchpoints", "spot", {
    "screen": "VARCHAR", "spot": "VARCHAR", "campaign": "VARCHAR", "place": "VARCHAR", "zone": "VARCHAR",
    "start": "BIGINT", "end": "BIGINT", "date": "DATE",
})
"""What ran when on which screen, from `start` to `end` (ms)."""

CAPTURE = state_table(
    "touchpoints", "capture",
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("source", sa.String(128), nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("finished", sa.BigInteger, nullable=False),  # 0 while it runs
    sa.Column("behaviour", sa.String(16), nullable=False),  # rollback, proceed
    sa.Column("success", sa.Boolean, nullable=False),
    sa.Column("errors", sa.LargeBinary, nullable=False),  # JSON
    sa.Column("body", sa.LargeBinary, nullable=False),  # the document, sealed; emptied once it is captured
    sa.Index("ix_touchpoints_capture_finished", "finished"),
)
"""Capture jobs of EPCIS documents; not of the log, but of the way there."""

ONCE = state_table(
    "touchpoints", "once",
    sa.Column("mark", sa.String(32), primary_key=True),  # hash of touchpoint and signature
    sa.Column("digest", sa.String(32), nullable=False),  # of the body it came with
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("ix_touchpoints_once_at", "at"),
)
"""Signatures that may carry one body only, for as long as they are good."""
