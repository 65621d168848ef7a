"""`datong key rotate`: seal everything with a new key."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

import datong
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import ConfigError
from datong.privacy import next_line, open_vault, reseal
from datong.touchpoints import renewed

__all__ = ["key"]


@click.group()
def key() -> None:
    """Look after the privacy key."""


@key.command()
@config_option
def rotate(config: Path) -> None:
    """Make a new sealing key, seal every personal value with it, and let the old one go. The platform must be stopped.

    A key in a file is written there. Of a key in a variable or a key store the line to add is printed first; run this
    again when it is there. Broken off, it goes on where it was when it is run again. Backups need the key they were
    made with.
    """
    settings = load(config)
    where = settings.privacy.key
    file = settings.path(where.file) if where.file and not where.env and not where.command else None
    if file is None and open_vault(settings).sealing == 1:
        click.echo("Add this line to the secret, below those there are, then run this again:")
        click.echo(next_line(settings))
        return
    with datong.open(str(config)) as platform:  # holds the data directory, so that nobody seals with the old key
        vault = platform.vault
        platform.flow.drain()
        if file is not None:
            _write(file, f"{file.read_text('utf-8').rstrip()}\n{next_line(settings)}\n")
            vault = open_vault(settings)
        with Progress(TextColumn("{task.description:<8}"), BarColumn(30), TextColumn("{task.percentage:>3.0f} %"),
                      TimeElapsedColumn(), console=Console()) as bar:
            task = bar.add_task("state", total=1.0)
            count = reseal(platform.store, vault, lambda body: renewed(body, vault),
                           lambda what, done, end: bar.update(task, description=what, completed=done / max(1, end)))
    click.echo(f"{count:,} values are sealed with key {vault.sealing}.")
    if file is not None:
        first, *later = file.read_text("utf-8").splitlines()
        _write(file, "\n".join([first, *later[-1:]]) + "\n")
    else:
        click.echo(f"The lines before line {vault.sealing} may go, but not the first one.")


def _write(file: Path, text: str) -> None:
    """Replace the key file at once and for good: half a key would lose every value."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        raise ConfigError(f"the key file {file} cannot be written: {error.strerror}", field="privacy.key",
                          code="secret_missing") from None
