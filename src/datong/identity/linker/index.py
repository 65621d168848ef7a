"""The block index: which records share a rare key with a new one; kept in the operational state.

A block is a list of records under the hash of a blocking key. A block beyond its key's cap is emptied and stays so
until the index is built anew: what so many share finds nobody. The records' fields are kept sealed beside. A member has
up to eight records, one for each way it is told of; they are numbered member × 8, member × 8 + 1 and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log2
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlalchemy as sa

from datong.identity.linker.block_key import Keys, key_number
from datong.identity.linker.model import Model
from datong.identity.linker.record import Layout, Row
from datong.identity.linker.tables import BLOCK, RECORD
from datong.privacy import Vault
from datong.storage import Lookup, insert, upsert

__all__ = ["Index"]

Int64 = npt.NDArray[np.int64]

_WIDTH = 8
_EACH = 8
_CHUNK = 50_000
_BLOCKS = Lookup(sa.select(BLOCK.c.key, BLOCK.c.size, BLOCK.c.records), BLOCK.c.key)
_RECORDS = Lookup(sa.select(RECORD.c.id, RECORD.c.sealed), RECORD.c.id)
_OF_MEMBERS = Lookup(sa.select(RECORD.c.id, RECORD.c.sealed), RECORD.c.member)
_GONE: sa.BindParameter[int] = sa.bindparam("gone")
KEYS = 24
"""How many of the model's keys are indexed; they come best first, and later ones find next to nobody more."""

CANDIDATES = 64
"""Records compared with a new one at most: those with whom it shares the most and the rarest keys."""


