"""What the platform names by codes has words in the console."""

from __future__ import annotations

import re
from pathlib import Path

from datong.model import EVENT_TYPES
from datong.touchpoints.kinds import kinds
from datong.web.rows import UNSHOWN

I18N = Path(__file__).parents[2] / "console" / "src" / "i18n"


def test_every_event_that_is_shown_has_a_chinese_name() -> None:
    """English readers see the name itself."""
    chinese = (I18N / "words.ts").read_text("utf-8").split("const EN")[0]
    assert [name for name in EVENT_TYPES if name not in UNSHOWN and f'{name}": "' not in chinese
            and f" {name}: " not in chinese] == []


def test_every_reason_for_quarantine_has_words_in_both_languages() -> None:
    """What the reference of errors says of single events, frames and lines."""
    text = (I18N.parents[2] / "docs" / "reference" / "errors.md").read_text("utf-8")
    codes = re.findall(r"^\| `(\w+)`", text.split("\n## ")[1], re.MULTILINE)
    assert "bad_csv" in codes
    for language in ("en", "zh"):
        said = "".join(file.read_text("utf-8") for file in (I18N / language).glob("*.ts"))
        assert [code for code in codes if f'.{code}":' not in said] == [], language


def test_every_kind_that_listens_has_a_name_in_both_languages() -> None:
    """A kind without one would be shown as its code."""
    for language in ("en", "zh"):
        said = (I18N / language / "live.ts").read_text("utf-8")
        assert [name for name in kinds() if f'"kind.{name}"' not in said] == [], language
