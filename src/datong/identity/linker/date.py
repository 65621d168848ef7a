"""Dates as people and tills write them, as YYYY-MM-DD."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["clean_date", "date_order"]

_MONTHS = {
    name: number
    for number, names in enumerate((
        "jan january janvier januar enero", "feb february fevrier februar febrero", "mar march mars marz marzo",
        "apr april avril abril", "may mai mayo", "jun june juin juni junio", "jul july juillet juli julio",
        "aug august aout agosto", "sep sept september septembre septiembre", "oct october octobre oktober octubre",
        "nov november novembre noviembre", "dec december decembre dezember diciembre",
    ), 1)
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?")
_TIME = re.compile(r"[T ]\s*\d{1,2}:\d{2}.*$", re.IGNORECASE)
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_PLACEHOLDERS = frozenset({
    "0001-01-01", "1000-01-01", "1111-11-11", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01",
    "1970-01-01", "1980-01-01", "2222-02-22", "9999-12-31", "9999-09-09", "1234-12-12",
})
"""First days of calendars, of spreadsheets and of databases, and dates typed along one key."""

_PIVOT = 30
"""A year of two digits below it is of this century, any other of the last one."""

_CHINESE = re.compile("[〇零一二三四五六七八九十]+")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def clean_date(text: str, order: str = "dmy") -> str | None:
    """Return YYYY-MM-DD, or None where the text has not year, month and day or is a known placeholder.

    `order` (`dmy` or `mdy`) decides a date such as 3/4/1990; one with a part above 12 decides itself. A day that does
    not exist in its month is kept: it is a typing error, which a comparison by distance still forgives.
    """
    text = text.strip()
    if (found := _ISO.match(text)) or (len(text) in (8, 14) and (found := _PACKED.fullmatch(text))):
        parts: tuple[int, int, int] | None = (int(found[1]), int(found[2]), int(found[3]))
    else:
        parts = _parts(text, order)
    if parts is None:
        return None
    year, month, day = parts
    if month > 12 >= day:
        month, day = day, month
    written = f"{year:04d}-{month:02d}-{day:02d}"
    return None if not (1000 <= year <= 2200 and month and day) or written in _PLACEHOLDERS else written


def date_order(texts: Iterable[str]) -> str:
    """Return how a column writes its dates with slashes: `mdy` when more of them can only be that, else `dmy`."""
    day_first = month_first = 0
    for text in texts:
        if _ISO.match(text):
            continue
        numbers = _PARTS.findall(_TIME.sub("", text))
        if len(numbers) == 3 and all(n.isdecimal() for n in numbers) and len(numbers[0]) <= 2 and len(numbers[1]) <= 2:
            first, second = int(numbers[0]), int(numbers[1])
            day_first += first > 12 >= second
            month_first += second > 12 >= first
    return "mdy" if month_first > day_first else "dmy"


def _parts(text: str, order: str) -> tuple[int, int, int] | None:
    """Return year, month and day."""
    text = _TIME.sub("", text)
    if "年" in text:
        text = _CHINESE.sub(lambda found: _number(found[0]), text)
    words = [word.lower() for word in _PARTS.findall(text)]
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [word for word in words if word.isdecimal()]
    if len(months) == 1 and len(numbers) >= 2:
        first, second = numbers[0], numbers[1]
        if len(first) == 4:
            return int(first), months[0], int(second)
        return _year(second), months[0], int(first)
    if len(numbers) == 1 and len(numbers[0]) in (6, 7, 8) and len(words) == 1:
        return None  # six digits say too little about their order; seven have lost one
    if len(numbers) < 3:
        return None
    one, two, three = numbers[:3]
    if len(one) >= 3:
        return int(one), int(two), int(three)
    if max(len(one), len(two)) > 2:
        return None
    day, month = (int(one), int(two)) if order == "dmy" else (int(two), int(one))
    if month > 12 >= day:
        day, month = month, day
    return _year(three), month, day


def _number(chinese: str) -> str:
    """Return the digits of a Chinese numeral below 100, or of one written sign by sign (一九八四)."""
    tens, ten, ones = chinese.translate(_DIGITS).partition("十")
    return str(int(tens or 1) * 10 + int(ones or 0)) if ten else tens


def _year(written: str) -> int:
    """Return the year; one of two digits is read as the nearest in the past of a grown-up or a child."""
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < _PIVOT else 1900)
