"""The register of erasures, kept beside the backups: whoever was erased stays erased after an old one is restored."""

from __future__ import annotations

import json
import os
from pathlib import Path

import sqlalchemy as sa

from datong.privacy.tables import ERASURE
from datong.storage import Store

__all__ = ["erased_since", "write_register"]

_NAME = "erasures.json"


def write_register(store: Store) -> None:
    """Write every finished erasure into the folder of backups, if there is one; labels and times, no values."""
    root = store.settings.path(store.settings.storage.backups)
    if not root.is_dir():
        return
    with store.state.read() as tx:
        query = sa.select(ERASURE.c.label, ERASURE.c.finished).where(ERASURE.c.finished.is_not(None))
        found = {row.label: row.finished for row in tx.execute(query)}
    part = root / f"{_NAME}.part"
    part.write_text(json.dumps({**_read(root), **found}, indent=1, sort_keys=True), "utf-8")
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(root / _NAME)


def erased_since(store: Store) -> list[str]:
    """Return the labels of members that the register calls erased and this state does not: it is older."""
    with store.state.read() as tx:
        done = set(tx.execute(sa.select(ERASURE.c.label).where(ERASURE.c.finished.is_not(None))).scalars())
    return sorted(set(_read(store.settings.path(store.settings.storage.backups))) - done)


def _read(root: Path) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads((root / _NAME).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found
