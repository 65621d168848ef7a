"""The till API: what a till asks and tells while a shopper stands before it; one round trip each, safe to send again.

A till says who it is with the write key of its touchpoint (kind `pos`), as Basic or Bearer. Whatever it tells becomes
an event of the log under the natural key of its transaction, so that a repeat changes nothing, and a till that was
offline tells it later. What needs an outcome waits for the flow, at most two seconds; then the answer is 202 with the
outcome `waiting`, and the same request sent again asks for it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromQuery, JSONBody, QueryParameter

from datong import identity
from datong.commerce import Order, order, order_key
from datong.errors import Forbidden, NotFound, Rejected
from datong.marketing import (
    attempt_id,
    attempt_of,
    check_coupon,
    coupon_holder,
    coupon_key,
    coupon_lock,
    coupons_of,
    offer_text,
    open_coupons,
)
from datong.model import Coupon, to_iso
from datong.places import by_gln, known_stores
from datong.platform import Platform
from datong.privacy import mask, namespaces
from datong.storage import event_key
from datong.tags import values
from datong.touchpoints import FRAME_LIMIT, Call, CallContext, ExternalId, WriteKeys, natural_key
from datong.web.language import language_of
from datong.web.till_words import (
    Checked,
    Code,
    CouponShown,
    Found,
    Key,
    Original,
    Taken,
    Use,
    Used,
    Voided,
    Where,
    Who,
)

__all__ = ["router"]

WAIT = 2.0
"""Seconds to wait for the flow."""

_STEP = 0.002
_LOCK = 10 * 60_000
_LIST = 100_000

Asked = Request[Any, Any, State]


def _only_tills(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """Let in who holds the key of a touchpoint of the kind pos; raise Unauthorised, Forbidden or TooMany."""
    state = connection.app.state
    platform: Platform = state.platform
    keys: WriteKeys = state.write_keys
    source = keys.source(connection.headers.get("authorization", "").encode())
    keys.spend(source)
    if platform.settings.touchpoints[source].kind != "pos":
        raise Forbidden(f"{source} is no till", hint="use the write key of a touchpoint whose kind is pos")
    connection.scope["state"]["till"] = source


@post("/lookup", sync_to_thread=True, status_code=200)
def lookup(request: Asked, data: JSONBody[Who]) -> Found:
    """Return who a card, phone number or QR code belongs to, with open coupons."""
    platform, source = _of(request)
    if not (data.card or data.phone or data.code):
        raise Rejected("nothing says whom to look up", code="missing_field", field="card",
                       hint="send a card, a phone, or the code of a coupon or member's QR code")
    now = platform.store.clock.now()
    with platform.store.state.read() as tx:
        member = _member(platform, tx, data, now)
        if member is None:
            return Found(False)
        told = {g.field: g.value for g in identity.golden(tx, platform.vault, member,
                                                          identity.fields_of(platform.settings))}
        phone = identity.contact(tx, platform.vault, member, "phone", identity.fields_of(platform.settings))
        tags = values(tx, [member]).get(member, {})
        seen = platform.settings.touchpoints[source].settings.get("tags", ())
        points = tags.get("loyalty.points")
        return Found(
            True, identity.label(member), mask("name", told["name"]) if told.get("name") else "",
            mask("phone", phone) if phone else "",
            {name: tags[name].value for name in seen if name in tags},
            [_shown(request, platform, c) for c in coupons_of(tx, member) if not c.redeemed and c.expires > now],
            float(points.value) if points is not None and isinstance(points.value, int | float) else None,
        )


@post("/receipt", status_code=200, request_max_body_size=FRAME_LIMIT)
async def receipt(request: Asked) -> Taken:
    """Take one receipt, or `{"receipts": [...]}`, in any form that POST /touchpoints/NAME takes.

    Says of each coupon on it what became of it, and of a return what is left of the receipt it belongs to.
    """
    platform, source = _of(request)
    return await asyncio.to_thread(_take, platform, source, await request.body())


@post("/coupon/check", sync_to_thread=True, status_code=200)
def check(request: Asked, data: JSONBody[Code]) -> Checked:
    """Say whether a coupon may be redeemed now, without doing so."""
    platform, _ = _of(request)
    now = platform.store.clock.now()
    with platform.store.state.read() as tx:
        found = check_coupon(tx, platform.vault, data.code, now)
        other, reason = _other(tx, found.code), found.reason
        if not reason and (lock := coupon_lock(tx, found.code, now)) is not None:
            reason, other = "locked_coupon", Where("", lock.receipt, to_iso(lock.until))
    answer = Checked(not reason, found.code, reason, other=other)
    if found.coupon is not None:
        shown = _shown(request, platform, found.coupon)
        answer.campaign, answer.offer, answer.expires = shown.campaign, shown.offer, shown.expires
    return answer


@post("/coupon/lock", sync_to_thread=True, status_code=200)
def lock(request: Asked, data: JSONBody[Use]) -> Response[Used]:
    """Keep a coupon for this receipt for ten minutes, so that no other till can redeem it meanwhile."""
    platform, source = _of(request)
    ref, moment = _ref(platform, source, data), data.time or to_iso(platform.store.clock.now())
    told = {"receipt_id": ref, "coupon": data.code, "store_id": ref.split("/")[0], "lock_ms": _LOCK}
    call = Call("track", "Coupon Locked", f"{ref}/lock/{data.code}/{moment}", properties=told, timestamp=moment)
    if not _carried(platform, source, call):
        return Response(Used("waiting", data.code), status_code=202)
    now = platform.store.clock.now()
    with platform.store.state.read() as tx:
        found = check_coupon(tx, platform.vault, data.code, now)
        held = coupon_lock(tx, found.code, now)
        if found.ok and held is not None and held.receipt == _known(platform, ref):
            return Response(Used("locked", found.code))
        if found.ok and held is not None:
            return Response(Used("refused", found.code, "locked_coupon", Where("", held.receipt, to_iso(held.until))))
        return Response(Used("refused", found.code, found.reason or "unlocked_coupon", _other(tx, found.code)))


@post("/coupon/unlock", sync_to_thread=True, status_code=200)
def unlock(request: Asked, data: JSONBody[Use]) -> Response[Used]:
    """Let a coupon go that was kept for this receipt."""
    platform, source = _of(request)
    ref, moment = _ref(platform, source, data), data.time or to_iso(platform.store.clock.now())
    told = {"receipt_id": ref, "coupon": data.code, "store_id": ref.split("/")[0]}
    call = Call("track", "Coupon Unlocked", f"{ref}/unlock/{data.code}/{moment}", properties=told, timestamp=moment)
    done = _carried(platform, source, call)
    return Response(Used("unlocked" if done else "waiting", data.code), status_code=200 if done else 202)


@post("/coupon/redeem", sync_to_thread=True, status_code=200)
def redeem(request: Asked, data: JSONBody[Use]) -> Response[Used]:
    """Redeem a coupon on a receipt; the same receipt gets the same answer again, every other one is refused.

    A till that redeemed it offline sends `offline` and the `time` it did: whether the coupon was still valid is judged
    by that time, and where another till was first the answer says so.
    """
    platform, source = _of(request)
    ref = _ref(platform, source, data)
    told: dict[str, Any] = {"receipt_id": ref, "coupon": data.code, "store_id": ref.split("/")[0],
                            "total": data.amount}
    if data.currency:
        told["currency"] = data.currency
    if data.offline:
        told["offline"] = True
    who = CallContext(external_ids=[ExternalId(ns, value) for ns, value in data.customer.items()])
    call = Call("track", "Coupon Redeemed", f"{ref}/coupon/{data.code}", properties=told, first_counts=True,
                context=who if data.customer else None, timestamp=data.time or to_iso(platform.store.clock.now()))
    if not _carried(platform, source, call):
        return Response(Used("waiting", data.code), status_code=202)
    return Response(_outcome(platform, source, data.code, str(call.message_id)))


@post("/void", sync_to_thread=True, status_code=200)
def void(request: Asked, data: JSONBody[Voided]) -> Taken:
    """Take back a receipt: its sums, and the coupons redeemed on it."""
    platform, source = _of(request)
    told = {**msgspec.to_builtins(data), "kind": "void", "lines": [],
            "time": data.time or to_iso(platform.store.clock.now())}
    return _take(platform, source, msgspec.json.encode({k: v for k, v in told.items() if v != ""}))


@get("/receipt", sync_to_thread=True)
def original(
    request: Asked, till: FromQuery[str], business_day: FromQuery[str], sequence: FromQuery[str],
    store: FromQuery[str] = "",
) -> Original:
    """Return a receipt as it stands, with what is left to be returned of it."""
    platform, source = _of(request)
    ref = _known(platform, _ref(platform, source, Key(till, business_day, sequence, store)))
    with platform.store.state.read() as tx:
        found = order(tx, order_key(ref.split("/")[0], ref))
    if found is None:
        raise NotFound(f"there is no receipt {ref}", hint="check store, till, day and number; it may not be sent yet")
    return _original(found)


@get("/coupons", sync_to_thread=True)
def cached(request: Asked, limit: Annotated[int, QueryParameter(ge=1, le=_LIST)] = 10_000) -> list[CouponShown]:
    """Return the coupons that are open now, for a till that may lose its line; those that run out first come first."""
    platform, _ = _of(request)
    with platform.store.state.read() as tx:
        return [_shown(request, platform, one) for one in open_coupons(tx, platform.store.clock.now(), limit)]


@get("/coupons/key", sync_to_thread=True)
def public_key(request: Asked) -> dict[str, str]:
    """Return the public key (hex) by which a till checks the signature behind a coupon's code without a line."""
    platform, _ = _of(request)
    return {"algorithm": "ed25519", "key": coupon_key(platform.vault).hex()}


