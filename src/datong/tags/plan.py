"""The plan: all expressions that must be answerable, and which cells each type of event brings forward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import msgspec

from datong.model.predicate import Expr
from datong.tags.cells import Cell
from datong.tags.definitions import Definition
from datong.tags.one import Compiled, compile_one

__all__ = ["Plan"]


class Plan:
    """Tags and further predicates compiled together; an aggregate that several of them use is kept once.

    `cells` by key, each with the longest window asked of it; `by_type` the cells an event type touches with the tags
    that depend on each; `given` the tags that say something of a member without any past; `digest` changes whenever a
    tag's meaning does.
    """

    def __init__(
        self, tags: Mapping[str, Definition], parsed: Mapping[str, Expr], predicates: Iterable[Expr] = (),
        scale: int = 100, currency: str = "",
    ) -> None:
        """Compile; `currency` is the one that amounts are added in, those of others count as none (empty: all are)."""
        self.definitions, self.parsed, self.scale, self.currency = tags, parsed, scale, currency
        self.tags: dict[str, Compiled] = {name: compile_one(expr, parsed, scale) for name, expr in parsed.items()}
        self.given = frozenset(name for name, compiled in self.tags.items() if compiled.evaluate({}, 0))
        self.cells: dict[str, Cell] = {}
        users: dict[str, list[str]] = {}
        for name, compiled in self.tags.items():
            for cell, _ in compiled.needs:
                self._keep(cell)
                users.setdefault(cell.key, []).append(name)
        for expr in predicates:
            for cell, _ in compile_one(expr, parsed, scale).needs:
                self._keep(cell)
        self.by_type: dict[str, list[tuple[Cell, tuple[str, ...]]]] = {}
        for key, cell in self.cells.items():
            for type_ in cell.types:
                self.by_type.setdefault(type_, []).append((cell, tuple(dict.fromkeys(users.get(key, ())))))
        meaning = sorted((name, d.kind, compiled.expr) for (name, compiled), d in
                         zip(self.tags.items(), (tags[n] for n in self.tags), strict=True))
        self.digest = blake2b(msgspec.json.encode([scale, meaning]), digest_size=16).hexdigest()

    @property
    def horizons(self) -> dict[str, int]:
        """Return the longest window of every cell (ms, 0 for all time) by key."""
        return {key: cell.horizon for key, cell in self.cells.items()}

    def _keep(self, cell: Cell) -> None:
        kept = self.cells.get(cell.key)
        if kept is None:
            self.cells[cell.key] = cell
        elif cell.horizon > kept.horizon:
            kept.horizon = cell.horizon
