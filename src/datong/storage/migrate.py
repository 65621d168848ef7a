"""Bringing the operational state to the shape this release needs."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage.tables import METADATA

__all__ = ["migrate"]


def migrate(engine: sa.Engine) -> None:
    """Create what is missing."""
    METADATA.create_all(engine)
