"""Cells: what is kept of a member's past for one kind of aggregate, brought forward event by event.

A cell's data is plain (numbers, lists, dictionaries), so that a member's state is one small MessagePack blob. Windowed
cells keep their moments sorted; one cell serves every window over the same events, and keeps the longest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import floor
from typing import Any

from datong.model import DAY, Item
from datong.model.predicate import RETURNS, Aggregate
from datong.tags.where import ITEM_FIELDS, Where

__all__ = ["Bound", "Cell", "Distinct", "Latest", "Series", "Tally", "Top", "Total", "decay"]

_THOUSANDTHS = 1000
"""Quantities and measures are added in thousandths, as integers, so that no order of adding changes a sum."""


def decay(ms: int, half_life: int) -> float:
    """Return the weight left after `ms` >= 0, halved every `half_life` ms (0: never)."""
    return 2.0 ** (-ms / half_life) if half_life else 1.0


class Cell(ABC):
    """What one aggregate keeps; `key` names its data in a member's state."""

    def __init__(self, key: str, aggregate: Aggregate, where: Where | None) -> None:
        self.key, self.aggregate, self.where = key, aggregate, where
        self.types = frozenset(aggregate.types)
        self.horizon = aggregate.last

    def take(self, cells: dict[str, Any], event: Any, rows: Sequence[Item], now: int) -> bool:
        """Count an event of one of the cell's types in; return whether it changed anything."""
        where = self.where
        if where is not None:
            rows = [i for i in rows if where(event, i)]
            if not rows:
                return False
        if self.horizon and event.time <= now - self.horizon:
            return False
        cells[self.key] = self.add(cells.get(self.key), event, rows, now)
        return True

    @abstractmethod
    def add(self, data: Any, event: Any, rows: Sequence[Item], now: int) -> Any:
        """Return the data with the matching rows of an event added."""

    @abstractmethod
    def merge(self, a: Any, b: Any) -> Any:
        """Return the data of two members that are one."""

    @abstractmethod
    def value(self, data: Any, now: int, last: int) -> Any:
        """Return the aggregate's value over (now - last, now]; `data` is None before the first event."""

    def wanes(self, last: int) -> bool:
        """Return whether time alone can ever change the value."""
        return bool(last)

    def expires(self, data: Any, now: int, last: int) -> int | None:  # noqa: ARG002
        """Return when the value changes by time alone, None when it does not."""
        return None


def _measure(field: str) -> Callable[[Any, Sequence[Item]], int]:
    if field == "amount":
        return lambda _e, rows: sum([i.amount for i in rows])
    if field == "net":
        return lambda e, rows: (
            -sum([abs(i.amount) for i in rows]) if e.type in RETURNS else sum([i.amount for i in rows])
        )
    if field == "quantity":
        return lambda _e, rows: sum([floor(i.quantity * _THOUSANDTHS + 0.5) for i in rows])
    if field == "value":
        return lambda e, _rows: floor(e.value * _THOUSANDTHS + 0.5)
    return lambda _e, _rows: 1


class _Measured(Cell):
    def __init__(self, key: str, aggregate: Aggregate, where: Where | None) -> None:
        super().__init__(key, aggregate, where)
        self.measure = _measure(aggregate.field)
        self.divisor = _THOUSANDTHS if aggregate.field in ("quantity", "value") else 0


class Total(_Measured):
    """A count or a sum over all time: one integer."""

    def add(self, data: Any, event: Any, rows: Sequence[Item], now: int) -> Any:  # noqa: ARG002
        """Add the measure."""
        return (data or 0) + self.measure(event, rows)

    def merge(self, a: Any, b: Any) -> Any:
        """Add the totals."""
        return a + b

    def value(self, data: Any, now: int, last: int) -> Any:  # noqa: ARG002
        """Return the total."""
        return (data or 0) / self.divisor if self.divisor else data or 0


