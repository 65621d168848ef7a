"""Launching an audience campaign: its members are chosen once, and decided in the spine, a stretch per batch."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

import msgspec
import sqlalchemy as sa

from datong.errors import Conflict
from datong.marketing.campaigns import Campaign, campaign
from datong.marketing.tables import LAUNCH, TARGET
from datong.model import Event, Firing
from datong.storage import Store, event_record, insert_new

__all__ = ["Launch", "Part", "launch_members", "launches", "next_targets", "tick"]


class Launch(msgspec.Struct, frozen=True):
    """One sending of an audience campaign: members meant and members decided so far."""

    id: str
    campaign: str
    at: int
    total: int
    done: int


class Part(msgspec.Struct, frozen=True):
    """The next stretch of a launch as firings; `last` says that nothing remains of any launch."""

    launch: str
    done: int
    candidates: list[tuple[Firing, list[Campaign]]]
    last: bool


def launch_members(store: Store, code: str, members: Collection[int]) -> Launch:
    """Plan to decide for these members; the spine does it at once, and goes on after a crash.

    Raises NotFound for an unknown campaign, Conflict (`campaign_closed`) when it is paused, over or not begun.
    """
    now = store.clock.now()
    with store.state.write() as tx:
        found = campaign(tx, code)
        if reason := found.closed(now):
            hint = "set it running, or change its start and end"
            raise Conflict(f"the campaign {code} does not speak now: {reason}", code="campaign_closed", hint=hint)
        count = sa.select(sa.func.count()).select_from(LAUNCH).where(LAUNCH.c.campaign == code)
        number = (tx.scalar(count) or 0) + 1
        chosen = sorted(set(members))
        made = Launch(f"launch:{code}:{number}", code, now, len(chosen), 0)
        tx.execute(LAUNCH.insert().values(**msgspec.structs.asdict(made)))
        insert_new(tx, TARGET, [
            {"launch": made.id, "position": n, "member": m, "meant": m} for n, m in enumerate(chosen, 1)
        ])
    store.log.append([event_record(tick(Part(made.id, 0, [], False), now))])
    return made


def launches(tx: sa.Connection, code: str) -> list[Launch]:
    """Return the launches of a campaign, the latest first."""
    columns = (LAUNCH.c.id, LAUNCH.c.campaign, LAUNCH.c.at, LAUNCH.c.total, LAUNCH.c.done)
    query = sa.select(*columns).where(LAUNCH.c.campaign == code).order_by(LAUNCH.c.at.desc(), LAUNCH.c.id.desc())
    return [Launch(*row) for row in tx.execute(query)]


def next_targets(tx: sa.Connection, limit: int) -> Part | None:
    """Take up to `limit` members of the earliest unfinished launch, and note that they are done; None if none waits.

    Members that became one meanwhile have one name, so one firing, and are decided for once.
    """
    waiting = tx.execute(sa.select(LAUNCH).where(LAUNCH.c.done < LAUNCH.c.total).order_by(LAUNCH.c.at).limit(2)).all()
    if not waiting:
        return None
    row = waiting[0]
    query = sa.select(TARGET.c.position, TARGET.c.member).where(TARGET.c.launch == row.id, TARGET.c.position > row.done)
    targets = tx.execute(query.order_by(TARGET.c.position).limit(limit)).all()
    done = targets[-1].position if targets and len(targets) == limit else row.total
    tx.execute(LAUNCH.update().where(LAUNCH.c.id == row.id).values(done=done))
    names = {f"{row.id}:{t.member}": t.member for t in targets}
    found = campaign(tx, row.campaign)
    candidates = [(Firing(name, "", 0, member, row.at), [found]) for name, member in names.items()]
    return Part(row.id, done, candidates, len(waiting) == 1 and done >= row.total)


def tick(part: Part, now: int) -> Event:
    """Return the log entry that brings the flow to the next stretch."""
    name = blake2b(f"{part.launch}\0{part.done}".encode(), digest_size=16).hexdigest()
    return Event(id=name, source="marketing", channel="system", type="Clock Ticked", time=now, received=now)
