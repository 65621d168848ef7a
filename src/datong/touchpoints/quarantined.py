"""Quarantined: the record of a rejected call in the log; its raw text may be personal and is sealed."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

import msgspec

from datong.errors import DatongError, Rejected
from datong.privacy import Vault
from datong.storage import QUARANTINE, Record
from datong.touchpoints.call import Call, Heard, Scan, Unread
from datong.touchpoints.origin import Origin

__all__ = ["FRAME_KEPT", "Quarantined", "decode_quarantined", "quarantine_record", "raw_of", "renewed", "whole"]

FRAME_KEPT = 1024 * 1024
"""So many bytes of a frame that cannot be read at all are kept."""

_json = msgspec.json.Decoder(Call)
_order = msgspec.msgpack.Encoder(order="deterministic")


class Quarantined(msgspec.Struct, frozen=True):
    """One rejected call or part of a frame: why, when (ms), from where; `raw` is sealed.

    `form` says what the raw text is: a `call` (Segment JSON) or a `frame` of the touchpoint's own kind.
    """

    raw: bytes
    source: str
    kind: str
    form: Literal["call", "frame"]
    code: str
    message: str
    hint: str
    field: str
    received: int
    history: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Quarantined)


def whole(frame: bytes, error: DatongError) -> Unread:
    """Return a frame of which nothing can be read, as quarantine keeps it: of a long one the beginning."""
    hint = error.hint
    if len(frame) > FRAME_KEPT:
        hint = f"{hint}; only its first {FRAME_KEPT} bytes are kept here: send it again".removeprefix("; ")
    return Unread(frame[:FRAME_KEPT], error.code, error.message, hint, error.field)


def decode_quarantined(body: bytes) -> Quarantined:
    """Return the record that lies in the log."""
    return _decoder.decode(body)


def renewed(body: bytes, vault: Vault) -> bytes | None:
    """Return the record with its text sealed by the key in use, or None where it is already."""
    kept = _decoder.decode(body)
    raw = vault.renewed(kept.raw)
    return None if raw is None else _encoder.encode(msgspec.structs.replace(kept, raw=raw))


def quarantine_record(
    heard: Heard, error: Rejected, origin: Origin, received: int, history: bool, vault: Vault
) -> Record:
    """Return the log's record; the same contents give the same key, so that a re-sent call is not kept twice."""
    raw = raw_of(heard)
    body = Quarantined(
        vault.seal(raw.decode("utf-8", "backslashreplace")), origin.name, origin.kind,
        "frame" if isinstance(heard, Unread) else "call", error.code, error.message, error.hint, error.field, received,
        history,
    )
    contents = b"\0".join((b"quarantine", origin.name.encode(), _contents(heard)))
    return Record(blake2b(vault.sign(contents, 32), digest_size=16).digest(), _encoder.encode(body), 0, QUARANTINE)


def raw_of(heard: Heard) -> bytes:
    """Return text from which the part alone can be read again."""
    if isinstance(heard, Unread):
        return heard.raw
    if isinstance(heard, Scan):  # it never is refused as a whole: each of its sightings is a part of its own
        return heard.part(0)
    if not heard.raw:
        return msgspec.json.encode(heard)
    own = _json.decode(heard.raw)
    # what stood beside the call: in the batch around it, or in the address it was sent to
    beside: dict[str, object] = {}
    if own.type != heard.type:
        beside["type"] = heard.type
    if own.sent_at != heard.sent_at:
        beside["sentAt"] = heard.sent_at
    if own.context != heard.context:
        beside["context"] = heard.context
    if not beside:
        return heard.raw
    return msgspec.json.encode(beside)[:-1] + b"," + heard.raw.lstrip()[1:]


def _contents(heard: Heard) -> bytes:
    if isinstance(heard, Unread | Scan):
        return raw_of(heard)
    try:
        return _order.encode(msgspec.structs.replace(heard, sent_at=None, raw=b""))
    except (OverflowError, TypeError, ValueError):
        return heard.raw
