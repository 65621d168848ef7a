"""`datong touchpoint`: which touchpoints there are, and what a frame of one would become."""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

import click
import yaml
from rich.console import Console
from rich.table import Table

from datong.cli.serve import config_option
from datong.config import load
from datong.privacy import open_vault
from datong.touchpoints import Request, kinds, try_frame

__all__ = ["touchpoint"]


@click.group()
def touchpoint() -> None:
    """See which touchpoints there are, and try what one sends."""


@touchpoint.command("list")
@config_option
def listing(config: Path) -> None:
    """List the touchpoints of the configuration, with the address that each sends to."""
    settings = load(config)
    console = Console(markup=False)
    if not settings.touchpoints:
        console.print("There is no touchpoint yet: write [touchpoints.NAME] with a kind into datong.toml.")
        console.print(f"Kinds: {', '.join(sorted(kinds()))}")
        return
    table = Table("name", "kind", "place", "address")
    for name, found in settings.touchpoints.items():
        table.add_row(name, found.kind, found.place or "–", f"/touchpoints/{name}")
    console.print(table)


@touchpoint.command("try")
@config_option
@click.argument("name")
@click.argument("file", type=click.File("rb"))
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header that came with it.")
def try_one(config: Path, name: str, file: BinaryIO, headers: tuple[str, ...]) -> None:
    """Show what would be stored if the touchpoint NAME sent FILE, or why not; nothing is kept. FILE may be - (stdin).

    Signatures are not asked for, and goods and stores are not looked up; exit code 1 where a part would be rejected.
    """
    settings = load(config)
    said = {}
    for header in headers:
        key, colon, value = header.partition(":")
        if not colon:
            raise click.BadParameter(f"{header!r} is no header", param_hint="--header 'NAME: VALUE'")
        said[key.strip().lower()] = value.strip()
    now = time.time_ns() // 1_000_000
    found = try_frame(settings, open_vault(settings), name, file.read(), now, Request(headers=said, at=now))
    for at, part in enumerate(found, 1):
        if part.code:
            click.secho(f"# {at}: rejected, {part.code}: {part.message}", fg="red")
            click.echo(f"#    field: {part.field or '–'}\n#    next: {part.hint or '–'}")
        else:
            click.secho(f"# {at}: stored as", fg="green")
            click.echo(yaml.safe_dump(part.event, allow_unicode=True, sort_keys=False).rstrip())
    rejected = sum(bool(part.code) for part in found)
    click.echo(f"# {len(found) - rejected} would be stored, {rejected} would wait in quarantine; nothing was kept")
    if rejected:
        raise SystemExit(1)
