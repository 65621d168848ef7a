"""The block index: it finds what shares a rare key, whole table or one by one, and forgets what is taken out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa

from datong.identity.linker import Key, Model, Part
from datong.identity.linker.block_key import Keys, key_number
from datong.identity.linker.columns import parse_columns
from datong.identity.linker.compare import comparisons_for
from datong.identity.linker.index import Index
from datong.identity.linker.record import Row
from datong.identity.linker.tables import BLOCK, RECORD
from datong.privacy import Vault
from datong.storage import Store

COLUMNS = parse_columns({"g": "given_name", "s": "surname", "d": "date_of_birth", "a": "address"})
KEYS = [
    Key("surname", (Part("surname"),), cap=3),
    Key("given prefix 2 + dob", (Part("given", "prefix", 2), Part("dob")), cap=10),
    Key("dob suffix 5", (Part("dob", "suffix", 5),), cap=10),
    Key("word + surname", (Part("address_tokens", "word", 3), Part("surname")), cap=10),
    Key("words", (Part("address_tokens", "word", 3), Part("address_tokens", "word", 3)), cap=10),
]
PEOPLE: list[dict[str, str | None]] = [
    {"given": "bob", "surname": "ng", "dob": "1980-05-06", "address_tokens": "12 elm street"},
    {"given": "bo", "surname": "ng", "dob": "1980-05-06", "address_tokens": "elm oak"},
    {"given": "张", "surname": "li", "dob": "1981-05-06", "address_tokens": None},
    {"given": None, "surname": "li", "dob": None, "address_tokens": "9"},
    {"given": "zed", "surname": "li", "dob": "1990-01-01", "address_tokens": "street"},
    {"given": "zoe", "surname": "li", "dob": "1991-01-02", "address_tokens": "pine"},
]


def model() -> Model:
    """Return a model over the keys."""
    fields = {name for each in COLUMNS for name in each.names}
    return Model(dict(COLUMNS.kinds), comparisons_for(COLUMNS, fields), KEYS, 1e-3)


def table() -> pa.Table:
    """Return the people as fields."""
    return pa.table({name: pa.array([each.get(name) for each in PEOPLE], pa.string())
                     for name in ("given", "surname", "dob", "address_tokens", "surname_key", "given_root", "given_key",
                                  "address", "address_number")})


def rows(index: Index) -> dict[int, list[Row]]:
    """Return the people as members from 100 on, with one row each."""
    return {100 + at: [index.layout.row(each)] for at, each in enumerate(PEOPLE)}


def contents(store: Store) -> list[tuple[int, int, list[int]]]:
    """Return what the blocks hold, by key number."""
    with store.state.read() as tx:
        found = tx.execute(sa.select(BLOCK).order_by(BLOCK.c.key)).all()
    return [(key_number(key), size, [number // 8 for number in np.frombuffer(records, "<i8").tolist()])
            for key, size, records in found]


def test_keys_of_a_table_are_those_of_its_rows(vault: Vault) -> None:
    """Prefixes, suffixes, words and their combinations: every row has the same numbers alone and in the table."""
    keys = Keys(KEYS, vault)
    found: dict[int, set[int]] = {at: set() for at in range(len(PEOPLE))}
    for hashes, at in keys.of_table(table()):
        for number, row in zip(hashes.tolist(), at.tolist(), strict=True):
            found[row].add(number)
    assert [found[at] for at in range(len(PEOPLE))] == [set(keys.of_record(each)) for each in PEOPLE]
    assert [len(found[at]) for at in range(len(PEOPLE))] == [9, 9, 2, 1, 5, 5]
    assert all(0 < number < 2**63 for numbers in found.values() for number in numbers)
    other = Keys(KEYS, Vault(b"another secret of thirty-two byt"))
    assert not set(other.of_record(PEOPLE[0])) & found[0]


def test_building_and_adding_give_the_same_index(store: Store, vault: Vault) -> None:
    """An index built from a table equals one to which the records were added, in two goes."""
    index = Index(model(), vault)
    with store.state.write() as tx:
        index.build(tx, table(), np.arange(100, 106))
    built = contents(store)
    assert (0, 4, []) in built  # four of one surname, where three are the most: it finds nobody
    assert (0, 2, [100, 101]) in built
    with store.state.write() as tx:
        index.clear(tx)
        index.put(tx, {number: row for number, row in rows(index).items() if number % 2})
        index.put(tx, {number: row for number, row in rows(index).items() if not number % 2})
    assert contents(store) == built


def test_the_rarest_company_comes_first(store: Store, vault: Vault) -> None:
    """Candidates share a key; who shares more and rarer ones comes first, who shares none does not come."""
    index = Index(model(), vault)
    people = rows(index)
    with store.state.write() as tx:
        index.put(tx, people)
    with store.state.read() as tx:
        assert [number for number, _ in index.candidates(tx, people[100][0])] == [100, 101, 104, 102]
        assert index.candidates(tx, people[100][0], 1, leave=100) == [(101, people[101][0])]
        assert index.candidates(tx, people[101][0], limit=1) == [(101, people[101][0])]
        assert index.candidates(tx, people[103][0]) == []  # only a block that outgrew its cap
        assert index.candidates(tx, tuple([None] * len(people[100][0]))) == []


def test_what_is_taken_out_is_found_no_more(store: Store, vault: Vault) -> None:
    """Removing, and putting a changed record in place, leave no trace of what was; the sealed rows show no value."""
    index = Index(model(), vault)
    people = rows(index)
    with store.state.write() as tx:
        index.put(tx, {number: people[number] for number in (100, 101, 102)})
    before = contents(store)
    moved = index.layout.row({**PEOPLE[2], "surname": "wu", "dob": "1980-05-07"})
    with store.state.write() as tx:
        index.put(tx, {102: [moved, *people[102]], 105: people[105]})
        index.put(tx, {102: [moved], 105: [], 999: []})
        assert tx.execute(sa.select(RECORD.c.id).order_by(RECORD.c.id)).scalars().all() == [800, 808, 816]
        assert (102, moved) in index.candidates(tx, moved)
        assert all(b"1980-05-0" not in sealed for sealed in tx.execute(sa.select(RECORD.c.sealed)).scalars())
    with store.state.write() as tx:
        index.put(tx, {102: people[102]})
    assert contents(store) == before
    with store.state.write() as tx:
        index.put(tx, {100: [], 101: [], 102: []})
    assert contents(store) == []


def test_a_member_has_several_records(store: Store, vault: Vault) -> None:
    """Each way a member is told of finds it."""
    index = Index(model(), vault)
    people = rows(index)
    with store.state.write() as tx:
        index.put(tx, {7: [people[100][0], people[105][0]]})
        assert index.candidates(tx, people[100][0]) == [(7, people[100][0])]
        assert index.candidates(tx, people[105][0]) == [(7, people[105][0])]


def test_too_many_keys_are_refused(vault: Vault) -> None:
    """The number of a key has seven bits."""
    with pytest.raises(ValueError, match="at most 127"):
        Keys([KEYS[0]] * 128, vault)
