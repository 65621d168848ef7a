"""The tables of places: plans and stores as rows, who is present where, and the facts about visits."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import fact_table, state_table

__all__ = [
    "CALIBRATION", "COUNTED", "HEARD", "PLAN", "PRESENCE", "SENSOR", "SILENCE", "STAFF", "STAFF_FACT", "STORE",
    "STORE_FACT", "SURVEY", "VENUE", "VENUE_FACT", "VISIT_FACT", "ZONE", "ZONE_FACT",
]

VENUE = state_table(
    "places", "venue",
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("city", sa.Text, nullable=False),
    sa.Column("plan", sa.LargeBinary, nullable=False),  # JSON of plan.Venue, for the console
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),  # 0 while only the venue file says it
    sa.Column("gln", sa.String(34), nullable=False, server_default=""),
)

PLAN = state_table(
    "places", "plan",
    sa.Column("id", sa.String(512), primary_key=True),  # of the event that asked for it
    sa.Column("place", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # done, refused
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("plan", sa.LargeBinary, nullable=False),  # JSON of plan.Venue; empty where refused or taken away
    sa.Index("places_plan_place", "place", "version"),
)
"""Every version of a plan that came by the log, and what became of each request."""

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
    sa.Column("region", sa.Text, nullable=False, server_default=""),
    sa.Column("country", sa.Text, nullable=False, server_default=""),
    sa.Column("lon", sa.Float, nullable=True),
    sa.Column("lat", sa.Float, nullable=True),
    sa.Column("hours", sa.Text, nullable=False, server_default=""),
    sa.Column("gln", sa.String(34), nullable=False, server_default="", index=True),
)

STAFF = state_table(
    "places", "staff",
    sa.Column("ident", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("place", sa.String(64), primary_key=True),  # empty: everywhere
    sa.Column("role", sa.String(16), nullable=False),  # staff, visitor (somebody said that it is none)
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=True),
    sa.Column("how", sa.String(16), nullable=False),  # registered, confirmed
    sa.Column("actor", sa.String(128), nullable=False),
    subject="ident:ident",
)
"""Devices of people who work there, from a moment on: their visits are no shoppers'."""

HEARD = state_table(
    "places", "heard",
    sa.Column("place", sa.String(64), primary_key=True),
    sa.Column("sensor", sa.String(64), primary_key=True),  # empty: the venue as a whole
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),  # sightings in the venue when it was last heard
    sa.Column("longest", sa.BigInteger, nullable=False),  # usual silence, in sightings of the venue
    sa.Column("gap", sa.BigInteger, nullable=False),  # usual silence, in ms
    sa.Column("count", sa.BigInteger, nullable=False),
)
"""How each sensor speaks: what its silence is measured by."""

SURVEY = state_table(
    "places", "survey",
    sa.Column("place", sa.String(64), primary_key=True),
    sa.Column("file", sa.String(64), nullable=False),  # the model, in the data folder under surveys/
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("scans", sa.Integer, nullable=False),
    sa.Column("sensors", sa.Integer, nullable=False),
    sa.Column("accuracy", sa.LargeBinary, nullable=False),  # JSON of position.Accuracy
)
"""The survey in use of each venue that has one."""

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
    "region": "VARCHAR", "country": "VARCHAR", "hours": "VARCHAR",
})
VENUE_FACT = fact_table("places", "venue", {
    "code": "VARCHAR", "name": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "country": "VARCHAR",
    "hours": "VARCHAR", "format": "VARCHAR",
})
STAFF_FACT = fact_table("places", "staff", {
    "ident": "BIGINT", "place": "VARCHAR", "role": "VARCHAR", "since": "BIGINT", "until": "BIGINT",
}, subject="ident")
COUNTED = fact_table("places", "counted", {
    "place": "VARCHAR", "door": "VARCHAR", "ts": "BIGINT", "date": "DATE", "hour": "TINYINT", "entries": "BIGINT",
    "exits": "BIGINT",
})
"""What door counters said, by the hour (or shorter) from `ts`."""
CALIBRATION = fact_table("places", "calibration", {
    "place": "VARCHAR", "by": "VARCHAR", "value": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "since": "DATE",
    "until": "DATE", "ts": "BIGINT", "actor": "VARCHAR",
})
"""What the retailer said of the share of visitors who buy, or whose phone is heard."""
SILENCE = fact_table("places", "silence", {
    "place": "VARCHAR", "zone": "VARCHAR", "sensor": "VARCHAR", "start": "BIGINT", "end": "BIGINT",
})
"""Finished silences of sensors: between them nothing is known of their zone."""
ZONE_FACT = fact_table("places", "zone", {
    "place": "VARCHAR", "zone": "VARCHAR", "name": "VARCHAR", "floor": "VARCHAR", "shop": "VARCHAR",
    "category": "VARCHAR",
})
VISIT_FACT = fact_table("places", "visit", {
    "id": "VARCHAR", "ident": "BIGINT", "place": "VARCHAR", "zone": "VARCHAR", "start": "BIGINT", "end": "BIGINT",
    "dwell": "BIGINT", "date": "DATE", "hour": "TINYINT",
}, subject="ident")
