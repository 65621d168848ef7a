from __future__ import annotations

from pathlib import Path

import pytest

from datong.config import PlacesSettings, RetailerSettings, Settings
from datong.errors import ConfigError
from datong.places import category_name, formats
from datong.tags import definitions

OWN = """
formats:
  - {code: flagship, name: {zh: 旗舰店, en: Flagship}, like: fashion, tags: [flagship-tags.yaml], category: women}
  - {code: fashion, name: Boutique}
categories:
  women: {zh: 淑女馆, en: Ladies}
  tea: Tea
"""
TAGS = """
- name: flagship.guest
  title: {zh: 旗舰店客人, en: Guest of the flagship}
  group: value
  kind: number
  expression: count("Venue Entered", last="30d")
"""


def settings(folder: Path, text: str = OWN) -> Settings:
    (folder / "own").mkdir(exist_ok=True)
    (folder / "own" / "formats.yaml").write_text(text, "utf-8")
    (folder / "own" / "flagship-tags.yaml").write_text(TAGS, "utf-8")
    return Settings(root=str(folder), places=PlacesSettings(formats="own/formats.yaml"),
                    retailer=RetailerSettings(formats=("flagship",)))


def test_a_retailers_own_formats_go_before_ours(tmp_path: Path) -> None:
    found = formats(settings(tmp_path))
    assert [one.code for one in found[:3]] == ["flagship", "fashion", "general"]
    assert found[1].name.in_language("zh-CN") == "Boutique"
    assert sum(one.code == "fashion" for one in found) == 1


def test_a_format_of_ones_own_brings_the_tags_of_the_one_it_is_like_and_its_own(tmp_path: Path) -> None:
    own = settings(tmp_path)
    known = definitions(own)
    assert "flagship.guest" in known
    fashion = definitions(Settings(retailer=RetailerSettings(formats=("fashion",))))
    assert set(fashion) < set(known)


def test_categories_have_names(tmp_path: Path) -> None:
    own = settings(tmp_path)
    asked = [("women/dresses", "zh-CN"), ("tea", "zh-CN"), ("shoes", "zh-CN"), ("shoes/boots", "en"),
             ("flagship", "en"), ("hats", "en")]
    assert [category_name(own, path, language) for path, language in asked] == [
        "淑女馆", "Tea", "鞋履", "Shoes", "Flagship", "hats"]


@pytest.mark.parametrize(("text", "told"), [
    ("formats: [{code: x, name: X, like: nothing}]", "is like 'nothing'"), ("formats: [{name: X}]", "code"),
    ("formats: {", "is not YAML"), ("kinds: []", "kinds"),
])
def test_a_wrong_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        formats(settings(tmp_path, text))
