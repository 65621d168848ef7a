"""From what was heard to people: by a door counter, by receipts and a known conversion, or by the share that is heard.

A rule is learned from days on which people are known. *Door*: a counter's hours. *Conversion*: receipts over the share
of visitors who buy, for the days it was given for. Scans and lasting addresses are both proportional to people; each is
divided by its sum over those days and multiplied by the people's, and the two are averaged. A door counter corrects
parts of the day as well; receipts do not, for people buy more at some hours. *Capture* divides what was heard by the
share of people that is heard, as the retailer says it. Members who paid and whose phone a login tells cannot tell that
share: whether the known address was on the air says little of the other addresses that a phone makes up.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from datong.identity.device import HourCount
from datong.model import local_parts
from datong.storage import Store

__all__ = ["BANDS", "MEMORY", "Calibration", "Factor", "Rule", "band", "factors", "rule_of", "taught_by_receipts"]

BANDS = ((0, 12), (12, 15), (15, 18), (18, 24))
"""Hours of the day that share a factor."""
MEMORY = 56
"""Days back from the last one asked for, in which days with known people calibrate."""
_Z = 1.645

Counts = Mapping[dt.date, Mapping[int, int]]


class Factor(msgspec.Struct, frozen=True):
    """Visits per visit heard in a band of hours, over how many counted days."""

    since_hour: int
    until_hour: int
    factor: float
    low: float
    high: float
    days: int


class Calibration(msgspec.Struct, frozen=True):
    """How people were told from phones: `by` door, conversion, capture or none.

    `value` with its 90 % interval is the conversion, or the share of visitors that is heard (None for a door counter).
    `days` taught it.
    """

    by: str = "none"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    days: int = 0


class Rule(msgspec.Struct, frozen=True):
    """People per scan and per lasting address, with a correction by band, or per visit heard; `error` is relative."""

    scans: float
    lasting: float
    bands: tuple[float, ...]
    error: float
    heard: float = 0.0

    def __call__(self, one: HourCount, hour: int) -> float:
        """Return the people of an hour of the local day."""
        if self.heard:
            return one.visits * self.heard
        parts = [rate * told for rate, told in ((self.scans, one.scans), (self.lasting, one.lasting)) if rate]
        return (sum(parts) / len(parts) if parts else 0.0) * self.bands[band(hour)]


def band(hour: int) -> int:
    """Return the number of the band of an hour of the day."""
    return next(k for k, (a, b) in enumerate(BANDS) if a <= hour < b)


def rule_of(
    store: Store, place: str, days: Mapping[dt.date, list[HourCount]], door: Counts, until: dt.date, error: float,
) -> tuple[Rule | None, Calibration]:
    """Return the rule for a venue and how it came about; `error` is the relative one of what was heard."""
    zone = store.settings.retailer.timezone
    learned = {day: days[day] for day in door if days.get(day)}
    if (rule := _learn(learned, door, zone, bands=True)) is not None:
        return rule, Calibration("door", days=len(learned))
    said = _said(store, place, until)
    if (given := said.get("conversion")) is not None and days:
        sold = {day: {12: round(count / given["value"])} for day, count in _receipts(store, place, given).items()}
        learned = {day: days[day] for day in sold if days.get(day)}
        rule = _learn(learned, sold, zone, bands=False)
        if rule is not None:
            doubt = (given["high"] - given["low"]) / (2 * _Z * given["value"])
            return msgspec.structs.replace(rule, error=math.hypot(rule.error, doubt)), Calibration(
                "conversion", given["value"], given["low"], given["high"], len(learned))
    if (given := said.get("capture")) is not None:
        return _by_capture(given["value"], given["low"], given["high"], error), Calibration(
            "capture", given["value"], given["low"], given["high"])
    return None, Calibration()


def taught_by_receipts(store: Store, place: str, until: dt.date) -> list[dt.date]:
    """Return the first day, in memory, whose receipts and conversion tell how many people came; none without one."""
    given = _said(store, place, until).get("conversion")
    return [] if given is None else sorted(_receipts(store, place, given | {
        "since": max(given["since"], until - dt.timedelta(days=MEMORY)), "until": min(given["until"], until)}))[:1]


def _said(store: Store, place: str, until: dt.date) -> dict[str, dict[str, Any]]:
    """Return the latest word on each way that holds before or on the last day."""
    rows = store.facts.rows(
        'SELECT * FROM places.calibration WHERE place = $place AND since <= $until ORDER BY ts',
        {"place": place, "until": until})
    return {row["by"]: row for row in rows if row["by"] == "conversion" or row["until"] >= until}


_SHOPS = """
    SELECT $place AS code UNION SELECT code FROM places.store WHERE venue = $place
    UNION SELECT shop FROM places.zone WHERE place = $place AND shop <> ''