class Series(_Measured):
    """A count or a sum over windows: sorted times, and beside them the measures (none for a count)."""

    def add(self, data: Any, event: Any, rows: Sequence[Item], now: int) -> Any:
        """Insert the moment where it belongs and let go of what no window reaches."""
        times, measures = ([], []) if data is None else data
        at = bisect_right(times, event.time)
        times.insert(at, event.time)
        if self.aggregate.field:
            measures.insert(at, self.measure(event, rows))
        if times[0] <= now - self.horizon:
            gone = bisect_right(times, now - self.horizon)
            del times[:gone], measures[:gone]
        return times, measures

    def merge(self, a: Any, b: Any) -> Any:
        """Merge the moments in order."""
        times = [*a[0], *b[0]]
        order = sorted(range(len(times)), key=times.__getitem__)
        measures = [*a[1], *b[1]]
        return [times[i] for i in order], [measures[i] for i in order] if measures else []

    def value(self, data: Any, now: int, last: int) -> Any:
        """Return the count or sum of the moments inside the window."""
        if data is None:
            return 0.0 if self.divisor else 0
        times, measures = data
        at = bisect_right(times, now - last)
        if not self.aggregate.field:
            return len(times) - at
        total = sum(measures[at:])
        return total / self.divisor if self.divisor else total

    def expires(self, data: Any, now: int, last: int) -> int | None:
        """Return when the oldest moment leaves the window."""
        if data is None:
            return None
        at = bisect_right(data[0], now - last)
        return data[0][at] + last if at < len(data[0]) else None


