"""Which venues a report is about, and which hours: one, those of a city, region or format, or all."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.storage import Store

__all__ = ["Sites", "read_hours"]

_CODES = """
WITH own AS (SELECT code, any_value(region) AS region, any_value(city) AS city, any_value(format) AS format
             FROM places.store GROUP BY code),
site AS (
    SELECT v.code, coalesce(nullif(v.region, ''), o.region, '') AS region,
           coalesce(nullif(v.city, ''), o.city, '') AS city, coalesce(nullif(v.format, ''), o.format, '') AS format
    FROM places.venue v LEFT JOIN own o ON o.code = v.code
    UNION ALL SELECT code, region, city, format FROM own WHERE code NOT IN (SELECT code FROM places.venue)
)
SELECT DISTINCT code FROM site WHERE ($place = '' OR code = $place) AND ($region = '' OR region = $region)
  AND ($city = '' OR city = $city) AND ($format = '' OR format = $format) ORDER BY code
"""


class Sites(msgspec.Struct, frozen=True):
    """The venues of a `place`, `region`, `city` and `format` (all that are given), and `hours` of the day [a, b)."""

    place: str = ""
    region: str = ""
    city: str = ""
    format: str = ""
    hours: tuple[int, int] = (0, 24)

    @property
    def chosen(self) -> bool:
        """Return whether a part of the chain is asked for, and not one venue or all."""
        return bool(self.region or self.city or self.format)

    def codes(self, store: Store) -> list[str]:
        """Return the codes of the venues and stores in question, in order."""
        if self.place and not self.chosen:
            return [self.place]
        asked: dict[str, Any] = {"place": self.place, "region": self.region, "city": self.city, "format": self.format}
        return [row["code"] for row in store.facts.rows(_CODES, asked)]

    def of(self, store: Store, facts: Any) -> Any:
        """Return the rows of a fact table with columns `place` and `hour` that lie in these venues and hours."""
        if self.chosen:
            facts = facts.filter(facts.place.isin(self.codes(store) or [""]))
        if self.hours != (0, 24):
            facts = facts.filter((facts.hour >= self.hours[0]) & (facts.hour < self.hours[1]))
        return facts


def read_hours(text: str) -> tuple[int, int]:
    """Return the hours that `10-14` (from 10:00 to 13:59) says; no text means the whole day. Raises Rejected."""
    if not text:
        return 0, 24
    first, _, last = text.partition("-")
    if first.isdigit() and last.isdigit() and 0 <= int(first) < int(last) <= 24:
        return int(first), int(last)
    raise Rejected(f"hours = {text[:20]!r} are no hours of the day", code="bad_parameter", field="hours",
                   hint="write hours=10-14 for 10:00 to 13:59")
