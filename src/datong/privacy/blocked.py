"""Values that identify nobody: placeholders, fillers of obligatory fields, and what a policy blocks besides."""

from __future__ import annotations

import re
from functools import lru_cache

from datong.model import Namespace

__all__ = ["is_blocked", "is_placeholder"]

_WORDS = frozenset({
    "-1", "null", "none", "nil", "nan", "undefined", "unknown", "anonymous", "guest", "n/a",
    "(null)", "[object object]", "无", "無", "未知", "不详", "不詳", "匿名",
    "游客", "遊客", "访客", "訪客", "散客", "非会员", "非會員",
    "walk-in", "walkin", "cash customer", "non-member", "no card",
})
"""Segment's default blocked values (`-1 null anonymous`; its pattern `^[0-]*$` is tested apart), their kin, and what
cashiers type."""

_PHONES = frozenset({"+8613800138000", "+8613000000000", "+8612345678901", "+8612345678910"})
_MAILBOXES = frozenset({
    "test", "noemail", "no-email", "nomail", "none", "null", "noreply", "no-reply", "example", "aaa", "123", "email",
    "xxx", "anonymous", "guest",
})
_MAIL_DOMAINS = frozenset({
    "test.com", "test.cn", "example.com", "example.org", "example.net", "none.com", "email.com", "123.com", "aaa.com",
    "abc.com", "xxx.com", "null.com",
})
_MACS = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:00"})
"""The last one is what Android and iOS hand to apps that ask for the device's own address."""


def is_blocked(policy: Namespace, raw: str, value: str) -> bool:
    """Return whether the normalised value, or the raw one, says nothing about who is there.

    An entry of `policy.blocked` that begins with `^` is a regular expression, any other is a value; both ignore case.
    """
    if not value.strip("0-") or value.lower() in _WORDS:
        return True
    if policy.blocked and any(pattern.search(raw) or pattern.search(value) for pattern in _patterns(policy.blocked)):
        return True
    if policy.normaliser == "phone":
        national = value[3:] if value.startswith("+86") else value[1:]
        return value in _PHONES or len(set(national)) == 1 or national.endswith("00000000")
    if policy.normaliser == "email":
        mailbox, _, domain = value.partition("@")
        return mailbox in _MAILBOXES and domain in _MAIL_DOMAINS
    if policy.normaliser == "mac":
        return value in _MACS or int(value[1], 16) & 1 == 1  # a group address is nobody's device
    return False


def is_placeholder(raw: str) -> bool:
    """Return whether a value that need not even be well-formed stands for "nothing", as `null` in a phone field."""
    value = raw.strip().lower()
    digits = value.replace(" ", "").lstrip("+")
    return not value.strip("0-") or value in _WORDS or (len(digits) > 4 and len(set(digits)) == 1)


@lru_cache(maxsize=256)
def _patterns(blocked: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(b if b.startswith("^") else f"^{re.escape(b)}$", re.IGNORECASE) for b in blocked)
