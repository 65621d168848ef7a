"""The right to see and to be forgotten: a member's data as a file, erasures and their certificates."""

from __future__ import annotations

import io
import logging
import threading
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from datong import identity
from datong.errors import Rejected
from datong.platform import Platform
from datong.privacy import certificate, consent_history, erasures, export_person, is_genuine, proof_of
from datong.web.correct import actor_of

__all__ = ["Progress", "routes"]

log = logging.getLogger("datong.web")
_WORDS = 200


class Asked(msgspec.Struct):
    """Who is to be erased, written out once more so that a slip of the hand erases nobody, and why."""

    confirm: str
    reason: str = ""


class Progress:
    """How far the erasures of this process are, by id."""

    def __init__(self) -> None:
        self._at: dict[str, tuple[str, float]] = {}

    def start(self, platform: Platform, number: str) -> None:
        """Carry the erasure out in a thread of its own."""
        self._at[number] = ("waiting", 0.0)
        threading.Thread(target=self._run, args=(platform, number), name="datong-erasure", daemon=True).start()

    def of(self, number: str) -> tuple[str, float]:
        """Return what it is at, and which part (0 to 1) of that is done."""
        return self._at.get(number, ("waiting", 0.0))

    def _run(self, platform: Platform, number: str) -> None:
        try:
            platform.erase(number, lambda what, done, end: self._at.update({number: (what, done / max(1, end))}))
        except Exception as error:  # it is written down, and begins anew with the next start
            self._at[number] = ("failed", 0.0)
            log.error("the erasure %s broke off; it is carried out at the next start", number, exc_info=error)


@get("/members/{number:int}/export", sync_to_thread=True)
def export(request: Request[Any, Any, State], number: FromPath[int]) -> Response[bytes]:
    """Return everything that is kept of a member as a ZIP archive; raises NotFound."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        person = identity.person(tx, platform.vault, number)
    file = io.BytesIO()
    export_person(platform.store, platform.vault, person, file)
    headers = {"Content-Disposition": f'attachment; filename="{person.label}.zip"', "Cache-Control": "no-store"}
    return Response(file.getvalue(), media_type="application/zip", headers=headers)


@post("/members/{number:int}/erase", status_code=202, sync_to_thread=True)
def erase(request: Request[Any, Any, State], number: FromPath[int], data: JSONBody[Asked]) -> dict[str, str]:
    """Begin to erase a member and return the erasure's id; ask for its state in the list of erasures."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        label = identity.label(identity.live(tx, number))
    if data.confirm.strip().upper() != label:
        hint = f"write {label} into the field confirm"
        raise Rejected("the confirmation does not name the member", code="not_confirmed", hint=hint, field="confirm")
    asked = platform.ask_erasure(number, actor=actor_of(request), reason=data.reason.strip())
    request.app.state.erasing.start(platform, asked)
    return {"id": asked}


@get("/erasures", sync_to_thread=True)
def listing(request: Request[Any, Any, State], page: FromQuery[int] = 1) -> dict[str, Any]:
    """Return the erasures, the newest first, and how far those under way are."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        total, found = erasures(tx, page)
    rows = []
    for one in found:
        stage, part = ("done", 1.0) if one.finished else request.app.state.erasing.of(one.id)
        rows.append({**msgspec.to_builtins(one), "stage": stage, "progress": part})
    return {"total": total, "page": page, "erasures": rows}


@get("/erasures/{number:str}", sync_to_thread=True)
def paper(request: Request[Any, Any, State], number: FromPath[str]) -> dict[str, Any]:
    """Return the certificate of a finished erasure; raises NotFound."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        return certificate(tx, number)


@post("/erasures/verify", status_code=200, sync_to_thread=True)
def verify(request: Request[Any, Any, State], data: JSONBody[dict[str, Any]]) -> dict[str, bool]:
    """Return whether a certificate was written here and nobody changed it."""
    platform: Platform = request.app.state.platform
    return {"genuine": is_genuine(platform.vault, data)}


@post("/backups", status_code=201, sync_to_thread=True)
def back_up(request: Request[Any, Any, State]) -> dict[str, str]:
    """Make a backup and return its folder."""
    platform: Platform = request.app.state.platform
    return {"folder": str(platform.back_up())}


@get("/members/{number:int}/consents", sync_to_thread=True)
def consents(request: Request[Any, Any, State], number: FromPath[int]) -> dict[str, Any]:
    """Return every word a member ever said about consent, the newest first, with its proof; raises NotFound."""
    platform: Platform = request.app.state.platform
    with platform.store.state.read() as tx:
        words = consent_history(tx, [i.key for i in identity.identifiers_of(tx, number)])
    return {"words": [
        {"purpose": w.purpose, "channel": w.channel, "granted": w.granted, "at": w.at, "source": w.source,
         "proof": proof_of(platform.store.log, w)} for w in reversed(words[-_WORDS:])
    ]}


routes = [consents, export, erase, listing, paper, verify, back_up]
