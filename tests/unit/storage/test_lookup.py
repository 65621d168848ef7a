"""Lookups: rows by whole numbers, by a statement that is compiled once."""

from __future__ import annotations

import sqlalchemy as sa

import datong.identity  # noqa: F401 declares the table that is looked up
from datong.storage import METADATA, Lookup, Store, insert, set_cursor


def test_lookup_returns_the_rows_of_the_numbers_however_many(store: Store) -> None:
    member = METADATA.tables["identity_member"]
    look = Lookup(sa.select(member.c.id, member.c.families).where(member.c.known), member.c.id)
    with store.state.write() as tx:
        insert(tx, member, [
            {"id": n, "created": 0, "merged_into": None, "families": n % 4, "known": n % 2 == 0, "first": None}
            for n in range(1, 6_001)])
        set_cursor(tx, "other", 1)
        assert look(tx, []) == []
        assert sorted(map(tuple, look(tx, [2, 3, 4, 9_999]))) == [(2, 2), (4, 0)]
        assert len(look(tx, range(1, 6_001))) == 3_000
