"""Which number a member goes by when what it held comes apart or together.

A member's number goes where the identifier goes with which it is said to have begun, its `first`. Where that one has
left, another takes its place, and what it was before is kept with the decision: so undoing it, and then what was
decided before it, finds everybody under the number they had.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from datong.identity.policy import Policy

__all__ = ["Named", "Prior", "founder", "name"]

_LOWEST = (True, 1 << 30, "")


class Value(Protocol):
    """An identifier, as far as names go by it."""

    @property
    def key(self) -> int: ...
    @property
    def ns(self) -> str: ...
    @property
    def first_seen(self) -> int: ...


class Prior(msgspec.Struct):
    """Who lived, and who did not, before the decision that is taken back: the first claim their number again."""

    lived: set[int] = msgspec.field(default_factory=set)
    died: set[int] = msgspec.field(default_factory=set)

    def order(self, number: int) -> tuple[bool, bool, int]:
        """Return a sorting key of the members that claim a part; without anything to take back the oldest is first."""
        return number in self.died, number not in self.lived, number


class Named(msgspec.Struct):
    """The number of each part, and the part in which each member that held something stays."""

    ids: list[int]
    stays: dict[int, int]


def founder(policy: Policy, part: Iterable[Value]) -> int:
    """Return the identifier with which a member is said to begin: its strongest and oldest one."""
    return min(part, key=lambda held: (policy.rank.get(held.ns, _LOWEST), held.first_seen, held.key)).key


def name(
    parts: Sequence[Sequence[int]], before: Mapping[int, set[int]], members: Mapping[int, Mapping[str, Any]],
    weights: Sequence[tuple[int, int, int]], following: Callable[[], int], keep: int | None = None,
    prior: Prior | None = None, given: Collection[int] = (),
) -> Named:
    """Say which number each part goes by.

    `before` are the parts that each member's identifiers are in now, `members` these and those merged into them.
    `keep` is the identifier with which the only member keeps its number; without it the number goes where its `first`
    goes, but not to an anonymous part while a known one is left without, unless we go back to what was (`prior`). A
    member merged away lives again where its `first` comes apart. Who gave up all it had gets back what is `given` back.
    """
    of = {key: at for at, part in enumerate(parts) for key in part}
    stays: dict[int, int] = {}
    claims: dict[int, list[int]] = {}
    for member in sorted(before):
        stays[member] = _stays(before[member], of.get(members[member]["first"]), weights, of, keep, prior is not None)
        claims.setdefault(stays[member], []).append(member)
    for number, known in sorted(members.items()):
        root, place = known["merged_into"], of.get(known["first"])
        if place is None:
            continue
        homeless = root is None and number not in before and known["first"] in given
        if homeless or (root is not None and place in before.get(root, ()) and place != stays[root]):
            claims.setdefault(place, []).append(number)
    order = (prior or Prior()).order
    ids = [min(claims[at], key=order) if at in claims else following() for at in range(len(parts))]
    return Named(ids, stays)


def _stays(
    places: set[int], began: int | None, weights: Sequence[tuple[int, int, int]], of: Mapping[int, int],
    keep: int | None, back: bool,
) -> int:
    """Return the part in which a member's own number stays."""
    heaviest = max(places, key=weights.__getitem__)
    if keep is not None:
        return of[keep] if of.get(keep) in places else heaviest
    if began is not None and began in places and (back or weights[began][0] or not weights[heaviest][0]):
        return began
    return heaviest
