"""Addresses: street words written out, tokens, and the house number."""

from __future__ import annotations

import re

from datong.identity.linker.text import HAN, empty, fold, tokens

__all__ = ["clean_address", "clean_region"]

_WRITTEN_OUT = {
    short: long
    for long, shorts in {
        "street": "st str", "road": "rd", "avenue": "ave av aven", "boulevard": "blvd boul",
        "drive": "dr drv", "lane": "ln", "court": "ct crt", "place": "pl plc", "square": "sq",
        "terrace": "tce ter terr", "crescent": "cres cr crs", "circuit": "cct", "close": "cl", "highway": "hwy",
        "parkway": "pkwy pky", "parade": "pde", "grove": "gr grv",
        "circle": "cir", "apartment": "apt apartments", "building": "bldg blg", "suite": "ste", "floor": "fl flr",
        "mount": "mt", "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "southeast": "se",
        "northwest": "nw", "southwest": "sw", "alley": "aly", "heights": "hts", "trail": "trl", "way": "wy",
        "esplanade": "esp", "gardens": "gdns", "point": "pt", "junction": "jct", "number": "no num nr", "room": "rm",
    }.items()
    for short in shorts.split()
}
_BY_STATE = """
al:alabama ak:alaska az:arizona ar:arkansas ca:california co:colorado ct:connecticut de:delaware fl:florida
ga:georgia hi:hawaii id:idaho il:illinois in:indiana ia:iowa ks:kansas ky:kentucky la:louisiana me:maine md:maryland
ma:massachusetts mi:michigan mn:minnesota ms:mississippi mo:missouri mt:montana ne:nebraska nv:nevada
nh:new_hampshire nj:new_jersey nm:new_mexico ny:new_york nc:north_carolina nd:north_dakota oh:ohio ok:oklahoma
or:oregon pa:pennsylvania ri:rhode_island sc:south_carolina sd:south_dakota tn:tennessee tx:texas ut:utah vt:vermont
va:virginia wa:washington wv:west_virginia wi:wisconsin wy:wyoming nsw:new_south_wales vic:victoria qld:queensland
tas:tasmania act:australian_capital_territory
"""
_STATES = {
    long.replace("_", " "): short for short, _, long in (pair.partition(":") for pair in _BY_STATE.split())
}
_CHINESE_REGION = re.compile("(?:壮族|回族|维吾尔)?(?:特别行政区|自治区|省|市)$")
_NUMBER = re.compile(r"\d+")
_HOUSE = re.compile(r"(\d+)(?=(?:-\d+)?号|弄|幢|栋)")
_PARTED = re.compile(f"(?<=[{HAN}])(?=[0-9a-z])|(?<=[0-9a-z])(?=[{HAN}])")
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CHINESE_NUMBER = re.compile("[〇零一二三四五六七八九]+(?=号|弄|室|幢|栋|单元|楼|层)")


def clean_address(text: str) -> tuple[str | None, str | None, str | None]:
    """Return the address, its words sorted (Han as pairs of characters) and the house number, or None."""
    folded = fold(text)
    if empty(folded):
        return None, None, None
    if folded.isascii():
        words = [_WRITTEN_OUT.get(word, word) for word in folded.split()]
        if words[0] == "saint" or (words[0] == "street" and len(words) > 1 and not words[1].isdecimal()):
            words[0] = "saint"
        address = " ".join(words)
        number = _NUMBER.search(address)
    else:
        folded = _CHINESE_NUMBER.sub(lambda found: found[0].translate(_NUMERALS), folded)
        address = _PARTED.sub(" ", folded)
        number = _HOUSE.search(folded.replace(" ", "")) or _NUMBER.search(folded)
    return address, tokens(address), number[0].lstrip("0") or None if number else None


def clean_region(text: str) -> str | None:
    """Return a state or province in clean writing: as its postal abbreviation where it has one, without 省 and 市."""
    folded = fold(text)
    if empty(folded) or folded == "na":
        return None
    if folded.isascii():
        return _STATES.get(folded, folded)
    return _CHINESE_REGION.sub("", folded) or folded