def _take(platform: Platform, source: str, frame: bytes) -> Taken:
    """Take a frame of receipts in, wait for what it needs, and say what became of it."""
    heard = platform.intake.listen(source, frame)
    results = platform.intake.accept_calls(source, heard)
    taken = Taken(results)
    calls = [(one, result) for one, result in zip(heard, results, strict=True) if isinstance(one, Call)]
    coupons = [str(c.message_id) for c, r in calls if c.event == "Coupon Redeemed" and not r.code]
    returns = [str((c.properties or {}).get("original") or "") for c, _ in calls if c.event == "Receipt Returned"]
    if coupons:
        last = platform.store.log.find(event_key(source, coupons[-1]))
        _wait(platform, last.offset if last else 0)
        taken.coupons = [_outcome(platform, source, name.partition("/coupon/")[2], name) for name in coupons]
    if any(returns):
        with platform.store.state.read() as tx:
            for ref in dict.fromkeys(filter(None, returns)):
                known = _known(platform, ref)
                found = order(tx, order_key(known.split("/")[0], known))
                if found is None:
                    taken.unknown.append(ref)
                else:
                    taken.originals.append(_original(found))
    return taken


def _carried(platform: Platform, source: str, call: Call) -> bool:
    """Append a call and wait until the flow has taken it in; return whether it has; raises Rejected."""
    (result,) = platform.intake.accept_calls(source, [call])
    if result.code and result.status != "duplicate":
        raise Rejected(result.message or "", code=result.code, hint=result.hint or "", field=result.field or "")
    entry = platform.store.log.find(event_key(source, str(call.message_id)))
    return _wait(platform, entry.offset if entry else 0)


