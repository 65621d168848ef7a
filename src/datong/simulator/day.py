"""A shopper's day: visits to the mall with every stay, purchase and mission, and sessions in the web shop.

Everything is drawn from streams named by seed, day and shopper, so that a day is the same however often and whenever
it is planned. Plans are truth; what the sensors and systems say of them is made in `frames`.
"""

from __future__ import annotations

from random import Random
from typing import Literal

import msgspec

from datong.model import DAY, HOUR, MINUTE, SECOND
from datong.simulator.goods import Goods, Mall
from datong.simulator.population import Shopper, random_mac

__all__ = ["OFFSET", "Day", "Line", "Session", "Slip", "Stay", "Visit", "basket", "day_of", "plan_day", "session"]

OFFSET = 8 * HOUR
"""The mall lies in Shanghai: UTC+8, all year."""
OPEN, CLOSE = 10, 22
_RUSH = (3, 4, 5, 5, 5, 5, 6, 8, 10, 9, 6, 2)  # arrivals by hour from OPEN
_ONLINE = (2, 1, 1, 1, 1, 1, 2, 4, 5, 5, 5, 6, 8, 6, 5, 5, 5, 5, 6, 8, 10, 11, 9, 5)
_WEEK = (0.8, 0.8, 0.85, 0.9, 1.1, 1.4, 1.2)  # Monday first


class Line(msgspec.Struct, frozen=True):
    """One product bought, `discount` in fen for the whole line."""

    goods: Goods
    quantity: int = 1
    discount: int = 0

    @property
    def amount(self) -> int:
        """Return what is paid for the line, in fen."""
        return self.goods.price * self.quantity - self.discount


class Slip(msgspec.Struct):
    """A receipt: `number` runs per shop and day; `original` is the receipt that a return takes back."""

    at: int
    shop: str
    lines: tuple[Line, ...]
    shown: bool
    number: int = 0
    kind: Literal["sale", "return"] = "sale"
    returns: Slip | None = None


class Stay(msgspec.Struct):
    """A while in one zone: what was bought, what was scanned or tried on."""

    zone: str
    start: int
    end: int
    slips: list[Slip] = []
    scanned: tuple[Goods, ...] = ()
    tried: tuple[Goods, ...] = ()


class Visit(msgspec.Struct):
    """A visit to the mall; `intent` is the shop category the shopper came for, `devices` what radio they carry."""

    shopper: Shopper
    start: int
    end: int
    intent: str
    stays: list[Stay]
    devices: list[tuple[str, str]]
    portal: bool


class Session(msgspec.Struct):
    """A visit to the web shop: products looked at, put into the cart, and ordered (or not)."""

    shopper: Shopper
    id: str
    start: int
    intent: str
    viewed: tuple[Goods, ...]
    login: bool
    search: bool
    cart: tuple[Goods, ...]
    order: tuple[Line, ...]


class Day(msgspec.Struct):
    """All plans of one local day, each list by start."""

    day: int
    visits: list[Visit]
    sessions: list[Session]


def day_of(at: int) -> int:
    """Return the mall's local day (days since 1970) at `at` (ms)."""
    return (at + OFFSET) // DAY


def plan_day(mall: Mall, town: list[Shopper], seed: int, day: int) -> Day:
    """Return what everybody does on one local day; receipts are numbered per shop in the order of time."""
    plan = Day(day, [], [])
    week = _WEEK[(day + 3) % 7]  # day 0 was a Thursday
    for shopper in town:
        dice = Random(f"{seed}/{day}/{shopper.id}")
        if dice.random() < shopper.visits / 7 * week:
            visit = _visit(mall, shopper, day, dice)
            plan.visits.append(visit)
            if shopper.habit == "both" and dice.random() < 0.45:  # looked on the phone first, then came
                at = visit.start - dice.randrange(10 * MINUTE, 100 * MINUTE)
                plan.sessions.append(session(mall, shopper, f"{day}.{shopper.id}.v", at, dice, visit.intent))
        if dice.random() < shopper.sessions / 7 * week:
            at = _clock(day, dice.choices(range(24), _ONLINE)[0], dice)
            plan.sessions.append(session(mall, shopper, f"{day}.{shopper.id}", at, dice))
    plan.visits.sort(key=lambda v: (v.start, v.shopper.id))
    plan.sessions.sort(key=lambda s: (s.start, s.id))
    _number(plan)
    return plan


def _clock(day: int, hour: int, dice: Random) -> int:
    return day * DAY - OFFSET + hour * HOUR + dice.randrange(HOUR)


