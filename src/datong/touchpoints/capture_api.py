"""The capture interface of EPCIS 2.0 over HTTP: POST /epcis/capture, GET /epcis/capture and /epcis/capture/ID.

Source: GS1 EPCIS Standard 2.0, REST bindings (OpenAPI): status codes, `GS1-…` headers, problems by RFC 7807.
"""

from __future__ import annotations

import asyncio
import logging
from math import ceil
from typing import Any, get_args
from urllib.parse import parse_qs

import msgspec

from datong.errors import Broken, DatongError, NotFound, Rejected, TooLarge
from datong.touchpoints.body import Receive, Scope, read_body
from datong.touchpoints.capture import Behaviour, Captures, Problem
from datong.touchpoints.intake import Intake
from datong.touchpoints.keys import WriteKeys
from datong.touchpoints.quarantined import whole

__all__ = ["EVENTS_LIMIT", "CaptureApi", "Told"]

EVENTS_LIMIT = 10_000
"""Events in one document."""
_KIND = "epcis"
_log = logging.getLogger("datong.touchpoints")
_TYPES = {"application/json", "application/ld+json", "application/xml", "text/xml", ""}
_EXCEPTIONS = {400: "ValidationException", 401: "SecurityException", 404: "NoSuchResourceException",
               405: "ImplementationException", 413: "CaptureLimitExceededException",
               415: "UnsupportedMediaTypeException", 429: "CaptureLimitExceededException"}

Told = tuple[int, bytes, list[tuple[bytes, bytes]]]
"""Status, body and headers of an answer."""


class CaptureApi:
    """Answers for the touchpoints of kind `epcis`, by their write keys."""

    def __init__(self, intake: Intake, keys: WriteKeys, captures: Captures) -> None:
        self._intake, self._keys, self._captures = intake, keys, captures

    async def answer(self, scope: Scope, path: str, receive: Receive) -> Told:
        """Return what a request under /epcis/ is answered."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            return await self._answer(scope, path, headers, receive)
        except DatongError as error:
            return _problem(error)
        except Exception:
            _log.exception("the capture interface failed")
            return _problem(Broken("the capture failed; see the platform's log"))

    async def _answer(self, scope: Scope, path: str, headers: dict[bytes, bytes], receive: Receive) -> Told:
        _, _, name, *rest = path.split("/")
        number = rest[0] if len(rest) == 1 else ""
        if name != "capture" or len(rest) > 1:
            raise NotFound(f"there is no {path[:80]}", hint="there are /epcis/capture and /epcis/capture/ID")
        method = scope["method"]
        if method not in (("GET",) if number else ("GET", "POST")):
            raise Rejected(f"{method} is not for {path[:80]}", code="bad_method",
                           hint="POST a document to /epcis/capture")
        source = ""
        try:
            source = self._keys.source(headers.get(b"authorization", b""))
            self._keys.spend(source)
            if self._intake.settings.touchpoints[source].kind != _KIND:
                raise NotFound("the write key is of no touchpoint of kind epcis", hint='set kind = "epcis"')
            if method == "GET":
                found: Any
                if number:
                    found = await asyncio.to_thread(self._captures.job, source, number)
                else:
                    found = await asyncio.to_thread(self._captures.jobs, source, _page(scope))
                return 200, msgspec.json.encode(found), _headers(b"application/json")
            body, behaviour = await self._body(source, headers, receive), _behaviour(headers)
        except DatongError:
            if method == "POST":
                self._intake.refuse(source)
            raise
        return await self._take(source, body, behaviour)

    async def _body(self, source: str, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        said = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
        if said not in _TYPES:
            raise Rejected(f"documents of the type {said[:60]!r} are not taken", code="bad_media_type",
                           hint="send application/ld+json, application/json or application/xml", field="Content-Type")
        return await read_body(receive, headers, self._intake.kind(source)[0].limit)

    async def _take(self, source: str, body: bytes, behaviour: Behaviour) -> Told:
        try:
            heard = await asyncio.to_thread(self._intake.listen, source, body)
        except DatongError as error:
            await self._intake.accept(source, [whole(body, error)])
            raise
        try:
            if len(heard) > EVENTS_LIMIT:
                raise TooLarge(f"the document has {len(heard)} events", hint=f"send at most {EVENTS_LIMIT} at once")
            number = await asyncio.to_thread(self._captures.take, source, body, behaviour)
        except DatongError:
            self._intake.refuse(source)
            raise
        return 202, b"", [(b"location", f"/epcis/capture/{number}".encode()), *_headers(b"application/json")]


def _behaviour(headers: dict[bytes, bytes]) -> Behaviour:
    said = headers.get(b"gs1-capture-error-behaviour", b"rollback").strip().lower().decode("latin-1")
    for known in get_args(Behaviour):
        if said == known:
            return known  # type: ignore[no-any-return]
    raise Rejected(f"{said[:40]!r} is no behaviour", code="bad_request", field="GS1-Capture-Error-Behaviour",
                   hint="write rollback (all events or none) or proceed (the good ones)")


def _page(scope: Scope) -> int:
    said = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=100).get("perPage", ["30"])[-1]
    return min(1_000, max(1, int(said))) if said.isascii() and said.isdigit() and len(said) < 6 else 30


def _headers(kind: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", kind), (b"gs1-epcis-version", b"2.0"), (b"gs1-cbv-version", b"2.0"),
            (b"gs1-epcis-capture-limit", str(EVENTS_LIMIT).encode())]


def _problem(error: DatongError) -> Told:
    status = {"bad_method": 405, "bad_media_type": 415}.get(error.code, 400) if isinstance(error, Rejected) \
        else error.status
    told = Problem(f"epcisException:{_EXCEPTIONS.get(status, 'ImplementationException')}", error.message, status,
                   error.hint, "", error.code, error.field)
    more = [(b"retry-after", str(max(1, ceil(error.after))).encode())] if error.after is not None else []
    if status == 401:
        more.append((b"www-authenticate", b'Basic realm="datong"'))
    return status, msgspec.json.encode(told), [*_headers(b"application/problem+json"), *more]