def _wait(platform: Platform, offset: int) -> bool:
    until = time.monotonic() + WAIT
    while platform.flow.position < offset:
        if time.monotonic() > until:
            return False
        time.sleep(_STEP)
    return True


def _outcome(platform: Platform, source: str, code: str, message_id: str) -> Used:
    with platform.store.state.read() as tx:
        found = attempt_of(tx, attempt_id(source, message_id))
        if found is None:
            return Used("waiting", code)
        other = _other(tx, code) if found.outcome == "refused" else None
        return Used(found.outcome, found.coupon, found.reason, other)


def _other(tx: Any, code: str) -> Where | None:
    holder = coupon_holder(tx, code)
    return Where(holder.place, holder.receipt, to_iso(holder.at)) if holder is not None else None


def _member(platform: Platform, tx: Any, who: Who, now: int) -> int | None:
    policy, region = namespaces(platform.settings), platform.settings.retailer.region
    asked = [("member_card", who.card), ("phone", who.phone), ("member_card", who.code)]
    if who.code and (found := check_coupon(tx, platform.vault, who.code, now)).coupon is not None:
        return identity.live(tx, found.coupon.member)
    for ns, value in asked:
        if not value:
            continue
        among = identity.search(tx, platform.vault, value, policy={ns: policy[ns]}, region=region)
        if among:
            return among[0]
    return None


def _shown(request: Asked, platform: Platform, coupon: Coupon) -> CouponShown:
    offer = offer_text(coupon.offer, platform.settings.retailer.currency, language_of(request))
    return CouponShown(coupon.code, coupon.campaign, offer, to_iso(coupon.expires))


def _original(found: Order) -> Original:
    lines = [{"sku": i.sku, "name": i.name, "quantity": i.quantity, "amount": i.amount} for i in found.lines]
    left = 0 if found.state == "voided" else found.amount - found.returned
    return Original(found.ref, found.state, found.amount, found.returned, left, found.currency, to_iso(found.ts), lines)


def _ref(platform: Platform, source: str, key: Key) -> str:
    told = {"till": key.till, "business_day": key.business_day, "sequence": key.sequence,
            "store": key.store or platform.settings.touchpoints[source].place}
    return natural_key(told)


def _known(platform: Platform, ref: str) -> str:
    """Return the number under which a receipt is known: a store that the till names by its GLN has a code."""
    store, _, rest = ref.partition("/")
    with platform.store.state.read() as tx:
        return ref if known_stores(tx, [store]) else f"{by_gln(tx, [store]).get(store, store)}/{rest}"


def _of(request: Asked) -> tuple[Platform, str]:
    return request.app.state.platform, request.scope["state"]["till"]


router = Router("/api/till", guards=[_only_tills], tags=["till"],
                route_handlers=[lookup, receipt, original, check, lock, unlock, redeem, void, cached, public_key])
