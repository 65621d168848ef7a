"""Writes docs/reference from the code: settings, events, commands. `--check` only says whether they are up to date."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import click
import msgspec

from datong.cli import main as datong
from datong.config import IdentitySettings, Secret, Settings
from datong.model import EVENT_TYPES, NAMESPACES, Namespace
from datong.privacy import namespaces

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
HEAD = "<!-- written by scripts/reference.py; do not edit -->\n\n"


_TABLES = {"identity.namespaces": dict[str, Namespace]}
"""Tables whose keys the settings leave open, as each of them changes only a part of a default."""
_ADDED = namespaces(Settings(identity=IdentitySettings(namespaces={"added": {}})))["added"]


def type_name(kind: Any) -> str:
    """Return a reader's name of a type."""
    text = kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)
    for prefix in ("typing.", "datong.config.sections.", "datong.config.stages."):
        text = text.replace(prefix, "")
    return text.replace("|", "or")


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not Secret


def settings() -> str:
    """Return the page of every key of datong.toml."""
    parts = ["# Configuration\n\n`datong.toml`; `DATONG__SECTION__KEY` in the environment goes before the file. "
             "An unknown key is an error that names the nearest known one. A Secret is `{ file = \"…\" }`, "
             "`{ env = \"…\" }` or `{ command = [\"…\"] }`; paths start from the folder of `datong.toml`.\n"]

    def tell(section: str, kind: Any) -> None:
        many = get_args(kind)
        shape = many[-1] if many else kind
        if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
            return
        heading = f"[{section}.NAME]" if many else f"[{section}]"
        about = inspect.cleandoc(shape.__doc__ or "")
        about = about.split(": ", 1)[-1].strip() if about.startswith("`[") else about
        parts.append(f"\n## `{heading}`\n\n{about}\n\n| key | type | default |\n|---|---|---|\n")
        hints = get_type_hints(shape)
        for field in msgspec.structs.fields(shape):
            if (shape is Namespace and field.name == "name") or _is_table(hints[field.name]):
                continue
            default = "required" if field.required else repr(
                field.default if field.default is not msgspec.NODEFAULT else field.default_factory())
            if shape is Namespace:  # of one that is added; those there are have their own
                default = repr(getattr(_ADDED, field.name))
            parts.append(f"| `{field.name}` | {type_name(hints[field.name])} | `{default}` |\n")
        for name, hint in hints.items():
            if f"{section}.{name}" in _TABLES:
                tell(f"{section}.{name}", _TABLES[f"{section}.{name}"])
            elif get_origin(hint) is dict or _is_table(hint):  # tables in this table
                tell(f"{section}.{name}", hint)

    for section, kind in get_type_hints(Settings).items():
        tell(section, kind)
    return "".join(parts)


def events() -> str:
    """Return the page of every event and identifier namespace."""
    parts = ["# Events\n\nNames are Segment's e-commerce v2 verbatim, and the offline set.\n\n"
             "| event | family | must carry | funnel step |\n|---|---|---|---|\n"]
    parts += [f"| {t.name} | {t.family} | {', '.join(t.needs)} | {t.funnel} |\n" for t in EVENT_TYPES.values()]
    parts.append("\n# Identifiers\n\nThe default policy; `[identity.namespaces.NAME]` changes it. "
                 "[Decide what identifies a shopper](../how-to/decide-what-identifies-a-shopper.md) says how.\n\n"
                 "| namespace | priority | limit per member | may merge | forgotten after | members until shared "
                 "| channel | normaliser | value kept |\n|---|---|---|---|---|---|---|---|---|\n")
    for n in NAMESPACES.values():
        limit = f"{n.limit} in {n.window}" if n.window else str(n.limit)
        merges = f"{n.merges}, if verified" if n.verified else n.merges
        parts.append(f"| {n.name} | {n.priority} | {limit} | {merges} | {n.ttl or '–'} | {n.persons} | {n.family} "
                     f"| {n.normaliser} | {'sealed' if n.sealed else 'no'} |\n")
    return "".join(parts)


def commands() -> str:
    """Return the page of every command."""
    parts = ["# Commands\n"]

    def tell(command: click.Command, name: str) -> None:
        context = click.Context(command, info_name=name, max_content_width=100, **datong.context_settings)
        parts.append(f"\n## `{name}`\n\n```\n{command.get_help(context)}\n```\n")
        for inner in getattr(command, "commands", {}).values():
            tell(inner, f"{name} {inner.name}")

    tell(datong, "datong")
    return "".join(parts)


def main() -> int:
    """Write or check the pages."""
    stale = []
    for name, page in (("configuration", settings()), ("events", events()), ("commands", commands())):
        file, text = FOLDER / f"{name}.md", HEAD + page
        if not file.exists() or file.read_text("utf-8") != text:
            stale.append(file.name)
            if "--check" not in sys.argv:
                FOLDER.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
    if stale:
        print(("out of date: " if "--check" in sys.argv else "wrote: ") + ", ".join(stale))
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
