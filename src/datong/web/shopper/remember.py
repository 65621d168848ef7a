"""Remember: a shopper who asks for it is known on this device from then on, by a first-party cookie of their own."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath

from datong.errors import Rejected
from datong.marketing import check_coupon
from datong.model import Identifier
from datong.privacy import namespaces
from datong.touchpoints import append_own, claims_of, own_event, read_claim
from datong.web.shopper.order import settled
from datong.web.shopper.page import FORM, Asked, from_here, language, platform_of, render, secure
from datong.web.shopper.product import hashed
from datong.web.shopper.visitor import COOKIE, identifier_of_member, new_cookie, recent, visitor
from datong.web.shopper.words import WORDS

__all__ = ["routes"]

_AGE = 183 * 86_400
_TRIES = 20


@post("/c/{code:str}/remember", **FORM)
def by_coupon(request: Asked, code: FromPath[str]) -> Response[Any]:
    """Remember who holds this coupon: its address was sent to them alone."""
    from_here(request)
    platform, words = platform_of(request), WORDS[language(request)]
    with platform.store.state.read() as tx:
        found = check_coupon(tx, platform.vault, code, platform.store.clock.now())
    whose = identifier_of_member(platform, found.coupon.member) if found.ok and found.coupon else None
    if whose is None:
        return render(request, "note.html", 404, title=words["unknown_code"], text=words["ask"])
    value, made = new_cookie(platform)
    name = f"remember/{hashed(value)}"
    append_own(platform.store, own_event(
        platform.store, "Identified", name, "web", identifiers=(whose, made), properties={"because": "coupon"}))
    return _done(request, value, f"/c/{found.code}")


@get("/m/{claim:str}", sync_to_thread=True, include_in_schema=False)
def offer(request: Asked, claim: FromPath[str]) -> Response[Any]:
    """Ask whether to be remembered: fetching the page, as mail programs do, uses nothing up."""
    words = WORDS[language(request)]
    if _whose(request, claim) is None:
        return render(request, "note.html", 404, title=words["bad_claim"], text=words["ask"])
    return render(request, "remember.html", action=f"/m/{claim}/yes")


@post("/m/{claim:str}/yes", **FORM)
def by_claim(request: Asked, claim: FromPath[str]) -> Response[Any]:
    """Remember whose claim this is; it works once."""
    from_here(request)
    platform, words = platform_of(request), WORDS[language(request)]
    whose = _whose(request, claim)
    if whose is None:
        return render(request, "note.html", 404, title=words["bad_claim"], text=words["ask"])
    value, made = new_cookie(platform)
    append_own(platform.store, own_event(
        platform.store, "Identified", f"remember/{hashed(value)}", "web", identifiers=(made,),
        properties={"because": "link", "claim": claim}))
    settled(platform)
    with platform.store.state.read() as tx:
        refused = any(one.outcome == "refused" for one in claims_of(tx, [whose.key]) if one.other == made.key)
    if refused:
        return render(request, "note.html", 404, title=words["bad_claim"], text=words["ask"])
    return _done(request, value, "")


@post("/forget", **FORM)
def forget(request: Asked) -> Response[Any]:
    """Forget this device: the cookie goes, and what it does from now on is nobody's."""
    from_here(request)
    platform, words, who = platform_of(request), WORDS[language(request)], visitor(request)
    if who.identifiers:
        append_own(platform.store, own_event(
            platform.store, "Signed Out", f"forget/{hashed(who.mark)}", "web", identifiers=who.identifiers))
    gone = [Cookie(COOKIE, "/", "", 0, secure=secure(request), httponly=True)]
    return render(request, "note.html", cookies=gone, title=words["forgotten"], text="")


def _whose(request: Asked, claim: str) -> Identifier | None:
    platform = platform_of(request)
    now = platform.store.clock.now()
    if not recent(request).count(visitor(request).mark, "claim", now, _TRIES):
        return None
    try:
        return read_claim(platform.vault, tuple(namespaces(platform.settings)), claim, now)
    except Rejected:
        return None


def _done(request: Asked, value: str, back: str) -> Response[Any]:
    cookie = Cookie(COOKIE, "/", value, _AGE, secure=secure(request), httponly=True, samesite="lax")
    return render(request, "remember.html", cookies=[cookie], done=True, back=back)


routes = [by_coupon, offer, by_claim, forget]
