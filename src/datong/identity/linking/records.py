"""The records of members as the linker reads them: one for each source that told something, in memory only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from datong.identity.linker import Columns
from datong.identity.tables import APART, LINK, SHOWN, TOLD
from datong.model import Namespace
from datong.privacy import Vault
from datong.storage import fetch_in

__all__ = ["COLUMNS", "Records", "apart", "read_records", "records_of"]

COLUMNS = Columns({
    "name": "full_name", "firstName": "given_name", "lastName": "surname", "birthday": "date_of_birth",
    "gender": "gender", "phone": "phone", "email": "email", "address": "address", "postalCode": "postcode",
    "city": "city", "state": "region", "idCard": "national_id", "payment": "card",
})
"""The columns of a record and what they hold."""

_ADDRESS = {"street": "address", "postalCode": "postalCode", "postal_code": "postalCode", "city": "city",
            "state": "state", "region": "state"}
_READ = {"phone": "phone", "email": "email", "payment_token": "payment"}
"""Namespaces whose values are columns too: a payment token as its key, the others in clear."""
_LEAST = 2
_MOST = 4
_PART = 50_000

Record = dict[str, str]


@dataclass(frozen=True)
class Records:
    """One row per record: `table` with the columns, and whose it is; `key` is how each member is known best.

    The rows of one member follow one another. `holds` has, for each namespace of which a member may have one value
    only, the members that have one.
    """

    table: pa.Table
    member: np.ndarray[Any, np.dtype[np.int64]]
    key: dict[int, int]
    holds: dict[str, set[int]]


def read_records(
    tx: sa.Connection, vault: Vault, policy: Mapping[str, Namespace],
    progress: Callable[[float], None] = lambda _: None,
) -> Records:
    """Return the records of every live member of whom at least two columns are known."""
    key: dict[int, int] = {}
    rank: dict[int, tuple[bool, int, int]] = {}
    holds: dict[str, set[int]] = {name: set() for name, ns in policy.items() if ns.limit == 1 and not ns.window}
    query = sa.select(LINK.c.key, LINK.c.ns, LINK.c.member).where(LINK.c.member.is_not(None))
    for number, ns, member in tx.execute(query, execution_options={"yield_per": _PART}):
        if ns in holds:
            holds[ns].add(member)
        if ns in policy:
            strength = (policy[ns].merges != "yes", policy[ns].priority, number)
            if member not in rank or strength < rank[member]:
                rank[member], key[member] = strength, number
    members = sorted(key)
    tables = [_table([])]
    owner: list[int] = []
    for at in range(0, len(members), _PART):
        rows: list[Record] = []
        for member, found in records_of(tx, vault, members[at : at + _PART]).items():
            rows += found
            owner += [member] * len(found)
        tables.append(_table(rows))
        progress(min(1.0, (at + _PART) / max(1, len(members))))
    return Records(pa.concat_tables(tables).combine_chunks(), np.array(owner, np.int64), key, holds)


def _table(rows: list[Record]) -> pa.Table:
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in COLUMNS.kinds})


def records_of(tx: sa.Connection, vault: Vault, members: Iterable[int]) -> dict[int, list[Record]]:
    """Return the different records of each of these live members; one with less than two columns says nothing.

    A record holds what one source said last, and where it said nothing, what any other source said last.
    """
    wanted = list(members)
    told: dict[int, dict[str, dict[str, tuple[int, str]]]] = {}
    query = sa.select(LINK.c.member, TOLD.c.source, TOLD.c.field, TOLD.c.at, TOLD.c.sealed)
    for member, source, field, at, sealed in fetch_in(
        tx, query.select_from(TOLD.join(LINK, LINK.c.key == TOLD.c.key)), LINK.c.member, wanted
    ):
        for name, value in _columns(field, vault.unseal(sealed)):
            _later(told.setdefault(member, {}).setdefault(source, {}), name, at, value)
    seen: dict[int, dict[str, tuple[int, str]]] = {}
    for member, ns, number, sealed, at in _identifiers(tx, wanted):
        value = vault.unseal(sealed) if sealed is not None else str(number)
        _later(seen.setdefault(member, {}), _READ[ns], at, value)
    return {member: _made(told.get(member, {}), seen.get(member, {})) for member in wanted}


def apart(tx: sa.Connection) -> list[tuple[int, int]]:
    """Return the pairs of live members of whom somebody said that they are not one."""
    one, two = LINK.alias(), LINK.alias()
    query = sa.select(one.c.member, two.c.member).select_from(
        APART.join(one, one.c.key == APART.c.a).join(two, two.c.key == APART.c.b)
    ).where(APART.c.active, one.c.member != two.c.member)
    return sorted({(min(a, b), max(a, b)) for a, b in tx.execute(query)})


def _identifiers(tx: sa.Connection, members: list[int]) -> list[Any]:
    """Return what these members hold or have shown in the namespaces that are columns."""
    held = sa.select(LINK.c.member, LINK.c.ns, LINK.c.key, LINK.c.sealed, LINK.c.last_seen)
    shown = sa.select(SHOWN.c.member, LINK.c.ns, LINK.c.key, LINK.c.sealed, LINK.c.first_seen).select_from(
        SHOWN.join(LINK, LINK.c.key == SHOWN.c.key)).where(~LINK.c.shared)
    return [
        *fetch_in(tx, held.where(LINK.c.ns.in_(_READ)), LINK.c.member, members),
        *fetch_in(tx, shown.where(LINK.c.ns.in_(_READ)), SHOWN.c.member, members),
    ]


def _later(found: dict[str, tuple[int, str]], name: str, at: int, value: str) -> None:
    if value and (name not in found or found[name] < (at, value)):
        found[name] = (at, value)


def _columns(field: str, value: str) -> list[tuple[str, str]]:
    """Return the columns a told field is; an address may be a table of parts."""
    if field == "address" and value.startswith("{"):
        try:
            parts = json.loads(value)
        except ValueError:
            return [(field, value)]
        return [(_ADDRESS[name], str(part)) for name, part in parts.items() if name in _ADDRESS and part]
    return [(field, value)] if field in COLUMNS.kinds else []


def _made(
    told: Mapping[str, Mapping[str, tuple[int, str]]], seen: Mapping[str, tuple[int, str]]
) -> list[Record]:
    """Return the different records of one member, at most four, the fullest sources first."""
    common: dict[str, tuple[int, str]] = {}
    for said in (*told.values(), seen):
        for name, (at, value) in said.items():
            _later(common, name, at, value)
    rest = {name: value for name, (_, value) in common.items()}
    made: list[Record] = []
    for _, said in sorted(told.items(), key=lambda item: (-len(item[1]), item[0])):
        record = rest | {name: value for name, (_, value) in said.items()}
        if len(record) >= _LEAST and record not in made:
            made.append(record)
    if not made and len(rest) >= _LEAST:
        made.append(rest)
    return made[:_MOST]
