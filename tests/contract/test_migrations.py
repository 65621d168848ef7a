"""The revisions bring an empty database to exactly what the packages declare, on both engines."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import datong.platform  # noqa: F401 every package declares its tables
from datong.errors import ConfigError
from datong.storage import METADATA, State, migrate, migrations


def test_the_revisions_end_where_the_declarations_are(state: State) -> None:
    """No table, column or index is missing or left over; if this fails, run scripts/revise.py."""
    with state.engine.connect() as tx:
        context = MigrationContext.configure(tx, opts={"version_table": "storage_version", "compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_second_run_changes_nothing(state: State) -> None:
    """A database that is up to date is left alone, with its rows."""
    with state.write() as tx:
        tx.execute(sa.text("INSERT INTO storage_cursor (name, position, now) VALUES ('kept', 5, 0)"))
    migrate(state.engine)
    with state.read() as tx:
        assert tx.execute(sa.text("SELECT position FROM storage_cursor WHERE name = 'kept'")).scalar() == 5


def test_data_of_a_later_release_are_left_alone(state: State) -> None:
    """An unknown revision is refused with what to do, and nothing is changed."""
    with state.write() as tx:
        tx.execute(sa.text("UPDATE storage_version SET version_num = '9999'"))
    with pytest.raises(ConfigError) as caught:
        migrate(state.engine)
    assert caught.value.code == "data_version"


def test_what_was_said_to_be_apart_stays_so_under_its_new_key(state: State) -> None:
    """Revision 0012 makes the table of who is apart anew: its rows stay, there and back."""
    with state.engine.connect().execution_options(datong_write=True) as tx, tx.begin():
        command.downgrade(migrations(tx), "0011")
        tx.execute(sa.text("INSERT INTO identity_apart (a, b, seq, active, ended) VALUES (1, 2, 7, :yes, NULL)"),
                   {"yes": True})
    migrate(state.engine)
    with state.engine.connect().execution_options(datong_write=True) as tx, tx.begin():
        tx.execute(sa.text("INSERT INTO identity_apart (a, b, seq, active, ended) VALUES (1, 2, 9, :yes, NULL)"),
                   {"yes": True})
        command.downgrade(migrations(tx), "0011")
        assert tx.execute(sa.text("SELECT a, b, seq FROM identity_apart")).all() == [(1, 2, 9)]
    migrate(state.engine)
