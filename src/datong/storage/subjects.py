"""Subjects: the rows of one person in every registered table, to hand them out or to erase them.

The one place that reads and deletes in everybody's tables: it touches what each package declared as `subject`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa

from datong.storage.facts import Facts, FactsTx
from datong.storage.tables import FACT_TABLES, METADATA, FactTable

__all__ = ["age_facts", "erase_facts", "erase_state", "personal_facts", "personal_rows"]

_TIMES = ("ts", "start")

_CHUNK = 500


def personal_rows(
    tx: sa.Connection, members: Collection[int], keys: Collection[int]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield, by table, the rows of a person: of member numbers (also former ones) and identifier keys."""
    for table in _tables():
        query = sa.select(table).where(_whose(table, members, keys)).order_by(*table.primary_key.columns)
        if rows := [dict(row) for row in tx.execute(query).mappings()]:
            yield table.name, rows


def erase_state(tx: sa.Connection, members: Collection[int], keys: Collection[int]) -> dict[str, tuple[int, int]]:
    """Delete the person's rows, or take the person out of those that are kept; return (deleted, kept) by table."""
    done: dict[str, tuple[int, int]] = {}
    for table in _tables():
        if not table.info["kept"]:
            count = tx.execute(sa.delete(table).where(_whose(table, members, keys))).rowcount
            if count:
                done[table.name] = (count, 0)
            continue
        count = 0
        for name, kind in _subjects(table):
            column, values = table.c[name], members if kind == "member" else keys
            count += tx.execute(sa.update(table).where(column.in_(values)).values({name: 0})).rowcount
        if count:
            done[table.name] = (0, count)
    return done


def personal_facts(
    facts: Facts, members: Collection[int], keys: Collection[int]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield, by table, the person's rows of the facts."""
    for table, column, values in _fact_tables(members, keys):
        sql = f'SELECT * FROM {table.full} WHERE "{column}" IN (SELECT unnest($values::BIGINT[]))'
        if rows := facts.rows(sql, {"values": values}):
            yield table.full, rows


def erase_facts(
    facts: FactsTx, members: Collection[int], keys: Collection[int], offsets: Collection[int] = ()
) -> dict[str, tuple[int, int]]:
    """Delete the person's facts, or take the person out of those that are kept; return (deleted, kept) by table.

    `offsets` are log entries that are erased whole although they were another person's: their facts go too.
    """
    done: dict[str, tuple[int, int]] = {}
    for table, column, values in _fact_tables(members, keys):
        mine = f'"{column}" IN (SELECT unnest($values::BIGINT[]))'
        gone = f'"{column}" != 0 AND {mine} AND NOT ({table.kept})'
        asked: dict[str, Any] = {"values": values}
        deleted = facts.count(f"DELETE FROM {table.full} WHERE {gone}", asked)
        kept = facts.count(f'UPDATE {table.full} SET "{column}" = 0 WHERE "{column}" != 0 AND {mine}', asked)
        if offsets and "offset" in table.columns:
            sql = f'DELETE FROM {table.full} WHERE "offset" IN (SELECT unnest($offsets::BIGINT[]))'
            deleted += facts.count(sql, {"offsets": sorted(offsets)})
        if deleted or kept:
            done[table.full] = (deleted, kept)
    return done


def age_facts(facts: FactsTx, before: int, types: Collection[str]) -> int:
    """Take the person out of facts older than `before` (ms), of events of these types; return how many rows these were.

    Trade stays as it is, and so do bursts of devices, whose keys rotate by themselves.
    """
    count = 0
    for table in FACT_TABLES.values():
        time = next((name for name in _TIMES if name in table.columns), "")
        if table.subject == "ident" and time and table.owner != "identity":
            old = f'"{time}" < $before AND ident != 0 AND NOT ({table.kept})'
            asked: dict[str, Any] = {"before": before}
            if "type" in table.columns:
                old, asked["types"] = f"{old} AND type IN (SELECT unnest($types))", sorted(types)
            count += facts.count(f"UPDATE {table.full} SET ident = 0 WHERE {old}", asked)
    return count


def _tables() -> Iterator[sa.Table]:
    return (table for table in METADATA.sorted_tables if table.info["subject"])


def _subjects(table: sa.Table) -> list[tuple[str, str]]:
    pairs = (part.partition(":") for part in table.info["subject"].split())
    return [(name, kind) for name, _, kind in pairs]


def _whose(table: sa.Table, members: Collection[int], keys: Collection[int]) -> sa.ColumnElement[bool]:
    return sa.or_(*(
        table.c[name].in_(members if kind == "member" else keys) for name, kind in _subjects(table)
    ))


def _fact_tables(members: Collection[int], keys: Collection[int]) -> Iterator[tuple[FactTable, str, list[int]]]:
    for table in FACT_TABLES.values():
        if table.subject != "none":
            yield table, table.subject, sorted(members if table.subject == "member" else keys)
