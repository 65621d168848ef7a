"""Webhook: whatever another system pushes, brought to events by a field map in the settings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from datong.errors import ConfigError, Rejected
from datong.touchpoints.call import Call, CallContext, ExternalId, Heard, Kind, Listening, Request, Unread
from datong.touchpoints.callback import window
from datong.touchpoints.json_path import at_path, only, read_path
from datong.touchpoints.signature import SCHEMES, Scheme, verifies

__all__ = ["Webhook"]

_ADDRESS = "address"
_TABLES = ("identifiers", "properties", "traits")
_TEXTS = ("event", "each", "id", "time")
_KNOWN = {*_TABLES, *_TEXTS, "events", "signature", "secret", "window", "channel"}
_HASHES = {"sha1", "sha256", "sha384", "sha512"}
_encode = msgspec.json.Encoder(order="deterministic").encode


class Webhook(Kind):
    """A frame is any JSON (or a form). The settings say, by paths, what is what.

    `$.a.b` is a value of the entry (with `each`, of one entry of that list, else of the body), `^.a` one of the whole
    body, `@x-name` a header; anything else stands for itself.
    """

    kind = "webhook"
    secrets = ("secret",)

    def check(self, context: Listening) -> None:
        """Raise ConfigError naming the setting that is missing, unknown or no path."""
        own, field = context.settings, f"touchpoints.{context.source}.settings"
        for name in own:
            if name not in _KNOWN:
                raise _wrong(f"{field}.{name}", "is not known", f"known: {', '.join(sorted(_KNOWN))}")
        if not isinstance(own.get("event"), str) or not own["event"]:
            raise _wrong(f"{field}.event", "is missing", 'write a name, as "Order Completed", or a path, as "$.type"')
        for name in (*_TABLES, "events"):
            if not isinstance(own.get(name, {}), dict):
                raise _wrong(f"{field}.{name}", "must be a table", f"write it as [{field}.{name}]")
        for name in (*_TEXTS, *_TABLES):
            _check_paths(own.get(name), f"{field}.{name}")
        if str(own.get("each", "$"))[:1] != "$":
            raise _wrong(f"{field}.each", "must be a path", 'write it as "$.orders"')
        signature = own.get("signature", "")
        if signature not in ("", _ADDRESS) and not isinstance(signature, dict) and signature not in SCHEMES:
            raise _wrong(f"{field}.signature", "is not known",
                         f"one of {', '.join([*SCHEMES, _ADDRESS])}, or a table with header, algorithm, encoding")
        if signature and "secret" not in context.secrets:
            raise _wrong(f"{field}.secret", "is missing", 'write secret = { file = "secrets/NAME" }')
        _scheme(context)
        window(context)

    def admits(self, request: Request, frame: bytes, context: Listening) -> bool | None:
        """Return whether the signature fits the body; None, which leaves it to the write key, where none is asked."""
        asked = context.settings.get("signature")
        if not asked:
            return None
        secret = context.secrets["secret"]
        if asked == _ADDRESS:
            return compare_digest(request.query.get("token", "").encode("utf-8", "replace"), secret.encode())
        scheme = _scheme(context)
        return scheme is not None and verifies(scheme, request, frame, secret, window(context))

    def open(self, request: Request, frame: bytes, context: Listening) -> bytes:
        """Return the frame as JSON, with the headers that the settings ask for; what is neither comes back as it is."""
        form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        headers = {name: request.headers[name] for name in _headers(context.settings) if name in request.headers}
        try:
            body = dict(parse_qsl(frame.decode(), keep_blank_values=True, max_num_fields=1_000)) if form else None
            return _encode({"@": headers, "$": body or _read(frame)}) if form or headers else frame
        except (ValueError, Rejected):
            return frame

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return one call for each entry; an entry, or a frame, that cannot be read comes back alone."""
        own = context.settings
        try:
            body, headers = _parts(_read(frame))
            if not (each := own.get("each")):
                return [_heard(_Reader(body, body, headers), own, lambda: frame)]
            path = read_path(each)
            if not isinstance(entries := at_path(body, path), list):
                raise Rejected(f"the body has no list at {each}", code="missing_field", field=each,
                               hint=f"correct settings.each of [touchpoints.{context.source}]")
        except Rejected as error:
            return [Unread(frame, error.code, error.message, error.hint, error.field)]
        return [
            _heard(_Reader(entry, body, headers), own,
                   lambda entry=entry: _encode({"@": headers, "$": only(body, path, entry)}))  # type: ignore[misc]
            for entry in entries
        ]


