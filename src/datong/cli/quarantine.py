"""`datong quarantine`: look at rejected input, take it in again, let it go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Column, Table

import datong
from datong.cli.remote import ask
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import Unavailable
from datong.model import to_iso
from datong.touchpoints import discard, inspect, quarantined, reasons, replay

__all__ = ["quarantine"]

NUMBER = click.IntRange(1, 2**63 - 1)


@click.group()
def quarantine() -> None:
    """Look at rejected input, take it in again, or let it go."""


@quarantine.command("list")
@config_option
@click.option("--state", type=click.Choice(["open", "replayed", "discarded"]), default="open", show_default=True)
@click.option("--reason", default="", help="Only this reason.")
@click.option("--page", default=1, show_default=True)
def listing(config: Path, state: Any, reason: str, page: int) -> None:
    """List what was rejected and why."""
    try:
        with datong.open(str(config)) as platform, platform.store.state.read() as tx:
            platform.flow.drain()
            total, kept = quarantined(tx, platform.vault, state, reason, page)
            found = msgspec.to_builtins({"total": total, "items": kept, "reasons": reasons(tx, state)})
    except Unavailable as error:
        found = _remote(error, config, "/api/quarantine", {"state": state, "reason": reason, "page": page})
    console = Console(markup=False)  # hints speak of [sections]
    if not found["total"]:
        console.print(f"Nothing is {'in quarantine' if state == 'open' else state}.")
        return
    table = Table(*(Column(name, no_wrap=True) for name in ("id", "at (UTC)", "source", "reason")),
                  Column("what is wrong", overflow="fold"), Column("next step", overflow="fold"))
    for item in found["items"]:
        when = to_iso(item["at"])[:16].replace("T", " ")
        table.add_row(str(item["id"]), when, item["source"], item["code"], item["message"], item["hint"])
    console.print(table)
    console.print(", ".join(f"{r['code']}: {r['count']:,}" for r in found["reasons"]))
    for line in ("Look at one: datong quarantine show ID", "Take them in again: datong quarantine replay"):
        console.print(line)


@quarantine.command()
@config_option
@click.argument("number", type=NUMBER)
def show(config: Path, number: int) -> None:
    """Show one rejected call as it was sent."""
    try:
        with datong.open(str(config)) as platform, platform.store.state.read() as tx:
            found = msgspec.to_builtins(inspect(tx, platform.vault, number))
    except Unavailable as error:
        found = _remote(error, config, f"/api/quarantine/{number}")
    for key in ("id", "source", "kind", "code", "message", "hint", "field", "state"):
        click.echo(f"{key:8} {found[key]}")
    click.echo(found["raw"])


@quarantine.command("replay")
@config_option
@click.argument("numbers", type=NUMBER, nargs=-1)
@click.option("--reason", default="", help="Only this reason.")
def replay_some(config: Path, numbers: tuple[int, ...], reason: str) -> None:
    """Take calls in again, all open ones or those given; what is still wrong stays with its new reason."""
    try:
        with datong.open(str(config)) as platform:
            platform.flow.drain()
            found = msgspec.to_builtins(replay(platform.intake, list(numbers) or None, reason))
            platform.flow.drain()
    except Unavailable as error:
        body = {"ids": list(numbers) or "all", "reason": reason}
        found = _remote(error, config, "/api/quarantine/replay", body=body)
    click.echo(", ".join(f"{key.replace('_', ' ')}: {value:,}" for key, value in found.items()))


@quarantine.command("discard")
@config_option
@click.argument("numbers", type=NUMBER, nargs=-1, required=True)
def let_go(config: Path, numbers: tuple[int, ...]) -> None:
    """Discard calls; they stay in the list of discarded ones."""
    try:
        with datong.open(str(config)) as platform:
            platform.flow.drain()
            count = discard(platform.store.state, numbers, platform.store.clock.now())
    except Unavailable as error:
        count = _remote(error, config, "/api/quarantine/discard", body={"ids": list(numbers)})["discarded"]
    click.echo(f"discarded: {count:,}")


def _remote(error: Unavailable, config: Path, path: str, params: Any = None, body: Any = None) -> Any:
    """Ask the running platform, when that is why the data could not be opened."""
    if error.code != "data_in_use":
        raise error
    return ask(load(config), path, params, body)
