"""The report of a run: what publishing it would change, and how the model moved since the last run."""

from __future__ import annotations

from typing import Any

from datong.identity.linking.find import Found

__all__ = ["report_of"]

_SHOWN = 500
_LARGEST = 10
_DRIFT = 30


def report_of(found: Found, members: int, auto: float, ask: float, before: Any = None) -> dict[str, Any]:
    """Return the difference as a table of counts and lists, without a personal value in it.

    `members` is how many had records; `before` is the model of the last run, or None.
    """
    clusters = _clusters(found)
    merges = sorted(clusters, key=lambda each: (-len(each["members"]), each["members"]))
    joined = sum(len(each["members"]) for each in clusters)
    return {
        "merged": len(clusters), "split": len(found.torn), "review": found.asked_of,
        "unchanged": members - joined - len(set(found.torn) - {m for each in clusters for m in each["members"]}),
        "merges": merges[:_SHOWN],
        "splits": [{"member": member, "parts": parts} for member, parts in sorted(found.torn.items())][:_SHOWN],
        "largest": [{"members": each["members"][:_SHOWN], "size": len(each["members"])} for each in merges[:_LARGEST]],
        "drift": _drift(before, found.model) if before is not None else [],
        "bands": [
            {"name": "auto", "from": auto, "to": None, "pairs": len(found.joins)},
            {"name": "review", "from": ask, "to": auto, "pairs": found.asked_of},
            {"name": "reject", "from": None, "to": ask, "pairs": found.left},
        ],
        "linked": {name: value for name, value in found.report.items() if name != "keys"},
        "keys": found.report.get("keys", []),
    }


def _clusters(found: Found) -> list[dict[str, Any]]:
    """Return the groups of members that would become one, with the least certain of the joins behind each."""
    root: dict[int, int] = {}

    def find(member: int) -> int:
        while (up := root.setdefault(member, member)) != member:
            root[member] = root[up]
            member = up
        return member

    for pair in found.joins:
        one, two = find(pair.members[0]), find(pair.members[1])
        root[max(one, two)] = min(one, two)
    groups: dict[int, list[int]] = {}
    for member in sorted(root):
        groups.setdefault(find(member), []).append(member)
    least: dict[int, float] = {}
    for pair in found.joins:
        group = find(pair.members[0])
        least[group] = min(least.get(group, 1.0), pair.probability)
    return [{"members": members, "confidence": round(least[group], 6)} for group, members in sorted(groups.items())]


def _drift(before: Any, after: Any) -> list[dict[str, Any]]:
    """Return the weights that moved most: the prior and the levels of each comparison, in log2 odds."""
    old, new = _weights(before), _weights(after)
    both = sorted((name for name in new if name in old), key=lambda name: (-abs(new[name] - old[name]), name))
    return [{"name": name, "before": round(old[name], 3), "after": round(new[name], 3)} for name in both[:_DRIFT]]


def _weights(model: Any) -> dict[str, float]:
    """Return the prior and the weight of each level."""
    return {"prior": model.start} | {
        f"{comparison.name}: {level.name}": level.weight
        for comparison in model.comparisons for level in comparison.levels
    }
