"""Who shops where: online only, offline only, or both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import ibis
import msgspec

from datong.analytics.scope import Scope, rows, table, with_member
from datong.identity import CHANNEL_FAMILY
from datong.storage import Store

__all__ = ["Overlap", "overlap"]


class Overlap(msgspec.Struct, frozen=True):
    """Members who showed themselves in the period, by the channels on which they did."""

    online: int
    offline: int
    both: int


def overlap(store: Store, since: dt.date | None = None, until: dt.date | None = None) -> Overlap:
    """Return the members with events online only, offline only, and both, in the period."""
    events = Scope(since, until).of(table(store, "touchpoints.event"))
    events = events.filter(events.channel.isin(list(CHANNEL_FAMILY))).select("ident", "channel").distinct()
    known = with_member(store, events)
    known = known.filter(known.member.notnull())
    sides = {n: known.channel.isin(_channels(CHANNEL_FAMILY, n)).cast("int8").max() for n in (1, 2)}
    each = known.group_by("member").agg(online=sides[1], offline=sides[2])
    each = each.mutate(side=each.online + 2 * each.offline)
    found = {r["side"]: r["n"] for r in rows(each.group_by("side").agg(n=ibis._.count()))}
    return Overlap(found.get(1, 0), found.get(2, 0), found.get(3, 0))


def _channels(families: Mapping[str, int], family: int) -> list[str]:
    return sorted(name for name, bit in families.items() if bit == family)
