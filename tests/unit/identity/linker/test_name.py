"""Names: which word is the surname, and which spellings sound alike."""

from __future__ import annotations

import pytest

from datong.identity.linker.han import pinyin, split_han, surname_sound
from datong.identity.linker.name import split_name
from datong.identity.linker.phonetic import nysiis


@pytest.mark.parametrize(("text", "given", "family"), [
    ("John Smith", "john", "smith"), ("Smith, John Paul", "john paul", "smith"), ("SMITH John", "john", "smith"),
    ("Mr. J. R. Ewing Sr.", "j r", "ewing"), ("Zhang Wei", "wei", "zhang"), ("Wei Zhang", "wei", "zhang"),
    ("Ouyang Nana", "nana", "ouyang"), ("Chan Tai Man", "tai man", "chan"), ("张伟", "伟", "张"),
    ("歐陽修", "修", "欧阳"), ("司马 相如", "相如", "司马"), ("王女士", None, "王"),
    ("Cher", None, "cher"), ("n/a", None, None),
])
def test_the_surname_is_found(text: str, given: str | None, family: str | None) -> None:
    """A comma, capitals, Chinese order and compound surnames are understood."""
    assert split_name(text) == (given, family)


def test_spellings_of_chinese_surnames_agree() -> None:
    """Wade-Giles, Cantonese, Hokkien and pinyin of one surname sound alike; an English one is none."""
    assert {surname_sound(name) for name in ("zhang", "chang", "cheung", "cheong", "teo")} == {"zhang"}
    assert {surname_sound(name) for name in ("chen", "chan", "tan")} == {"chen"}
    assert {surname_sound(name) for name in ("lu", "lv", "lyu")} == {"lu"}
    assert surname_sound("smith") is None


def test_han_is_split_and_read() -> None:
    """A compound surname takes two characters; ü is written u."""
    assert split_han("诸葛亮") == ("诸葛", "亮")
    assert split_han("葛亮") == ("葛", "亮")
    assert pinyin("吕绿") == "lulu"


@pytest.mark.parametrize(("one", "other"), [
    ("smith", "smyth"), ("philip", "filip"), ("catherine", "katharine"), ("macdonald", "mcdonald"), ("knight", "night"),
])
def test_like_sounds_have_one_code(one: str, other: str) -> None:
    """Common English spellings of one sound share their code, other names do not."""
    assert nysiis(one) == nysiis(other)
    assert nysiis(one) != nysiis("wilson")
