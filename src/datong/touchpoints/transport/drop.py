"""Drop: files in a folder are frames, or hold one on each line; each is moved to done/, or to failed/ and why."""

from __future__ import annotations

import os
import time
from fnmatch import fnmatch
from pathlib import Path

from datong.config import DropSettings, Settings
from datong.errors import ConfigError, DatongError, Rejected, Unavailable
from datong.touchpoints.body import inflate
from datong.touchpoints.intake import Intake
from datong.touchpoints.transport.frames import Frame, take
from datong.touchpoints.transport.line import Line, period

__all__ = ["LARGEST", "Drop"]

LARGEST = 64 * 1024 * 1024
"""Bytes of a file, unpacked where it is gzipped."""
_AT_ONCE = 4_000
"""Lines that go into the log together."""
_HALF = (".part", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", ".lock")


class Drop(Line):
    """Watches one folder for one touchpoint; files are taken in the order of their names."""

    transport = "drop"

    def __init__(self, intake: Intake, name: str, settings: DropSettings, whole: Settings) -> None:
        """Make the folder and done/ and failed/ in it; raises ConfigError where that cannot be done."""
        self.folder = whole.path(settings.folder)
        super().__init__(intake, name, str(self.folder))
        field = f"touchpoints.{name}.drop"
        self._pattern, self._lines = settings.pattern, settings.lines
        self._every = period(settings.every, f"{field}.every")
        self._settle = period(settings.settle, f"{field}.settle")
        self._seen: dict[str, tuple[int, float]] = {}
        try:
            for place in ("done", "failed"):
                (self.folder / place).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{field}.folder = {settings.folder!r} cannot be used: {error.strerror}",
                              field=f"{field}.folder", code="config_value") from None

    def run(self) -> None:
        """Look through the folder again and again until it is stopped."""
        while not self.stopping.is_set():
            try:
                self.turn()
                self.tell("ok")
            except Unavailable as error:
                self.tell("failing", error.message)
            except OSError as error:
                self.tell("failing", f"{self.folder}: {error.strerror}; check that it can be read and written")
            self.stopping.wait(self._every)

    def turn(self) -> int:
        """Take the files that are finished and return how many there were; raises Unavailable, OSError."""
        taken = 0
        ready = self._ready()
        for path in ready:
            if self.stopping.is_set():
                break
            self._take(path)
            taken += 1
        return taken

    def _ready(self) -> list[Path]:
        """Return the files that have not changed for a while, and not since they were looked at last."""
        found, seen = [], {}
        for entry in os.scandir(self.folder):
            name = entry.name
            if not entry.is_file() or name.startswith((".", "~")) or name.lower().endswith(_HALF):
                continue
            if not fnmatch(name, self._pattern):
                continue
            stat = entry.stat()
            seen[name] = (stat.st_size, stat.st_mtime)
            if self._seen.get(name) == seen[name] and time.time() - stat.st_mtime >= self._settle:
                found.append(Path(entry.path))
        self._seen = seen
        return sorted(found)

    def _take(self, path: Path) -> None:
        error: DatongError | None
        try:
            with path.open("rb") as file:
                body = file.read(LARGEST + 1)
            if path.suffix == ".gz":
                body = inflate(body, LARGEST)
        except DatongError as wrong:
            self._away(path, "failed", wrong)
            return
        if self._lines:
            error = self._take_lines(body, {"file": path.name})
        else:
            error = take(self.intake, self.name, [Frame(body, {"file": path.name})], LARGEST).refused[0]
            self.took()
        self._away(path, "failed" if error else "done", error)

    def _take_lines(self, body: bytes, about: dict[str, str]) -> DatongError | None:
        """Take each line as a frame, some thousands at a time; return what is wrong with the file's bad lines."""
        bad: list[tuple[int, DatongError]] = []
        frames = [(number, Frame(line, about)) for number, line in enumerate(body.splitlines(), 1) if line.strip()]
        for at in range(0, len(frames), _AT_ONCE):
            some = frames[at : at + _AT_ONCE]
            taken = take(self.intake, self.name, [frame for _, frame in some])
            bad += [(number, error) for (number, _), error in zip(some, taken.refused, strict=True) if error]
            self.took(len(some))
        if not frames:
            return Rejected("the file is empty", code="empty_body", hint="write one frame on each line")
        if not bad:
            return None
        number, first = bad[0]
        return Rejected(f"line {number}: {first.message}", code=first.code, hint=(
            f"{first.hint}; " if first.hint else "") + f"{len(bad)} of {len(frames)} lines lie in quarantine, the "
            "others are stored")

    def _away(self, path: Path, where: str, error: DatongError | None) -> None:
        goal = _free(self.folder / where / path.name)
        if error is not None:
            reason = f"{error.code}: {error.message}\n" + (f"{error.hint}\n" if error.hint else "")
            goal.with_name(f"{goal.name}.reason.txt").write_text(reason, "utf-8")
        path.rename(goal)
        self._seen.pop(path.name, None)


def _free(path: Path) -> Path:
    """Return a path at which nothing lies yet."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return found
