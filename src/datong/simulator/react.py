"""How shoppers react to a message: whether they see it, and whether it makes them buy what they would not have bought.

The true uplift is known: of those who get a message with a coupon, `UPLIFT` buy once more because of it, drawn from
the message's id. Nobody who gets none behaves differently, so a campaign's measured effect can be held against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from datong.model import MINUTE
from datong.simulator.day import Line as Bought
from datong.simulator.day import Slip, Visit, basket
from datong.simulator.frames import Action, money, product, receipt, track
from datong.simulator.goods import Goods, Mall
from datong.simulator.population import Shopper
from datong.simulator.truth import Truth

__all__ = ["SEEN", "UPLIFT", "Reactions"]

SEEN = 0.8
"""The share of messages that is looked at."""
UPLIFT = 0.12
"""The true number of purchases that a message with a coupon adds, per message sent."""
_PERCENT = re.compile(r"(\d{1,2})\s*%")
_AMOUNT = re.compile(r"[¥￥]\s*(\d+)")
_FOLD = re.compile(r"(\d(?:\.\d)?)\s*折")


class Reactions:
    """Turns each message once into what its shopper does."""

    def __init__(self, mall: Mall, town: list[Shopper], seed: int, truth: Truth) -> None:
        self._mall, self._seed, self._truth = mall, seed, truth
        self._by = {value: who for who in town for value in (who.phone, who.email, who.card, who.user) if value}
        self._seen: set[str] = set()

    def find(self, to: Mapping[str, Any]) -> Shopper | None:
        """Return whose address this is: a phone number in any spelling, an e-mail address, a card or a user id."""
        for value in to.values():
            text = str(value).strip()
            for form in (text, text.lower(), re.sub(r"\D", "", text)[-11:]):
                if form in self._by:
                    return self._by[form]
        return None

    def react(self, message: Mapping[str, Any], now: int, visit: Visit | None) -> list[Action]:
        """Return the actions that follow a message at `now` (ms); `visit` is the shopper's present one, if any."""
        name, campaign = str(message.get("id", "")), str(message.get("campaign", ""))
        who = self.find(message.get("to") or {})
        if who is None or not name or name in self._seen:
            return []
        self._seen.add(name)
        dice = Random(f"{self._seed}/message/{name}")
        bought = bool(message.get("coupon")) and dice.random() < UPLIFT
        seen = bought or dice.random() < (SEEN - UPLIFT) / (1 - UPLIFT)
        self._truth.offer(name, campaign, who, now, seen, bought, UPLIFT)
        if not seen:
            return []
        at = now + dice.randrange(MINUTE // 2, 3 * MINUTE)
        ids = {"phone": who.phone, "member_card": who.card}
        body = {"message_id": name, "campaign_id": campaign}
        actions = [Action(at, "app", track("Message Seen", f"seen.{name}", at, body, user=who.user, ids=ids))]
        if bought:
            actions.append(self._buy(message, who, at + dice.randrange(2 * MINUTE, 9 * MINUTE), visit, dice))
        return actions

    def _buy(self, message: Mapping[str, Any], who: Shopper, at: int, visit: Visit | None, dice: Random) -> Action:
        """Buy with the coupon: at the till while the visit lasts, else in the web shop."""
        code, campaign, name = str(message["coupon"]), str(message.get("campaign", "")), str(message["id"])
        text = f"{message.get('title', '')} {message.get('body', '')}"
        goods = self._wanted(text, who, at, visit, dice)
        shop, off = goods.shop, _discount(text, goods.price)
        first = Bought(goods, 1, off)
        amount = first.amount
        number = 100_000 + dice.randrange(900_000)
        if visit is not None and who.card:
            slip = Slip(at, shop, (first,), True, number)
            to = "market" if self._mall.shops[shop].format == "grocery" else "tills"
            self._truth.purchase(who, at, shop, amount, "sale", name)
            return Action(at, to, receipt(self._mall, slip, who, ((code, campaign, off),), "T9"))
        self._truth.purchase(who, at, "web", amount, "order", name)
        body = {"order_id": f"W{name}", "total": money(amount), "revenue": money(amount), "currency": "CNY",
                "coupon": code, "campaign_id": campaign, "products": [{**product(first.goods), "discount": money(off)}]}
        ids = {"phone": who.phone}
        return Action(at, "web", track("Order Completed", f"order.{name}", at, body, user=who.user, ids=ids))

    def _wanted(self, text: str, who: Shopper, at: int, visit: Visit | None, dice: Random) -> Goods:
        """Return what the message is about: a product or a shop named in it, else something of a shop at hand."""
        named = [g for g in self._mall.all_goods() if g.name in text]
        if named:
            return max(named, key=lambda g: (len(g.name), g.sku))
        words = text.lower()
        shops = [code for code, s in self._mall.shops.items() if s.name in text or s.category in words]
        shop = shops[0] if shops else self._at_hand(who, at, visit, dice)
        return basket(self._mall, who, shop, dice)[0].goods

    def _at_hand(self, who: Shopper, at: int, visit: Visit | None, dice: Random) -> str:
        shops = {shop.zone: code for code, shop in self._mall.shops.items()}
        if visit is not None:
            passed = [shops[s.zone] for s in visit.stays if s.zone in shops and s.start <= at]
            if passed:
                return passed[-1]
        return dice.choices(list(who.likes), list(who.likes.values()))[0]


def _discount(text: str, price: int) -> int:
    """Return the discount in fen that the message promises in its words; a tenth where it does not say."""
    if found := _FOLD.search(text):
        return round(price * (1 - float(found[1]) / 10))
    if found := _PERCENT.search(text):
        return price * int(found[1]) // 100
    if found := _AMOUNT.search(text):
        return min(int(found[1]) * 100, price)
    return price // 10
