"""From what was heard to people: by a door counter, by receipts and a known conversion, or by the share that is heard.

A rule is learned from days on which people are known. *Door*: a counter's hours. *Conversion*: receipts over the share
of visitors who buy, for the days it was given for. Scans and lasting addresses are both proportional to people; each is
divided by its sum over those days and multiplied by the people's, and the two are averaged. A door counter corrects
parts of the day as well; receipts do not, for people buy more at some hours. *Capture* and *buyers* divide what was
heard by the share of people that is heard: said by the retailer, or found among members who paid and whose phone an
anchor tells.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from datong.identity.device import HourCount, devices_by
from datong.model import HOUR, MINUTE, local_parts
from datong.storage import Store

__all__ = ["BANDS", "MEMORY", "Calibration", "Factor", "Rule", "band", "factors", "rule_of", "taught_by_receipts"]

BANDS = ((0, 12), (12, 15), (15, 18), (18, 24))
"""Hours of the day that share a factor."""
MEMORY = 56
"""Days back from the last one asked for, in which days with known people calibrate."""
LEAST = 20
"""Buyers with a known phone from which on the share that was heard counts."""
BEFORE, AFTER = 2 * HOUR, 30 * MINUTE
"""How long before and after paying (ms) a buyer's phone must be heard in the venue."""
_WIDEST = 2.0
"""How many times its lower end the upper end of the share of buyers that is heard may be."""
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
    """How people were told from phones: `by` door, conversion, capture, buyers or none.

    `value` with its 90 % interval is the conversion, or the share of visitors that is heard (None for a door counter).
    `days` taught it; of `buyers` with a known phone so many were `heard`; `needed` is what is missing yet where nothing
    calibrates: buyers until their phones tell it.
    """

    by: str = "none"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    days: int = 0
    buyers: int = 0
    heard: int = 0
    needed: int = LEAST


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
    return _by_buyers(store, place, until, error)


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


_PAID = """
SELECT l.member, r.date, min(r.ts) AS ts FROM commerce.receipt r JOIN identity.link l ON l.ident = r.ident
WHERE r.kind = 'sale' AND r.ident <> 0 AND r.place IN ({shops}) AND r.date BETWEEN $since AND $until
  AND r.date IN (SELECT date FROM places.visit WHERE place = $place)
  AND r.ts <= (SELECT max("end") FROM places.visit WHERE place = $place) - $after
GROUP BY l.member, r.date ORDER BY r.date, l.member
"""
_IDENTS = """
SELECT member, ident FROM identity.link WHERE member IN (SELECT unnest($members::BIGINT[])) ORDER BY member, ident
"""
_STAYS = """
SELECT ident, start, "end" FROM places.visit WHERE place = $place AND zone = ''
  AND date BETWEEN $since AND $until AND ident IN (SELECT unnest($devices::BIGINT[]))
"""


def _by_buyers(
    store: Store, place: str, until: dt.date, error: float
) -> tuple[Rule | None, Calibration]:
    """Return the rule by how many of the members who paid were heard, of those whose phone was known before that day.

    A login in the shop's WiFi tells a phone; one that was tied by payments was heard by definition and does not count.
    Neither do days on which the venue heard nobody, nor the last hours, whose visits go on yet. Where so few are heard
    that the interval is wider than `_WIDEST`, nothing is calibrated. People without a phone are not among these
    members, and so are not made up for.
    """
    period = {"since": until - dt.timedelta(days=MEMORY), "until": until}
    paid = store.facts.rows(_PAID.format(shops=_SHOPS), {"place": place, "after": BEFORE, **period})
    names = store.facts.rows(_IDENTS, {"members": sorted({row["member"] for row in paid})})
    member_of = {row["ident"]: row["member"] for row in names}
    devices: dict[int, list[tuple[int, int]]] = {}
    with store.state.read() as tx:
        for held in devices_by(tx, member_of):
            if held.anchor != "payment" and held.kind == "wifi_mac":
                devices.setdefault(member_of[held.known_by], []).append((held.device, held.first_seen))
    stays: dict[int, list[tuple[int, int]]] = {}
    for row in store.facts.rows(_STAYS, {"place": place, **period, "devices": sorted(
            {device for of in devices.values() for device, _ in of})}):
        stays.setdefault(row["ident"], []).append((row["start"], row["end"]))
    buyers = heard = 0
    zone = store.settings.retailer.timezone
    for row in paid:
        day = (row["date"] - dt.date(1970, 1, 1)).days
        known = [device for device, first in devices.get(row["member"], ()) if local_parts(first, zone)[0] < day]
        if known:
            buyers += 1
            heard += any(start <= row["ts"] + AFTER and end >= row["ts"] - BEFORE
                         for device in known for start, end in stays.get(device, ()))
    low, high = wilson(heard, buyers) if buyers else (0.0, 1.0)
    if buyers < LEAST or high > _WIDEST * low:
        return None, Calibration(buyers=buyers, heard=heard, needed=max(0, LEAST - buyers))
    return _by_capture(heard / buyers, low, high, error), Calibration(
        "buyers", heard / buyers, low, high, buyers=buyers, heard=heard)


def wilson(hits: int, of: int, z: float = _Z) -> tuple[float, float]:
    """Return the interval of a share (Wilson, Journal of the American Statistical Association 22, 1927)."""
    share, square = hits / of, z * z / of
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / of + square / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


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
