"""Alembic's entry: runs on the connection that `datong.storage.migrate` hands over."""

from alembic import context

from datong.storage.tables import METADATA

connection = context.config.attributes["connection"]
only = context.config.attributes.get("only", "")
context.configure(
    connection=connection, target_metadata=METADATA, version_table="storage_version",
    render_as_batch=connection.dialect.name == "sqlite", compare_server_default=False,
    include_object=lambda _thing, name, kind, *_: kind != "table" or not only or str(name).startswith(f"{only}_"),
)
context.run_migrations()
