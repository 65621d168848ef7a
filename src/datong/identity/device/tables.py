"""The tables of devices: what is known of one that was tied to a person, by what, and the facts of what was heard."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import fact_table, state_table

__all__ = ["DEVICE", "HOLDER", "SIGHTING"]

DEVICE = state_table(
    "identity", "device",
    sa.Column("device", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("model", sa.BigInteger, nullable=False),
    sa.Column("first_seen", sa.BigInteger, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    subject="device:ident",
)
"""Devices that an anchor tied to somebody; all others are only counted. `device` is the key of its identifier, `kind`
that identifier's namespace, `model` the keyed hash of its information elements (0 unknown). `confidence` is how sure it
is that this is one device between first and last: 1, but .95 for a made-up address, which another could make up too."""

HOLDER = state_table(
    "identity", "device_holder",
    sa.Column("device", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("known_by", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("anchor", sa.String(16), nullable=False),
    sa.Column("first_seen", sa.BigInteger, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("cause", sa.String(512), nullable=False),
    sa.Index("ix_identity_device_holder_known_by", "known_by"),
    subject="known_by:ident device:ident",
)
"""Who held a device, from when to when: `known_by` is the identifier by which the person was known, never the member,
who is joined late; so a merge or a split changes nothing here. `anchor` is login or app, `cause` the event's id."""

SIGHTING = fact_table("identity", "sighting", {
    "ident": "BIGINT", "ns": "VARCHAR", "place": "VARCHAR", "model": "BIGINT", "start": "BIGINT", "end": "BIGINT",
    "frames": "BIGINT", "first": "BIGINT", "last": "BIGINT", "rssi": "DOUBLE", "date": "DATE", "hour": "TINYINT",
}, subject="ident")
"""Bursts of one device: sequence numbers at both ends (-1 unknown), mean strength (dBm); date and hour are its start's.

`ns` is `random_mac` for an address a phone made up."""
