"""A member turned out to be several: what fired, its limits, and the scenes under way go to whom they are about.

What fired carries the identifier under which the scene began, and follows it. A scene under way may rest on what
several parts did, so it is played again, for each part with its own events only; what would have fired then and did
not, stays silent, and what did fire does not fire again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from datong.identity import Parted, identifiers_of_all
from datong.model import DAY
from datong.scenes.advance import State, advance
from datong.scenes.moment import Moment, moment
from datong.scenes.rules import Rules
from datong.scenes.tables import FIRING
from datong.storage import Store, fetch_in
from datong.touchpoints import recall

__all__ = ["Fired", "divide_firings", "limits", "replayed"]

_REACH = 3
"""How many times a scene's longest course the replay looks back, for a start that an open one made nothing of."""

Fired = dict[int, list[Any]]
"""Rows (seq, id, scene, at) of what fired, by member."""


def divide_firings(tx: sa.Connection, parts: Parted) -> Fired:
    """Give each firing to the part whose identifier began it; return those of all these members."""
    columns = (FIRING.c.seq, FIRING.c.id, FIRING.c.scene, FIRING.c.at, FIRING.c.member, FIRING.c.ident)
    fired: Fired = {}
    moves = []
    for row in fetch_in(tx, sa.select(*columns), FIRING.c.member, sorted(parts.members)):
        owner = parts.owner(row.ident, row.member)
        fired.setdefault(owner, []).append(row)
        if owner != row.member:
            moves.append({"number": row.seq, "owner": owner})
    if moves:
        tx.execute(sa.update(FIRING).where(FIRING.c.seq == sa.bindparam("number")).values(member=sa.bindparam("owner")),
                   moves)
    return fired


def limits(fired: Sequence[Any], rules: Sequence[Rules], now: int) -> dict[str, list[int]]:
    """Return the times by scene that cooldown and caps still ask for."""
    longest = max((rule.cooldown for one in rules for rule in one.by_key.values()), default=0)
    times: dict[str, list[int]] = {}
    for row in fired:
        if row.at > now - max(longest, 2 * DAY) - DAY:
            times.setdefault(row.scene, []).append(row.at)
    return {scene: sorted(at) for scene, at in times.items()}


def replayed(
    store: Store, tx: sa.Connection, sets: Sequence[Rules], parts: Parted, fired: Fired, before: int, now: int,
    zones: Mapping[tuple[str, str], str],
) -> dict[int, dict[str, State]]:
    """Return each member's states at the platform's time `now` (ms), from the events before a place in the log."""
    owner = {key.key: m for m, linked in identifiers_of_all(tx, parts.members).items() for key in linked}
    reach = max((_REACH * _course(rules) + rules.lateness for rules in sets), default=0)
    types = {type_ for rules in sets for type_ in rules.asked}
    moments: dict[tuple[int, str], list[Moment]] = {}
    for event in recall(store, tx, owner, types, before, since=max(0, now - reach), whole=True):
        if event.history:
            continue
        seen = moment(event, event.items, zones)
        for rules in sets:
            late = rules.lateness and event.received - event.time > rules.lateness
            if not late and rules.concerned(seen):
                moments.setdefault((owner[event.ident], rules.key), []).append(seen)
    states: dict[int, dict[str, State]] = {}
    for rules in sets:
        for member in sorted({member for member, key in moments if key == rules.key}):
            state, _, _ = advance(rules, State(), moments[member, rules.key], now - rules.lateness)
            done = {row.id for row in fired.get(member, ())}
            state.open = [instance for instance in state.open if instance.firing not in done]
            states.setdefault(member, {})[rules.key] = state
    return states


def _course(rules: Rules) -> int:
    """Return the longest time a scene of the set may be under way."""
    return max((sum(stage.duration for stage in rule.stages) for rule in rules.by_key.values()), default=0)
