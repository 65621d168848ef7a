"""What the systems of the mall put on the wire: Segment calls, receipts, WiFi and BLE sightings.

An `Action` is one such thing with its time. `to` names a touchpoint; the same plan always gives the same actions with
the same message ids, so that whatever is sent twice is a repeat for the platform.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from datong.model import MINUTE, SECOND, to_iso
from datong.simulator.day import OFFSET, Line, Session, Slip, Stay, Visit
from datong.simulator.goods import Goods, Mall
from datong.simulator.population import Shopper

__all__ = ["Action", "identify", "login", "money", "on_history", "product", "receipt", "session_actions", "track",
           "visit_actions"]

_EVERY = (30 * SECOND, 62 * SECOND)  # a quiet phone answers about once a minute


class Action(NamedTuple):
    """One thing to send at `at` (ms): `to` is web, app, portal, things, tills, market, archive, wifi or ble."""

    at: int
    to: str
    body: dict[str, Any]


def money(fen: int) -> str:
    """Return yuan as decimal text."""
    return f"{fen / 100:.2f}"


def product(goods: Goods, quantity: int = 1) -> dict[str, Any]:
    """Return a product as Segment's e-commerce events carry it."""
    return {"product_id": goods.sku, "name": goods.name, "category": goods.category, "brand": goods.brand,
            "price": money(goods.price), "quantity": quantity}


