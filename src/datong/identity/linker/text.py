"""Plain writing: one form of letters, blanks and widths, words, and texts that say nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

__all__ = ["HAN", "code", "empty", "fold", "has_han", "pairs_of", "plain", "simplified", "tokens"]

HAN = "\u3400-\u9fff\uf900-\ufaff"
"""The Chinese characters, as a range of a regular expression."""

_HAN = re.compile(f"[{HAN}]")
_BETWEEN_HAN = re.compile(f"(?<=[{HAN}]) +(?=[{HAN}])")
_MARKS = re.compile(r"[\u0300-\u036f]+")
_NO_WORD = re.compile(r"[\W_]+")
_SPECIAL = str.maketrans({
    "ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "’": "", "‘": "",
    "ʼ": "", "`": "", "'": "", "´": "", "·": " ", "•": " ",
})
_ASCII = {n: " " for n in range(128) if not chr(n).isalnum()} | {ord("'"): "", ord("`"): ""}
_NOTHING = frozenset({
    "", "n a", "none", "null", "nil", "nan", "undefined", "unknown", "not known", "not available",
    "not applicable", "anonymous", "guest", "test", "testing", "test test", "tester", "tbd", "tba", "customer",
    "no name", "noname", "firstname", "lastname", "first name", "last name", "unk", "missing", "empty", "blank",
    "dummy", "fake", "无", "未知", "匿名", "游客", "没有", "不详", "不明", "暂无", "空", "测试", "保密", "顾客",
    "会员", "客户", "散客", "无名氏", "待定", "未填写", "未填", "其他人",
})
"""Folded words that fill obligatory fields."""


def has_han(text: str) -> bool:
    """Return whether there is a Chinese character in the text."""
    return not text.isascii() and _HAN.search(text) is not None


@cache
def _converter() -> Any:
    from opencc import OpenCC  # its dictionaries are read only where there is a Chinese text

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Return a Chinese text in simplified characters; any other text as it is."""
    return str(_converter().convert(text)) if has_han(text) else text


def plain(text: str) -> str:
    """Return the text trimmed, in half-width (Unicode NFKC) lower-case letters."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().lower()


def fold(text: str) -> str:
    """Return lower-case words with one blank between: no accents, no punctuation, Han simplified without blanks."""
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII).split())
    text = unicodedata.normalize("NFKC", text).lower().translate(_SPECIAL)
    text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", simplified(text))))
    return _BETWEEN_HAN.sub("", _NO_WORD.sub(" ", text).strip())


def empty(folded: str) -> bool:
    """Return whether a folded text says nothing: no letter or digit, a filler word, or one sign again and again."""
    return folded in _NOTHING or (len(folded) > 2 and len(set(folded)) == 1) or not folded.strip("0 ")


def code(text: str) -> str | None:
    """Return only the letters and digits, lower case; None when they say nothing (`000000`, `n/a`, `1234567`…)."""
    folded = fold(text)
    joined = folded.replace(" ", "")
    if empty(folded) or empty(joined) or joined in ("na", "xx") or _counting(joined):
        return None
    return joined


def _counting(joined: str) -> bool:
    """Return whether it is typed along the keys: 123456, 12345678, 0123456789."""
    return len(joined) >= 6 and joined in "01234567890123456789"


def pairs_of(text: str) -> list[str]:
    """Return the pairs of neighbouring characters of a Chinese text; a single character stands alone."""
    return [text[at : at + 2] for at in range(len(text) - 1)] or [text]


def tokens(folded: str, single: bool = False) -> str:
    """Return the words sorted, each once; Han as pairs of neighbours, or as single characters."""
    if folded.isascii():
        return " ".join(sorted(set(folded.split())))
    found: set[str] = set()
    for word in folded.split():
        found.update((list(word) if single else pairs_of(word)) if has_han(word) else [word])
    return " ".join(sorted(found))
