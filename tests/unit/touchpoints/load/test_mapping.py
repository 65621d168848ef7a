"""The mapping file: what it may say, and how it says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from datong.config import IdentitySettings, RetailerSettings, Settings
from datong.errors import ConfigError
from datong.touchpoints.load.mapping import read_mapping

RECEIPTS = """
[[load]]
as = "receipts"
file = "r.csv"
[load.columns]
receipt = "no"
store = "shop"
time = { column = "at", zone = "UTC" }
sku = "article"
amount = "paid"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "m.toml"
    path.write_text(text, "utf-8")
    return path


def refusal(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_mapping(write(folder, text), Settings())
    return caught.value


def test_what_the_mapping_leaves_out_comes_from_the_retailer(tmp_path: Path) -> None:
    settings = Settings(retailer=RetailerSettings(currency="EUR", timezone="Europe/Berlin"))
    mapping = read_mapping(write(tmp_path, RECEIPTS), settings)
    assert (mapping.currency, mapping.timezone, mapping.source) == ("EUR", "Europe/Berlin", "history")
    assert mapping.unknown_goods == "quarantine"
    assert mapping.root == str(tmp_path)
    assert mapping.load[0].as_ == "receipts"
    assert mapping.load[0].columns["time"].columns == ("at",)
    assert mapping.load[0].columns["time"].zone == "UTC"


def test_files_may_start_from_another_folder(tmp_path: Path) -> None:
    assert read_mapping(write(tmp_path, RECEIPTS), Settings(), "elsewhere").root == "elsewhere"


def test_an_unknown_key_is_named_with_its_file_and_the_nearest_one(tmp_path: Path) -> None:
    error = refusal(tmp_path, "curency = 'EUR'\n" + RECEIPTS)
    assert error.message == f"{tmp_path / 'm.toml'}: unknown key curency"
    assert error.hint == "did you mean currency?"


def test_an_unknown_field_of_a_shape_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path, RECEIPTS + 'quantitiy = "n"\n')
    assert error.message.endswith("unknown key load[1].columns.quantitiy")
    assert error.hint == "did you mean quantity?"


def test_an_unknown_shape_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path, RECEIPTS.replace('"receipts"', '"receits"'))
    assert "load[1].as = 'receits'" in error.message
    assert error.hint == "did you mean receipts?"


@pytest.mark.parametrize(("without", "missing"), [
    ('receipt = "no"', "receipt or sequence"), ('store = "shop"', "store"), ('sku = "article"', "sku"),
    ('amount = "paid"', "amount or price"),
])
def test_a_shape_needs_its_fields(tmp_path: Path, without: str, missing: str) -> None:
    error = refusal(tmp_path, RECEIPTS.replace(without, ""))
    assert error.message.endswith(f"load[1].columns has no {missing}")


def test_members_need_an_identifier(tmp_path: Path) -> None:
    error = refusal(tmp_path, '[[load]]\nas = "members"\nfile = "m.csv"\n[load.columns]\ntime = "t"\n')
    assert "load[1].columns has no member_card or user_id" in error.message


def test_a_namespace_of_the_installation_is_an_identifier_too(tmp_path: Path) -> None:
    text = '[[load]]\nas = "members"\nfile = "m.csv"\n[load.columns]\nclub_no = "no"\n'
    settings = Settings(identity=IdentitySettings(namespaces={"club_no": {}}))
    assert "club_no" in read_mapping(write(tmp_path, text), settings).load[0].columns
    assert "unknown key load[1].columns.club_no" in refusal(tmp_path, text).message


@pytest.mark.parametrize(("value", "said"), [
    ("{ }", "exactly one of column, constant, join, sum, lookup"),
    ('{ column = "a", constant = 1 }', "exactly one of"),
    ('{ lookup = "a", take = "b" }', "has no match"),
    ('{ colum = "a" }', "unknown key load[1].columns.discount.colum"),
    ("3", "is not a column"),
])
def test_a_wrong_expression_is_refused(tmp_path: Path, value: str, said: str) -> None:
    assert said in refusal(tmp_path, RECEIPTS + f"discount = {value}\n").message


def test_a_zone_must_exist(tmp_path: Path) -> None:
    error = refusal(tmp_path, RECEIPTS.replace('"UTC"', '"Asia/Shangai"'))
    assert "load[1].time.zone = 'Asia/Shangai' is not a time zone" in error.message


def test_a_load_names_a_file_or_a_package_with_a_table(tmp_path: Path) -> None:
    assert "must name either a file" in refusal(tmp_path, RECEIPTS.replace('file = "r.csv"', "")).message
    assert "no table" in refusal(tmp_path, RECEIPTS.replace('file = "r.csv"', 'package = "p"')).message


def test_traits_go_with_members_only(tmp_path: Path) -> None:
    error = refusal(tmp_path, RECEIPTS + '[load.traits]\nage = "a"\n')
    assert error.message.endswith("load[1].traits does not go with as = 'receipts'")
    assert error.hint == "traits go with members"


def test_without_a_file_or_toml_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no mapping"):
        read_mapping(tmp_path / "none.toml", Settings())
    assert "is not TOML" in refusal(tmp_path, "load = [").message
    assert "there is no [[load]] table" in refusal(tmp_path, 'currency = "CNY"').message
