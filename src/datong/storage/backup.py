"""Backups: the three engines copied into a folder of its own while the platform runs, the newest few kept."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from datong.errors import Conflict, NotFound
from datong.model import to_iso
from datong.storage.store import Store

__all__ = ["back_up", "backups", "put_back"]

_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")


def back_up(store: Store) -> Path:
    """Copy facts, state and log in this order and return the folder; older backups than are kept go.

    Each is what it was at one moment, and none is ahead of the next: what the state lacks it takes from the log again.
    The folder has its name only once it is whole. Without `state.sqlite` the state is PostgreSQL's to back up, before.
    """
    root = store.settings.path(store.settings.storage.backups)
    target = root / re.sub(r"[:]|\.\d+", "", to_iso(store.clock.now()))
    if target.exists():
        raise Conflict(f"there is a backup {target.name} already", hint="wait a second")
    part = root / f"{target.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    store.facts.copy(part / "facts.duckdb")
    store.state.copy(part / "state.sqlite")
    store.log.copy(part / "log.sqlite")
    for file in part.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    part.rename(target)
    for old in backups(root)[store.settings.storage.keep_backups :]:
        shutil.rmtree(old)
    return target


def backups(root: Path) -> list[Path]:
    """Return the whole backups in a folder, the newest first."""
    there = root.iterdir() if root.is_dir() else ()
    return sorted((path for path in there if _NAME.fullmatch(path.name) and path.is_dir()), reverse=True)


def put_back(backup: Path, data: Path) -> Path | None:
    """Make a backup the data directory; return where what was there went. Nothing may have the directory open."""
    if not (backup / "log.sqlite").exists():
        raise NotFound(f"{backup} is no backup", hint="give a folder that datong backup made")
    aside = None
    if data.exists() and any(data.iterdir()):
        aside = data.with_name(f"{data.name}.before-{backup.name}")
        if aside.exists():
            raise Conflict(f"{aside} is there already", hint="look whether it is still needed, and move it away")
        data.rename(aside)
    shutil.copytree(backup, data, dirs_exist_ok=True)
    return aside
