"""What a linker has learnt, without any engine: comparisons, weights, frequencies, prior and blocking keys, as JSON.

Weights are Fellegi and Sunter's (1969): level k of a comparison adds log2(m/u), where m is how often a pair of records
of one person falls into the level and u how often a pair of different persons does. The same document is read by the
batch linker (as SQL), by the incremental one (in process) and by the page that explains a link.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from datong.errors import ConfigError

__all__ = [
    "ASKED", "ELSE", "FAMILY", "VERSION", "Comparison", "Key", "Level", "Model", "Part", "Predicate", "read_model",
    "write_model",
]

FAMILY, ASKED = -3.0, 5.0
"""The most bits a pair weighs that agrees in nothing but what is a family's, and one of two given names (p = .97)."""

VERSION = 1
"""Version of the document's form; a document of another version is refused."""

Op = Literal[
    "exact", "jaro_winkler", "damerau", "days", "swapped", "prefix", "initial", "difference", "overlap", "contained",
    "all", "else",
]


class Predicate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question about two records. Null in a field it reads makes it false (a comparison asks for nulls itself).

    - `exact`: the field is equal
    - `jaro_winkler`: Jaro-Winkler similarity of the field is at least `at` (0..1)
    - `damerau`: Damerau-Levenshtein distance of the field (unrestricted) is at most `at`
    - `days`: both are dates (YYYY-MM-DD, existing) at most `at` days apart
    - `swapped`: fields[0] of one is fields[1] of the other, and the other way round
    - `prefix`: the first `at` characters are equal (both have at least so many)
    - `initial`: the shorter value is the beginning of the longer one
    - `difference`: both are numbers, |a - b| is at most `at` times the larger of |a| and |b|
    - `overlap`: of the words (split at blanks) of both, the share found in both is at least `at` (Jaccard)
    - `contained`: all words of the one with fewer words stand in the other, and they are at least `at`
    - `all`: every predicate of `of` is true
    - `else`: always true
    """

    op: Op
    fields: tuple[str, ...] = ()
    at: float = 0.0
    of: tuple[Predicate, ...] = ()


ELSE = Predicate("else")


class Level(msgspec.Struct, omit_defaults=True):
    """One answer of a comparison; levels are asked in order, and the first that is true counts.

    `tf` names the field whose frequency replaces u for an agreement upon it: the weight becomes
    log2(m / max(frequency of the value, floor)) instead of log2(m / u), see `Model.weight_of`. A `silent` level says
    nothing (weight 0): what it found was counted by another comparison. `h` is how often two persons of one household
    fall into the level (0: as often as any two persons).

    `own` says that the level is agreement upon what is a person's own, and not a family's; `proof` that it is upon a
    number given to one person, `home` upon where somebody lives; `doubt` that two of one family would differ in this
    way. See `Model.most`.
    """

    name: str
    when: Predicate
    m: float = 0.0
    u: float = 0.0
    tf: str = ""
    silent: bool = False
    h: float = 0.0
    own: bool = False
    proof: bool = False
    home: bool = False
    doubt: bool = False

    @property
    def weight(self) -> float:
        """Return log2(m/u), 0 when silent."""
        return 0.0 if self.silent else math.log2(max(self.m, 1e-9) / max(self.u, 1e-12))

    def at_home(self, weight: float) -> float:
        """Return what the level says for one household (log2 of h by u), from what it says for one person."""
        return weight + math.log2(self.h / max(self.m, 1e-9)) if self.h and not self.silent else 0.0


class Comparison(msgspec.Struct, omit_defaults=True):
    """Levels over some fields of one kind. When one of `fields` is null on either side it says nothing (weight 0)."""

    name: str
    fields: tuple[str, ...]
    levels: list[Level]


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of a blocking key: the `field`, and what of it.

    `whole`, the first `n` characters (`prefix`), the last `n` (`suffix`), or each word of it (`word`, at least `n`
    characters long): a record then has one key per word.
    """

    field: str
    take: Literal["whole", "prefix", "suffix", "word"] = "whole"
    n: int = 0


