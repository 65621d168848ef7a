"""Flow lines: from which zone people go to which, where they come in and go out, and the ways most of them take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pyarrow as pa

from datong.analytics.parties import Parties, parties_of
from datong.analytics.sites import Sites
from datong.identity.device import PASSING, followed
from datong.model import MINUTE
from datong.storage import Store

__all__ = ["FlowLines", "Transition", "Way", "ZoneFlow", "flow_lines", "lines_of"]


class Transition(msgspec.Struct, frozen=True):
    """How often a stay in `origin` was followed by one in `target`; `share` is of all that left `origin`."""

    origin: str
    origin_name: str
    target: str
    target_name: str
    moves: int
    share: float


class ZoneFlow(msgspec.Struct, frozen=True):
    """A zone in the flow lines: how many stays, how many began and ended a visit here; `silent` of its time unheard.

    `dwell_median_ms` is the middle stay. A zone without stays whose sensors were silent is not empty but unknown.
    """

    zone: str
    name: str
    floor: str
    stays: int
    entries: int
    exits: int
    dwell_median_ms: int | None
    silent: float


class Way(msgspec.Struct, frozen=True):
    """A sequence of zones that `visits` visits took from beginning to end."""

    zones: list[str]
    names: list[str]
    visits: int
    share: float


class FlowLines(msgspec.Struct, frozen=True):
    """The flow lines of a venue, or of several: `visits` of one zone at least, `left_out` too short ones.

    `staff` devices are left out. `addresses` were heard for these visits: more where phones changed them on their way
    and could be followed. `venues` says of how many venues they are; of several, zones are taken together by their
    category, or their name where they have none.
    """

    place: str
    visits: int
    left_out: int
    staff: int
    transitions: list[Transition]
    zones: list[ZoneFlow]
    ways: list[Way]
    addresses: int = 0
    venues: int = 1
    parties: Parties | None = None


PAUSE = 10 * MINUTE
"""A phone that is silent for so long (ms) at most is still on its way: at rest it scans every two or three minutes."""
MOST = 60
"""Venues whose addresses are followed in one report; of more, each address is a line of its own."""

_BASE = """
WITH joined AS (SELECT unnest($idents::BIGINT[]) AS ident, unnest($firsts::BIGINT[]) AS first),
area AS (
    SELECT place, zone, min(name) AS name, min(floor) AS floor,
           CASE WHEN $several THEN coalesce(nullif(min(category), ''), nullif(min(name), ''), zone) ELSE zone END AS key
    FROM places.zone WHERE place IN (SELECT unnest($places::VARCHAR[])) GROUP BY place, zone
),
own AS (
    SELECT v.place, coalesce(j.first, v.ident) AS ident, v.ident AS address, v.zone, v.start, v."end", v.hour
    FROM places.visit v LEFT JOIN joined j ON j.ident = v.ident
    WHERE v.place IN (SELECT unnest($places::VARCHAR[])) AND v.date >= $since AND v.date <= $until AND NOT EXISTS (
        SELECT 1 FROM places.staff w WHERE w.ident = v.ident AND w.role = 'staff' AND w.place IN ('', v.place)
        AND w.since <= v.start AND (w."until" IS NULL OR w."until" > v.start))
),
cut AS (
    SELECT *, CASE WHEN start > max("end") OVER (PARTITION BY place, ident ORDER BY start, "end", address
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + $pause THEN 1 ELSE 0 END AS fresh
    FROM own WHERE zone = ''
),
numbered AS (SELECT *, sum(fresh) OVER (PARTITION BY place, ident ORDER BY start, "end", address) AS n FROM cut),
every AS (
    SELECT place, ident, min(start) AS start, max("end") AS "end", arg_min(hour, start) AS hour,
           count(DISTINCT address) AS addresses FROM numbered GROUP BY place, ident, n
    HAVING arg_min(hour, start) >= $first_hour AND arg_min(hour, start) < $last_hour
),
whole AS (SELECT * FROM every WHERE "end" - start >= $least),
stay AS (
    SELECT o.place, o.ident, coalesce(a.key, o.zone) AS zone, o.start, o."end"
    FROM own o LEFT JOIN area a ON a.place = o.place AND a.zone = o.zone WHERE o.zone <> ''
),
line AS (
    SELECT s.*, w.start AS visit FROM stay s ASOF JOIN whole w
    ON s.place = w.place AND s.ident = w.ident AND s.start >= w.start WHERE s.start <= w."end"
),
turn AS (
    SELECT *, CASE WHEN zone = lag(zone) OVER (PARTITION BY place, ident, visit ORDER BY start, "end", zone)
                   THEN 0 ELSE 1 END AS fresh FROM line
),
leg AS (SELECT *, sum(fresh) OVER (PARTITION BY place, ident, visit ORDER BY start, "end", zone) AS n FROM turn),
run AS (
    SELECT place, ident, visit, n, min(zone) AS zone, min(start) AS start, max("end") AS "end"
    FROM leg GROUP BY place, ident, visit, n
),
step AS (
    SELECT *, lead(zone) OVER way AS next, lag(zone) OVER way AS before,
           coalesce(lead(start) OVER way, "end") - start AS dwell FROM run
    WINDOW way AS (PARTITION BY place, ident, visit ORDER BY n)
)
"""
"""One row of `step` is a stay in a zone: what is told of one phone, whatever its addresses, and without a break."""

_ZONES = _BASE + """
, told AS (
    SELECT zone, count(*) AS stays, count(*) FILTER (before IS NULL) AS entries,
           count(*) FILTER (next IS NULL) AS exits, CAST(round(quantile_cont(dwell, 0.5)) AS BIGINT) AS dwell
    FROM step GROUP BY zone
),
gone AS (
    SELECT a.key, least(1.0, sum(s."end" - s.start) / count(DISTINCT (a.place, a.zone))
                             / greatest(1, (SELECT max("end") - min(start) FROM whole))) AS silent
    FROM places.silence s JOIN area a ON a.place = s.place AND a.zone = s.zone
    WHERE s."end" > (SELECT min(start) FROM whole) AND s.start < (SELECT max("end") FROM whole) GROUP BY a.key
),
named AS (SELECT key, CASE WHEN $several THEN key ELSE min(name) END AS name,
                 CASE WHEN $several THEN '' ELSE min(floor) END AS floor FROM area GROUP BY key)
SELECT z.key AS zone, z.name, z.floor, coalesce(t.stays, 0) AS stays, coalesce(t.entries, 0) AS entries,
       coalesce(t.exits, 0) AS exits, t.dwell AS dwell_median_ms, coalesce(g.silent, 0.0) AS silent
FROM named z LEFT JOIN told t ON t.zone = z.key LEFT JOIN gone g ON g.key = z.key ORDER BY stays DESC, z.key
"""

_NAME = "coalesce((SELECT min(a.name) FROM area a WHERE a.key = {0} AND NOT $several), {0})"


def flow_lines(
    store: Store, place: str = "", since: dt.date | None = None, until: dt.date | None = None, top: int = 15, *,
    sites: Sites | None = None, parties: bool = False, follow: bool = True,
) -> FlowLines:
    """Return the flow lines of the finished visits that began in the period to a venue, or to those of `sites`.

    `top` ways. Addresses that one phone took one after the other are one line where its sequence numbers or the rarity
    of its model tell it (`follow`); otherwise a made-up address begins a new line. Visits under 30 s and devices of the
    staff are left out. With `parties` those who came, moved and left together are counted as groups.
    """
    sites = sites or Sites(place)
    codes = sites.codes(store)
    asked = _asked(store, sites, codes, since, until, follow)
    moves = store.facts.rows(_BASE + f"""
    SELECT zone AS origin, {_NAME.format("step.zone")} AS origin_name, next AS target,
           {_NAME.format("step.next")} AS target_name, count(*) AS moves
    FROM step WHERE next IS NOT NULL GROUP BY zone, next ORDER BY moves DESC, zone, next
    """, asked)
    left: dict[str, int] = {}
    for row in moves:
        left[row["origin"]] = left.get(row["origin"], 0) + row["moves"]
    zones = store.facts.rows(_ZONES, asked)
    ways = store.facts.rows(_BASE + """
    , way AS (SELECT list(zone ORDER BY n) AS zones FROM step GROUP BY place, ident, visit)
    SELECT zones, count(*) AS visits FROM way GROUP BY zones ORDER BY visits DESC, len(zones), zones LIMIT $top
    """, {**asked, "top": top})
    counts = store.facts.rows(_BASE + """
    SELECT (SELECT count(*) FROM (SELECT DISTINCT place, ident, visit FROM step)) AS visits,
           (SELECT count(*) FROM every WHERE "end" - start < $least) AS left_out,
           (SELECT coalesce(sum(addresses), 0)::BIGINT FROM whole) AS addresses,
           (SELECT count(*) FROM places.staff WHERE role = 'staff'
            AND (place = '' OR place IN (SELECT unnest($places::VARCHAR[])))) AS staff
    """, asked)[0]
    names = {row["zone"]: row["name"] for row in zones}
    return FlowLines(
        codes[0] if len(codes) == 1 else "", counts["visits"], counts["left_out"], counts["staff"],
        [Transition(**row, share=row["moves"] / left[row["origin"]]) for row in moves],
        [ZoneFlow(**row) for row in zones],
        [Way(row["zones"], [names.get(zone, zone) for zone in row["zones"]], row["visits"],
             row["visits"] / counts["visits"] if counts["visits"] else 0.0) for row in ways],
        counts["addresses"], len(codes),
        parties_of(store.facts.query(_BASE + _STEPS, asked)) if parties else None,
    )


_STEPS = "SELECT place, ident, visit, zone, start, dwell FROM step ORDER BY place, visit, ident, n"


def lines_of(store: Store, place: str, since: dt.date, until: dt.date, *, follow: bool = True) -> pa.Table:
    """Return the stays (place, ident, visit, zone, start, dwell) of all lines; ident is the first address of one."""
    return store.facts.query(_BASE + _STEPS, _asked(store, Sites(place), [place], since, until, follow))


def _asked(
    store: Store, sites: Sites, codes: list[str], since: dt.date | None, until: dt.date | None, follow: bool
) -> dict[str, Any]:
    """Return what `_BASE` is bound with."""
    asked: dict[str, Any] = {
        "places": codes, "several": len(codes) > 1, "since": since or dt.date(1970, 1, 1),
        "until": until or dt.date(9999, 1, 1), "least": PASSING, "pause": PAUSE if follow else -1,
        "first_hour": sites.hours[0], "last_hour": sites.hours[1],
    }
    joined: dict[int, int] = {}
    for code in codes if follow and len(codes) <= MOST else ():
        joined |= followed(store.facts, code, asked["since"], asked["until"])
    return asked | {"idents": list(joined), "firsts": list(joined.values())}