def _visit(mall: Mall, shopper: Shopper, day: int, dice: Random) -> Visit:
    start = _clock(day, OPEN + dice.choices(range(CLOSE - OPEN), _RUSH)[0], dice)
    close = day * DAY - OFFSET + CLOSE * HOUR
    codes = list(shopper.likes)
    wanted = dice.choices(codes, list(shopper.likes.values()), k=dice.choice((2, 2, 3, 3, 4, 5)))
    way = sorted(dict.fromkeys(wanted), key=lambda code: mall.floors[mall.shops[code].zone])
    intent = mall.shops[wanted[0]].category
    stays: list[Stay] = []
    at = start
    for code in way:
        shop = mall.shops[code]
        hall = mall.halls[mall.floors[shop.zone]]
        for zone, length in ((hall, dice.randint(1, 4)), (shop.zone, dice.randint(4, 24))):
            end = min(at + length * MINUTE + dice.randrange(MINUTE), close)
            if end - at >= MINUTE:
                stays.append(Stay(zone, at, end))
                at = end
        if stays and stays[-1].zone == shop.zone:
            _shop(mall, shopper, shop.code, stays[-1], 1.6 if shop.category == intent else 0.7, dice)
    if not stays:
        stays.append(Stay(mall.halls[mall.floors[mall.shops[way[0]].zone]], start, start + MINUTE))
        at = start + MINUTE
    devices = []
    if shopper.ble and dice.random() < 0.9:
        devices.append(("ble", shopper.ble))
    if shopper.mac:
        devices.append(("wifi", shopper.mac))
    elif dice.random() < 0.6:
        devices.append(("wifi", random_mac(dice)))
    return Visit(shopper, start, at, intent, stays, devices, bool(shopper.mac) and dice.random() < 0.3)


def _shop(mall: Mall, shopper: Shopper, code: str, stay: Stay, drive: float, dice: Random) -> None:
    """Let the shopper look, try and perhaps buy during the stay."""
    goods = mall.goods[code]
    middle = (stay.start + stay.end) // 2
    fashion = mall.shops[code].format == "fashion"
    if fashion and dice.random() < 0.2:
        stay.scanned = tuple(dice.sample(goods, 1))
    if fashion and dice.random() < 0.15:
        stay.tried = tuple(dice.sample(goods, dice.randint(1, 2)))
    if dice.random() < shopper.buys * drive * (1.0 if fashion else 1.6):
        sale = Slip(dice.randrange(middle, stay.end), code, basket(mall, shopper, code, dice),
                    bool(shopper.card) and dice.random() < 0.9)
        stay.slips.append(sale)
        if fashion and dice.random() < 0.03 and stay.end - sale.at > 2 * MINUTE:  # thought better of it at the door
            stay.slips.append(Slip(stay.end - SECOND, code, sale.lines[:1], sale.shown, 0, "return", sale))


def basket(mall: Mall, shopper: Shopper, code: str, dice: Random) -> tuple[Line, ...]:
    """Return what a shopper takes in a shop, dearer goods at a higher price level."""
    goods = mall.goods[code]
    food = mall.shops[code].format == "grocery"
    number = dice.choice((2, 3, 4, 6, 8)) if code == "S101" else dice.choice((1, 2, 3)) if food else dice.choice(
        (1, 1, 1, 2))
    chosen = dice.sample(goods, min(number + 2, len(goods)))
    chosen.sort(key=lambda g: g.price, reverse=shopper.level > 1)
    return tuple(Line(g, dice.choice((1, 1, 1, 2, 3)) if food else 1) for g in chosen[:number])


def session(mall: Mall, shopper: Shopper, name: str, at: int, dice: Random, intent: str = "") -> Session:
    """Return one visit to the web shop, for `intent` (a shop's category) or a favourite shop."""
    codes = [c for c, s in mall.shops.items() if s.category == intent] or dice.choices(
        list(shopper.likes), list(shopper.likes.values()))
    shop = mall.shops[codes[0]]
    viewed = tuple(dice.sample(mall.goods[shop.code], dice.randint(1, 4)))
    cart = viewed[:1] if dice.random() < 0.3 else ()
    order = tuple(Line(g) for g in cart) if dice.random() < 0.5 and shopper.habit != "offline" else ()
    return Session(shopper, name, at, shop.category, viewed, dice.random() < 0.4 or bool(order),
                   dice.random() < 0.25, cart, order)


def _number(plan: Day) -> None:
    slips = sorted(((s for v in plan.visits for stay in v.stays for s in stay.slips)), key=lambda s: (s.at, s.shop))
    counters: dict[str, int] = {}
    for slip in slips:
        counters[slip.shop] = slip.number = counters.get(slip.shop, 0) + 1
