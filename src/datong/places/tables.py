"""The tables of places: the venue file as rows, who is present where, and the facts about visits."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import fact_table, state_table

__all__ = ["PRESENCE", "SENSOR", "STORE", "STORE_FACT", "VENUE", "VISIT_FACT", "ZONE", "ZONE_FACT"]

VENUE = state_table(
    "places", "venue",
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("city", sa.Text, nullable=False),
    sa.Column("plan", sa.LargeBinary, nullable=False),  # JSON of plan.Venue, for the console
)

ZONE = state_table(
    "places", "zone",
    sa.Column("place", sa.String(64), primary_key=True),
    sa.Column("zone", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("floor", sa.String(64), nullable=False),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("category", sa.Text, nullable=False),
)

SENSOR = state_table(
    "places", "sensor",
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("place", sa.String(64), nullable=False),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
)

STORE = state_table(
    "places", "store",
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("city", sa.Text, nullable=False),
    sa.Column("venue", sa.String(64), nullable=False),
)

PRESENCE = state_table(
    "places", "presence",
    sa.Column("ident", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("place", sa.String(64), nullable=False),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("zone_since", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("here", sa.Boolean, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),  # when to leave (here), or when to forget the row (not here)
    sa.Column("body", sa.LargeBinary, nullable=False),  # presence.Presence in MessagePack
    sa.Index("places_presence_due", "here", "due"),
    subject="ident:ident",
)

STORE_FACT = fact_table("places", "store", {
    "code": "VARCHAR", "name": "VARCHAR", "format": "VARCHAR", "city": "VARCHAR", "venue": "VARCHAR",
})
ZONE_FACT = fact_table("places", "zone", {
    "place": "VARCHAR", "zone": "VARCHAR", "name": "VARCHAR", "floor": "VARCHAR", "shop": "VARCHAR",
    "category": "VARCHAR",
})
VISIT_FACT = fact_table("places", "visit", {
    "id": "VARCHAR", "ident": "BIGINT", "place": "VARCHAR", "zone": "VARCHAR", "start": "BIGINT", "end": "BIGINT",
    "dwell": "BIGINT", "date": "DATE", "hour": "TINYINT",
}, subject="ident")
