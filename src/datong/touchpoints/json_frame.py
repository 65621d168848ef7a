"""Reading frames of JSON: one form of refusal, and fields of the type that is expected."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected

__all__ = ["listed", "number", "objects", "path_of", "read_json", "texts"]

_decode = msgspec.json.Decoder().decode


def read_json(frame: bytes, shape: str) -> dict[str, Any]:
    """Return the object that a frame is; raises Rejected (`bad_json`) saying of what `shape` it should be."""
    try:
        found = _decode(frame.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Rejected(f"the frame is not JSON: {said}", code="bad_json", hint=f"send {shape}") from None
    if not isinstance(found, dict):
        raise Rejected("the frame is no object", code="bad_json", hint=f"send {shape}")
    return found


def listed(found: dict[str, Any], name: str, shape: str) -> list[Any]:
    """Return the list under a name; raises Rejected (`bad_json`) where there is none."""
    value = found.get(name)
    if not isinstance(value, list):
        raise Rejected(f"{name} is no list", code="bad_json", hint=f"send {shape}", field=name)
    return value


def objects(value: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects of a list that may be missing; raises Rejected (`bad_type`)."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Rejected(f"{name} is no list of objects", code="bad_type", field=name)
    return value


def path_of(error: Exception) -> str:
    """Return the field that msgspec says is wrong, as `sightings[0].mac`; empty where it is the whole."""
    return str(error).partition(" - at `$")[2].removeprefix(".").rstrip("`")


def texts(item: Any, *names: str) -> list[str]:
    """Return the texts under these names of an object; raises Rejected (`bad_type`, `missing_field`)."""
    if not isinstance(item, dict):
        raise Rejected("a sighting must be an object", code="bad_type", field="sightings")
    for name in names:
        if not isinstance(item.get(name), str) or not item[name]:
            raise Rejected(f"the sighting has no {name}", code="missing_field", field=name)
    return [item[name] for name in names]


def number(item: dict[str, Any], name: str) -> float:
    """Return the number under a name, also where it is written as text; raises Rejected (`missing_field`)."""
    value = item.get(name)
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        raise Rejected(f"the sighting has no {name}", code="missing_field", field=name)
    return value
