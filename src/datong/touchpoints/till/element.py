"""Element: the few questions that are asked of an XML element, fast and blind to vendors' namespaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["attribute", "children", "flag", "local", "only", "text_of"]


_NAMES: dict[str, dict[str, str]] = {}
"""Tags by namespace, and what they are called in it: the same hundred come again and again."""

_BOUND = 4_096


def children(element: Any, prefix: str) -> dict[str, list[Any]]:
    """Return the child elements in the namespace (`prefix` is `{uri}`, or empty) by their names, in order."""
    found: dict[str, list[Any]] = {}
    names = _NAMES.get(prefix)
    if names is None:
        if len(_NAMES) >= 16:
            _NAMES.clear()
        names = _NAMES.setdefault(prefix, {})
    for child in element:
        tag = child.tag
        name = names.get(tag)
        if name is None:
            name = local(child, prefix)
            if len(names) < _BOUND and type(tag) is str:
                names[tag] = name
        if name:
            if name in found:
                found[name].append(child)
            else:
                found[name] = [child]
    return found


def only(parts: Mapping[str, Sequence[Any]], name: str) -> Any:
    """Return the first child of this name, or None."""
    found = parts.get(name)
    return found[0] if found else None


def text_of(parts: Mapping[str, Sequence[Any]], name: str) -> str:
    """Return the text of the first child of this name, trimmed; empty where there is none."""
    found = parts.get(name)
    return (found[0].text or "").strip() if found else ""


def attribute(element: Any, name: str) -> str:
    """Return an attribute that has no namespace, trimmed; empty where there is none."""
    return str(element.get(name, "")).strip()


def flag(element: Any, name: str) -> bool:
    """Return whether the attribute says yes."""
    said = element.get(name)
    return said is not None and said.strip().lower() in ("true", "1")


def local(element: Any, prefix: str) -> str:
    """Return the element's name in the namespace, empty for another namespace's or a comment."""
    tag = element.tag
    if type(tag) is not str or (not tag.startswith(prefix) if prefix else tag.startswith("{")):
        return ""
    return str(tag[len(prefix) :])
