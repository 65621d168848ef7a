"""Survivorship: which of several values told of one field counts. Pure; nothing told is thrown away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from datong.config import Settings

__all__ = ["FIELDS", "Field", "Golden", "Told", "fields_of", "plain", "survivor"]


class Told(msgspec.Struct, frozen=True):
    """One value in clear: told under the identifier `key` by `source` over `channel`, last at `at` (ms).

    `offset` is the event's place in the log, `verified` says that the source checked it, `trusted` that not everybody
    could have sent it. Values of one `digest` are equal, however they are written.
    """

    field: str
    value: str
    key: int
    source: str
    channel: str
    at: int
    offset: int
    verified: bool
    trusted: bool
    digest: int = 0


class Golden(msgspec.Struct, frozen=True):
    """The value of a field that counts, by which strategy, who told it and when; `others` are those that lost."""

    field: str
    value: str
    source: str
    at: int
    strategy: str
    verified: bool
    others: tuple[Told, ...] = ()


class Field(msgspec.Struct, frozen=True):
    """How one field is settled; `sources` are touchpoints or channels, the most trusted first."""

    strategy: str = "most_recent"
    sources: tuple[str, ...] = ()


_TRUST = ("crm", "pos", "guide", "app", "wechat", "web")
_FULLEST = Field("most_complete", _TRUST)
FIELDS: dict[str, Field] = {
    **dict.fromkeys(("name", "firstName", "lastName", "address"), _FULLEST),
    **dict.fromkeys(("phone", "email", "wechat", "idCard"), Field("most_recent_verified")),
    **dict.fromkeys(("birthday", "gender"), Field("majority")),
    **dict.fromkeys(("tags", "interests", "hobbies"), Field("union")),
}
"""The default for each field; a field that is not here takes the most recent value."""

_DEFAULT = Field()
_NOBODY = frozenset({"", "-", "--", "?", "n/a", "na", "nil", "none", "null", "unknown", "anonymous", "test", "guest",
                     "无", "未知", "匿名", "匿名用户", "微信用户", "0000-00-00", "0001-01-01", "1900-01-01",
                     "1970-01-01"})
"""Values that a form or a till fills in by itself: they count only where there is no other."""
_TITLES = re.compile(r"(先生|女士|小姐|太太|同学|老师)$|^(mr|mrs|ms|miss|dr)\.?\s+", re.IGNORECASE)
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+")
_LIST = re.compile(r"\s*[,，、;；|]\s*")


def fields_of(settings: Settings) -> dict[str, Field]:
    """Return how each field is settled: the defaults, changed by `[identity.golden.FIELD]`."""
    fields = dict(FIELDS)
    for name, said in settings.identity.golden.items():
        base = fields.get(name, _DEFAULT)
        sources = base.sources if said.sources is None else said.sources
        fields[name] = Field(said.strategy or base.strategy, sources)
    return fields


def plain(value: str) -> str:
    """Return the value in the form in which two are compared: width, case and blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def survivor(field: str, told: Iterable[Told], fields: Mapping[str, Field] = FIELDS) -> Golden | None:
    """Return the value of the field that counts, None when nothing was told.

    Equal values are one: told last when the last of them was, verified when one of them was. Among equals of a strategy
    the one told last counts. Placeholders lose to everything else.
    """
    rule = fields.get(field, _DEFAULT)
    groups: dict[int | str, list[Told]] = {}
    for one in sorted(told, key=_when):
        groups.setdefault(one.digest or plain(one.value), []).append(one)
    real = {key: group for key, group in groups.items() if plain(group[0].value) not in _NOBODY} or groups
    if not real:
        return None
    if rule.strategy == "union":
        return _union(field, list(real.values()))
    choose = _CHOICES.get(rule.strategy, _latest)
    best = max(real.values(), key=lambda group: choose(group, rule.sources))
    teller = max(best, key=lambda one: (one.verified, *_when(one)))
    others = tuple(group[-1] for group in sorted(groups.values(), key=lambda g: _when(g[-1]), reverse=True)
                   if group is not best)
    return Golden(field, best[-1].value, teller.source, best[-1].at, rule.strategy, teller.verified, others)


def _union(field: str, groups: Sequence[Sequence[Told]]) -> Golden:
    """Return every entry of every list, in the order in which they were first told."""
    told = sorted((one for group in groups for one in group), key=_when)
    entries: dict[str, str] = {}
    for one in told:
        for entry in _entries(one.value):
            entries.setdefault(plain(entry), entry)
    last = told[-1]
    return Golden(field, ", ".join(entries.values()), last.source, last.at, "union", any(t.verified for t in told))


def _entries(value: str) -> list[str]:
    if value.startswith("["):
        try:
            return [entry for entry in msgspec.json.decode(value, type=list[str]) if entry.strip()]
        except msgspec.DecodeError:
            pass
    return [entry for entry in _LIST.split(value) if entry.strip()]


def _when(one: Told) -> tuple[int, int, int, str]:
    return one.at, one.offset, one.key, one.source


def _latest(group: Sequence[Told], _sources: Sequence[str]) -> Any:
    return _when(group[-1])


def _verified(group: Sequence[Told], _sources: Sequence[str]) -> Any:
    return max((one.verified, one.trusted, *_when(one)) for one in group)


def _source(group: Sequence[Told], sources: Sequence[str]) -> Any:
    return max((-_rank(one, sources), *_when(one)) for one in group)


def _complete(group: Sequence[Told], sources: Sequence[str]) -> Any:
    return max((-_rank(one, sources), *_fullness(one.value), *_when(one)) for one in group)


def _majority(group: Sequence[Told], _sources: Sequence[str]) -> Any:
    return len({(one.key, one.source) for one in group}), any(one.verified for one in group), *_when(group[-1])


_CHOICES: dict[str, Callable[[Sequence[Told], Sequence[str]], Any]] = {
    "most_recent": _latest, "most_recent_verified": _verified, "source_priority": _source,
    "most_complete": _complete, "majority": _majority,
}


def _rank(one: Told, sources: Sequence[str]) -> int:
    """Return the place of the teller in the order of trust: by its own name, else by its channel."""
    for name in (one.source, one.channel):
        if name in sources:
            return sources.index(name)
    return len(sources)


def _fullness(value: str) -> tuple[int, int]:
    """Return (words, letters): titles, initials and what was masked with asterisks tell nothing.

    A Chinese name is written without a blank, so that two characters are a family name and a given name.
    """
    text = _TITLES.sub("", unicodedata.normalize("NFKC", value).strip())
    signs = len(_CJK.findall(text))
    words = [word for word in _WORD.findall(_CJK.sub(" ", text)) if len(word) > 1]
    digits = sum(char.isdigit() for char in text)
    return len(words) + min(signs, 2), sum(map(len, words)) + signs + digits
