"""Callbacks: what the servers of WeChat and Weibo have in common when they push what shoppers do."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl

from lxml import etree

from datong.errors import ConfigError, Rejected
from datong.model import duration
from datong.touchpoints.call import Call, CallContext, ExternalId, Listening, Request

__all__ = ["WINDOW", "call", "fresh", "keywords", "read_xml", "scene", "signed", "stamp", "window"]

WINDOW = "5m"
"""How far a request's time may lie from ours, unless `settings.window` says otherwise."""
_LONGEST = 3_600_000
_SCENE = {"s": "store_id", "c": "campaign_id", "k": "claim"}
_TEXT = 512
_ROOT = re.compile(rb"<[A-Za-z_]")


def signed(request: Request, secret: str, name: str = "signature", *more: str) -> bool:
    """Return whether the query's signature is SHA-1 of secret, timestamp, nonce and `more`, sorted and joined.

    Source: WeChat's and Weibo's guides to receiving messages. The comparison takes the same time for every text.
    """
    query = request.query
    parts = sorted((secret, query.get("timestamp", ""), query.get("nonce", ""), *more))
    expected = hashlib.sha1("".join(parts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return compare_digest(expected.encode(), query.get(name, "").encode("utf-8", "replace"))


def window(context: Listening) -> int:
    """Return `settings.window` in ms; raises ConfigError when it is no duration of up to an hour."""
    field = f"touchpoints.{context.source}.settings.window"
    try:
        found = duration(str(context.settings.get("window", WINDOW)))
    except ValueError as error:
        raise ConfigError(f"{field}: {error}", hint='write "5m"', field=field, code="config_value") from None
    if not 0 < found <= _LONGEST:
        raise ConfigError(f"{field} is not between 0 and 1h", hint='write "5m"', field=field, code="config_value")
    return found


def fresh(request: Request, context: Listening) -> bool:
    """Return whether the query's timestamp (s or ms) lies within the window around our time."""
    given = request.query.get("timestamp", "")
    if not given.isascii() or not given.isdigit() or len(given) > 13:
        return False
    at = int(given) if len(given) > 10 else int(given) * 1000
    return abs(request.at - at) <= window(context)


def stamp(seconds: Any) -> str | None:
    """Return seconds since 1970 as ISO 8601, None where they are none (then the time of arrival counts)."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def scene(text: str, context: Listening) -> dict[str, Any]:
    """Return the properties of a QR code's scene: those of `settings.scenes`, and `s=STORE&c=CAMPAIGN&k=CLAIM`."""
    found: dict[str, Any] = {"scene": text[:_TEXT]} if text else {}
    named = context.settings.get("scenes", {}).get(text)
    if isinstance(named, dict):
        found |= {"store_id": named.get("store"), "campaign_id": named.get("campaign")}
    if "=" in text:
        parts = dict(parse_qsl(text[:_TEXT], max_num_fields=10)) if text.count("&") < 10 else {}
        found |= {name: parts[short][:64] for short, name in _SCENE.items() if parts.get(short)}
        if "claim" in found:
            del found["scene"]  # it says nothing more, and a claim that is used up need not be kept twice
    return {name: value for name, value in found.items() if value not in (None, "")}


def keywords(text: str, context: Listening) -> list[str]:
    """Return which of `settings.keywords` a message holds: the text itself may say anything, and is not kept."""
    low = text.lower()
    return [word for word in context.settings.get("keywords", ()) if isinstance(word, str) and word.lower() in low]


def call(
    event: str, who: list[ExternalId], name: tuple[str, ...], time: str | None, properties: dict[str, Any]
) -> Call:
    """Return the call; `name` says what makes it the same event when it is pushed again, and is hashed."""
    digest = hashlib.blake2b("\0".join(name).encode("utf-8", "replace"), digest_size=16).hexdigest()
    return Call("track", event, digest, context=CallContext(external_ids=who), properties=properties, timestamp=time)


def read_xml(frame: bytes) -> dict[str, Any]:
    """Return the fields of `<xml>…</xml>`, nested ones as dictionaries, repeated ones as lists.

    Nothing outside the document is looked at and no entity is resolved; a DOCTYPE is refused, as these senders need
    none and an attacker does. Raises Rejected (`bad_xml`).
    """
    if b"<!DOCTYPE" in _ROOT.split(frame, maxsplit=1)[0]:
        raise _doctype()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                             remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(frame, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise Rejected(f"the document is not XML (line {line})", code="bad_xml", hint="send <xml>…</xml>") from None
    if root.getroottree().docinfo.internalDTD is not None:  # behind a comment, or in UTF-16
        raise _doctype()
    found = _fields(root)
    if not isinstance(found, dict):
        raise Rejected("the document holds no fields", code="bad_xml", hint="send <xml><ToUserName>…</ToUserName>…")
    return found


def _doctype() -> Rejected:
    return Rejected("the document has a DOCTYPE", code="bad_xml", hint="send it without")


def _fields(element: Any) -> dict[str, Any] | str:
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        value, name = _fields(child), str(child.tag)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found
