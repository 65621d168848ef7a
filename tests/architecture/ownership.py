"""A package writes only its own tables and reads only its own and lower ones: every statement that ran is parsed."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from tests.architecture.statements import SEEN

import datong.platform  # noqa: F401 every package declares its tables
from datong.storage import FACT_TABLES, METADATA

LAYERS = [
    {"storage"}, {"privacy"}, {"places", "commerce"}, {"touchpoints"}, {"identity"}, {"tags"}, {"scenes"},
    {"marketing"}, {"delivery"}, {"analytics", "guide"}, {"flow", "platform"}, {"web"}, {"cli"},
]
LEVEL = {package: level for level, layer in enumerate(LAYERS) for package in layer}
OWNER = {name: str(table.info["owner"]) for name, table in METADATA.tables.items()}
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Merge, exp.TruncateTable)


def owner_of(table: exp.Table) -> str:
    """Return the package that owns a table, or an empty text when it is none of ours (a CTE, a bound Arrow table)."""
    if table.db:
        return table.db if f"{table.db}.{table.name}" in FACT_TABLES or table.db == "storage" else ""
    return OWNER.get(table.name, "")


def breaches(package: str, dialect: str, statement: str) -> list[str]:
    """Return what a statement does that its package may not."""
    found = []
    for tree in sqlglot.parse(statement, dialect=dialect):
        if tree is None:
            continue
        target = None
        if isinstance(tree, WRITES):
            target = tree.this.find(exp.Table) if not isinstance(tree.this, exp.Table) else tree.this
            owner = owner_of(target) if target is not None else ""
            if owner and owner != package:
                found.append(f"{package} writes {target}, which {owner} owns")
        for table in tree.find_all(exp.Table):
            owner = owner_of(table)
            if table is target or not owner or owner == package:
                continue
            if LEVEL[owner] >= LEVEL[package]:
                found.append(f"{package} reads {table}, which {owner} above or beside it owns")
    return found


def crossed() -> list[str]:
    """Return what the statements of all tests so far did that their packages may not, Ibis and SQLAlchemy included."""
    return [breach for seen in SEEN for breach in breaches(*seen)]
