"""What was there before the simulation begins: master data, registrations, and a month of receipts and sessions.

All of it is sent as ordinary calls; what lies in the past is marked `context.history`, so that it feeds tags and
reports and starts no scene. At most about 25,000 events, so that it takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from datong.model import DAY, HOUR, MINUTE, check_digit
from datong.simulator.day import CLOSE, OFFSET, OPEN, Day, Slip, basket, day_of, session
from datong.simulator.forms import forgotten
from datong.simulator.frames import Action, identify, login, money, on_history, receipt, session_actions, track
from datong.simulator.goods import Mall
from datong.simulator.population import Shopper

__all__ = ["history", "master", "registrations"]

_SEASONS = ("2026SS", "2025FW", "basic")
_RECEIPTS, _SESSIONS = 1.1, 0.4  # for a shopper with usual habits, in thirty days
_FIRST_NUMBER = 500_000
_BETWEEN = 5_000  # ms from one registration to the next
_TABLET, _AT_TABLET = "tablet-service-desk", 80
"""The browser of the service desk, at which every so many-th card holder signs up: it belongs to nobody."""


def master(mall: Mall, start: int) -> list[Action]:
    """Return the stores, the products, and what every shop counted, as the retailer's back office reports them."""
    actions = []
    for shop in mall.shops.values():
        about = {"store_id": shop.code, "name": shop.name, "format": shop.format, "city": mall.city, "venue": mall.code}
        actions.append(Action(start, "archive", track("Store Updated", f"store.{shop.code}", start, about)))
    for number, goods in enumerate(mall.all_goods()):
        digits = f"69{number:010d}"
        product: dict[str, Any] = {
            "product_id": goods.sku, "name": goods.name, "category": goods.category, "brand": goods.brand,
            "price": money(goods.price), "season": _SEASONS[number % len(_SEASONS)],
            "gtins": [digits + check_digit(digits)],
        }
        actions.append(Action(start, "archive", track("Product Updated", f"product.{goods.sku}", start, product)))
    for code, shelf in mall.goods.items():
        there = [{"product_id": g.sku, "quantity": 6 + sum(map(ord, g.sku)) * 7 % 90} for g in shelf]
        actions.append(Action(start, "archive", track("Stock Counted", f"count.{code}", start,
                                                      {"store_id": code, "products": there})))
    return actions


def registrations(town: list[Shopper], before: int) -> list[Action]:
    """Return how everybody became known, in the hours before `before` (ms), by time."""
    at = before - len(town) * _BETWEEN - DAY
    return _marked(a for who in town for a in _registration(who, at + who.id * _BETWEEN))


def history(mall: Mall, town: list[Shopper], seed: int, start: int, days: int, today: Day) -> list[Action]:
    """Return `days` of the past before the day of `start`, and that day up to `start`, by time."""
    actions: list[Action] = []
    if days:
        for who in town:
            actions.extend(_past(mall, who, seed, day_of(start), days))
    for visit in today.visits:
        for stay in visit.stays:
            actions.extend(_slip(mall, slip, visit.shopper) for slip in stay.slips if slip.at < start)
    for web in today.sessions:
        if web.order:
            actions.extend(a for a in session_actions(web) if a.at < start)
    return _marked(actions)


def _marked(actions: Iterable[Action]) -> list[Action]:
    return [Action(a.at, a.to, on_history(a.body)) for a in sorted(actions, key=lambda a: a.at)]


def _registration(who: Shopper, at: int) -> Iterator[Action]:
    """Give the log-ins and consents of before: the web shop knows the phone number of those who are linked.

    Who took the newsletter before did so with another mail address: of name, day of birth and address the two have
    something in common, and not always letter by letter.
    """
    form = {"name": who.name, "birthday": who.birthday, "address": who.address}
    if who.card:
        ids = {"member_card": who.card, "phone": who.phone, "wifi_mac": who.mac}
        yield Action(at, "portal", identify(f"card.{who.id}", at, form, ids=ids,
                                            cookie=_TABLET if who.id % _AT_TABLET == 0 else ""))
    if who.user:
        call = login(who, f"account.{who.id}", at)
        if who.habit == "both" and not who.linked:
            call["traits"] = {"name": who.name}
        call["traits"] = {**call["traits"], **form}
        if who.ble:
            call["context"] = {"externalIds": [{"type": "ble_id", "id": who.ble}]}
        yield Action(at, "app", call)
    if who.former:
        form = forgotten(Random(f"former/{who.former}"), who.name, who.birthday, who.address)
        traits = {**form, "email": who.former}
        yield Action(at - HOUR, "app", identify(f"former.{who.id}", at - HOUR, traits))
    if who.consent and (who.card or who.user):
        ids = {"member_card": who.card} if who.card else {}
        said = {"purpose": "marketing", "channel": "", "granted": True}
        user = "" if who.card else who.user
        yield Action(at + MINUTE, "portal", track("Consent Changed", f"consent.{who.id}", at + MINUTE, said, user=user,
                                                  ids=ids))


def _past(mall: Mall, who: Shopper, seed: int, today: int, days: int) -> Iterator[Action]:
    dice = Random(f"{seed}/past/{who.id}")
    share = days / 30
    codes, weights = list(who.likes), list(who.likes.values())
    for number in range(_times(dice, _RECEIPTS * share * who.visits / 2.2)):
        code = dice.choices(codes, weights)[0]
        at = (today - dice.randint(1, days)) * DAY - OFFSET + dice.randrange(OPEN * HOUR, CLOSE * HOUR)
        slip = Slip(at, code, basket(mall, who, code, dice), bool(who.card) and dice.random() < 0.9,
                    _FIRST_NUMBER + who.id * 20 + number)
        yield _slip(mall, slip, who)
    for number in range(_times(dice, _SESSIONS * share * who.sessions / 2.4)):
        at = (today - dice.randint(1, days)) * DAY - OFFSET + dice.randrange(8 * HOUR, 23 * HOUR)
        yield from session_actions(session(mall, who, f"past.{who.id}.{number}", at, dice))


def _times(dice: Random, mean: float) -> int:
    """Return a number of times, geometrically spread around `mean`, at most 19."""
    number = 0
    while number < 19 and dice.random() < mean / (1 + mean):
        number += 1
    return number


def _slip(mall: Mall, slip: Slip, who: Shopper) -> Action:
    """Return a receipt of the past as a track call, as a back office exports it."""
    body = receipt(mall, slip, who)
    ref = f"{body['store']}/{body['till']}/{body['business_day']}/{body['sequence']}"
    about: dict[str, Any] = {"receipt_id": ref, "store_id": body["store"],
             "products": [{**line, "product_id": line["sku"]} for line in body["lines"]],
             **{k: body[k] for k in ("till", "business_day", "sequence", "total", "currency", "tenders", "original")
                if k in body}}
    event = "Receipt Returned" if slip.kind == "return" else "Receipt Issued"
    return Action(slip.at, "archive", track(event, ref, slip.at, about, ids=body.get("customer")))