class Bound(Cell):
    """The first or the last time something happened."""

    def __init__(self, key: str, aggregate: Aggregate, where: Where | None) -> None:
        super().__init__(key, aggregate, where)
        self.days = aggregate.function == "days_since"
        self.choose = min if aggregate.function == "first" else max

    def add(self, data: Any, event: Any, rows: Sequence[Item], now: int) -> Any:  # noqa: ARG002
        """Keep the earlier or the later time."""
        return event.time if data is None else self.choose(data, event.time)

    def merge(self, a: Any, b: Any) -> Any:
        """Keep the earlier or the later time."""
        return self.choose(a, b)

    def value(self, data: Any, now: int, last: int) -> Any:  # noqa: ARG002
        """Return the time, or the whole days since then."""
        return (now - data) // DAY if self.days and data is not None else data

    def wanes(self, last: int) -> bool:  # noqa: ARG002
        """Return whether days are counted."""
        return self.days

    def expires(self, data: Any, now: int, last: int) -> int | None:  # noqa: ARG002
        """Return when the next whole day is over."""
        return data + ((now - data) // DAY + 1) * DAY if self.days and data is not None else None


class _Keyed(Cell):
    def __init__(self, key: str, aggregate: Aggregate, where: Where | None) -> None:
        super().__init__(key, aggregate, where)
        self.of_item = aggregate.field in ITEM_FIELDS

    def found(self, event: Any, rows: Sequence[Item]) -> dict[Any, Any]:
        """Return the values the event shows with their weights; an unknown (empty) value is none."""
        field, weight = self.aggregate.field, self.aggregate.weight
        found: dict[Any, Any] = {}
        for item in rows:
            value = getattr(item if self.of_item else event, field)
            if value != "":
                found[value] = found.get(value, 0) + getattr(item, weight) if weight else 1
        return found


class Distinct(_Keyed):
    """Different values, each with the last time it was seen."""

    def add(self, data: Any, event: Any, rows: Sequence[Item], now: int) -> Any:
        """Note the values, and forget those no window reaches once in a while."""
        data = data or {}
        for value in self.found(event, rows):
            data[value] = max(data.get(value, event.time), event.time)
        if self.horizon:
            for value in [v for v, time in data.items() if time <= now - self.horizon]:
                del data[value]
        return data

    def merge(self, a: Any, b: Any) -> Any:
        """Unite, keeping the later time."""
        return {value: max(a.get(value, 0), b.get(value, 0)) for value in {**a, **b}}

    def value(self, data: Any, now: int, last: int) -> Any:
        """Return how many values lie inside the window."""
        if not data or not last:
            return len(data or ())
        return sum(time > now - last for time in data.values())

    def expires(self, data: Any, now: int, last: int) -> int | None:
        """Return when the first of them leaves the window."""
        return min((t + last for t in data.values() if t > now - last), default=None) if data and last else None


class Latest(_Keyed):
    """The value at the last event that had one; of two at the same time, the larger."""

    def add(self, data: Any, event: Any, rows: Sequence[Item], now: int) -> Any:  # noqa: ARG002
        """Keep the later of what is known and what the event shows."""
        values = self.found(event, rows)
        return self.merge(data, (event.time, max(values))) if values else data

    def merge(self, a: Any, b: Any) -> Any:
        """Keep the later."""
        return b if a is None else a if b is None else max(tuple(a), tuple(b))

    def value(self, data: Any, now: int, last: int) -> Any:  # noqa: ARG002
        """Return the value."""
        return data[1] if data else None


class Top(_Keyed):
    """Weights by value, each decayed to the last time it grew, for the value with the largest weight of all time."""

    def add(self, data: Any, event: Any, rows: Sequence[Item], now: int) -> Any:  # noqa: ARG002
        """Add the weights, brought to the later of both times."""
        data = data or {}
        for value, weight in self.found(event, rows).items():
            data[value] = self._sum(data.get(value), (weight, event.time))
        return data

    def merge(self, a: Any, b: Any) -> Any:
        """Add the weights value by value."""
        merged = dict(a)
        for value, weighed in b.items():
            merged[value] = self._sum(merged.get(value), weighed)
        return merged

    def value(self, data: Any, now: int, last: int) -> Any:  # noqa: ARG002
        """Return the heaviest value; its rank does not change with time, for all weights halve alike."""
        if not data:
            return None
        if len(data) == 1:
            (value, (weight, _)), = data.items()
            return value if weight > 0 else None
        half_life = self.aggregate.half_life
        if not half_life:
            return _heaviest({value: weight for value, (weight, _) in data.items()})
        latest = max([time for _, time in data.values()])
        return _heaviest({value: weight * decay(latest - time, half_life) for value, (weight, time) in data.items()})

    def _sum(self, a: Any, b: Any) -> Any:
        if a is None:
            return b
        if a[1] < b[1]:
            a, b = b, a
        half_life = self.aggregate.half_life
        return (a[0] + (b[0] * decay(a[1] - b[1], half_life) if half_life else b[0]), a[1])


class Tally(_Keyed):
    """Sorted moments with value and weight, for the value with the largest weight inside a window."""

    def add(self, data: Any, event: Any, rows: Sequence[Item], now: int) -> Any:
        """Insert the moments where they belong and let go of what no window reaches."""
        data = data or []
        for value, weight in self.found(event, rows).items():
            data.insert(_after(data, event.time), (event.time, value, weight))
        if data and data[0][0] <= now - self.horizon:
            del data[: _after(data, now - self.horizon)]
        return data

    def merge(self, a: Any, b: Any) -> Any:
        """Merge the moments in order."""
        return sorted([*a, *b], key=_moment)

    def value(self, data: Any, now: int, last: int) -> Any:
        """Return the heaviest value inside the window."""
        if not data or data[-1][0] <= now - last:
            return None
        inside = data if data[0][0] > now - last else data[_after(data, now - last):]
        latest, half_life = inside[-1][0], self.aggregate.half_life
        weights: dict[Any, Any] = {}
        for time, value, weight in inside:
            weights[value] = weights.get(value, 0) + (weight * decay(latest - time, half_life) if half_life else weight)
        return _heaviest(weights)

    def expires(self, data: Any, now: int, last: int) -> int | None:
        """Return when the oldest moment leaves the window."""
        if not data or data[-1][0] <= now - last:
            return None
        oldest: int = data[_after(data, now - last)][0]
        return oldest + last


def _after(data: list[Any], time: int) -> int:
    """Return the place after all moments up to and with `time`; most often that is one of the ends."""
    if not data or data[0][0] > time:
        return 0
    return len(data) if data[-1][0] <= time else bisect_right(data, time, key=_moment)


def _moment(entry: Any) -> int:
    time: int = entry[0]
    return time


def _heaviest(weights: Mapping[Any, float]) -> Any:
    """Return the value of the largest weight above zero, the smaller value of two equal ones; None without any."""
    largest = max(weights.values(), default=0)
    return min([value for value, weight in weights.items() if weight == largest]) if largest > 0 else None
