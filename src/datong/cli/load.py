"""`datong load`: take files of the past through the same flow as live events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

import datong
from datong.cli.serve import config_option
from datong.config import Settings
from datong.config import load as load_settings
from datong.errors import Unavailable
from datong.privacy import Vault
from datong.touchpoints import Loaded, Loader, read_mapping

__all__ = ["load"]


@click.command()
@click.argument("mapping", type=click.Path(path_type=Path))
@config_option
@click.option("--data", default="", type=click.Path(), help="Folder of the files; else the mapping's own.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, store nothing.")
@click.option("--again", is_flag=True, help="Read files once more that were loaded already; nothing counts twice.")
def load(mapping: Path, config: Path, data: str, dry_run: bool, again: bool) -> None:
    """Load CSV, Parquet or JSON Lines files as MAPPING (a TOML file) says.

    It may be stopped at any moment: the same command goes on where it stopped, and nothing counts twice.
    """
    console = Console()
    settings = load_settings(config)
    plan = read_mapping(mapping, settings, data)
    _make_key(settings, console)
    try:
        platform = datong.open(str(config))
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        hint = "stop it (Ctrl-C where datong serve runs) and load again, or send the rows to POST /v1/batch"
        raise Unavailable(error.message, code=error.code, hint=hint) from None
    with platform, _Bar(console) as bar:
        loader = Loader(
            plan, platform.store, platform.vault, platform.intake, lambda: platform.flow.drain(bar.flow), bar.file
        )
        done = loader.check() if dry_run else loader.run(again)
    console.print(_summary(done, dry_run))
    for line in _remarks(done, dry_run):
        console.print(line, highlight=False, soft_wrap=True)


def _make_key(settings: Settings, console: Console) -> None:
    """Make the privacy key of an installation that has none and no data yet, so that an example runs at once."""
    path = settings.path(settings.privacy.key.file)
    if settings.privacy.key.file and not path.exists() and not settings.data.exists():
        Vault.create(path)
        console.print(f"A new privacy key lies in {path}. Keep a copy: without it nobody can read the personal values.")


class _Bar(Progress):
    """The progress bar: what it does now, with which file, how many, how fast."""

    def __init__(self, console: Console) -> None:
        super().__init__(
            *(TextColumn(text, table_column=Column(no_wrap=True)) for text in (
                "{task.description:<13}", "{task.fields[file]:<20}", "{task.completed:>9,.0f} {task.fields[unit]:<6}",
                "{task.fields[rate]:>11}",
            )),
            BarColumn(10), TimeElapsedColumn(), console=console, refresh_per_second=5,
        )
        self._now: tuple[str, str] = ("", "")
        self._task: TaskID | None = None
        self._from = 0

    def file(self, what: str, name: str, done: int, total: int | None) -> None:
        """Show how far a file is."""
        self._show(what, name, done, total, "rows" if what == "reading" else "events")

    def flow(self, what: str, done: int, end: int) -> None:
        """Show how far the flow is."""
        self._show({"recognise": "recognising", "facts": "folding facts"}.get(what, what), "", done, end, "events")

    def _show(self, what: str, name: str, done: int, total: int | None, unit: str) -> None:
        if self._now != (what, name) or self._task is None:
            if self._task is not None:
                self.stop_task(self._task)
            self._now, self._from = (what, name), done
            self._task = self.add_task(what, total=total, file=Path(name).name[-20:], unit=unit, rate="")
        spent = self.tasks[self._task].elapsed or 0.0
        rate = f"{(done - self._from) / spent:,.0f}/s" if spent > 0.2 else ""
        self.update(self._task, completed=done, total=total, rate=rate)


def _summary(done: Sequence[Loaded], dry_run: bool) -> Table:
    table = Table(title="What would be stored" if dry_run else "Loaded", title_justify="left", box=SIMPLE, padding=0)
    table.add_column("as", no_wrap=True)
    table.add_column("file", overflow="fold")
    for name in ("rows read", "stored", "known", "quarantined"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in done:
        known = f"{one.before + one.duplicates:,}"
        table.add_row(one.kind, one.file, f"{one.rows:,}", f"{one.stored:,}", known, f"{one.quarantined:,}")
    return table


def _remarks(done: Sequence[Loaded], dry_run: bool) -> Iterator[str]:
    """Say what the table has no room for: why rows were refused and how to see them, new goods, skipped files."""
    for one in done:
        if one.reasons:
            why = ", ".join(f"{code} {count:,}" for code, count in one.reasons.most_common())
            yield f"{one.file}: quarantined as {one.kind}: {why}"
    if any(one.quarantined for one in done):
        yield ("With these reasons they would go into quarantine." if dry_run
               else "See each row, mend and replay it: datong quarantine list, or the console.")
    created = sum(one.created for one in done)
    if created:
        yield ("SKUs that are on receipts and in no product file: "
               f"{created:,}. They {'would come' if dry_run else 'came'} into the catalogue as not listed.")
    skipped = sum(one.skipped for one in done)
    if skipped:
        yield f"{skipped} of {len(done)} tables were loaded before and have not changed; --again reads them once more."
