"""Bringing the operational state to the shape this release needs, on either engine."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

__all__ = ["migrate", "migrations"]


def migrations(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration for the state's revisions, bound to a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: sa.Engine) -> None:
    """Run every revision the database has not seen yet, in one transaction where the engine can."""
    with engine.connect().execution_options(datong_write=True) as tx, tx.begin():
        head = ScriptDirectory.from_config(migrations()).get_current_head()
        if sa.inspect(tx).has_table("storage_version"):
            found = tx.execute(sa.text("SELECT version_num FROM storage_version")).scalar()
            if found == head:
                return
        command.upgrade(migrations(tx), "head")
