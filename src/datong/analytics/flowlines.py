"""Flow lines: from which zone people go to which, where they come in and go out, and the ways most of them take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from datong.identity.device import PASSING
from datong.storage import Store

__all__ = ["FlowLines", "Transition", "Way", "ZoneFlow", "flow_lines"]


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
    """The flow lines of a venue: `visits` of one zone at least, `left_out` too short ones, `staff` devices left out."""

    place: str
    visits: int
    left_out: int
    staff: int
    transitions: list[Transition]
    zones: list[ZoneFlow]
    ways: list[Way]


_BASE = """
WITH own AS (
    SELECT v.* FROM places.visit v
    WHERE v.place = $place AND v.date >= $since AND v.date <= $until AND NOT EXISTS (
        SELECT 1 FROM places.staff w WHERE w.ident = v.ident AND w.role = 'staff' AND w.place IN ('', v.place)
        AND w.since <= v.start AND (w."until" IS NULL OR w."until" > v.start))
),
whole AS (SELECT ident, start, "end", dwell FROM own WHERE zone = '' AND dwell >= $least),
stay AS (SELECT ident, zone, start, "end", dwell FROM own WHERE zone <> ''),
line AS (
    SELECT s.ident, w.start AS visit, s.zone, s.start, s.dwell
    FROM stay s ASOF JOIN whole w ON s.ident = w.ident AND s.start >= w.start WHERE s.start <= w."end"
),
step AS (
    SELECT *, lead(zone) OVER way AS next, lag(zone) OVER way AS before FROM line
    WINDOW way AS (PARTITION BY ident, visit ORDER BY start, zone)
)
"""

_NAME = "coalesce((SELECT min(z.name) FROM places.zone z WHERE z.place = $place AND z.zone = {0}), {0})"


def flow_lines(
    store: Store, place: str, since: dt.date | None = None, until: dt.date | None = None, top: int = 15
) -> FlowLines:
    """Return the flow lines of the finished visits to a venue that began in the period; `top` ways.

    A phone that makes up a new address on its way begins a new line, so long ways are rather too few. Visits under 30 s
    and devices of the staff are left out.
    """
    asked: dict[str, Any] = {"place": place, "since": since or dt.date(1970, 1, 1),
                             "until": until or dt.date(9999, 1, 1), "least": PASSING}
    moves = store.facts.rows(_BASE + f"""
    SELECT zone AS origin, {_NAME.format("step.zone")} AS origin_name, next AS target,
           {_NAME.format("step.next")} AS target_name, count(*) AS moves
    FROM step WHERE next IS NOT NULL AND next <> zone GROUP BY zone, next ORDER BY moves DESC, zone, next
    """, asked)
    left: dict[str, int] = {}
    for row in moves:
        left[row["origin"]] = left.get(row["origin"], 0) + row["moves"]
    zones = store.facts.rows(_BASE + """
    , told AS (
        SELECT zone, count(*) AS stays, count(*) FILTER (before IS NULL) AS entries,
               count(*) FILTER (next IS NULL) AS exits, CAST(round(quantile_cont(dwell, 0.5)) AS BIGINT) AS dwell
        FROM step GROUP BY zone
    )
    SELECT z.zone, z.name, z.floor, coalesce(t.stays, 0) AS stays, coalesce(t.entries, 0) AS entries,
           coalesce(t.exits, 0) AS exits, t.dwell AS dwell_median_ms, coalesce((
               SELECT least(1.0, coalesce(sum(s."end" - s.start), 0)
                                 / greatest(1, (SELECT max("end") - min(start) FROM whole)))
               FROM places.silence s WHERE s.place = $place AND s.zone = z.zone
               AND s."end" > (SELECT min(start) FROM whole)
               AND s.start < (SELECT max("end") FROM whole)), 0.0) AS silent
    FROM places.zone z LEFT JOIN told t ON t.zone = z.zone WHERE z.place = $place ORDER BY stays DESC, z.zone
    """, asked)
    ways = store.facts.rows(_BASE + """
    , way AS (SELECT ident, visit, list(zone ORDER BY start, zone) AS zones FROM step
              WHERE before IS NULL OR before <> zone GROUP BY ident, visit)
    SELECT zones, count(*) AS visits FROM way GROUP BY zones ORDER BY visits DESC, len(zones), zones LIMIT $top
    """, {**asked, "top": top})
    counts = store.facts.rows(_BASE + """
    SELECT (SELECT count(*) FROM (SELECT DISTINCT ident, visit FROM line)) AS visits,
           (SELECT count(*) FROM own WHERE zone = '' AND dwell < $least) AS left_out,
           (SELECT count(*) FROM places.staff WHERE role = 'staff' AND place IN ('', $place)) AS staff
    """, asked)[0]
    names = {row["zone"]: row["name"] for row in zones}
    return FlowLines(
        place, counts["visits"], counts["left_out"], counts["staff"],
        [Transition(**row, share=row["moves"] / left[row["origin"]]) for row in moves],
        [ZoneFlow(**row) for row in zones],
        [Way(row["zones"], [names.get(zone, zone) for zone in row["zones"]], row["visits"],
             row["visits"] / counts["visits"] if counts["visits"] else 0.0) for row in ways],
    )
