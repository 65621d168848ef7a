"""JSON paths: which value of a body a setting means, as `$.customer.email`, `$.lines[0].sku` or `$["a.b"]`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

__all__ = ["at_path", "only", "read_path"]

_STEP = re.compile(r"""\.(?P<name>[^.\[\]"']+)|\[(?P<at>-?\d+)\]|\[(?P<mark>["'])(?P<key>.+?)(?P=mark)\]""")


@lru_cache(maxsize=4_096)
def read_path(text: str) -> tuple[str | int, ...]:
    """Return the steps after the `$` or `^` it begins with: names and positions; raises ValueError."""
    steps: list[str | int] = []
    at = 1
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise ValueError(f"{text!r} is no path from {text[at:][:20]!r} on; write it as $.customer.email or $.a[0]")
        name = found["name"] or found["key"]
        steps.append(int(found["at"]) if name is None else name)
        at = found.end()
    return tuple(steps)


def at_path(body: Any, path: tuple[str | int, ...]) -> Any:
    """Return the value at the path, None where there is none."""
    for step in path:
        if isinstance(step, str):
            if not isinstance(body, dict) or step not in body:
                return None
            body = body[step]
        else:
            if not isinstance(body, list) or not -len(body) <= step < len(body):
                return None
            body = body[step]
    return body


def only(body: Any, path: tuple[str | int, ...], entry: Any) -> Any:
    """Return the body with nothing but `entry` in the list at the path."""
    if not path:
        return [entry]
    changed = body.copy()
    changed[path[0]] = only(body[path[0]], path[1:], entry)
    return changed
