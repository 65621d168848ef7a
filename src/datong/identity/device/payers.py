"""Payers: devices that were in the shop at the minute of a known shopper's payments, again and again.

One such meeting says nothing: everybody in the shop was there. So the other devices at the same place and minute are
weighed as what they are, the competing explanations (a likelihood ratio, as Fellegi and Sunter 1969 weigh agreements).
An *occasion* is the first payment of a member in a shop on a day on which the device was heard in the venue at all.

- Were the device the payer's, it would be heard in the shop at that minute with a chance of h = .7.
- Were it anybody's, with a chance of q: the devices in the shop over the devices in the venue at that minute, or the
  share of the day the device spent in the shop, whichever is more. The latter is what an assistant's phone shows.

The ratio is the product of h/q over the occasions it was there, and of (1-h)/(1-q) over those it was not. The payer's
device is one of the N that the venue heard on such a day, or, as likely, was not heard at all: the confidence is
ratio / (N + the ratios of all devices that fit this payer), so that a companion's device, which fits as well, leaves
both at one half. A device is tied to a payer only from a confidence of .99, three occasions on, which few other people
share (de Montjoye et al. 2015: four such points single out nine of ten shoppers), and if it fits nobody else.

An address that a phone makes up anew never has three occasions; one that is hashed anew every day has them within a day
or not at all.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from datong.storage import Facts

__all__ = ["MEETINGS", "SURE", "Payer", "payers"]

MEETINGS = 3
"""On how many occasions a device and a payer must have met."""
SURE = 0.99
"""From which confidence a device is the payer's."""
_HEARD = 0.7
"""How often a phone that is there is heard in the very minute: some are silent, or in a pocket behind a wall."""
_CHANCE = 1e-6
"""The least chance of a stranger, however many there are."""


class Payer(msgspec.Struct, frozen=True):
    """A device (`ns`: of which namespace) and the identifier of who pays where it is.

    They met on `meetings` of the `occasions` there were, between `first` and `last` (ms); `weight` is the likelihood
    ratio in bits, `others` the other devices that were in the venue on such a day.
    """

    device: int
    ns: str
    known_by: int
    meetings: int
    occasions: int
    weight: float
    others: int
    confidence: float
    first: int
    last: int


