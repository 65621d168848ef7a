"""Payers: devices that were in the shop at the minute of a known shopper's payments, again and again.

One such meeting says nothing: everybody in the shop was there. A device that keeps its address is proposed as the
payer's only when all of this holds:

- they met on at least three days, and the chance of as much for any stranger is under one in a hundred. On each day a
  stranger in the venue is in this shop with a chance of q = devices in the shop ÷ devices in the venue in that hour; of
  N strangers, N * q1 * q2 * q3 … would meet the payer on all these days. (Strangers need not even be in the venue
  every day, so the true figure is lower; who comes at fixed hours, or works there, is the exception, hence the rest.)
- nobody else's payments fit the device on two days: that is the shop assistant's phone;
- no other device fits the payer as well: that is a companion's.

A made-up address never does: it is another one each day.
"""

from __future__ import annotations

from typing import Any

import msgspec

from datong.storage import Facts

__all__ = ["DAYS", "Payer", "payers"]

DAYS = 3
"""On how many days a device and a payer must have met."""
FALSE = 0.01
"""How many strangers may be expected to have met the payer as often."""


class Payer(msgspec.Struct, frozen=True):
    """A device and the identifier of who pays where it is: `days` they met, `false` strangers expected to as well."""

    device: int
    known_by: int
    days: int
    false: float
    first: int
    last: int

    @property
    def confidence(self) -> float:
        """Return how sure the tie is."""
        return 1 - self.false


_MEETINGS = """
WITH stable AS (SELECT DISTINCT ident FROM identity.sighting WHERE ns <> 'random_mac'),
stays AS (
    SELECT v.ident, v.place AS venue, z.shop, v.date, v.hour, v.start, v."end"
    FROM places.visit v JOIN places.zone z ON z.place = v.place AND z.zone = v.zone
    WHERE z.shop <> '' AND v.ident IN (SELECT ident FROM stable) AND v.start >= $since
),
there AS (
    SELECT place AS venue, date, hour, count(DISTINCT ident) AS n FROM places.visit
    WHERE zone <> '' AND ident IN (SELECT ident FROM stable) AND start >= $since GROUP BY ALL
),
paid AS (SELECT DISTINCT ident, place, ts, date, hour FROM commerce.receipt
         WHERE kind = 'sale' AND ident <> 0 AND ident IN (SELECT ident FROM identity.link) AND ts >= $since),
met AS (
    SELECT s.ident AS device, p.ident AS known_by, p.date, p.ts, s.venue, s.date AS day, s.hour,
           count(*) OVER (PARTITION BY p.ident, p.place, p.ts) AS crowd
    FROM paid p JOIN stays s ON s.shop = p.place AND s.start <= p.ts AND s."end" + 60000 >= p.ts
),
chance AS (
    SELECT m.device, m.known_by, m.date, min(least(1.0, m.crowd / greatest(t.n, 1))) AS q, max(t.n) AS n,
           min(m.ts) AS first, max(m.ts) AS last
    FROM met m JOIN there t ON t.venue = m.venue AND t.date = m.day AND t.hour = m.hour GROUP BY ALL
)
SELECT device, known_by, count(*) AS days, max(n) * exp(sum(ln(q))) AS false, min(first) AS first, max(last) AS last
FROM chance GROUP BY device, known_by HAVING count(*) >= 2 ORDER BY device, known_by
"""


def payers(facts: Facts, since: int = 0) -> list[Payer]:
    """Return the devices whose payer can be told from the visits and receipts since `since` (ms), by device."""
    rows = facts.rows(_MEETINGS, {"since": since})
    of_device: dict[int, int] = {}
    of_payer: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        of_device[row["device"]] = of_device.get(row["device"], 0) + 1
        of_payer.setdefault(row["known_by"], []).append(row)
    return [
        Payer(**row) for row in rows
        if row["days"] >= DAYS and row["false"] <= FALSE and of_device[row["device"]] == 1
        and not any(other["days"] >= DAYS for other in of_payer[row["known_by"]] if other is not row)
    ]
