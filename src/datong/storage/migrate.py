"""Bringing the operational state to the shape this release needs, on either engine."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from datong.errors import ConfigError

__all__ = ["migrate", "migrations"]


def migrations(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration for the state's revisions, bound to a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: sa.Engine) -> None:
    """Run every revision the database has not seen yet, in one transaction where the engine can.

    Raises ConfigError when the database is of a later release, or holds tables that no release made.
    """
    with engine.connect().execution_options(datong_write=True) as tx, tx.begin():
        script = ScriptDirectory.from_config(migrations())
        found, inspector = None, sa.inspect(tx)
        if inspector.has_table("storage_version"):
            found = tx.execute(sa.text("SELECT version_num FROM storage_version")).scalar()
            if found == script.get_current_head():
                return
        known = {revision.revision for revision in script.walk_revisions()}
        if (found and found not in known) or (not found and inspector.has_table("storage_cursor")):
            hint = "run the release that made it, or give another data directory in [storage] path"
            raise ConfigError("the data were made by a later release, or by none", code="data_version", hint=hint)
        command.upgrade(migrations(tx), "head")
