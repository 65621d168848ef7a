"""`datong doctor`: is this installation sound?"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from pathlib import Path

import click

import datong
from datong import places
from datong.cli.remote import ask
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import DatongError, Unavailable

__all__ = ["doctor"]


@click.command()
@config_option
def doctor(config: Path) -> None:
    """Check the configuration, the engines, the console and the backlog; exit 1 when something is wrong."""
    bad = 0

    def tell(good: bool, what: str, hint: str = "") -> None:
        nonlocal bad
        bad += not good
        click.echo(f"{'ok  ' if good else 'BAD '} {what}" + (f"\n     → {hint}" if hint and not good else ""))

    tell(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}", "Datong needs 3.11 or later")
    tell(sqlite3.sqlite_version_info >= (3, 35), f"SQLite {sqlite3.sqlite_version}", "3.35 or later is needed")
    settings = load(config)
    tell(True, f"{config} is understood")
    free = shutil.disk_usage(settings.root).free / 2**30
    tell(free > 1, f"{free:.1f} GB free beside the data", "less than 1 GB: make room before the log stops")
    built = (Path(datong.__file__).parent / "web" / "static" / "console" / "index.html").exists()
    tell(built, "the console is built", "python scripts/build_console.py")
    try:
        with datong.open(str(config)) as platform:
            tell(True, f"the data open: log at {platform.store.log.end():,}")
            tell(platform.flow.behind == 0, f"{platform.flow.behind:,} events wait for the flow", "datong serve")
            with platform.store.state.read() as tx:
                for row in places.surveys(tx).values():
                    tell((settings.data / "surveys" / row.file).exists(), _surveyed(row),
                         f"its model is lost: datong survey FILE --venue {row.place}")
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        try:
            tell(True, f"a platform is running: {ask(settings, '/healthz')['behind']:,} events behind")
        except DatongError as failing:
            tell(False, f"the running platform is failing: {failing.message}", "see its log")
    except DatongError as error:
        tell(False, error.message, error.hint)
    sys.exit(1 if bad else 0)


def _surveyed(row: places.SurveyRow) -> str:
    """Return what is known of a survey in one line."""
    if not row.accuracy.rows:
        return f"venue {row.place} is surveyed; how well is not known: it was walked once only"
    first = row.accuracy.rows[0]
    thin = f"; too thin: {len(row.accuracy.remarks)} remarks" if row.accuracy.remarks else ""
    return (f"venue {row.place} is surveyed: {first.mean_m:.1f} m off on average, "
            f"floor right {first.floor_hit:.1%}{thin}")
