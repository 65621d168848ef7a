"""`datong backup` and `datong restore`."""

from __future__ import annotations

from pathlib import Path

import click

import datong
from datong import identity
from datong.cli.remote import ask
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import NotFound, Unavailable
from datong.privacy import erased_since
from datong.storage import backups, put_back

__all__ = ["backup", "restore"]


@click.command()
@config_option
def backup(config: Path) -> None:
    """Copy log, state and facts into a new folder of [storage] backups; the platform may run meanwhile.

    The newest keep_backups of them are kept. The privacy key is not in it: keep that elsewhere.
    """
    try:
        with datong.open(str(config)) as platform:
            platform.flow.drain()
            made = str(platform.back_up())
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        made = ask(load(config), "/api/backups", body={})["folder"]
    click.echo(f"Made {made}.")
    if not (Path(made) / "state.sqlite").exists():
        click.echo("The state lies in PostgreSQL: back it up with pg_dump BEFORE this, and restore both together.")


@click.command()
@config_option
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
def restore(config: Path, folder: Path | None) -> None:
    """Put a backup back (by default the newest); what was there is moved aside. The platform must be stopped.

    Whoever was erased since the backup was made is erased again before this command ends.
    """
    settings = load(config)
    root = settings.path(settings.storage.backups)
    with datong.open(str(config)):
        pass  # raises when a running platform has the data
    if folder is None:
        if not (found := backups(root)):
            raise NotFound(f"there is no backup in {root}", hint="make one with: datong backup")
        folder = found[0]
    aside = put_back(folder, settings.data)
    click.echo(f"Put {folder.name} back." + (f" What was there is in {aside}." if aside else ""))
    with datong.open(str(config)) as platform:
        platform.flow.drain()
        for label in erased_since(platform.store):
            try:
                asked = platform.ask_erasure(identity.number_of(label), actor="restore", reason="erased before")
            except NotFound:
                continue  # the backup is older than the member
            platform.erase(asked)
            click.echo(f"Erased {label} again.")
