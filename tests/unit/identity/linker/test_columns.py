"""The map of columns to kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from datong.errors import ConfigError
from datong.identity.linker import FIELDS, KINDS, Fields, parse_columns


def test_inline_json_and_toml_say_the_same(tmp_path: Path) -> None:
    """However the map is written, it is the same map."""
    (tmp_path / "map.json").write_text('{"columns": {"First": "given_name", "dob": "date_of_birth"}}')
    (tmp_path / "map.toml").write_text('First = "given_name"\ndob = "date_of_birth"\n')
    expected = {"First": "given_name", "dob": "date_of_birth"}
    for given in ("First=given_name, dob=date_of_birth", '{"First": "given_name", "dob": "date_of_birth"}', expected,
                  tmp_path / "map.json", str(tmp_path / "map.toml")):
        assert dict(parse_columns(given).kinds) == expected


def test_usual_names_of_kinds_are_understood() -> None:
    """Users write first_name, zip and DOB; what is not known is compared as other, and told."""
    columns = parse_columns("a=first_name,b=ZIP,c=dob,d=shoe size")
    assert dict(columns.kinds) == {"a": "given_name", "b": "postcode", "c": "date_of_birth", "d": "other"}
    assert columns.unknown == ("d",)


def test_a_second_column_of_a_kind_has_fields_of_its_own() -> None:
    """Two phones are `phone` and `phone_2`."""
    columns = parse_columns("a=phone,b=email,c=phone,s=source,i=ignore")
    assert list(columns) == [Fields("phone", "a"), Fields("email", "b"), Fields("phone", "c", "_2")]
    assert columns.of("phone")[1].names == ("phone_2",)
    assert columns.source == "s"
    assert set(KINDS) - set(FIELDS) == {"source", "ignore"}


@pytest.mark.parametrize(("given", "says"), [
    ("given_name", "'given_name' is no column=kind"), ("a=", "'a=' is no column=kind"), ("a=ignore", "names no column"),
    ("{broken", "no JSON"), ("missing.json", "cannot read the map of columns missing.json"),
])
def test_a_map_that_says_nothing_is_refused(given: str, says: str) -> None:
    """The message names what is wrong."""
    with pytest.raises(ConfigError, match=says):
        parse_columns(given)
