"""Retail formats, as data: `library/formats.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
import yaml

from datong.places.plan import Name

__all__ = ["Format", "formats"]


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of shop, with its name in both languages."""

    code: str
    name: Name


@cache
def formats() -> tuple[Format, ...]:
    """Return every retail format; a code beside them is taken as well, without a name."""
    text = files("datong.places").joinpath("library/formats.yaml").read_text("utf-8")
    return tuple(msgspec.convert(yaml.safe_load(text), tuple[Format, ...]))
