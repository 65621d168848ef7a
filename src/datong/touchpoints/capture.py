"""Capture jobs: an EPCIS document is kept before its sender is answered, and captured beside; the job says how it went.

Source: GS1 EPCIS Standard 2.0, REST bindings, `/capture`. Jobs are remembered for a week.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from typing import Any, Literal
from uuid import uuid4

import msgspec
import sqlalchemy as sa

from datong.errors import DatongError, NotFound, Unavailable
from datong.model import DAY, to_iso
from datong.touchpoints.call import Heard
from datong.touchpoints.intake import Intake, Result
from datong.touchpoints.tables import CAPTURE

__all__ = ["Behaviour", "Captures", "Job", "Problem"]

Behaviour = Literal["rollback", "proceed"]

_KEPT = 7 * DAY
_MOST = 100
"""Errors in a job; it says so where there are more."""
_AGAIN = 1.0
_log = logging.getLogger("datong.touchpoints")


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong, in the form of RFC 7807 that the standard asks for, with Datong's own code, hint and field."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    code: str = ""
    field: str = ""


class Job(msgspec.Struct, frozen=True):
    """A capture job as the standard shows it; `finishedAt` is empty while it runs."""

    captureID: str  # noqa: N815 the standard's name
    createdAt: str  # noqa: N815
    finishedAt: str  # noqa: N815
    running: bool
    success: bool
    captureErrorBehaviour: Behaviour  # noqa: N815
    errors: list[Problem]


class Captures:
    """Takes documents, and captures them one by one in a thread of its own; what a crash left is captured after it."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Capture in the background, first what was left unfinished."""
        with self._lock:
            if self._thread is not None:
                return
            with self._intake.store.state.read() as tx:
                for number in tx.execute(sa.select(CAPTURE.c.id).where(CAPTURE.c.finished == 0).order_by(
                        CAPTURE.c.created)).scalars():
                    self._waiting.put(number)
            self._thread = threading.Thread(target=self._run, name="datong-capture", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Finish the document in hand; the others wait for the next start."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put(None)
            thread.join()

    def take(self, source: str, body: bytes, behaviour: Behaviour) -> str:
        """Keep a document and return the number of its job, when it is on disk; raises Unavailable."""
        self.start()
        number, now = uuid4().hex, self._intake.store.clock.now()
        try:
            with self._intake.store.state.write() as tx:
                tx.execute(sa.delete(CAPTURE).where(CAPTURE.c.finished > 0, CAPTURE.c.finished < now - _KEPT))
                tx.execute(sa.insert(CAPTURE).values(
                    id=number, source=source, created=now, finished=0, behaviour=behaviour, success=False,
                    errors=b"[]", body=self._intake.vault.seal(body.decode("latin-1"))))
        except sa.exc.OperationalError:
            raise Unavailable("the state cannot be written now", after=1.0) from None
        self._waiting.put(number)
        return number

    def job(self, source: str, number: str) -> Job:
        """Return a job of this source; raises NotFound."""
        with self._intake.store.state.read() as tx:
            row = tx.execute(sa.select(CAPTURE).where(CAPTURE.c.id == number, CAPTURE.c.source == source)).first()
        if row is None:
            raise NotFound(f"there is no capture job {number[:60]!r}", hint="jobs are remembered for a week")
        return _job(row)

    def jobs(self, source: str, most: int) -> list[Job]:
        """Return the latest jobs of a source, newest first."""
        query = sa.select(CAPTURE).where(CAPTURE.c.source == source).order_by(CAPTURE.c.created.desc()).limit(most)
        with self._intake.store.state.read() as tx:
            return [_job(row) for row in tx.execute(query)]

    def _run(self) -> None:
        while (number := self._waiting.get()) is not None:
            try:
                self._capture(number)
            except (Unavailable, sa.exc.OperationalError):  # it waits with the others, and is tried again
                self._waiting.put(number)
                time.sleep(_AGAIN)
            except Exception:
                _log.exception("the capture job %s failed", number)
                self._finish(number, [Problem("epcisException:ImplementationException",
                                              "the capture failed; see the platform's log", 500)])

    def _capture(self, number: str) -> None:
        with self._intake.store.state.read() as tx:
            row = tx.execute(sa.select(CAPTURE).where(CAPTURE.c.id == number, CAPTURE.c.finished == 0)).first()
        if row is None:
            return
        errors: list[Problem]
        try:
            heard = self._intake.listen(row.source, self._intake.vault.unseal(row.body).encode("latin-1"))
            errors = _problems(heard, self._accept(row, heard))
        except Unavailable:
            raise
        except DatongError as error:  # settings may have changed since it was taken
            errors = [Problem("epcisException:ImplementationException", error.message, error.status, error.hint)]
        self._finish(number, errors)

    def _finish(self, number: str, errors: list[Problem]) -> None:
        values = {"finished": self._intake.store.clock.now(), "success": not errors,
                  "errors": msgspec.json.encode(errors), "body": b""}
        with self._intake.store.state.write() as tx:
            tx.execute(sa.update(CAPTURE).where(CAPTURE.c.id == number).values(**values))

    def _accept(self, row: Any, heard: list[Heard]) -> list[Result]:
        if row.behaviour == "rollback":
            return self._intake.accept_whole(row.source, heard)
        return self._intake.accept_calls(row.source, heard)


def _problems(heard: list[Heard], results: list[Result]) -> list[Problem]:
    bad = [one for one in results if one.code]
    found = [Problem("epcisException:ValidationException", one.message, 400, one.hint, one.id, one.code, one.field)
             for one in bad[:_MOST]]
    if len(bad) > _MOST:
        found.append(Problem("epcisException:ValidationException", f"{len(bad)} of {len(heard)} events are wrong", 400))
    return found


def _job(row: Any) -> Job:
    finished = to_iso(row.finished) if row.finished else ""
    return Job(row.id, to_iso(row.created), finished, not row.finished, bool(row.success), row.behaviour,
               msgspec.json.decode(row.errors, type=list[Problem]))
