"""Frames that come by a transport: read, and kept whatever they are."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from datong.errors import Broken, DatongError, Rejected, TooLarge
from datong.touchpoints.call import Heard, Request
from datong.touchpoints.intake import Intake, Result
from datong.touchpoints.quarantined import whole

__all__ = ["Frame", "Taken", "take"]

log = logging.getLogger("datong.touchpoints")


class Frame(NamedTuple):
    """The bytes of a frame, and what the transport knows beside them, as a message's topic or a file's name."""

    body: bytes
    about: dict[str, str]


class Taken(NamedTuple):
    """What became of frames: sightings or calls stored, known, and quarantined; and why each bad one was refused."""

    stored: int
    known: int
    quarantined: int
    refused: list[DatongError | None]


def take(intake: Intake, source: str, frames: Sequence[Frame], limit: int = 0) -> Taken:
    """Store frames and return when they are on disk what became of them; raises Unavailable.

    A frame that cannot be read, or has more than `limit` bytes (by default what the kind takes), is quarantined whole.
    """
    kind, context = intake.kind(source)
    most = limit or kind.limit
    heard: list[Heard] = []
    refused: list[DatongError | None] = []
    for body, about in frames:
        try:
            if len(body) > most:
                raise TooLarge(f"the frame has {len(body)} bytes", hint=f"send at most {most} at once")
            if not body:
                raise Rejected("the frame is empty", code="empty_body", hint="send what the kind understands")
            request = Request(method="", headers=about, at=intake.store.clock.now())
            heard += kind.listen(kind.open(request, body, context), context)
            refused.append(None)
        except DatongError as error:
            heard.append(whole(body, error))
            refused.append(error)
        except Exception:  # a kind of somebody's own fails on it: the frame is kept, and those behind it go on
            log.exception("the kind %s of the touchpoint %s failed on a frame", kind.kind, source)
            broken = Broken(f"the kind {kind.kind} failed on it; see the platform's log")
            refused.append(broken)
            heard.append(whole(body, broken))
    results = intake.accept_calls(source, heard)
    return Taken(_count(results, "stored"), _count(results, "duplicate"),
                 sum(one.count for one in results if one.code), refused)


def _count(results: Sequence[Result], status: str) -> int:
    return sum(one.count for one in results if one.status == status)
