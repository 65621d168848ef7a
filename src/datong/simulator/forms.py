"""What shoppers write on a form: the same person twice, and seldom twice the same."""

from __future__ import annotations

from random import Random

__all__ = ["forgotten", "home", "slip"]

_STREETS = {
    "en": ("Huaihai Middle Road", "Nanjing West Road", "Wukang Road", "Yuyuan Road", "Century Avenue", "Zhangyang Road",
           "Hongqiao Road", "Caoxi North Road", "Siping Road", "Dalian Road"),
    "zh": ("淮海中路", "南京西路", "武康路", "愚园路", "世纪大道", "张杨路", "虹桥路", "漕溪北路", "四平路", "大连路"),
}
_SHORT = {"Road": "Rd", "Avenue": "Ave", "Middle": "Mid.", "West": "W.", "North": "N."}


def home(dice: Random, language: str) -> tuple[str, str]:
    """Return somebody's day of birth (YYYY-MM-DD) and address."""
    birthday = f"{dice.randint(1955, 2006)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
    chinese = language.startswith("zh")
    street, number, flat = dice.choice(_STREETS["zh" if chinese else "en"]), dice.randint(1, 1_800), dice.randint(1, 32)
    return birthday, f"{street}{number}号{flat}室" if chinese else f"{number} {street}, Flat {flat}"


def slip(dice: Random, name: str, address: str) -> tuple[str, str]:
    """Return a name and an address as the same person writes them another time."""
    for long, short in _SHORT.items():
        address = address.replace(long, short)
    way = dice.random()
    if way < 0.5:
        return name, address
    if " " in name:
        first, last = name.split(" ", 1)
        if way < 0.75:
            return f"{last} {first}", address
        at = dice.randrange(len(last))
        return f"{first} {last[:at]}{last[at]}{last[at:]}", address
    return (f"{name[0]} {name[1:]}" if way < 0.75 else name[:2]), address


def forgotten(dice: Random, name: str, birthday: str, address: str) -> dict[str, str]:
    """Return what somebody wrote on a form of earlier: all of it, or so little that one may wonder."""
    written, where = slip(dice, name, address)
    way = dice.random()
    if way < 0.4:
        return {"name": written, "birthday": birthday, "address": where}
    if way < 0.7:
        last = (int(birthday[-1]) + dice.randint(1, 8)) % 9 + 1
        return {"name": written, "birthday": f"{birthday[:8]}0{last}"}
    street = where.split(",")[0].lstrip("0123456789 ") if "," in where else where.rstrip("0123456789号室")
    return {"name": written, "address": street}
