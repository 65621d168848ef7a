"""Blocking keys as numbers: the same for a whole table and for one record.

The hash of each part of a key is keyed with the installation's secret, so that a block tells nothing about the values
in it. The parts are then mixed by multiplication and shift (the finaliser of SplitMix64, Steele et al. 2014); the
number of the key stands in the upper bits, so that the blocks of one key lie beside one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datong.identity.linker.model import Key, Part
from datong.privacy import Vault

__all__ = ["Keys", "key_number"]

UInt64 = npt.NDArray[np.uint64]
Int64 = npt.NDArray[np.int64]

_BITS = 64
_MASK = (1 << _BITS) - 1
_SHIFT = 8
_LOW = (1 << (_BITS - _SHIFT)) - 1

class Keys:
    """The blocking keys of a model, made into numbers of 63 bits."""

    def __init__(self, keys: Sequence[Key], vault: Vault) -> None:
        """Take the keys in order; raises ValueError when there are more than 127."""
        if len(keys) > 127:
            raise ValueError(f"a model has at most 127 blocking keys, not {len(keys)}")
        self.keys, self._vault = tuple(keys), vault

    def of_record(self, fields: Mapping[str, str | None]) -> list[int]:
        """Return the numbers of one record's keys, each once; a key of which a part is missing gives none."""
        hashes: dict[Part, list[int]] = {}
        found: dict[int, None] = {}
        for number, key in enumerate(self.keys):
            for part in key.parts:
                if part not in hashes:
                    hashes[part] = [self._hash(part, text) for text in _taken(part, fields.get(part.field))]
            for parts in product(*(hashes[part] for part in key.parts)):
                mixed = 0
                for each in parts:
                    mixed = _mixed(mixed, each)
                found[_numbered(number, mixed)] = None
        return list(found)

    def of_table(self, table: Any) -> Iterator[tuple[Int64, npt.NDArray[np.int32]]]:
        """Yield, for each key, the numbers and the rows of an Arrow table of fields that have them."""
        hashed: dict[Part, tuple[npt.NDArray[np.int32], UInt64]] = {}
        for number, key in enumerate(self.keys):
            rows, mixed = np.arange(table.num_rows, dtype=np.int32), np.zeros(table.num_rows, np.uint64)
            for part in key.parts:
                if part not in hashed:
                    hashed[part] = self._of_column(part, table.column(part.field))
                rows, mixed = _joined(rows, mixed, *hashed[part])
            yield _numbered(number, mixed).astype(np.int64), rows

    def _hash(self, part: Part, text: str) -> int:
        return self._vault.key(f"block:{part.field}:{part.take}:{part.n}", text)

    def _of_column(self, part: Part, column: Any) -> tuple[npt.NDArray[np.int32], UInt64]:
        """Return rows (ascending; one that has several words stands several times) and the hashes of a part."""
        coded = pc.dictionary_encode(column)
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
            coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
        known: dict[str, int] = {}
        offsets, hashes = [0], []
        for text in coded.dictionary.to_pylist():
            for taken in _taken(part, text):
                if taken not in known:
                    known[taken] = self._hash(part, taken)
                hashes.append(known[taken])
            offsets.append(len(hashes))
        starts, flat = np.array(offsets, np.int64), np.array(hashes, np.uint64)
        valid = np.flatnonzero(np.asarray(coded.indices.is_valid()))
        codes = np.asarray(coded.indices.drop_null(), np.int64)
        counts = starts[codes + 1] - starts[codes] if len(starts) > 1 else np.zeros(0, np.int64)
        rows = np.repeat(valid, counts).astype(np.int32)
        first = np.repeat(starts[codes], counts) if len(starts) > 1 else np.zeros(0, np.int64)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows, flat[first + within]


def key_number(block: int) -> int:
    """Return which of the model's keys a block belongs to."""
    return block >> (_BITS - _SHIFT)


@lru_cache(maxsize=4_096)
def _words(text: str, least: int) -> tuple[str, ...]:
    return tuple(word for word in text.split(" ") if len(word) >= least)


def _taken(part: Part, text: str | None) -> tuple[str, ...]:
    """Return what a part takes of a field."""
    if text is None or (part.take in ("prefix", "suffix") and len(text) < part.n):
        return ()
    match part.take:
        case "prefix":
            return (text[: part.n],)
        case "suffix":
            return (text[len(text) - part.n :],)
        case "word":
            return _words(text, part.n)
    return (text,)


def _joined(
    rows: npt.NDArray[np.int32], mixed: UInt64, part_rows: npt.NDArray[np.int32], hashes: UInt64
) -> tuple[npt.NDArray[np.int32], UInt64]:
    """Return every combination of a row's keys so far with its hashes of one part more; both go by ascending row."""
    first = np.searchsorted(part_rows, rows, "left")
    counts = np.searchsorted(part_rows, rows, "right") - first
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(rows, counts), _mixed(np.repeat(mixed, counts), hashes[np.repeat(first, counts) + within])


def _mixed(one: Any, other: Any) -> Any:
    """Return one hash of two; whole numbers and arrays alike."""
    mixed = ((one ^ (one << 7) & _MASK) + other) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)


def _numbered(number: int, mixed: Any) -> Any:
    """Return the hash with the key's number in its upper bits."""
    return (mixed & _LOW) | (number << (_BITS - _SHIFT))
