"""Asking a provider about the members it may be asked about, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from datong.config import EnrichmentSettings
from datong.errors import ConfigError
from datong.identity.enrichment.provider import open_provider
from datong.identity.enrichment.read import MILLION
from datong.identity.enrichment.tables import ENRICHED, ENRICHMENT
from datong.identity.read import identifiers_of_all
from datong.identity.tables import LINK
from datong.model import Event, Identifier, duration, local_parts
from datong.privacy import Vault, allowed, consents_of
from datong.storage import Store, event_record, upsert

__all__ = ["Enriched", "Subject", "allowed_members", "enrich", "source_of", "terms"]

_PAGE = 2_000
_LONGEST = 1_024


class Enriched(msgspec.Struct):
    """What became of a run: members asked about and found, left out without consent, and what it cost.

    `stopped` says why it ended before all were asked about: `budget`, `limit`, or empty.
    """

    provider: str
    asked: int = 0
    found: int = 0
    without_consent: int = 0
    cost: float = 0.0
    stopped: str = ""


class Subject(msgspec.Struct, frozen=True):
    """A member to ask about, by one identifier."""

    member: int
    key: int
    sealed: bytes


def source_of(name: str) -> str:
    """Return the source under which what a provider tells lies in the log and in the golden record."""
    return f"enrichment:{name}"


def terms(name: str, given: EnrichmentSettings) -> tuple[int, int, int | None]:
    """Return (valid in ms, cost and budget in millionths, None without a limit); raises ConfigError."""
    try:
        valid = duration(given.valid)
        cost = int(Decimal(given.cost or "0") * MILLION)
        budget = int(Decimal(given.budget) * MILLION) if given.budget else None
        if valid <= 0 or cost < 0 or (budget or 0) < 0 or given.batch < 1:
            raise ValueError("valid and batch must be above 0, cost and budget not below it")
    except (ValueError, InvalidOperation) as error:
        raise ConfigError(f"enrichment.{name}: {error}", field=f"enrichment.{name}", code="config_value",
                          hint='write valid = "365d", cost = "0.05", budget = "100"') from None
    return valid, cost, budget


def enrich(
    store: Store, vault: Vault, name: str, *, limit: int = 0, dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Enriched:
    """Ask a provider about every member who agreed and was not asked about while that is valid.

    A dry run asks nobody and says how many would be. Raises ConfigError, and Unavailable when the provider fails: what
    was told until then is kept, and the next run goes on from there.
    """
    provider = open_provider(name, store.settings)
    given = store.settings.enrichment[name]
    valid, cost, budget = terms(name, given)
    now = store.clock.now()
    month = datetime.fromtimestamp(now / 1000, ZoneInfo(store.settings.retailer.timezone)).strftime("%Y-%m")
    done = Enriched(name)
    with store.state.read() as tx:
        query = sa.select(ENRICHMENT.c.cost).where(ENRICHMENT.c.provider == name, ENRICHMENT.c.month == month)
        used: int = tx.execute(query).scalar() or 0
    for page in _due(store, name, given, now - valid):
        with store.state.read() as tx:
            agreed = allowed_members(tx, {subject.member for subject in page}, given.purpose, name)
        wanted = [subject for subject in page if subject.member in agreed]
        done.without_consent += len(page) - len(wanted)
        for at in range(0, len(wanted), given.batch):
            some = wanted[at : at + given.batch]
            if limit:
                some = some[: limit - done.asked]
            if budget is not None and cost:
                some = some[: max(0, (budget - used) // cost)]
            if len(some) < len(wanted[at : at + given.batch]):
                done.stopped = "limit" if limit and done.asked + len(some) >= limit else "budget"
            if some and not dry_run:
                found = _ask(store, vault, provider, name, some, now, month, cost)
                done.found += found
                used += found * cost
                done.cost += found * cost / MILLION
            done.asked += len(some)
            if progress:
                progress(done.asked)
            if done.stopped:
                return done
    return done


def allowed_members(tx: sa.Connection, members: set[int], purpose: str, channel: str) -> set[int]:
    """Return those of these members who agreed to the purpose, for this provider or for any, and still do."""
    known = identifiers_of_all(tx, members)
    said: dict[int, list[Any]] = {}
    for one in consents_of(tx, [i.key for of in known.values() for i in of]):
        said.setdefault(one.ident, []).append(one)
    return {
        member for member, of in known.items()
        if allowed([c for i in of for c in said.get(i.key, ())], purpose, channel)
    }


def _due(store: Store, name: str, given: EnrichmentSettings, before: int) -> Iterator[list[Subject]]:
    """Yield pages of the members' identifiers by which was not asked since `before`, in the order of their keys."""
    fresh = sa.select(ENRICHED.c.key).where(ENRICHED.c.provider == name, ENRICHED.c.at > before)
    query = sa.select(LINK.c.member, LINK.c.key, LINK.c.sealed).where(
        LINK.c.ns == given.by, LINK.c.member.is_not(None), LINK.c.sealed.is_not(None), LINK.c.key.not_in(fresh),
    ).order_by(LINK.c.key).limit(_PAGE)
    after = 0
    while True:
        with store.state.read() as tx:
            page = [Subject(*row) for row in tx.execute(query.where(LINK.c.key > after))]
        if not page:
            return
        after = page[-1].key
        yield page


def _ask(
    store: Store, vault: Vault, provider: Any, name: str, some: list[Subject], now: int, month: str, cost: int
) -> int:
    given = store.settings.enrichment[name]
    by_value: dict[str, Subject] = {}
    for subject in some:
        clear = vault.unseal(subject.sealed)
        by_value[sha256(clear.encode()).hexdigest() if given.hashed else clear] = subject
    told = provider.look_up(list(by_value))
    day, hour = local_parts(now, store.settings.retailer.timezone)
    events = []
    for value, fields in told.items():
        subject = by_value[value]
        personal = {ours: vault.seal(str(fields[theirs])[:_LONGEST]) for theirs, ours in given.fields.items()
                    if fields.get(theirs) not in (None, "")}
        events.append(Event(
            f"{name}:{subject.key}:{now}", source_of(name), "enrichment", "Identified", now, now, day, hour,
            (Identifier(given.by, subject.key, subject.sealed),), subject.key, personal=personal,
        ))
    if events:
        store.log.append([event_record(event) for event in events])
    with store.state.write() as tx:
        upsert(tx, ENRICHED, [
            {"provider": name, "key": subject.key, "at": now, "found": value in told}
            for value, subject in by_value.items()
        ])
        mine = (ENRICHMENT.c.provider == name) & (ENRICHMENT.c.month == month)
        old = tx.execute(sa.select(ENRICHMENT).where(mine)).first()
        upsert(tx, ENRICHMENT, [{
            "provider": name, "month": month, "asked": len(some) + (old.asked if old else 0),
            "found": len(told) + (old.found if old else 0), "cost": len(told) * cost + (old.cost if old else 0),
            "last": now,
        }])
    return len(told)
