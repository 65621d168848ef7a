"""Personal traits: the most recent value of each field survives, also when two members become one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from datong.identity.graph import Graph, Person
from datong.identity.tables import TRAIT
from datong.model import Event
from datong.storage import fetch_in, upsert

__all__ = ["write_traits"]


def write_traits(tx: sa.Connection, graph: Graph, told: list[tuple[Person, Event]]) -> None:
    """Take what the events told about their persons, after the graph is settled; the later event wins a tie."""
    losers = {loser.id for _, loser, _ in graph.merges if not loser.new}
    if not told and not losers:
        return
    asked = losers | {person.live().id for person, _ in told if not person.live().new}
    asked |= {loser.live().id for _, loser, _ in graph.merges if not loser.live().new}
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    fresh: set[tuple[int, str]] = set()
    leaving: set[int] = set()
    found = fetch_in(tx, sa.select(TRAIT), TRAIT.c.member, asked)
    for row in sorted(found, key=lambda row: (row.member in losers, row.member)):
        place = (graph.root(row.member), row.field)
        if row.member in losers:
            leaving.add(row.member)
            if place in rows and rows[place]["at"] >= row.at:
                continue
            fresh.add(place)
        rows[place] = {"member": place[0], "field": row.field, "sealed": row.sealed, "at": row.at,
                       "source": row.source}
    for person, event in told:
        for field, sealed in event.personal.items():
            place = (person.live().id, field[:64].replace("\0", ""))
            if place in rows and rows[place]["at"] > event.time:
                continue
            rows[place] = {"member": place[0], "field": place[1], "sealed": sealed, "at": event.time,
                           "source": event.source[:128]}
            fresh.add(place)
    if leaving:
        tx.execute(sa.delete(TRAIT).where(TRAIT.c.member == sa.bindparam("loser")), [{"loser": n} for n in leaving])
    upsert(tx, TRAIT, [rows[place] for place in sorted(fresh)])