class Key(msgspec.Struct, frozen=True):
    """A blocking key: two records meet when all parts are equal and not null. `cap` is the largest block compared."""

    name: str
    parts: tuple[Part, ...]
    cap: int = 1000


class Model(msgspec.Struct):
    """A trained linker.

    The weight of a pair is `start`, plus the weights of its levels, less `beside` of the sum of their `at_home`
    weights: what the people of one household share (surname, address, phone …) says no more than that two records are
    of one household; and it is never more than `most` says. `household` is the probability of that for two records
    drawn at random, 0 when it was not learnt.
    `prior` is the probability that two records of the table, drawn at random, are one person. `frequencies` has, for
    each field with a `tf` level, the share of records (of those not null) per value. Of that share, `scales[field]` is
    owed to other persons (the rest to records of the same one); what is left is at least `floors[field]`, which is also
    what values left out have. `kinds` is the map of columns it was trained for, `habits` how they
    are written (see `clean`), so that a single record is read in the same way. `trained` says upon what (records,
    pairs …).
    """

    kinds: dict[str, str]
    comparisons: list[Comparison]
    keys: list[Key]
    prior: float
    frequencies: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)
    scales: dict[str, float] = msgspec.field(default_factory=dict)
    floors: dict[str, float] = msgspec.field(default_factory=dict)
    household: float = 0.0
    habits: dict[str, str] = msgspec.field(default_factory=dict)
    trained: dict[str, float] = msgspec.field(default_factory=dict)
    version: int = VERSION

    @property
    def start(self) -> float:
        """Return the prior as log2 odds."""
        return math.log2(self.prior / (1 - self.prior))

    def beside(self, at_home: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return log2 of how much likelier pairs are of housemates or strangers than of strangers alone."""
        if not self.household:
            return np.zeros_like(at_home)
        odds = math.log2(self.household / (1 - self.household))
        return np.asarray(np.logaddexp2(0, at_home + odds), at_home.dtype)

    def most(self, levels: npt.NDArray[np.int8]) -> npt.NDArray[Any]:
        """Return the most that pairs of these levels (pairs, comparisons; -1 where a value is missing) may weigh.

        Surname and address alone are a family's, however rare they are: they join nobody. Two given names are two
        persons' in one family: such a pair is asked about, but for a number which is given to one person only.
        """
        own, proof, home, doubt = (self._any(levels, name) for name in ("own", "proof", "home", "doubt"))
        limit = np.full(len(levels), np.inf)
        if doubt is not None:
            limit[doubt if proof is None else doubt & ~proof] = ASKED
        if own is not None and home is not None:
            limit[home & ~own] = FAMILY
        return limit

    def _any(self, levels: npt.NDArray[np.int8], name: str) -> npt.NDArray[np.bool_] | None:
        """Return which pairs are in some level of which `name` is true, None where no level is."""
        found = None
        for at, comparison in enumerate(self.comparisons):
            table = np.array([*(getattr(level, name) for level in comparison.levels), False])
            if table.any():
                each = table[levels[:, at]]
                found = each if found is None else found | each
        return found

    def weight_of(self, level: Level, value: str | None) -> float:
        """Return the weight of a level; `value` is what both agree upon in the field `level.tf`."""
        if not level.tf or value is None:
            return level.weight
        share = self.frequencies.get(level.tf, {}).get(value, 0.0) * self.scales.get(level.tf, 1.0)
        return math.log2(max(level.m, 1e-9) / max(share, self.floors.get(level.tf, 1e-12)))


def write_model(model: Model, path: Path) -> None:
    """Write the model as indented JSON, so that two versions can be compared by eye."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")


def read_model(path: Path) -> Model:
    """Read a model; raises ConfigError when the file is none, or of another version."""
    try:
        model = msgspec.json.decode(path.read_bytes(), type=Model)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"{path} is no linker model: {error}", hint="train one anew") from None
    if model.version != VERSION:
        raise ConfigError(f"{path} is a model of version {model.version}, not {VERSION}", hint="train one anew")
    return model
