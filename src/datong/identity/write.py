"""Writing a decided stretch of a batch: each table once, in bulk."""

from __future__ import annotations

import sqlalchemy as sa

from datong.identity.graph import Graph, Person
from datong.identity.tables import LINK, MEMBER, RENAMED, SHOWN
from datong.storage import fetch_in, insert, insert_new, upsert

__all__ = ["write"]

_UPDATE_LINK = sa.update(LINK).where(LINK.c.key == sa.bindparam("k")).values(
    member=sa.bindparam("m"), first_seen=sa.bindparam("first"), last_seen=sa.bindparam("last"),
    since=sa.bindparam("at"), shared=sa.bindparam("everyones"), families=sa.bindparam("bits"),
    verified=sa.bindparam("checked"), out=sa.bindparam("left"),
)
_UPDATE_MEMBER = sa.update(MEMBER).where(MEMBER.c.id == sa.bindparam("number")).values(
    created=sa.bindparam("made"), merged_into=sa.bindparam("root"), families=sa.bindparam("bits"),
    known=sa.bindparam("named"),
)
_BEGIN = sa.update(MEMBER).where(MEMBER.c.id == sa.bindparam("number")).values(first=sa.bindparam("began"))
_LOSER: sa.BindParameter[int] = sa.bindparam("loser")
_ROOT: sa.BindParameter[int] = sa.bindparam("root")
_RENAME = sa.update(MEMBER).where(MEMBER.c.merged_into == _LOSER).values(merged_into=_ROOT)
_REPOINT = sa.update(LINK).where(LINK.c.member == _LOSER).values(member=_ROOT)


def write(tx: sa.Connection, graph: Graph, seen: set[int], remember: bool) -> bool:
    """Bring the tables to what the graph says; return whether anything was decided or learned.

    Links and names always point at live members. `seen` and `remember` are those of `Evidence.write`.
    """
    _write_members(tx, graph)
    losers = [{"loser": loser.id, "root": loser.live().id} for _, loser, _ in graph.merges if not loser.new]
    if losers:
        tx.execute(_RENAME, losers)
        tx.execute(_REPOINT, losers)
    _write_links(tx, graph)
    learned = graph.evidence.write(seen, remember)
    graph.pace.write()
    ledger = graph.ledger
    decided = bool(ledger.events)
    ledger.write()
    _write_shown(tx, graph, {row["loser"] for row in losers})
    return decided or learned


def _write_members(tx: sa.Connection, graph: Graph) -> None:
    insert(tx, MEMBER, [
        {"id": p.id, "created": p.created, "merged_into": _root(p), "families": p.families, "known": p.known,
         "first": p.first}
        for p in graph.people.values() if p.new
    ])
    changed = [person for person in graph.people.values() if person.changed and not person.new]
    if changed:
        tx.execute(_UPDATE_MEMBER, [
            {"number": p.id, "made": p.created, "root": _root(p), "bits": p.families, "named": p.known}
            for p in changed
        ])


    if graph.renamed:
        insert(tx, RENAMED, graph.renamed)
        numbers = sorted({row["member"] for row in graph.renamed})
        tx.execute(_BEGIN, [{"number": n, "began": graph.people[n].first} for n in numbers])


def _root(person: Person) -> int | None:
    return person.live().id if person.into is not None else None


def _write_links(tx: sa.Connection, graph: Graph) -> None:
    new, changed = [], []
    for link in graph.touched.values():
        holder = link.holder()
        member = holder.id if holder else None
        if link.new:
            new.append({
                "key": link.key, "ns": link.ns, "member": member, "sealed": link.sealed,
                "first_seen": link.first_seen, "last_seen": link.last_seen, "since": link.since, "shared": link.shared,
                "families": link.families, "verified": link.verified, "out": link.out,
            })
        else:
            changed.append({
                "k": link.key, "m": member, "first": link.first_seen, "last": link.last_seen, "at": link.since,
                "everyones": link.shared, "bits": link.families, "checked": link.verified, "left": link.out,
            })
    insert(tx, LINK, new)
    if changed:
        tx.execute(_UPDATE_LINK, changed)


def _write_shown(tx: sa.Connection, graph: Graph, losers: set[int]) -> None:
    if not losers and not graph.noted:
        return
    pairs: dict[tuple[int, int], bool] = {}
    found = fetch_in(tx, sa.select(SHOWN.c.key, SHOWN.c.member, SHOWN.c.counts), SHOWN.c.member, losers)
    if found:
        tx.execute(sa.delete(SHOWN).where(SHOWN.c.member == _LOSER), [{"loser": n} for n in {row[1] for row in found}])
    for key, number, counts in (*found, *((*place, counts) for place, counts in graph.noted.items())):
        place = key, graph.root(number)
        pairs[place] = pairs.get(place, False) or counts
    rows = [{"key": key, "member": number, "counts": counts} for (key, number), counts in sorted(pairs.items())]
    upsert(tx, SHOWN, [row for row in rows if row["counts"]])
    insert_new(tx, SHOWN, [row for row in rows if not row["counts"]])
