"""A member's scenes: one state for each lateness, the times of past firings for the caps, and joining two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from datong.model import DAY, Firing, local_parts
from datong.scenes.advance import Instance, State
from datong.scenes.moment import Moment
from datong.scenes.rules import Rule

__all__ = ["MemberState", "admit", "decode_state", "encode_state", "merge"]

_SEEN = 32


class MemberState(msgspec.Struct, array_like=True):
    """`states` by lateness (ms, as text), `fired` the times of this member's firings by scene."""

    states: dict[str, State] = {}
    fired: dict[str, list[int]] = {}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(MemberState)


def encode_state(state: MemberState) -> bytes:
    """Return the state as one blob."""
    return _encoder.encode(state)


def decode_state(body: bytes) -> MemberState:
    """Return the state that was encoded."""
    return _decoder.decode(body)


def admit(
    rules: Mapping[tuple[str, int], Rule], fired: dict[str, list[int]], candidates: Iterable[Firing], timezone: str
) -> list[Firing]:
    """Return those candidates that cooldown and caps let through, and note them in `fired`.

    Candidates are judged in the order in which they were final, so that batches make no difference.
    """
    admitted = []
    for firing in sorted(candidates, key=lambda f: (f.at + rules[f.scene, f.version].lateness, f.id)):
        rule = rules[firing.scene, firing.version]
        times = fired.setdefault(firing.scene, [])
        if rule.cooldown and any(abs(firing.at - at) < rule.cooldown for at in times):
            continue
        if rule.per_day and _on_day(times, firing.at, timezone) >= rule.per_day:
            continue
        if rule.all_per_day:
            everything = [at for scene in fired.values() for at in scene]
            if _on_day(everything, firing.at, timezone) >= rule.all_per_day:
                continue
        keep = max(rule.cooldown, 2 * DAY)
        fired[firing.scene] = [at for at in times if at > firing.at - keep] + [firing.at]
        admitted.append(firing)
    for scene in [scene for scene, times in fired.items() if not times]:
        del fired[scene]
    return admitted


def _on_day(times: Sequence[int], at: int, timezone: str) -> int:
    day, _ = local_parts(at, timezone)
    return sum(local_parts(time, timezone)[0] == day for time in times)


def merge(a: MemberState, b: MemberState) -> MemberState:
    """Return the state of two members that are one: nothing is lost, nothing counted twice.

    Of two open instances that exclude each other the one that began first stays; pending moments unite; the earlier
    clock holds, so that no moment of either is taken for late.
    """
    states = {key: _join(a.states.get(key), b.states.get(key)) for key in sorted({*a.states, *b.states})}
    fired = {scene: sorted({*a.fired.get(scene, ()), *b.fired.get(scene, ())}) for scene in {**a.fired, **b.fired}}
    return MemberState(states, fired)


def _join(a: State | None, b: State | None) -> State:
    if a is None or b is None:
        one: Any = a or b
        return one  # type: ignore[no-any-return]
    opened: dict[tuple[str, int, str], Instance] = {}
    for instance in sorted((*a.open, *b.open), key=lambda i: (i.begun, i.firing)):
        opened.setdefault((instance.scene, instance.version, instance.key), instance)
    pending: dict[tuple[int, str, str], Moment] = {(m.time, m.id, m.source): m for m in (*a.pending, *b.pending)}
    clock, clock_id = min((a.clock, a.clock_id), (b.clock, b.clock_id))
    seen = list(dict.fromkeys((*a.seen, *b.seen)))[-_SEEN:]
    return State(clock, clock_id, list(opened.values()), [pending[k] for k in sorted(pending)], seen, a.late + b.late)
