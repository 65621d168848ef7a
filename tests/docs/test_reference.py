"""The documentation says what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from datong.config import Settings
from datong.model.predicate import kind_of, parse
from datong.tags.definitions import library

ROOT = Path(__file__).parents[2]


def test_the_reference_is_up_to_date() -> None:
    """Every setting, event and command is in docs/reference as the code has it."""
    command = [sys.executable, "scripts/reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


PAGES = sorted(page for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md") for page in ROOT.glob(pattern))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and picture of the documentation exists."""
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


def test_every_error_code_is_documented() -> None:
    """Each `code="…"` in the source stands in the reference of errors."""
    page = (ROOT / "docs/reference/errors.md").read_text("utf-8")
    pattern = re.compile(r'\bcode(?:: str)? ?= ?"([a-z_]+)"')
    codes = {code for file in (ROOT / "src/datong").rglob("*.py") for code in pattern.findall(file.read_text("utf-8"))}
    assert len(codes) > 40
    assert sorted(code for code in codes if f"`{code}`" not in page) == []


def test_the_examples_of_the_predicate_language_parse() -> None:
    """Every line of the page's code block is a valid expression over the built-in tags."""
    page = (ROOT / "docs/reference/predicates.md").read_text("utf-8")
    tags = {name: kind_of(expression) for name, expression in library(Settings())[1].items()}
    lines = [line for block in re.findall(r"```\n(.*?)```", page, re.DOTALL) for line in block.strip().splitlines()]
    assert len(lines) == 2
    for line in lines:
        parse(line, tags)
