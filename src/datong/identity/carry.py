"""Carrying out corrections: each recomputes only the members it touches, by the evidence in force and under the guards.

`join` is not here: it goes through the batch's own graph as a merge does, so that a linker's run of a million joins
costs no more than a million events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from datong.identity.component import components, cut, strength
from datong.identity.correct import groups_of, keys_of
from datong.identity.ledger import Ledger
from datong.identity.pace import Pace
from datong.identity.policy import Policy
from datong.identity.region import Done, Region, part_keys
from datong.identity.tables import LINK, SHOWN
from datong.identity.taking_back import take_back
from datong.model import Event, Merge, Move, Split
from datong.storage import fetch_in

__all__ = ["Outcome", "Refused", "carry_out"]

Outcome = tuple[list[Merge], list[Split], list[Move]]


class Refused(Exception):
    """A correction cannot be carried out; the text says why, in words for the person who asked."""


def carry_out(tx: sa.Connection, policy: Policy, ledger: Ledger, pace: Pace, event: Event) -> Outcome:
    """Carry out one correction and say in the ledger what became of it; return what became of members."""
    said = event.properties
    work = _WORK.get(str(said.get("action")))
    try:
        if work is None:
            raise Refused(f"there is no action {str(said.get('action'))[:40]!r}")
        done = work(_Task(tx, policy, ledger, pace, event))
    except Refused as refused:
        row = ledger.record(event, "refuse", None, key=next(iter(keys_of(event)), None),
                            detail=f"{said.get('action')}: {refused}", actor=str(said.get("actor", "")))
        ledger.answer(event, "refused", str(refused), row["seq"])
        return [], [], []
    ledger.answer(event, "done", done.note, done.row["seq"])
    return done.merges, done.splits, done.moves


class _Task:
    """One correction with what is needed to carry it out."""

    def __init__(self, tx: sa.Connection, policy: Policy, ledger: Ledger, pace: Pace, event: Event) -> None:
        self.tx, self.policy, self.ledger, self.pace, self.event = tx, policy, ledger, pace, event
        self.said = event.properties
        self.keys = keys_of(event)

    def named(self, count: int) -> tuple[int, ...]:
        """Return the identifier keys the correction is about; refuse where it names another number of them."""
        if len(set(self.keys)) != count:
            raise Refused("it does not name " + ("two identifiers" if count == 2 else "an identifier"))
        return self.keys

    def region(self, members: Iterable[int]) -> Region:
        return Region(self.tx, self.policy, self.ledger, members)

    def record(self, kind: str, member: int | None, key: int | None = None, ns: str = "") -> dict[str, Any]:
        reason, actor = str(self.said.get("reason", "")), str(self.said.get("actor", ""))
        return self.ledger.record(self.event, kind, member, ns=ns, key=key, detail=reason, actor=actor)

    def held(self, keys: Iterable[int]) -> dict[int, Any]:
        """Return the links of the keys; refuse where one was never seen."""
        keys = list(keys)
        query = sa.select(LINK.c.key, LINK.c.ns, LINK.c.member, LINK.c.shared)
        found = {row.key: row for row in fetch_in(self.tx, query, LINK.c.key, keys)}
        if len(found) < len(set(keys)):
            raise Refused("this identifier was never seen")
        return found


def _unmerge(task: _Task) -> Done:
    (key,) = task.named(1)
    link = task.held([key])[key]
    if link.member is None:
        raise Refused("nobody holds this identifier")
    region = task.region([link.member])
    if len(region.links) < 2:
        raise Refused("it is the only identifier of its member")
    mine = [edge for edge in region.edges.values() if key in (edge.a, edge.b)]
    rest = components([k for k in region.links if k != key],
                      [edge for edge in region.edges.values() if key not in (edge.a, edge.b)])
    began = region.members[link.member]["first"]
    weightiest = max(rest, key=region.weight)
    body = set(next((part for part in rest if began in part), weightiest))
    severed = [edge for edge in mine if edge.a in body or edge.b in body]
    row = task.record("unmerge", link.member, key, link.ns)
    region.disable(severed)
    region.settle(task.event, row, keep=next(iter(body)))
    strongest = min(body, key=lambda k: (task.policy.rank[region.links[k].ns], k))
    part_keys(task.tx, [(key, strongest), *((edge.a, edge.b) for edge in severed)], row["seq"])
    return region.outcome(row)


def _split(task: _Task) -> Done:
    groups = groups_of(task.event)
    if len(groups) < 2 or not all(groups):
        raise Refused("it does not name two groups of identifiers")
    keys = [key for group in groups for key in group]
    if len(set(keys)) < len(keys):
        raise Refused("an identifier stands in two groups")
    links = task.held(keys)
    members = {link.member for link in links.values()}
    if len(members) != 1 or None in members:
        raise Refused("the groups are not identifiers of one member")
    (member,) = members
    region = task.region([member])
    labels = {key: at for at, group in enumerate(groups) for key in group}
    row = task.record("split", member)
    region.disable(cut(sorted(region.edges.values(), key=strength), labels))
    for group in groups:  # what was put into one group belongs together even where no evidence says so
        for part in components(group, region.edges.values())[1:]:
            region.connect(task.event, group[0], part[0], row["seq"])
    region.settle(task.event, row, keep=groups[0][0])
    heads = [min(group, key=lambda key: (task.policy.rank.get(links[key].ns, (True, 0, "")), key)) for group in groups]
    part_keys(task.tx, [(a, b) for at, a in enumerate(heads) for b in heads[at + 1 :]], row["seq"])
    return region.outcome(row)


def _part(task: _Task) -> Done:
    a, b = task.named(2)
    links = task.held([a, b])
    member = links[a].member
    row = task.record("part", member if member is not None else links[b].member, a, links[a].ns)
    done = Done(row)
    if member is not None and member == links[b].member:
        region = task.region([member])
        region.disable(cut(sorted(region.edges.values(), key=strength), {a: 1, b: 2}))
        region.settle(task.event, row)
        done = region.outcome(row)
    else:
        row["other"] = links[b].member
    part_keys(task.tx, [(a, b)], row["seq"])
    return done


def _share(task: _Task) -> Done:
    (key,) = task.named(1)
    link = task.held([key])[key]
    if link.shared:
        raise Refused("it is shared already")
    row = task.record("share", link.member, key, link.ns)
    if link.member is None:
        task.tx.execute(sa.update(LINK).where(LINK.c.key == key).values(shared=True))
        return Done(row)
    region = task.region([link.member])
    region.disable([edge for edge in region.edges.values() if key in (edge.a, edge.b)])
    region.links[key].shared = True
    region.settle(task.event, row)
    return region.outcome(row)


def _unshare(task: _Task) -> Done:
    (key,) = task.named(1)
    link = task.held([key])[key]
    if not link.shared:
        raise Refused("it is not shared")
    if key in task.policy.registered:
        raise Refused("it is registered in [identity.shared] of the settings")
    task.tx.execute(sa.update(LINK).where(LINK.c.key == key).values(shared=False))
    task.tx.execute(sa.delete(SHOWN).where(SHOWN.c.key == key))
    return Done(task.record("unshare", None, key, link.ns))


def _undo(task: _Task) -> Done:
    done = take_back(task.tx, task.policy, task.ledger, task.event)
    if isinstance(done, str):
        raise Refused(done)
    return done


def _reset(task: _Task) -> Done:
    ns = str(task.said.get("ns", ""))
    if not task.pace.reset(ns):
        raise Refused(f"{ns or 'nothing'} is not stopped")
    return Done(task.record("reset", None, ns=ns))


_WORK: dict[str, Callable[[_Task], Done]] = {
    "unmerge": _unmerge, "split": _split, "part": _part, "share": _share, "unshare": _unshare, "undo": _undo,
    "reset": _reset,
}
