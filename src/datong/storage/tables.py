"""The registry of tables: which package owns each, and by which column a row belongs to a person."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import sqlalchemy as sa

__all__ = ["FACT_TABLES", "METADATA", "FactTable", "fact_table", "state_table"]

METADATA = sa.MetaData()
"""Every table of the operational state, named `package_table`."""

Subject = Literal["member", "ident", "none"]


class FactTable(msgspec.Struct, frozen=True):
    """A table of facts, `package.table`: column names to DuckDB types; `subject` says what its person column holds.

    Rows for which the SQL condition `kept` holds lose their person by an erasure; the others are deleted.
    """

    owner: str
    name: str
    columns: dict[str, str]
    subject: Subject = "none"
    kept: str = "false"

    @property
    def full(self) -> str:
        """Return the qualified name."""
        return f"{self.owner}.{self.name}"


FACT_TABLES: dict[str, FactTable] = {}
"""Every table of the facts by its qualified name."""


def state_table(owner: str, name: str, *parts: Any, subject: str = "", kept: bool = False) -> sa.Table:
    """Declare the operational table `owner_name`; `subject` is `column:member` or `column:ident` for personal rows.

    Several columns that may hold a person are parted by blanks: `a:ident b:ident`. Export and erasure walk the registry
    by `subject`, so a table that holds a person's rows must name it. An erasure deletes these rows; with `kept`, as for
    trade that the law wants kept, it sets the column to 0 and the row belongs to nobody.
    """
    return sa.Table(f"{owner}_{name}", METADATA, *parts, info={"owner": owner, "subject": subject, "kept": kept})


def fact_table(
    owner: str, name: str, columns: dict[str, str], subject: Subject = "none", kept: str = "false"
) -> FactTable:
    """Declare the fact table `owner.name`; one with a person has a BIGINT column `ident` (or `member`)."""
    table = FactTable(owner, name, columns, subject, kept)
    FACT_TABLES[table.full] = table
    return table
