"""Alembic's entry: runs on the connection that `datong.storage.migrate` hands over."""

from alembic import context

from datong.storage.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, version_table="storage_version",
    render_as_batch=connection.dialect.name == "sqlite", compare_server_default=False,
)
context.run_migrations()
