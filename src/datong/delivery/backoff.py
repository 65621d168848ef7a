"""When to try again: exponential, with a jitter that is made of the message id, so that it is the same in every run."""

from __future__ import annotations

from hashlib import blake2b

from datong.model import HOUR, MINUTE, SECOND

__all__ = ["again_after", "pause_after"]

_PATIENCE = 3
"""Failures in a row before a channel counts as dead."""


def again_after(message: str, attempts: int) -> int:
    """Return the ms to wait after the failed attempt number `attempts`: 2 s · 3ⁿ⁻¹, at most an hour, ± 25 %."""
    wait = min(2 * SECOND * 3 ** min(attempts - 1, 12), HOUR)
    digest = blake2b(f"{message}\0{attempts}".encode(), digest_size=2).digest()
    return int(wait * (0.75 + 0.5 * int.from_bytes(digest, "big") / 0xFFFF))


def pause_after(failures: int) -> int:
    """Return the ms a channel rests after this many failures in a row: none at first, then 1 s doubling to a minute."""
    return 0 if failures < _PATIENCE else min(SECOND * 2 ** min(failures - _PATIENCE, 10), MINUTE)
