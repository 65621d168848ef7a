"""What the shopper's pages say, in the two languages."""

from __future__ import annotations

from importlib.resources import files

import msgspec

__all__ = ["WORDS"]

WORDS: dict[str, dict[str, str]] = msgspec.yaml.decode(
    files("datong.web.shopper").joinpath("words.yaml").read_bytes(), type=dict[str, dict[str, str]])
"""By language, then by name."""