def _parts(found: Any) -> tuple[Any, dict[str, Any]]:
    """Return the body and the headers that `open` put beside it."""
    if isinstance(found, dict) and set(found) == {"@", "$"} and isinstance(found["@"], dict):
        return found["$"], found["@"]
    return found, {}


class _Reader:
    """Finds what a setting means in one entry."""

    def __init__(self, entry: Any, body: Any, headers: dict[str, Any]) -> None:
        self.entry, self._body, self._headers = entry, body, headers

    def value(self, given: Any) -> Any:
        """Return the value; a table with `each` makes a list of the entries there, another table an object."""
        if isinstance(given, dict):
            if "each" not in given:
                return {name: found for name, one in given.items() if (found := self.value(one)) is not None}
            entries = self.value(given["each"])
            inner = {name: one for name, one in given.items() if name != "each"}
            return [_Reader(entry, self._body, self._headers).value(inner)
                    for entry in (entries if isinstance(entries, list) else [])]
        if not isinstance(given, str) or given[:1] not in {"$", "^", "@"}:
            return given
        if given[0] == "@":
            return self._headers.get(given[1:].lower())
        return at_path(self.entry if given[0] == "$" else self._body, read_path(given))


def _heard(reader: _Reader, own: dict[str, Any], raw: Callable[[], bytes]) -> Heard:
    said = reader.value(own["event"])
    event = own.get("events", {}).get(said, said) if isinstance(said, str | int) else said
    if not isinstance(event, str) or not event:
        return Unread(raw(), "missing_field", f"there is no event at {own['event']}", "correct settings.event", "event")
    properties, traits = reader.value(own.get("properties", {})), reader.value(own.get("traits", {}))
    who = []
    for ns, given in own.get("identifiers", {}).items():
        value = reader.value(given)
        if isinstance(value, dict | list | bool):
            return Unread(raw(), "bad_identifier", f"the {ns} at {given} is neither text nor a number",
                          f"correct settings.identifiers.{ns}", f"identifiers.{ns}")
        if value not in (None, ""):
            who.append(ExternalId(ns, value))
    name = reader.value(own.get("id"))
    if name is None or isinstance(name, dict | list | bool) or name == "":
        name = hashlib.blake2b(_encode([event, reader.entry]), digest_size=16).hexdigest()
    kind = "identify" if event == "Identified" else "track"
    return Call(kind, event if kind == "track" else None, str(name), properties=properties or None,
                traits=traits or None, timestamp=_time(reader.value(own.get("time"))),
                context=CallContext(external_ids=who) if who else None)


def _time(value: Any) -> Any:
    """Return seconds or milliseconds since 1970 as ISO 8601; text stays as it is, admission reads it."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) in (10, 13):
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            return "?"  # no time: admission says so
    return value


def _read(frame: bytes) -> Any:
    try:
        return msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Rejected("the body is not JSON", code="bad_json", hint="send UTF-8 JSON, or a form") from None


def _headers(given: Any) -> set[str]:
    if isinstance(given, dict):
        return set().union(*(_headers(one) for one in given.values()))
    return {given[1:].lower()} if isinstance(given, str) and given[:1] == "@" else set()


def _scheme(context: Listening) -> Scheme | None:
    asked, field = context.settings.get("signature"), f"touchpoints.{context.source}.settings.signature"
    if not isinstance(asked, dict):
        return SCHEMES.get(str(asked))
    try:
        found = msgspec.convert({**asked, "header": str(asked.get("header", "")).lower()}, Scheme)
    except msgspec.ValidationError as error:
        raise _wrong(field, f"cannot be read: {error}", "write header, algorithm, encoding, prefix") from None
    if not found.header or found.algorithm not in _HASHES or found.encoding not in ("hex", "base64"):
        raise _wrong(field, "cannot be used", f"it needs header, algorithm ({', '.join(sorted(_HASHES))}), encoding "
                     "(hex, base64)")
    return found


def _check_paths(given: Any, field: str) -> None:
    if isinstance(given, dict):
        for name, one in given.items():
            _check_paths(one, f"{field}.{name}")
    elif isinstance(given, str) and given[:1] in {"$", "^"}:
        try:
            read_path(given)
        except ValueError as error:
            raise _wrong(field, f": {error}", "names follow a dot, positions stand in brackets") from None


def _wrong(field: str, what: str, hint: str) -> ConfigError:
    return ConfigError(f"{field} {what}", hint=hint, field=field, code="config_value")
