"""`datong link`: find members who are one person by what they told of themselves."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import datong
from datong.cli.remote import ask as remote
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import DatongError, Unavailable
from datong.identity import linking

__all__ = ["link"]

_ACTOR = "user:command line"
_SHOWN = 20


@click.command()
@config_option
@click.option("--dry-run", is_flag=True, help="Find and report only: what it does without --publish anyway.")
@click.option("--publish", "number", type=int, metavar="RUN", help="Join what this dry run found.")
@click.option("--show", type=int, metavar="RUN", help="Report an earlier run once more.")
@click.option("--auto", default=linking.AUTO, show_default=True, help="From which probability to join without asking.")
@click.option("--ask", default=linking.ASK, show_default=True, help="From which probability to ask people.")
@click.option("--csv", "as_csv", is_flag=True, help="Every merge and split as CSV, and nothing else.")
def link(
    config: Path, dry_run: bool, number: int | None, show: int | None, auto: float, ask: float, as_csv: bool
) -> None:
    """Link members who are one person, by names, addresses, numbers and dates of birth.

    A dry run changes nothing: it reports what would be joined, what people should look at, and how far the model has
    moved since the last run. Publish it with --publish RUN.
    """
    if number is not None and (dry_run or show is not None):
        raise click.UsageError("--publish goes without --dry-run and --show")
    console = Console(stderr=as_csv, highlight=False)
    try:
        with datong.open(str(config)) as platform:
            if number is not None:
                platform.flow.drain()
                joins = linking.publish(platform.store, number, actor=_ACTOR)
                platform.flow.drain()
                console.print(_published(number, joins))
                return
            if show is None:
                platform.flow.drain()
                with _Bar(console) as bar:
                    show = linking.start_run(platform.store, platform.vault, actor=_ACTOR, auto=auto, ask=ask,
                                             wait=True, progress=bar.show)
            with platform.store.state.read() as tx:
                page = linking.run(tx, show)
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        settings = load(config)
        if number is not None:
            joins = remote(settings, f"/api/linking/runs/{number}/publish", body={})["published"]
            console.print(_published(number, joins))
            return
        if show is None:
            show = int(remote(settings, "/api/linking/runs", body={"auto": auto, "ask": ask})["id"])
            with _Bar(console) as bar:
                _await(lambda: remote(settings, f"/api/linking/runs/{show}"), bar)
        page = remote(settings, f"/api/linking/runs/{show}")
    if as_csv:
        click.echo(_csv(page), nl=False)
    else:
        _print(console, page)


class _Bar(Progress):
    """The progress bar of a run: what it is at, and how far."""

    def __init__(self, console: Console) -> None:
        super().__init__(TextColumn("{task.description:<10}"), BarColumn(30), TextColumn("{task.percentage:>3.0f} %"),
                         TimeElapsedColumn(), console=console, refresh_per_second=5)
        self._bar = self.add_task("starting", total=1.0)

    def show(self, stage: str, part: float) -> None:
        """Show how far the run is."""
        self.update(self._bar, description=stage or "done", completed=part)


def _await(read: Callable[[], Any], bar: _Bar) -> None:
    """Wait until the running platform has carried out the run."""
    while (page := read())["state"] in ("waiting", "running"):
        bar.show(page["stage"], page["progress"])
        time.sleep(0.5)
    bar.show("", 1.0)
    if page["state"] == "failed":
        raise DatongError(f"linking run {page['id']} failed: {page['error']}")


def _published(number: int, joins: int) -> str:
    return (f"Run {number} is published: {joins:,} joins went into the log. "
            "Each is weighed against the limits once more; see a member's page for what became of it.")


def _print(console: Console, page: dict[str, Any]) -> None:
    console.print(f"Linking run {page['id']} ({page['state']}, {page['records']:,} records)")
    table = Table(box=SIMPLE, padding=0)
    for name in ("members", "count"):
        table.add_column(name, justify="left" if name == "members" else "right", no_wrap=True)
    for name, count in (("would be merged into", page["merged"]), ("unchanged", page["unchanged"]),
                        ("pairs to review", page["review"]), ("own records disagree", page["split"])):
        table.add_row(name, f"{count:,}")
    console.print(table)
    for each in page["largest"][:5]:
        shown = ", ".join(each["labels"][:_SHOWN])
        console.print(f"{each['size']} members would be one: {shown}{' …' if each['size'] > _SHOWN else ''}")
    for each in page["drift"][:5]:
        if abs(each["after"] - each["before"]) >= 1:
            console.print(f"weight moved: {each['name']} {each['before']:+.1f} → {each['after']:+.1f} bits")
    if page["state"] == "done" and not page["records"]:
        console.print("There is nothing to compare yet. Send identify calls with names, birthdays or telephones; at "
                      "least two things have to be known of a member.")
    elif page["state"] == "done":
        console.print(f"Nothing is changed yet. Publish it: datong link --publish {page['id']}")


def _csv(page: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("kind", "members", "confidence"))
    for each in page["merges"]:
        writer.writerow(("merge", " ".join(each["labels"]), each["confidence"]))
    for each in page["splits"]:
        writer.writerow(("split", each["label"], ""))
    return text.getvalue()
