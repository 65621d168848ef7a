"""The venue file: venues, floors, zones, shops, doors and sensors in YAML."""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from datong.errors import ConfigError
from datong.places.check import plan_problems
from datong.places.plan import Plan, spell_names

__all__ = ["read_venue"]


def read_venue(path: Path | str) -> Plan:
    """Return the plan in the YAML file at `path`.

    A name may be one text or `{zh, en}`. Raises ConfigError naming file, place in it and what is wrong.
    """
    file = Path(path)
    try:
        raw = yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except FileNotFoundError:
        hint = "set places.file to your venue file, or leave it out"
        raise ConfigError(f"there is no {file}", hint=hint, field="places.file", code="venue_missing") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not YAML: {error}", field="places.file", code="venue_syntax") from None
    try:
        plan = msgspec.convert(spell_names(raw), Plan, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}", field="places.file", code="venue_value") from None
    for problem in plan_problems(plan):
        raise ConfigError(f"{file}: {problem}", field="places.file", code="venue_value")
    return plan
