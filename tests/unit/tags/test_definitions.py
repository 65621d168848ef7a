from __future__ import annotations

from pathlib import Path

import pytest

from datong.config import RetailerSettings, Settings, TagsSettings
from datong.errors import ConfigError
from datong.tags import definitions


def test_the_library_has_titles_in_both_languages() -> None:
    every = definitions(Settings(retailer=RetailerSettings(formats=("general", "fashion", "grocery"))))
    assert len(every) == 30
    assert {frozenset(d.title) for d in every.values()} == {frozenset({"zh", "en"})}
    assert {"rfm.recency_days", "rfm.orders_90d", "rfm.spend_365d", "cart.open", "shopper.lifecycle"} <= set(every)
    assert "fashion.fittings_30d" not in definitions(Settings())


@pytest.mark.parametrize(("text", "message", "hint"), [
    ("- name: a", "own.yaml: tag a: Object missing required field `title`", ""),
    ("- {name: a b, title: {}, group: x, kind: bool, expression: 'True'}", "own.yaml: 'a b' is no tag name",
     "write words joined by dots, as in rfm.recency_days"),
    ("- {name: a, title: {}, group: x, kind: bool, expression: 'count(\"Page Viewed\")'}",
     "own.yaml: tag a: kind says bool, but the expression gives number", "write kind: number"),
    ("- {name: a, title: {}, group: x, kind: number, expression: tag.rfm.orders_90 + 1}",
     "own.yaml: tag a: expression, column 1: there is no tag rfm.orders_90", "did you mean rfm.orders_90d?"),
    ("- {name: a, title: {}, group: x, kind: number, expression: tag.a + 1}",
     "own.yaml: tag a is defined by itself: a → a", ""),
    ("x: 1", "own.yaml: a list of tags is expected", "begin each tag with `- name:`"),
])
def test_a_wrong_file_is_named_with_the_tag(tmp_path: Path, text: str, message: str, hint: str) -> None:
    Path(tmp_path, "own.yaml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        definitions(Settings(root=str(tmp_path), tags=TagsSettings(files=("own.yaml",))))
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_missing_files_and_formats_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the tag file no\.yaml cannot be read"):
        definitions(Settings(root=str(tmp_path), tags=TagsSettings(files=("no.yaml",))))
    with pytest.raises(ConfigError, match="there is no tag library garden") as caught:
        definitions(Settings(retailer=RetailerSettings(formats=("garden",))))
    assert caught.value.hint == "known: fashion, general, grocery"
