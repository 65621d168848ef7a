"""`datong report`: figures on the terminal, or as CSV and JSON."""

from __future__ import annotations

from typing import Any, Literal

import click
import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

import datong
from datong.analytics import Report, cell
from datong.analytics import report as make_report
from datong.cli.remote import ask
from datong.config import load
from datong.errors import Unavailable

__all__ = ["report"]

Format = Literal["table", "csv", "json"]


@click.group()
@click.option("--config", "-c", default="datong.toml", show_default=True, help="The configuration file.")
@click.option("--format", "-f", "shape", type=click.Choice(["table", "csv", "json"]), default="table",
              show_default=True)
@click.pass_context
def report(context: click.Context, config: str, shape: Format) -> None:
    """Show figures of sales, members, campaigns, visits, stock, screens and scans."""
    context.obj = (config, shape)


def _period(command: Any) -> Any:
    command = click.option("--store", metavar="CODE", help="Only this store or venue.")(command)
    command = click.option("--to", "until", metavar="YYYY-MM-DD", help="Last local day.")(command)
    command = click.option("--from", "since", metavar="YYYY-MM-DD", help="First local day.")(command)
    return _shaped(command)


def _shaped(command: Any) -> Any:
    """Let --config and --format stand behind the report's name as well."""
    command = click.option("--config", "-c", help="The configuration file.")(command)
    return click.option("--format", "-f", "shape", type=click.Choice(["table", "csv", "json"]))(command)


@report.command()
@click.option("--by", default="day", show_default=True, metavar="KEY,KEY",
              help="Of day, hour, store, channel, sku, category, brand.")
@click.option("--top", type=click.IntRange(min=1), help="Only the best, of every day or hour when split by one.")
@_period
@click.pass_obj
def sales(obj: tuple[str, Format], /, **params: Any) -> None:
    """Sales by time, place or goods, ranked, with returns taken off."""
    _show(obj, "sales", params)


@report.command()
@click.option("--by", type=click.Choice(["figures", "decile", "member"]), default="figures", show_default=True)
@click.option("--top", type=click.IntRange(min=1), help="How many of the best members.")
@_period
@click.pass_obj
def members(obj: tuple[str, Format], /, **params: Any) -> None:
    """Members by channel, new and returning, by spend, and the best ones."""
    _show(obj, "members", params)


@report.command()
@click.argument("code", required=False)
@click.option("--window", metavar="14d", help="Count each member's sales this long after the assignment.")
@_shaped
@click.pass_obj
def campaigns(obj: tuple[str, Format], /, **params: Any) -> None:
    """Every campaign's reach and redemptions; with CODE its effect against its holdout."""
    _show(obj, "campaigns", params)


def _chain(command: Any) -> Any:
    """Let a report be of a part of the chain, and of hours of the day."""
    command = click.option("--hours", metavar="10-14", help="Only these hours of the day.")(command)
    command = click.option("--store-format", metavar="FORMAT", help="Only venues of this retail format.")(command)
    command = click.option("--city", help="Only venues in this city.")(command)
    return click.option("--region", help="Only venues in this region.")(command)


@report.command()
@click.option("--by", type=click.Choice(["zone", "day"]), default="zone", show_default=True)
@_chain
@_period
@click.pass_obj
def visits(obj: tuple[str, Format], /, **params: Any) -> None:
    """Visits and dwell by zone, or visits by day."""
    _show(obj, "visits", params)


@report.command()
@click.option("--by", type=click.Choice(["day", "hour"]), default="day", show_default=True)
@_chain
@_period
@click.pass_obj
def attendance(obj: tuple[str, Format], /, **params: Any) -> None:
    """How many people visited, with an interval: heard, calibrated, and the door's own count."""
    _show(obj, "attendance", params)


@report.command()
@click.option("--by", type=click.Choice(["transition", "zone", "way"]), default="transition", show_default=True)
@click.option("--top", type=click.IntRange(min=1), help="How many ways.")
@click.option("--parties", is_flag=True, help="Count groups that came, went and left together.")
@_chain
@_period
@click.pass_obj
def flows(obj: tuple[str, Format], /, **params: Any) -> None:
    """Flow lines: from zone to zone, entries and exits by zone, the ways most visits took."""
    _show(obj, "flows", params)


