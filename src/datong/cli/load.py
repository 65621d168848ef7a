"""`datong load`: take files of the past through the same flow as live events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

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
    created = sum(one.created for one in done)
    if created:
        console.print(f"{created:,} SKUs stand on receipts and in no product file: "
                      f"{'would be' if dry_run else 'are'} in the catalogue, not listed.")
    if any(one.quarantined for one in done):
        console.print("See what lies in quarantine, and why: [bold]datong quarantine[/] or the console." if not dry_run
                      else "With these reasons they would go into quarantine.")


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
            TextColumn("{task.description:<14}"), TextColumn("{task.fields[file]}"), BarColumn(24),
            TextColumn("{task.completed:>12,.0f} {task.fields[unit]}"), TextColumn("{task.fields[rate]:>10}/s"),
            TimeElapsedColumn(), console=console, refresh_per_second=5,
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
            self._task = self.add_task(what, total=total, file=name, unit=unit, rate="")
        spent = self.tasks[self._task].elapsed or 0.0
        rate = f"{(done - self._from) / spent:,.0f}" if spent > 0.2 else ""
        self.update(self._task, completed=done, total=total, rate=rate)


def _summary(done: Sequence[Loaded], dry_run: bool) -> Table:
    table = Table(title="What would be stored" if dry_run else "Loaded", title_justify="left")
    for name in ("as", "file"):
        table.add_column(name)
    for name in ("rows read", "stored before", "stored", "duplicates", "quarantined"):
        table.add_column(name, justify="right")
    table.add_column("why")
    for one in done:
        why = ", ".join(f"{code} {count:,}" for code, count in one.reasons.most_common())
        table.add_row(
            one.kind, one.file, f"{one.rows:,}", f"{one.before:,}", f"{one.stored:,}", f"{one.duplicates:,}",
            f"{one.quarantined:,}", "loaded already, unchanged" if one.skipped else why,
        )
    return table
