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
from datong.storage import Store

__all__ = ["link"]

_ACTOR = "user:command line"
_SHOWN = 20


@click.command()
@config_option
@click.option("--dry-run", is_flag=True, help="Find and report only: what it does without --publish anyway.")
@click.option("--publish", "number", type=int, metavar="RUN", help="Join what this dry run found.")
@click.option("--withdraw", "back", type=int, metavar="RUN", help="Take back all joins of a published run.")
@click.option("--anchors", is_flag=True, help="Tie devices to who pays where they are, instead of comparing members.")
@click.option("--show", type=int, metavar="RUN", help="Report an earlier run once more.")
@click.option("--auto", default=linking.AUTO, show_default=True, help="From which probability to join without asking.")
@click.option("--ask", default=linking.ASK, show_default=True, help="From which probability to ask people.")
@click.option("--csv", "as_csv", is_flag=True, help="Every merge and split as CSV, and nothing else.")
def link(
    config: Path, dry_run: bool, number: int | None, back: int | None, anchors: bool, show: int | None, auto: float,
    ask: float, as_csv: bool,
) -> None:
    """Link members who are one person, by names, addresses, numbers and dates of birth.

    With --anchors, find devices that were in a shop again and again when the same member paid there. A dry run changes
    nothing: it reports what would be joined, what people should look at, and how far the model has moved since the last
    run. Publish it with --publish RUN; take all of it back with --withdraw RUN.
    """
    if sum((number is not None, back is not None, dry_run or show is not None)) > 1:
        raise click.UsageError("--publish, --withdraw, --dry-run and --show go without one another")
    change = _Change(number, back)
    kind = "anchors" if anchors else "records"
    console = Console(stderr=as_csv, highlight=False)
    try:
        with datong.open(str(config)) as platform:
            if change.run:
                platform.flow.drain()
                joins = change.make(platform.store)
                platform.flow.drain()
                console.print(change.said(joins))
                return
            if show is None:
                platform.flow.drain()
                with _Bar(console) as bar:
                    show = linking.start_run(platform.store, platform.vault, actor=_ACTOR, kind=kind, auto=auto,
                                             ask=ask, wait=True, progress=bar.show)
            with platform.store.state.read() as tx:
                page = linking.run(tx, show)
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        settings = load(config)
        if change.run:
            answer = remote(settings, f"/api/linking/runs/{change.run}/{change.verb}", body={})
            console.print(change.said(next(iter(answer.values()))))
            return
        if show is None:
            show = int(remote(settings, "/api/linking/runs", body={"kind": kind, "auto": auto, "ask": ask})["id"])
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


class _Change:
    """What is to be made of a run that was carried out: publish it, or take it back; `run` 0 is neither."""

    def __init__(self, publish: int | None, withdraw: int | None) -> None:
        self.verb = "publish" if publish is not None else "withdraw"
        self.run = publish if publish is not None else withdraw or 0

    def make(self, store: Store) -> int:
        """Publish or withdraw the run; return how many joins."""
        return (linking.publish if self.verb == "publish" else linking.withdraw)(store, self.run, actor=_ACTOR)

    def said(self, joins: int) -> str:
        """Return what was done, in words."""
        if self.verb == "withdraw":
            return (f"Run {self.run} is withdrawn: {joins:,} joins are taken back. "
                    "One on which a later decision stands stays; see its member's page.")
        return (f"Run {self.run} is published: {joins:,} joins went into the log. "
                "Each is weighed against the limits once more; see a member's page for what became of it.")


def _print(console: Console, page: dict[str, Any]) -> None:
    if page["kind"] == "anchors":
        _print_anchors(console, page)
        return
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


def _print_anchors(console: Console, page: dict[str, Any]) -> None:
    console.print(f"Anchor run {page['id']} ({page['state']}): {page['merged']:,} devices would be tied to who pays "
                  f"where they are; {page['unchanged']:,} are tied already, {page['split']:,} are somebody else's.")
    table = Table(box=SIMPLE, padding=0)
    for name in ("member", "device", "met", "payments", "confidence"):
        table.add_column(name, justify="left" if name in ("member", "device") else "right", no_wrap=True)
    for each in page["anchors"][:_SHOWN]:
        table.add_row(each["label"], each["ns"], str(each["meetings"]), str(each["occasions"]),
                      f"{each['confidence']:.4f}")
    if page["anchors"]:
        console.print(table)
    if page["state"] != "done":
        return
    if page["merged"]:
        console.print(f"Nothing is changed yet. Publish it: datong link --publish {page['id']}")
    else:
        console.print("No device was at three payments of one member, with nobody else to explain it. That takes "
                      "sensors in shops, and addresses that stay: a WiFi login or your app.")


def _csv(page: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if page["kind"] == "anchors":
        columns = ("label", "ns", "meetings", "occasions", "others", "weight", "confidence")
        writer.writerow(("member", *columns[1:]))
        writer.writerows([each[name] for name in columns] for each in page["anchors"])
        return text.getvalue()
    writer.writerow(("kind", "members", "confidence"))
    for each in page["merges"]:
        writer.writerow(("merge", " ".join(each["labels"]), each["confidence"]))
    for each in page["splits"]:
        writer.writerow(("split", each["label"], ""))
    return text.getvalue()
