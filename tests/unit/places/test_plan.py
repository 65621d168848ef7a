from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.places.sightings import VENUE

from datong.errors import ConfigError
from datong.places import read_venue


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "venue.yaml"
    path.write_text(text, "utf-8")
    return path


def test_names_are_read_in_both_languages(tmp_path: Path) -> None:
    mall = read_venue(write(tmp_path, VENUE)).venues[0]
    assert mall.name.in_language("zh-CN") == "大同城"
    assert mall.name.in_language("en") == "Datong City"
    assert mall.floors[0].name.in_language("zh-CN") == "Ground floor"


@pytest.mark.parametrize(("old", "new", "message"), [
    ("zone: shoes, kind", "zone: shoe, kind", "venue mall, sensor ap-shoes: there is no zone 'shoe'"),
    ("code: ap-food", "code: ap-hall", "sensor ap-hall is there twice"),
    ("code: food", "code: hall", "venue mall: zone hall is there twice"),
    ("w: 20", "w: 0", r"venue mall, zone hall: rect needs w and h above 0 \(metres\)"),
    ("w: 20", "w: wide", r"Expected `float`, got `str` - at `\$\.venues\[0\]\.floors\[0\]\.zones\[0\]\.rect\.w`"),
    ("kind: ble", "kind: radar", "Invalid enum value 'radar'"),
    ("level: 1", "storey: 1", "unknown field `storey`"),
    ("code: outlet", "code: mall", "venue mall is there twice"),
])
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in VENUE
    with pytest.raises(ConfigError, match=message) as error:
        read_venue(write(tmp_path, VENUE.replace(old, new)))
    assert error.value.field == "places.file"
    assert "venue.yaml" in error.value.message


def test_a_missing_file_and_broken_yaml_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no"):
        read_venue(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="is not YAML"):
        read_venue(write(tmp_path, "venues: [}"))