def track(
    event: str, message: str, at: int, properties: dict[str, Any], *, cookie: str = "", user: str = "",
    ids: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return a track call."""
    return _call({"type": "track", "event": event, "messageId": message, "timestamp": to_iso(at),
                  "properties": properties}, cookie, user, ids)


def identify(
    message: str, at: int, traits: dict[str, Any], *, cookie: str = "", user: str = "",
    ids: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return an identify call."""
    return _call({"type": "identify", "messageId": message, "timestamp": to_iso(at), "traits": traits},
                 cookie, user, ids)


def on_history(call: dict[str, Any]) -> dict[str, Any]:
    """Return the call marked as an import of the past."""
    return {**call, "context": {**call.get("context", {}), "history": True}}


def receipt(mall: Mall, slip: Slip, shopper: Shopper, coupons: tuple[tuple[str, str, int], ...] = (),
            till: str = "") -> dict[str, Any]:
    """Return the till's receipt; `coupons` are (code, campaign, discount in fen)."""
    total = sum(line.amount for line in slip.lines)
    body: dict[str, Any] = {
        "store": slip.shop, "till": till or f"T{slip.number % 2 + 1}", "business_day": _local(slip.at)[:10],
        "sequence": slip.number, "time": _local(slip.at) + "+08:00", "kind": slip.kind, "currency": "CNY",
        "lines": [_line(line) for line in slip.lines], "total": money(total),
        "tenders": [{"kind": "mobile" if shopper.id % 4 else "cash", "amount": money(total)}],
    }
    if slip.shown and shopper.card:
        body["customer"] = {"member_card": shopper.card, "phone": shopper.phone}
    if coupons:
        body["coupons"] = [{"code": code, "campaign": campaign, "amount": money(amount)}
                           for code, campaign, amount in coupons]
    if slip.returns:
        first = receipt(mall, slip.returns, shopper, (), till)
        body["original"] = f"{first['store']}/{first['till']}/{first['business_day']}/{first['sequence']}"
    return body


def session_actions(session: Session) -> list[Action]:
    """Return the calls of a visit to the web shop, in order of time."""
    who, at = session.shopper, session.start
    actions: list[Action] = []
    logged_in = ""

    def say(event: str, properties: dict[str, Any]) -> None:
        message = f"{session.id}.{len(actions)}"
        actions.append(Action(at, "web", track(event, message, at, properties, cookie=who.cookie, user=logged_in)))

    page = {"type": "page", "name": "Home", "messageId": f"{session.id}.p", "timestamp": to_iso(at),
            "properties": {"path": "/"}}
    actions.append(Action(at, "web", _call(page, who.cookie, "", None)))
    if session.login and who.user:
        at += 20 * SECOND
        actions.append(Action(at, "web", login(who, f"{session.id}.login", at)))
        logged_in = who.user
    at += 15 * SECOND
    if session.search:
        say("Products Searched", {"query": session.intent.rsplit("/")[-1]})
    else:
        say("Product List Viewed", {"category": session.intent})
    for goods in session.viewed:
        at += 40 * SECOND
        say("Product Viewed", product(goods))
    for goods in session.cart:
        at += 20 * SECOND
        say("Product Added", product(goods))
    if session.order:
        at += 2 * MINUTE
        total = money(sum(line.amount for line in session.order))
        say("Order Completed", {"order_id": f"W{session.id}", "total": total, "revenue": total, "currency": "CNY",
                                "products": [product(line.goods, line.quantity) for line in session.order]})
        actions += _shipped(session, at)
    return actions


def _shipped(session: Session, ordered: int) -> list[Action]:
    """Return how the shops send an order off, each its own goods, within two hours."""
    actions = []
    for number, shop in enumerate(dict.fromkeys(line.goods.shop for line in session.order)):
        at = ordered + (45 + ordered // 1000 % 60 + 10 * number) * MINUTE
        goods = [{"product_id": line.goods.sku, "quantity": line.quantity} for line in session.order
                 if line.goods.shop == shop]
        about = {"order_id": f"web/W{session.id}", "store_id": shop, "products": goods, "carrier": "SF Express",
                 "tracking": f"SF{ordered}{number}"}
        actions.append(Action(at, "archive", track("Order Shipped", f"{session.id}.sent.{number}", at, about)))
    return actions


def login(who: Shopper, message: str, at: int) -> dict[str, Any]:
    """Return the identify call of a login: a shopper who shops both ways gives the number their card has as well."""
    traits = {"name": who.name, **({"phone": who.phone} if who.phone else {}),
              **({"email": who.email} if who.email else {})}
    return identify(message, at, traits, cookie=who.cookie, user=who.user)


def visit_actions(mall: Mall, visit: Visit, dice: Random) -> list[Action]:
    """Return all that touchpoints notice of a visit, in order of time; `dice` is the visit's own stream."""
    who = visit.shopper
    name = f"{visit.start}.{who.id}"
    actions: list[Action] = []
    if visit.portal:
        ids = {"wifi_mac": who.mac, "phone": who.phone}
        at = visit.start + 10 * SECOND
        actions.append(Action(at, "portal", identify(f"{name}.portal", at, {"name": who.name}, ids=ids)))
    for kind, device in visit.devices:
        actions.extend(_sightings(mall, visit, kind, device, dice))
    for stay in visit.stays:
        actions.extend(_things(stay, who, name))
        for slip in stay.slips:
            to = "market" if mall.shops[slip.shop].format == "grocery" else "tills"
            actions.append(Action(slip.at, to, receipt(mall, slip, who)))
    actions.sort(key=lambda a: a.at)
    return actions


def _sightings(mall: Mall, visit: Visit, kind: str, device: str, dice: Random) -> Iterator[Action]:
    at = visit.start
    for stay in visit.stays:
        at = max(at, stay.start + dice.randrange(8 * SECOND))
        while at < stay.end:
            yield _sighting(at, kind, device, mall.sensors[kind][stay.zone], dice.gauss(-52, 4))
            if dice.random() < 0.25:
                other = dice.choice(mall.near[stay.zone])
                yield _sighting(at, kind, device, mall.sensors[kind][other], dice.gauss(-74, 4))
            at += dice.randrange(*_EVERY)


def _sighting(at: int, kind: str, device: str, sensor: str, rssi: float) -> Action:
    name = "mac" if kind == "wifi" else "id"
    return Action(at, kind, {"sensor": sensor, name: device, "rssi": min(round(rssi), -20), "time": to_iso(at)})


def _things(stay: Stay, who: Shopper, name: str) -> Iterator[Action]:
    """Give the scans of garment tags and the requests at fitting rooms; only an app user is known there."""
    middle = (stay.start + stay.end) // 2
    ids = {"phone": who.phone} if who.ble else {}
    for what, event, goods in (("scan", "Tag Scanned", stay.scanned), ("try", "Fitting Requested", stay.tried)):
        if goods:
            at = middle - (60 if what == "scan" else 30) * SECOND
            body = {"store_id": goods[0].shop, "zone_id": stay.zone, "products": [product(g) for g in goods]}
            yield Action(at, "things", track(event, f"{name}.{what}.{stay.start}", at, body, ids=ids))


def _line(line: Line) -> dict[str, Any]:
    body = {"sku": line.goods.sku, "name": line.goods.name, "category": line.goods.category,
            "brand": line.goods.brand, "quantity": line.quantity, "price": money(line.goods.price),
            "amount": money(line.amount)}
    return {**body, "discount": money(line.discount)} if line.discount else body


def _local(at: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at + OFFSET)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _call(body: dict[str, Any], cookie: str, user: str, ids: dict[str, str] | None) -> dict[str, Any]:
    if cookie:
        body["anonymousId"] = cookie
    if user:
        body["userId"] = user
    if ids:
        body["context"] = {"externalIds": [{"type": ns, "id": value} for ns, value in ids.items() if value]}
    return body