class Index:
    """The records of members, by the blocking keys of one model."""

    def __init__(self, model: Model, vault: Vault) -> None:
        """Prepare the model's keys; `vault` hashes them and seals the records."""
        self.layout = Layout(model)
        self._keys, self._vault = Keys(model.keys[:KEYS], vault), vault
        self._caps = [key.cap for key in model.keys[:KEYS]]
        self._rows = max(model.trained.get("rows", 0.0), 2.0**20)

    def build(self, tx: sa.Connection, table: Any, members: Int64) -> None:
        """Fill the empty index with an Arrow table of fields, a row for each of `members`, which ascend."""
        ids = members * _EACH
        for number, (hashes, rows) in enumerate(self._keys.of_table(table)):
            order = np.lexsort((rows, hashes))
            hashes, records = hashes[order], ids[rows[order]]
            fresh = np.ones(len(hashes), bool)
            fresh[1:] = (hashes[1:] != hashes[:-1]) | (records[1:] != records[:-1])
            self._write(tx, self._caps[number], hashes[fresh], records[fresh])
        nothing = pa.nulls(table.num_rows, pa.string())
        columns = [table.column(f) if f in table.column_names else nothing for f in self.layout.fields]
        for at in range(0, table.num_rows, _CHUNK):
            lists = [column.slice(at, _CHUNK).to_pylist() for column in columns]
            made = zip(members[at : at + _CHUNK].tolist(), zip(*lists, strict=True), strict=True)
            insert(tx, RECORD, [
                {"id": member * _EACH, "member": member, "sealed": self._seal(row)} for member, row in made
            ])

    @staticmethod
    def _write(tx: sa.Connection, cap: int, hashes: Int64, records: Int64) -> None:
        """Write the blocks of one key; both go by ascending hash."""
        starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])) if len(hashes) else np.zeros(0, np.int64)
        sizes = np.diff(np.append(starts, len(hashes)))
        blob = records.astype("<i8").tobytes()
        for at in range(0, len(starts), _CHUNK):
            part = slice(at, at + _CHUNK)
            of = zip(hashes[starts[part]].tolist(), starts[part].tolist(), sizes[part].tolist(), strict=True)
            insert(tx, BLOCK, [
                {"key": key, "size": n, "records": blob[at * _WIDTH : (at + n) * _WIDTH] if n <= cap else b""}
                for key, at, n in of
            ])

    def put(self, tx: sa.Connection, members: Mapping[int, Sequence[Row]]) -> None:
        """Set the records of members, in place of those they had; none takes the member out of the index."""
        before = self._read(tx, _OF_MEMBERS, members)
        after = {
            member * _EACH + nth: row for member, rows in members.items() for nth, row in enumerate(rows[:_EACH])
        }
        changes: dict[int, tuple[set[int], set[int]]] = {}
        for number in before.keys() | after.keys():
            old = set(self._keys_of(before[number])) if number in before else set()
            new = set(self._keys_of(after[number])) if number in after else set()
            for key in old ^ new:
                changes.setdefault(key, (set(), set()))[key in old].add(number)
        self._change(tx, changes)
        upsert(tx, RECORD, [
            {"id": number, "member": number // _EACH, "sealed": self._seal(row)}
            for number, row in sorted(after.items()) if before.get(number) != row
        ])
        gone = [{"gone": number} for number in sorted(before.keys() - after.keys())]
        if gone:
            tx.execute(sa.delete(RECORD).where(RECORD.c.id == _GONE), gone)

    def clear(self, tx: sa.Connection) -> None:
        """Empty the index, as before it is built for another model."""
        tx.execute(sa.delete(BLOCK))
        tx.execute(sa.delete(RECORD))

    def candidates(
        self, tx: sa.Connection, row: Row, limit: int = CANDIDATES, leave: int = 0
    ) -> list[tuple[int, Row]]:
        """Return members and the rows most worth comparing with a row, at most `limit`; none of the member `leave`.

        Each shared key counts log2(records / block size); the sum decides, ties go to the lower number.
        """
        found = _BLOCKS(tx, self._keys_of(row))
        blocks = [(log2(self._rows / size), np.frombuffer(blob, "<i8")) for _, size, blob in found if blob]
        if not blocks:
            return []
        ids, place = np.unique(np.concatenate([numbers for _, numbers in blocks]), return_inverse=True)
        rarity = np.repeat([bits for bits, _ in blocks], [len(numbers) for _, numbers in blocks])
        worth = np.bincount(place, weights=np.maximum(rarity, 0.1))
        worth[ids // _EACH == leave] = 0
        best = np.lexsort((ids, -worth))[:limit]
        chosen = ids[best[worth[best] > 0]].tolist()
        rows = self._read(tx, _RECORDS, chosen)
        return [(number // _EACH, rows[number]) for number in chosen if number in rows]

    def rows_of(self, tx: sa.Connection, members: Iterable[int]) -> dict[int, list[Row]]:
        """Return all rows of each of the members."""
        found: dict[int, list[Row]] = {}
        for number, row in sorted(self._read(tx, _OF_MEMBERS, members).items()):
            found.setdefault(number // _EACH, []).append(row)
        return found

    def _read(self, tx: sa.Connection, records: Lookup, numbers: Iterable[int]) -> dict[int, Row]:
        """Return the rows by record number; `numbers` are those of records or of members, as `records` asks."""
        unseal, unpack = self._vault.unseal, self.layout.unpack
        return {number: unpack(unseal(sealed)) for number, sealed in records(tx, numbers)}

    def _keys_of(self, row: Row) -> list[int]:
        return self._keys.of_record(dict(zip(self.layout.fields, row, strict=True)))

    def _seal(self, row: Row) -> bytes:
        return self._vault.seal(self.layout.pack(row))

    def _change(self, tx: sa.Connection, changes: Mapping[int, tuple[set[int], set[int]]]) -> None:
        """Put records into blocks and take some out, each block read and written once."""
        known = {key: (size, blob) for key, size, blob in _BLOCKS(tx, changes)}
        rows = []
        for key, (more, less) in sorted(changes.items()):
            size, blob = known.get(key, (0, b""))
            if size and not blob:  # outgrown: only counted
                rows.append({"key": key, "size": max(1, size + len(more) - len(less)), "records": b""})
                continue
            numbers = sorted((set(np.frombuffer(blob, "<i8").tolist()) - less) | more)
            kept = numbers if len(numbers) <= self._caps[key_number(key)] else []
            rows.append({"key": key, "size": len(numbers), "records": np.array(kept, "<i8").tobytes()})
        upsert(tx, BLOCK, [row for row in rows if row["size"]])
        empty = [{"gone": row["key"]} for row in rows if not row["size"]]
        if empty:
            tx.execute(sa.delete(BLOCK).where(BLOCK.c.key == _GONE), empty)