_MEETINGS = """
WITH stable AS (SELECT ident AS device, min(ns) AS ns FROM identity.sighting WHERE ns <> 'random_mac' GROUP BY ident),
stays AS (
    SELECT v.ident AS device, v.place AS venue, coalesce(z.shop, '') AS shop, v.date, v.start, v."end" + 60000 AS until
    FROM places.visit v LEFT JOIN places.zone z ON z.place = v.place AND z.zone = v.zone
    WHERE v.zone <> '' AND v.ident IN (SELECT device FROM stable) AND v.start >= $since
),
days AS (SELECT venue, date, min(start) AS opened, max(until) AS closed, count(DISTINCT device) AS n
         FROM stays GROUP BY ALL),
heard AS (SELECT DISTINCT device, venue, date FROM stays),
share AS (SELECT s.device, s.venue, s.shop, s.date,
                 least(1.0, sum(s.until - s.start) / any_value(d.closed - d.opened)) AS share
          FROM stays s JOIN days d USING (venue, date) WHERE s.shop <> '' GROUP BY s.device, s.venue, s.shop, s.date),
flow AS (SELECT venue, moment, sum(net) OVER (PARTITION BY venue ORDER BY moment) AS n FROM (
    SELECT venue, moment, sum(step) AS net FROM (
        SELECT venue, start AS moment, 1 AS step FROM stays UNION ALL SELECT venue, until + 1, -1 FROM stays)
    GROUP BY venue, moment)),
bought AS (SELECT l.member, r.place AS shop, r.date, min({'ts': r.ts, 'ident': r.ident}) AS first
           FROM commerce.receipt r JOIN identity.link l ON l.ident = r.ident
           WHERE r.kind = 'sale' AND r.ident <> 0 AND r.ts >= $since GROUP BY l.member, r.place, r.date),
paid AS (SELECT b.member, b.shop, b.date, b.first.ts AS ts, b.first.ident AS ident, z.venue
         FROM bought b JOIN (SELECT DISTINCT place AS venue, shop FROM places.zone WHERE shop <> '') z USING (shop)),
present AS (SELECT p.member, p.venue, p.shop, p.date, f.n
            FROM paid p ASOF JOIN flow f ON f.venue = p.venue AND f.moment <= p.ts),
met AS (SELECT DISTINCT p.member, p.venue, p.shop, p.date, p.ts, s.device
        FROM paid p JOIN stays s ON s.venue = p.venue AND s.shop = p.shop AND s.start <= p.ts AND s.until >= p.ts),
crowd AS (SELECT member, venue, shop, date, count(*) AS k FROM met GROUP BY ALL),
fits AS (SELECT device, member, count(*) AS meetings, min(ts) AS first, max(ts) AS last
         FROM met GROUP BY device, member HAVING count(*) >= 2),
known AS (SELECT member, min(ident) AS known_by FROM paid GROUP BY member),
chance AS (
    SELECT f.device, f.member, m.device IS NOT NULL AS there, d.n AS others,
           least(0.99, greatest($chance, coalesce(c.k, 0) / greatest(n.n, 1), coalesce(s.share, 0))) AS q
    FROM fits f
    JOIN paid p ON p.member = f.member
    JOIN heard h ON h.device = f.device AND h.venue = p.venue AND h.date = p.date
    JOIN days d ON d.venue = p.venue AND d.date = p.date
    JOIN present n ON n.member = p.member AND n.venue = p.venue AND n.shop = p.shop AND n.date = p.date
    LEFT JOIN crowd c ON c.member = p.member AND c.venue = p.venue AND c.shop = p.shop AND c.date = p.date
    LEFT JOIN share s ON s.device = f.device AND s.venue = p.venue AND s.shop = p.shop AND s.date = p.date
    LEFT JOIN met m ON m.device = f.device AND m.member = p.member AND m.venue = p.venue AND m.shop = p.shop
                   AND m.date = p.date
)
SELECT f.device, s.ns, k.known_by, f.meetings, count(*) AS occasions, max(c.others) AS others, f.first, f.last,
       sum(CASE WHEN c.there THEN log2($heard / c.q) ELSE log2((1 - $heard) / (1 - c.q)) END) AS weight
FROM fits f JOIN stable s USING (device) JOIN known k USING (member) JOIN chance c USING (device, member)
GROUP BY f.device, s.ns, k.known_by, f.meetings, f.first, f.last ORDER BY f.device, k.known_by
"""


def payers(facts: Facts, since: int = 0) -> list[Payer]:
    """Return the devices whose payer can be told from the visits and receipts since `since` (ms), by device."""
    rows = facts.rows(_MEETINGS, {"since": since, "heard": _HEARD, "chance": _CHANCE})
    of_payer: dict[int, list[dict[str, Any]]] = {}
    of_device: dict[int, int] = {}
    for row in rows:
        of_payer.setdefault(row["known_by"], []).append(row)
        if row["weight"] >= math.log2(row["others"]):  # likelier this payer's than a stranger's
            of_device[row["device"]] = of_device.get(row["device"], 0) + 1
    found = [Payer(**row, confidence=_confidence(row, of_payer[row["known_by"]])) for row in rows]
    return [
        payer for payer in found
        if payer.meetings >= MEETINGS and payer.confidence >= SURE and of_device.get(payer.device) == 1
    ]


def _confidence(row: dict[str, Any], rivals: list[dict[str, Any]]) -> float:
    """Return how sure it is that the device is the payer's, with all devices that fit the payer beside it."""
    against = math.log2(row["others"]) - row["weight"]
    odds = [against, *(rival["weight"] - row["weight"] for rival in rivals if rival is not row)]
    return 1 / (1 + sum(math.pow(2.0, min(bits, 500.0)) for bits in odds))
