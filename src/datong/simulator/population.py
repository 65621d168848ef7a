"""The shoppers: who they are, what identifies them, what they like and how often they come."""

from __future__ import annotations

from random import Random
from typing import Literal

import msgspec

from datong.simulator.forms import home
from datong.simulator.goods import Mall

__all__ = ["Habit", "Shopper", "people", "random_mac"]

Habit = Literal["online", "offline", "both"]

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红鹏婷宇欣怡晨佳雨轩梓涵"
_FIRST, _LAST = (
    tuple(names.split("/")) for names in (
        "Wei/Fang/Na/Min/Jing/Qiang/Lei/Yang/Yong/Jie/Tao/Ming/Chao/Xia/Ping/Yu/Lan/Hong/Peng/Ting/Xin/Yi",
        "Wang/Li/Zhang/Liu/Chen/Yang/Zhao/Huang/Zhou/Wu/Xu/Sun/Hu/Zhu/Gao/Lin/He/Guo/Ma/Luo",
    )
)


class Shopper(msgspec.Struct, frozen=True):
    """One person with everything that is true of them; what a field lacks is empty.

    `linked`: the web shop knows the phone number from the beginning, so that both channels are one person at once.
    `likes` are shop codes with weights, `level` is the price level (1 = usual), `visits` and `sessions` are per week.
    `former` is a mail address of earlier, with which they once took the newsletter.
    `mac` is the phone's own address where it does not randomise (those log in at the portal), `ble` the app's beacon.
    """

    id: int
    name: str
    birthday: str
    address: str
    habit: Habit
    phone: str
    email: str
    card: str
    user: str
    former: str
    cookie: str
    mac: str
    ble: str
    linked: bool
    consent: bool
    likes: dict[str, float]
    level: float
    visits: float
    sessions: float
    buys: float


def people(mall: Mall, seed: int, number: int, language: str = "en") -> list[Shopper]:
    """Return the shoppers; each has a random stream of their own, so a larger town has the same first ones."""
    return [_shopper(mall, seed, i, language) for i in range(number)]


def _shopper(mall: Mall, seed: int, i: int, language: str) -> Shopper:
    dice = Random(f"{seed}/shopper/{i}")
    habit: Habit = dice.choices(("online", "offline", "both"), (25, 33, 42))[0]
    online, offline = habit != "offline", habit != "online"
    known = offline and dice.random() < 0.8
    phone = f"138{(i * 7_919 + seed * 104_729 + 12_345_678) % 100_000_000:08d}"
    app = habit == "both" and dice.random() < 0.5
    if language.startswith("zh"):
        name = dice.choice(_SURNAMES) + "".join(dice.sample(_GIVEN, dice.choice((1, 2, 2))))
    else:
        name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"
    form = Random(f"{seed}/form/{i}")  # a stream of its own: what is asked on forms changes nothing else
    birthday, address = home(form, language)
    return Shopper(
        id=i, name=name, birthday=birthday, address=address, habit=habit, phone=phone if online or known else "",
        email=f"shopper{i}@example.com" if online and dice.random() < 0.5 else "",
        card=f"8{seed % 100:02d}{i:07d}" if known else "",
        user=f"u{seed}-{i}" if online else "",
        former=f"shopper{i}.old@example.com" if online and form.random() < 0.04 else "",
        cookie=f"c{dice.getrandbits(64):016x}" if online else "",
        mac=_mac(dice, False) if known and dice.random() < 0.55 else "",
        ble=f"6f1d2c3b-4a59-4e8f-9b7a-d0c1b2a39481:{i >> 16}:{i & 65535}" if app else "",
        linked=habit == "both" and known and dice.random() < 0.7,
        consent=dice.random() < 0.85,
        likes=_likes(mall, dice),
        level=round(dice.lognormvariate(0, 0.35), 2),
        visits=round(min(dice.gammavariate(2.0, 1.1), 6), 2) if offline else 0.0,
        sessions=round(min(dice.gammavariate(1.5, 1.6), 9), 2) if online else 0.0,
        buys=round(dice.uniform(0.15, 0.45), 2),
    )


def _likes(mall: Mall, dice: Random) -> dict[str, float]:
    """Return weights of shops: three favourites, shoes liked by many, the rest a little."""
    weights = dict.fromkeys(mall.shops, 0.3)
    for code in dice.sample(sorted(mall.shops), 3):
        weights[code] = 4.0
    for shop in mall.shops.values():
        if shop.category == "shoes" and dice.random() < 0.5:
            weights[shop.code] = 6.0
        if shop.category == "food" and dice.random() < 0.4:
            weights[shop.code] = 4.0
    return weights


def _mac(dice: Random, made_up: bool) -> str:
    """Return a unicast address, locally administered when `made_up`."""
    first = (dice.getrandbits(8) & 0b11111100) | (0b10 if made_up else 0)
    return ":".join(f"{b:02x}" for b in (first, *(dice.getrandbits(8) for _ in range(5))))


def random_mac(dice: Random) -> str:
    """Return the address a phone makes up for one visit."""
    return _mac(dice, True)
