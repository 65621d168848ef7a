"""Retention: what is older than the retailer wants to keep goes, or loses its person, stretch by stretch of the log."""

from __future__ import annotations

import msgspec

from datong.config import Settings
from datong.errors import ConfigError
from datong.model import EVENT_TYPES, TRADE, Event, decode_event, duration, encode_event
from datong.storage import ERASED, EVENTS, Entry, Store, age_facts, cursor, set_cursor

__all__ = ["age", "kept_for"]

_STRETCH = 5_000
_SIGHTINGS = frozenset(t.name for t in EVENT_TYPES.values() if t.family == "sighting")
_OBSERVATIONS = frozenset(
    t.name for t in EVENT_TYPES.values() if t.family in {"ecommerce", "place", "offline", "message", "coupon"}
) - TRADE | {"Page Viewed", "Screen Viewed", "Devices Moved"}


def kept_for(settings: Settings) -> dict[str, int]:
    """Return, by name, how long (ms) each sort is kept, those that are limited; raises ConfigError."""
    found = {}
    for name, text in msgspec.structs.asdict(settings.privacy.retention).items():
        field = f"privacy.retention.{name}"
        try:
            if text and (ms := duration(text)) <= 0:
                raise ConfigError(f"{field} is no time at all", hint='write "" for ever', field=field,
                                  code="config_value")
        except ValueError as error:
            raise ConfigError(f"{field}: {error}", field=field, code="config_value") from None
        if text:
            found[name] = ms
    return found


def age(store: Store) -> dict[str, int]:
    """Let go of what is too old in log and facts; return how many entries and rows of each sort there were.

    Touches only what spine and facts have passed, so it may run while the flow does. A second run finds nothing.
    """
    limits, now = kept_for(store.settings), store.clock.now()
    done = {}
    for name, types in (("sightings", _SIGHTINGS), ("observations", _OBSERVATIONS)):
        if name in limits:
            done[name] = _log(store, name, types, now - limits[name])
    if "observations" in limits:
        with store.facts.write() as facts:
            done["facts"] = age_facts(facts, now - limits["observations"], _OBSERVATIONS)
    return done


def _log(store: Store, name: str, types: frozenset[str], before: int) -> int:
    """Go on from where the last run stopped, up to the first entry that came in at `before` (ms) or later."""
    place, count = f"retention:{name}", 0
    with store.state.read() as tx:
        at, passed = cursor(tx, place)[0], cursor(tx, "spine")[0]
    end = min(passed, store.facts.position())
    while at < end and (entries := store.log.read(at, min(_STRETCH, end - at))):
        changed, last = [], at
        for entry in entries:
            if entry.topic == EVENTS:
                event = decode_event(entry.body)
                if event.received >= before or entry.offset > end:
                    break
                if event.type in types and (new := _aged(entry, event)) is not None:
                    changed.append(new)
            last = entry.offset
        if changed:
            store.log.rewrite(changed)
        if last == at:
            break
        with store.state.write() as tx:
            set_cursor(tx, place, last)
        at, count = last, count + len(changed)
    return count


def _aged(entry: Entry, event: Event) -> Entry | None:
    if event.type in _SIGHTINGS:
        return Entry(entry.offset, ERASED, b"")
    if event.traffic is not None:
        if not any(event.traffic.key):
            return None
        return entry._replace(body=encode_event(msgspec.structs.replace(event, traffic=event.traffic.of_nobody())))
    if not event.identifiers and not event.ident and not event.personal and not event.properties:
        return None
    nobody = msgspec.structs.replace(event, identifiers=(), ident=0, personal={}, properties={})
    return entry._replace(body=encode_event(nobody))
