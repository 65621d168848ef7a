"""The direction of the code: layers, front doors, sizes, exports."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import grimp
import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "datong"
FRONT_DOORS = {"datong.model.predicate", "datong.identity.device", "datong.identity.enrichment",
               "datong.identity.linking", "datong.touchpoints.transport"}
"""Large enough for a door of their own: the predicate language, devices between identifier and person, third-party
data, linking runs, transports."""
PACKAGES = sorted(p.name for p in SOURCE.iterdir() if (p / "__init__.py").exists())


def test_imports_go_one_way() -> None:
    """Every contract of import-linter in pyproject.toml is kept."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def is_a_name(imported: str) -> bool:
    """Return whether `datong.tags.definitions` is a function at the front door, not the module that is called alike."""
    package, name = imported.rsplit(".", 1)
    door = importlib.import_module(package)
    return name in getattr(door, "__all__", ()) and not isinstance(getattr(door, name), ModuleType)


def test_other_packages_use_the_front_door() -> None:
    """`datong.identity` is imported, never `datong.identity.merge`, from outside it."""
    graph = grimp.build_graph("datong", cache_dir=None)
    through_the_wall = [
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if importer.split(".")[1:2] != imported.split(".")[1:2] and imported.count(".") >= 2
        and imported not in FRONT_DOORS
        and not is_a_name(imported)
    ]
    assert through_the_wall == []


FILES = sorted(file for file in SOURCE.rglob("*.py") if file.parent.name != "versions")  # revisions are generated


@pytest.mark.parametrize("file", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_file_is_one_concept(file: Path) -> None:
    """A file has at most 350 lines, a function at most 80."""
    text = file.read_text("utf-8")
    assert text.count("\n") <= 350
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 80, f"{node.name} is too long"


@pytest.mark.parametrize("package", PACKAGES)
def test_the_front_door_names_what_is_public(package: str) -> None:
    """Every package has `__all__`, sorted, and each name in it exists and, if it can, has a docstring."""
    module = importlib.import_module(f"datong.{package}")
    assert module.__doc__
    assert sorted(module.__all__) == sorted(set(module.__all__))
    for name in module.__all__:
        thing = getattr(module, name)
        if callable(thing) and getattr(thing, "__module__", "").startswith("datong"):
            assert thing.__doc__, f"datong.{package}.{name} has no docstring"
