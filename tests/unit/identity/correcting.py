"""Corrections for tests of identity: values are written `namespace:value`, as in a town."""

from __future__ import annotations

from typing import Any

from tests.unit.identity.town import START, Town

from datong.identity import Correction, correction
from datong.model import Batch, Event

__all__ = ["correct", "corrected", "outcome"]


def corrected(town: Town, action: str, *shown: str, actor: str = "user:ann", **said: Any) -> Event:
    """Return the event of a correction; `groups` are written as values too."""
    town.offset += 1
    keys = [str(town.identifier(value).key) for value in shown]
    if "groups" in said:
        said["groups"] = [[str(town.identifier(value).key) for value in group] for group in said["groups"]]
    elif action in ("join", "part") and keys:
        said["keys"] = keys
    elif keys:
        said["key"] = keys[0]
    at = START + town.offset
    return Event(
        id=f"c{town.offset}", source="identity", channel="system", type="Identity Corrected", time=at, received=at,
        offset=town.offset, properties={"action": action, "actor": actor, "reason": "", **said},
    )


def correct(town: Town, action: str, *shown: str, **said: Any) -> Batch:
    """Carry out a correction in a batch of its own."""
    return town.step([corrected(town, action, *shown, **said)])


def outcome(town: Town, offset: int = 0) -> Correction:
    """Return what became of the correction at an offset, by default of the last one."""
    with town.store.state.read() as tx:
        return correction(tx, f"c{offset or town.offset}")
