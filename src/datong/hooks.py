"""The plugin surface, all of it: what an installed package may add through entry points of the group `datong`.

A plugin package declares, in its own pyproject.toml::

    [project.entry-points."datong.touchpoints"]
    my_counter = "my_package.counter:Counter"

The built-in touchpoint kinds are found the same way they would be if a stranger had written them.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

__all__ = ["GROUPS", "plugins"]

GROUPS = ("datong.touchpoints", "datong.channels", "datong.tag_libraries", "datong.enrichment")
"""Touchpoint kinds (`datong.touchpoints.Kind`), delivery channels (`datong.delivery.Channel`), tag files,
providers of third-party data (`datong.identity.enrichment.Provider`)."""


def plugins(group: str) -> dict[str, Any]:
    """Return the objects that installed packages offer in one of GROUPS, by name."""
    return {point.name: point.load() for point in entry_points(group=group)}
