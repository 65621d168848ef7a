"""`datong goods`: take a list of goods or prices in."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

import datong
from datong.cli.remote import ask
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import Unavailable
from datong.touchpoints import take_goods

__all__ = ["goods"]

_SHOWN = 200


@click.group()
def goods() -> None:
    """Goods and price lists."""


@goods.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
def import_(file: Path, config: Path) -> None:
    """Import goods or a price list (CSV or JSON lines).

    Columns: sku, name, category, brand, price, listed, style, colour, size, season, unit, cost, gtins; a price list
    has sku, price, currency and store, region, channel, from, until or list. What is wrong is told line by line and
    kept in quarantine; all other lines are taken. The same list again changes nothing.
    """
    console = Console(highlight=False, markup=False)
    try:
        with datong.open(str(config)) as platform, Progress(console=console, transient=True) as bar:
            task = bar.add_task("goods", total=None)
            taken = take_goods(platform.intake, file.read_bytes(),
                               lambda done, total: bar.update(task, completed=done, total=total))
            platform.flow.drain()
            found = msgspec.to_builtins(taken)
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        found = ask(load(config), "/api/goods", body=file.read_bytes())
    console.print(f"{found['rows']:,} lines: {found['stored']:,} new or changed, {found['known']:,} known, "
                  f"{found['quarantined']:,} in quarantine")
    if found["lines"]:
        table = Table(*(Column(name, no_wrap=True) for name in ("line", "sku", "reason")),
                      Column("what is wrong", overflow="fold"), Column("next step", overflow="fold"))
        for line in found["lines"][:_SHOWN]:
            table.add_row(str(line["line"]), line["sku"], line["code"], line["message"], line["hint"])
        console.print(table)
        if len(found["lines"]) > _SHOWN:
            console.print(f"… and {len(found['lines']) - _SHOWN:,} more: datong quarantine list")
