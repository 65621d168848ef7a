"""Category paths: `shoes/sneakers/running` lies in `shoes/sneakers` and in `shoes`."""

from __future__ import annotations

__all__ = ["in_category", "parents"]


def in_category(path: str, within: str) -> bool:
    """Return whether `path` is the category `within` or lies below it; everything lies in the empty category."""
    return not within or path == within or path.startswith(within + "/")


def parents(path: str) -> tuple[str, ...]:
    """Return the category itself and every one above it, nearest first; nothing for the empty path."""
    if not path:
        return ()
    parts = path.split("/")
    return tuple("/".join(parts[:n]) for n in range(len(parts), 0, -1))
