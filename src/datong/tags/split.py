"""Splitting: members who turned out to be several get the pasts that their own identifiers tell of."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from datong.identity import identifiers_of_all
from datong.storage import Store
from datong.tags.past import Past, take
from datong.tags.plan import Plan
from datong.touchpoints import recall

__all__ = ["remade"]


def remade(
    store: Store, tx: sa.Connection, plan: Plan, members: Collection[int], before: int, now: int
) -> dict[int, Past]:
    """Return the pasts of live members made anew at `now` (ms) from all they did before a place in the log.

    Counters cannot be taken apart, so they are counted again: the same as if the parts had never been together. It does
    not matter how far behind the facts are. A member without any event is left out.
    """
    owner = {link.key: member for member, linked in identifiers_of_all(tx, members).items() for link in linked}
    pasts: dict[int, Past] = {}
    for event in recall(store, tx, owner, plan.by_type, before):
        member = owner[event.ident]
        past = pasts.get(member)
        if past is None:
            past = pasts[member] = Past({}, {}, [])
        take(plan, past, event, event.items, now, set())
    return pasts
