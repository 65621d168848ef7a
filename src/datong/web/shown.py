"""Identifiers as a person may see them."""

from __future__ import annotations

from collections.abc import Mapping

from datong.identity import Linked
from datong.model import Namespace
from datong.privacy import Vault, mask

__all__ = ["shown"]


def shown(vault: Vault, linked: Linked, policy: Mapping[str, Namespace]) -> str:
    """Return the value masked, or the short mark of one whose value is not kept."""
    if linked.sealed is None or linked.ns not in policy:
        return f"#{linked.key & 0xFFFFFF:06x}"
    return mask(linked.ns, vault.unseal(linked.sealed))
