"""The history of the operational state's shape, as Alembic revisions."""
