"""Customer records with known truth, for the traps in which linkers by probability fall: a few hundred ordinary people
whose records repeat with small faults, and beside them people made for one trap each.

Everything follows from the seed. A record is what one till, form or app wrote down; `person` is who it really was.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pyarrow as pa

from datong.identity.linker import Columns

__all__ = ["COLUMNS", "Customers"]

COLUMNS = Columns({
    "given": "given_name", "surname": "surname", "born": "date_of_birth", "phone": "phone", "email": "email",
    "address": "address", "city": "city", "gender": "gender",
})

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
)
_SIGNS = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红梅建国文辉力志永健世广安和成龙云春雪海山仁波宁贵福生"
_STREETS = ("南京路", "淮海路", "人民路", "解放路", "中山路", "建设路", "和平路", "新华路", "长江路", "光明路")
_CITIES = ("上海", "北京", "广州", "深圳", "杭州", "南京", "成都", "武汉")


class Customers:
    """Records being written down; `truth[i]` is the person of record i."""

    def __init__(self, seed: int = 7, ordinary: int = 400) -> None:
        """Begin with ordinary people of one to three records each."""
        self._dice = Random(seed)
        self.rows: list[dict[str, str | None]] = []
        self.truth: list[str] = []
        for number in range(ordinary):
            who = self.somebody()
            for _ in range(self._dice.choice((1, 1, 2, 2, 3))):
                self.write(f"ordinary {number}", self.faulty(who))

    def somebody(self, **known: str | None) -> dict[str, str | None]:
        """Return a person's true data; what is `known` is taken as it is."""
        dice = self._dice
        return {
            "given": "".join(dice.choice(_SIGNS) for _ in range(dice.choice((1, 2, 2, 2)))),
            "surname": dice.choice(_SURNAMES),
            "born": f"{dice.randint(1950, 2004)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
            "phone": f"13{dice.randint(1, 9)}{dice.randint(10_000_000, 99_999_998)}",
            "email": f"u{dice.randint(10_000, 9_999_999)}@{dice.choice(('qq.com', '163.com', 'outlook.com'))}",
            "address": f"{dice.choice(_STREETS)}{dice.randint(1, 400)}号{dice.randint(1, 30)}室",
            "city": dice.choice(_CITIES), "gender": dice.choice("fm"), **known,
        }

    def sign(self) -> str:
        """Return a sign of which given names are made."""
        return self._dice.choice(_SIGNS)

    def write(self, person: str, row: dict[str, str | None]) -> int:
        """Write a record down and return its number."""
        self.rows.append(row)
        self.truth.append(person)
        return len(self.rows) - 1

    def faulty(self, row: dict[str, str | None]) -> dict[str, str | None]:
        """Return the record as somebody writes it who leaves things out and now and then mistypes one."""
        dice, written = self._dice, dict(row)
        for name, share in (("email", 0.35), ("address", 0.3), ("born", 0.2), ("phone", 0.15), ("gender", 0.2)):
            if dice.random() < share:
                written[name] = None
        phone = written["phone"]
        if phone and dice.random() < 0.04:
            at = dice.randrange(3, 11)
            written["phone"] = phone[:at] + str((int(phone[at]) + 1) % 10) + phone[at + 1 :]
        return written

    def table(self) -> Any:
        """Return the records as an Arrow table."""
        return pa.table({name: pa.array([row[name] for row in self.rows], pa.string()) for name in COLUMNS.kinds})
