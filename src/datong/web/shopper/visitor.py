"""Visitor: who looks at a page: known by a cookie they asked for, counted once, and no robot."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from hashlib import blake2b

from datong.identity import identifiers_of, who
from datong.model import MINUTE, Identifier, decode_event
from datong.platform import Platform
from datong.privacy import consented, make_identifier, namespaces
from datong.storage import EVENTS, event_key
from datong.web.shopper.page import Asked, platform_of

__all__ = ["COOKIE", "Recent", "Visitor", "first_scan", "identifier_of_member", "is_robot", "new_cookie", "recent",
           "visitor"]

COOKIE = "shopper"
"""The cookie of somebody who asked to be remembered on this device."""

_AGAIN = 30 * MINUTE
_MOST = 50_000
# who fetches pages without being a shopper: crawlers, previews in chats, tools; they say so
_ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp/|telegram|slack|embedly|curl/|wget/"
    r"|python-|java/|go-http|okhttp|axios|node-fetch|headless|lighthouse|monitor", re.IGNORECASE)
_PREFETCH = ("purpose", "sec-purpose", "x-purpose", "x-moz")


class Visitor:
    """Who looks: `mark` tells browsers apart for half an hour, `identifiers` and `member` are empty for strangers."""

    def __init__(self, mark: str, identifiers: tuple[Identifier, ...] = (), member: int | None = None) -> None:
        self.mark, self.identifiers, self.member = mark, identifiers, member


class Recent:
    """Remembers for half an hour, in memory only, what each browser looked at: a reload is no second scan.

    What must not be forgotten by a restart is asked of the log besides (`first_scan`).
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def first(self, mark: str, what: str, now: int) -> bool:
        """Return whether this is the first look, and remember it."""
        key = f"{mark}\0{what}"
        with self._lock:
            at = self._seen.get(key)
            if at is not None and 0 <= now - at < _AGAIN:
                return False
            self._seen.pop(key, None)
            self._seen[key] = now
            if len(self._seen) > _MOST:
                self._seen.popitem(last=False)
        return True

    def full(self, mark: str, what: str, now: int, most: int) -> bool:
        """Return whether `count` would say no."""
        with self._lock:
            times = [self._seen.get(f"{mark}\0{what}#{n}") for n in range(most)]
        return all(at is not None and 0 <= now - at < _AGAIN for at in times)

    def count(self, mark: str, what: str, now: int, most: int) -> bool:
        """Return whether a browser may do this once more: `most` times in half an hour."""
        return any(self.first(mark, f"{what}#{n}", now) for n in range(most))


def recent(request: Asked) -> Recent:
    """Return the memory of this server."""
    found: Recent = request.app.state.recent
    return found


def first_scan(request: Asked, visitor: Visitor, what: str, now: int) -> str:
    """Return the name of the event of a scan, empty where the browser looked at this within half an hour.

    The log is asked as well, so that a reload after a restart is no second scan either.
    """
    if not recent(request).first(visitor.mark, what, now):
        return ""
    log, slot = platform_of(request).store.log, now // _AGAIN
    names = [f"scan/{blake2b(f'{visitor.mark}|{what}|{n}'.encode(), digest_size=16).hexdigest()}"
             for n in (slot, slot - 1)]
    for name in names:
        entry = log.find(event_key("pages", name))
        if entry is not None and (entry.topic != EVENTS or 0 <= now - decode_event(entry.body).time < _AGAIN):
            return ""
    return names[0]


def is_robot(request: Asked) -> bool:
    """Return whether a program fetches the page ahead of, or instead of, a person."""
    agent = request.headers.get("user-agent", "")
    ahead = any("prefetch" in request.headers.get(name, "").lower() for name in _PREFETCH)
    return request.method == "HEAD" or ahead or not agent or _ROBOT.search(agent) is not None


def visitor(request: Asked) -> Visitor:
    """Return who looks; a member who took the consent back is a stranger, though the cookie is still there."""
    platform = platform_of(request)
    cookie = request.cookies.get(COOKIE, "")
    if not re.fullmatch(r"[\w-]{20,64}", cookie):
        client = request.client.host if request.client else ""
        seen = f"{client}\0{request.headers.get('user-agent', '')}\0{request.headers.get('accept-language', '')}"
        return Visitor(blake2b(platform.vault.sign(seen.encode("utf-8", "replace")), digest_size=8).hexdigest())
    made = _identifier(platform, cookie)
    if made is None:
        return Visitor(cookie)
    with platform.store.state.read() as tx:
        member = who(tx, [made.key]).get(made.key)
        known = [one.key for one in identifiers_of(tx, member)] if member is not None else [made.key]
        if member is None or consented(tx, known) is False:
            return Visitor(cookie)
    return Visitor(cookie, (made,), member)


def new_cookie(platform: Platform) -> tuple[str, Identifier]:
    """Return a new cookie's value and its identifier."""
    value = secrets.token_urlsafe(18)
    made = _identifier(platform, value)
    if made is None:
        raise ValueError("the namespace anonymous_id blocks our own cookies")
    return value, made


def identifier_of_member(platform: Platform, member: int) -> Identifier | None:
    """Return the strongest identifier of a member that may join another to it, None where there is none."""
    policy = namespaces(platform.settings)
    with platform.store.state.read() as tx:
        known = [one for one in identifiers_of(tx, member) if one.ns in policy and policy[one.ns].merges == "yes"]
    if not known:
        return None
    best = min(known, key=lambda one: policy[one.ns].priority)
    return Identifier(best.ns, best.key, best.sealed, True)


def _identifier(platform: Platform, cookie: str) -> Identifier | None:
    policy = namespaces(platform.settings)["anonymous_id"]
    return make_identifier(platform.vault, policy, f"page:{cookie}", platform.settings.retailer.region)