@report.command()
@click.option("--window", metavar="7d", help="The time within which all steps must happen.")
@_period
@click.pass_obj
def funnel(obj: tuple[str, Format], /, **params: Any) -> None:
    """Members seen online, then in a store, then trying or scanning, then buying."""
    _show(obj, "funnel", params)


@report.command()
@_period
@click.pass_obj
def overlap(obj: tuple[str, Format], /, **params: Any) -> None:
    """Members online only, offline only, and on both."""
    _show(obj, "overlap", params)


@report.command()
@click.option("--top", type=click.IntRange(min=1), help="Only what runs out soonest.")
@_period
@click.pass_obj
def stock(obj: tuple[str, Format], /, **params: Any) -> None:
    """Stock against sales: how many days it lasts."""
    _show(obj, "stock", params)


@report.command("sell-through")
@_period
@click.pass_obj
def sell_through(obj: tuple[str, Format], /, **params: Any) -> None:
    """What of each season's goods was sold."""
    _show(obj, "sell_through", params)


@report.command("stock-outs")
@click.option("--top", type=click.IntRange(min=1), help="Only what sold best.")
@_period
@click.pass_obj
def stock_outs(obj: tuple[str, Format], /, **params: Any) -> None:
    """What is sold out where."""
    _show(obj, "stock_outs", params)


@report.command()
@click.option("--top", type=click.IntRange(min=1), help="Only those furthest apart.")
@_period
@click.pass_obj
def prices(obj: tuple[str, Format], /, **params: Any) -> None:
    """Goods that cost something else online than in the shops."""
    _show(obj, "prices", params)


@report.command()
@_period
@click.pass_obj
def screens(obj: tuple[str, Format], /, **params: Any) -> None:
    """What ran on which screen, and how many could have seen it."""
    _show(obj, "screens", params)


@report.command()
@click.option("--by", default="day,store,sku", show_default=True, metavar="KEY,KEY",
              help="Of day, store, sku, link, campaign.")
@click.option("--top", type=click.IntRange(min=1), help="Only the first.")
@_period
@click.pass_obj
def scans(obj: tuple[str, Format], /, **params: Any) -> None:
    """Codes read by shoppers, and how many of them by members."""
    _show(obj, "scans", params)


def _show(obj: tuple[str, Format], name: str, params: dict[str, Any]) -> None:
    config, shape = obj
    config, shape = params.pop("config", None) or config, params.pop("shape", None) or shape
    names = {"since": "from", "until": "to"}
    asked = {names.get(key, key): "yes" if value is True else str(value)
             for key, value in params.items() if value is not None and value is not False}
    found = _make(config, name, asked)
    if shape == "csv":
        click.echo(found.csv(), nl=False)
    elif shape == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        _print(found)


def _make(config: str, name: str, params: dict[str, str]) -> Report:
    """Return the report from the files, or from the running platform when it holds them."""
    try:
        with datong.open(config) as platform:
            while platform.flow.fold():  # what the flow has passed; a report itself decides and sends nothing
                pass
            return make_report(platform.store, name, params)
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
    return msgspec.convert(ask(load(config), f"/api/report/{name}", params), Report)


def _print(found: Report) -> None:
    heading = f"{found.title} ({found.currency})" if any(c.kind == "money" for c in found.columns) else found.title
    grid = Table(title=heading, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for column in found.columns:
        grid.add_column(column.title, justify="left" if column.kind in ("text", "date") else "right", overflow="fold")
    for row in found.rows:
        grid.add_row(*(cell(row.get(c.name), c.kind, found.currency) for c in found.columns))
    console = Console(highlight=False, markup=False)
    free = console.options.update(max_width=10_000)
    least, most = Measurement.get(console, free, grid)  # a figure is never cut, however narrow the terminal is
    console.width = max(console.width, least if console.is_terminal else most)
    console.print(grid)
    for note in found.notes if found.rows else [*found.notes, "nothing to show here yet"]:
        console.print(note)
