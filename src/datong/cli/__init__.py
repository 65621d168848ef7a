"""The `datong` command: make an installation, run it, load files into it, ask it for figures, look after it."""

from __future__ import annotations

import sys
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from datong import __version__
from datong.cli.backup import backup, restore
from datong.cli.demo import demo
from datong.cli.doctor import doctor
from datong.cli.enrich import enrich
from datong.cli.goods import goods
from datong.cli.init import init
from datong.cli.key import key
from datong.cli.link import link
from datong.cli.load import load
from datong.cli.person import erase, export
from datong.cli.qr import qr
from datong.cli.quarantine import quarantine
from datong.cli.report import report
from datong.cli.serve import serve
from datong.cli.survey import survey
from datong.cli.touchpoint import touchpoint
from datong.cli.venue import venue
from datong.errors import DatongError

__all__ = ["main"]


class _Group(click.Group):
    """A command group that tells our errors in one line with the next step, instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DatongError as error:
            console = Console(stderr=True, soft_wrap=True, highlight=False)
            console.print(f"[red]error[/] {escape(error.message)}")
            if error.hint:
                console.print(f"[dim]→[/] {escape(error.hint)}")
            sys.exit(error.exit_code)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="datong")
def main() -> None:
    """Datong 打通 joins a retailer's online and offline business into one loop."""


for command in (
    init, serve, demo, load, link, report, quarantine, survey, touchpoint, qr, venue, goods, enrich, export, erase, key,
    backup, restore, doctor,
):
    main.add_command(command)