"""


def _receipts(store: Store, place: str, given: Mapping[str, Any]) -> dict[dt.date, int]:
    """Return the receipts of a venue's shops on each day for which the conversion was given."""
    rows = store.facts.rows(
        f"SELECT date, count(*) AS n FROM commerce.receipt WHERE kind = 'sale' AND place IN ({_SHOPS}) "
        "AND date BETWEEN $since AND $until GROUP BY date ORDER BY date",
        {"place": place, "since": given["since"], "until": given["until"]})
    return {row["date"]: row["n"] for row in rows}


def _by_capture(value: float, low: float, high: float, error: float) -> Rule:
    spread = (high - low) / (2 * _Z * value)
    return Rule(0.0, 0.0, (1.0,) * len(BANDS), math.hypot(error, spread), 1 / value)


def _learn(
    days: Mapping[dt.date, list[HourCount]], people: Counts, zone: str, *, bands: bool
) -> Rule | None:
    """Return the rule that the days with known people teach, None where there are fewer than two of them."""
    used = sorted(d for d in days if sum(people[d].values()) > 0 and sum(one.scans for one in days[d]) > 0)
    if len(used) < 2:
        return None
    whole = _fit([days[d] for d in used], [people[d] for d in used], zone, bands)
    missed = []
    for left in used:
        rest = [d for d in used if d != left]
        rule = _fit([days[d] for d in rest], [people[d] for d in rest], zone, bands)
        missed.append(sum(rule(one, _local(one, zone)) for one in days[left]) / sum(people[left].values()) - 1)
    return msgspec.structs.replace(whole, error=math.sqrt(sum(m * m for m in missed) / len(missed)))


def _fit(days: Sequence[list[HourCount]], people: Sequence[Mapping[int, int]], zone: str, bands: bool) -> Rule:
    total = sum(sum(one.values()) for one in people)
    scans, lasting = (sum(getattr(h, name) for day in days for h in day) for name in ("scans", "lasting"))
    plain = Rule(total / scans if scans else 0.0, total / lasting if lasting else 0.0, (1.0,) * len(BANDS), 0.0)
    if not bands:
        return plain
    told, said = [0.0] * len(BANDS), [0.0] * len(BANDS)
    for day, counts in zip(days, people, strict=True):
        for one in day:
            hour = _local(one, zone)
            told[band(hour)] += plain(one, hour)
            said[band(hour)] += counts.get(hour, 0)
    by_band = tuple(s / t if t > 0 and s >= 30 else 1.0 for s, t in zip(said, told, strict=True))
    return msgspec.structs.replace(plain, bands=by_band)


def _local(one: HourCount, zone: str) -> int:
    return local_parts(one.start, zone)[1]


def factors(days: Mapping[dt.date, list[HourCount]], door: Counts, zone: str) -> list[Factor]:
    """Return visits per visit heard by band: how far the plain estimate is off, with its spread over the days."""
    found = []
    for k, (a, b) in enumerate(BANDS):
        pairs = []
        for day, hours in days.items():
            told = sum(one.visits for one in hours if band(_local(one, zone)) == k)
            said = sum(n for hour, n in door.get(day, {}).items() if band(hour) == k)
            if told > 0 and said > 0:
                pairs.append((said, told))
        if len(pairs) < 2:
            continue
        factor = sum(s for s, _ in pairs) / sum(t for _, t in pairs)
        mean = sum(t for _, t in pairs) / len(pairs)
        spread = math.sqrt(sum((s - factor * t) ** 2 for s, t in pairs) / (len(pairs) - 1) / len(pairs)) / mean
        found.append(Factor(a, b, round(factor, 3), round(max(0.0, factor - _Z * spread), 3),
                            round(factor + _Z * spread, 3), len(pairs)))
    return found
