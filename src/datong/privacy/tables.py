"""The tables of privacy: consent, the salts under which addresses of devices are hashed, and who gave one up."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import state_table

__all__ = ["ANCHORED", "CONSENT", "CONSENT_CHANGE", "ERASURE", "MAC_SALT"]

CONSENT = state_table(
    "privacy", "consent",
    sa.Column("ident", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("purpose", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("granted", sa.Boolean, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(128), nullable=False),
    subject="ident:ident",
)
"""The latest word per identifier, purpose and channel (empty = every channel)."""

CONSENT_CHANGE = state_table(
    "privacy", "consent_change",
    sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("ident", sa.BigInteger, nullable=False, index=True),
    sa.Column("purpose", sa.String(64), nullable=False),
    sa.Column("channel", sa.String(64), nullable=False),
    sa.Column("granted", sa.Boolean, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(128), nullable=False),
    subject="ident:ident",
)
"""Every word, by the log offset at which it was heard."""

ERASURE = state_table(
    "privacy", "erasure",
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("finished", sa.BigInteger),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("reason", sa.String(256), nullable=False),
    sa.Column("label", sa.String(32), nullable=False),
    sa.Column("person", sa.LargeBinary, nullable=False),
    sa.Column("certificate", sa.LargeBinary, nullable=False),
)
"""Erasures: `person` (sealed) says what is to be erased until it is, then it is empty; `certificate` is JSON."""

MAC_SALT = state_table(
    "privacy", "mac_salt",
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),  # random, sealed with the vault
    sa.Column("made", sa.BigInteger, nullable=False),
)
"""The salt of each day (local days since 1970, which begin at `[privacy] mac_salt_hour`), thrown away soon after: from
then on nobody can tell whether two days heard the same device."""

ANCHORED = state_table(
    "privacy", "anchored",
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("offset", sa.BigInteger, nullable=False, index=True),
    sa.Column("since", sa.BigInteger, nullable=False),
    subject="key:ident",
)
"""Keys of the devices whose owner logged in with them: only these keep one key over days."""
