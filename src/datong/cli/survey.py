"""`datong survey`: take a site survey in, so that devices are located by it, and say how well."""

from __future__ import annotations

import urllib.parse
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

import datong
from datong import places
from datong.cli.remote import ask
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import Rejected, Unavailable
from datong.places import Accuracy
from datong.touchpoints import sheet_text

__all__ = ["survey"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--venue", required=True, help="Code of the venue that was surveyed.")
@config_option
def survey(file: Path, venue: str, config: Path) -> None:
    """Import a site survey from FILE (CSV: scan,x,y,floor,sensor,rssi and perhaps walk) and print its accuracy.

    The accuracy is measured by leaving out whole walks. From now on the venue's devices are located by the survey; an
    earlier one is replaced.
    """
    try:
        text = sheet_text(file.read_bytes())
    except OSError as error:
        raise Rejected(f"{file} cannot be read: {error.strerror}", code="survey_value", field="survey",
                       hint="give a CSV file") from None
    try:
        with datong.open(str(config)) as platform:
            _, accuracy = places.import_survey(platform.store, venue, text, actor="user:command line")
            platform.flow.drain()
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        answer = ask(load(config), f"/api/venues/{urllib.parse.quote(venue)}/survey", body=text.encode())
        accuracy = msgspec.convert(answer["accuracy"], Accuracy, strict=False)
    console = Console(highlight=False, soft_wrap=True)
    if accuracy.rows:
        console.print(_table(accuracy))
        console.print("located by " + ("a radio map drawn from the survey" if accuracy.mapped else "the scans"))
    for remark in accuracy.remarks:
        console.print(f"[yellow]too thin[/] {remark}" if "left out" not in remark else remark)


def _table(accuracy: Accuracy) -> Table:
    table = Table(title="Accuracy, walks left out one part after the other", title_justify="left", box=SIMPLE)
    table.add_column("floor")
    for name in ("scans", "walks", "mean m", "95 %", "median m", "p75 m", "68 % within m", "floor right"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in accuracy.rows:
        cells: list[Any] = [
            row.floor or "all", f"{row.scans:,}", f"{row.walks:,}", f"{row.mean_m:.1f}",
            f"{row.mean_low:.1f}–{row.mean_high:.1f}", f"{row.median_m:.1f}", f"{row.p75_m:.1f}",
            f"{row.radius68_m:.1f}", f"{row.floor_hit:.1%}",
        ]
        table.add_row(*cells)
    return table
