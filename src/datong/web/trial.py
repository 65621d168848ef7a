"""Trying a change of the identity policy: all events are decided once more beside, which takes a while."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from datong import identity
from datong.errors import ConfigError, Conflict, NotFound, Rejected
from datong.platform import Platform
from datong.privacy import namespaces

__all__ = ["Trials", "routes"]

log = logging.getLogger("datong.web")


_LONGEST = 600
"""Seconds after which a trial is given up: the log is too long to be decided anew while somebody waits."""


class Wanted(msgspec.Struct):
    """Changes to namespaces, by name: what of each would be another."""

    namespaces: dict[str, dict[str, Any]]


class Trials:
    """The trial under way or last made: one at a time, as each goes through the whole log."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._stop = threading.Event()
        self._found: dict[str, Any] = {"state": "done", "progress": 1.0, "diff": None, "error": ""}

    def start(self, platform: Platform, changes: Mapping[str, Mapping[str, Any]]) -> int:
        """Begin in a thread of its own and return the trial's number; raises Conflict while another one runs."""
        with self._lock:
            if self._found["state"] == "running":
                raise Conflict("another dry run is under way", hint="wait until it has finished")
            self._number += 1
            self._stop = threading.Event()
            self._found = {"state": "running", "progress": 0.0, "diff": None, "error": ""}
        threading.Thread(target=self._carry_out, args=(platform, changes), name="datong-trial", daemon=True).start()
        return self._number

    def look(self, number: int) -> dict[str, Any]:
        """Return how far a trial is, and what came of it; raises NotFound for one that a later one replaced."""
        if number != self._number:
            raise NotFound(f"there is no dry run {number}", hint="start one", field="id")
        return self._found

    def stop(self, number: int) -> None:
        """Give up a trial under way, which ends within a moment; raises NotFound as `look` does."""
        self.look(number)
        self._stop.set()

    def _carry_out(self, platform: Platform, changes: Mapping[str, Mapping[str, Any]]) -> None:
        def tell(done: int, end: int) -> None:
            self._found = {**self._found, "progress": round(done / max(1, end), 3)}

        over, asked = time.monotonic() + _LONGEST, self._stop
        try:
            found = identity.dry_run(
                platform.store, platform.vault, changes, progress=tell,
                stop=lambda: asked.is_set() or time.monotonic() > over)
        except identity.Stopped:
            self._found = {**self._found, "state": "stopped", "error": "" if asked.is_set() else "too_long"}
            return
        except Exception as error:
            log.exception("a dry run of the identity policy failed", exc_info=error)
            self._found = {**self._found, "state": "failed", "error": type(error).__name__}
            return
        diff = {
            **msgspec.to_builtins(found),
            "merged": [{"ids": one.ids, "members": [identity.label(n) for n in one.ids]} for one in found.merged],
            "split": [{"id": one.id, "member": identity.label(one.id), "parts": one.parts} for one in found.split],
        }
        self._found = {"state": "done", "progress": 1.0, "diff": diff, "error": ""}


@post("/identity/dry-run", sync_to_thread=True, status_code=202)
def start(request: Request[Any, Any, State], data: JSONBody[Wanted]) -> dict[str, str]:
    """Begin to work out what a changed policy would make of all events so far; nothing is written."""
    platform: Platform = request.app.state.platform
    if not data.namespaces:
        raise Rejected("nothing is changed", code="no_change", field="namespaces", hint="name a namespace and a value")
    kept = platform.settings.identity
    changed = {ns: {**kept.namespaces.get(ns, {}), **said} for ns, said in data.namespaces.items()}
    tables = {**kept.namespaces, **changed}
    tried = msgspec.structs.replace(platform.settings, identity=msgspec.structs.replace(kept, namespaces=tables))
    try:
        namespaces(tried)
    except ConfigError as error:  # of the trial, not of the settings
        raise Rejected(error.message, code="bad_policy", field=error.field, hint=error.hint) from None
    trials: Trials = request.app.state.trials
    return {"id": str(trials.start(platform, data.namespaces))}


@get("/identity/dry-run/{number:int}", sync_to_thread=False)
def look(request: Request[Any, Any, State], number: FromPath[int]) -> dict[str, Any]:
    """Return how far a trial is, and the difference it found."""
    trials: Trials = request.app.state.trials
    return trials.look(number)


@post("/identity/dry-run/{number:int}/stop", sync_to_thread=False, status_code=200)
def stop(request: Request[Any, Any, State], number: FromPath[int]) -> dict[str, Any]:
    """Give up a trial that is under way; nothing of it is kept."""
    trials: Trials = request.app.state.trials
    trials.stop(number)
    return trials.look(number)


routes = [start, look, stop]
