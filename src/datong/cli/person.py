"""`datong export` and `datong erase`: hand a member's data out, and forget a member."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import datong
from datong import identity
from datong.cli.remote import ask, fetch
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import DatongError, NotFound, Rejected, Unavailable
from datong.platform import Platform
from datong.privacy import export_person, is_genuine, namespaces

__all__ = ["erase", "export"]

_ACTOR = "user:command line"
_STEPS = {"log": "event log", "facts": "facts", "state": "state", "waiting": "waiting", "done": "done"}
member_option = click.option(
    "--member", "text", required=True, metavar="WHO", help="A member number, or an exact phone, card, e-mail …",
)


@click.command()
@config_option
@member_option
@click.option("--out", type=click.Path(path_type=Path), help="The archive to write; by default the number with .zip.")
def export(config: Path, text: str, out: Path | None) -> None:
    """Write everything that is kept of a member into a ZIP archive, in open formats and in the clear."""
    try:
        with datong.open(str(config)) as platform:
            platform.flow.drain()
            number = _number(platform, text)
            with platform.store.state.read() as tx:
                person = identity.person(tx, platform.vault, number)
            path = out or Path(f"{person.label}.zip")
            export_person(platform.store, platform.vault, person, path)
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        settings = load(config)
        found = _found(ask(settings, "/api/members", {"query": text})["members"], text)
        path = out or Path(f"{found['label']}.zip")
        path.write_bytes(fetch(settings, f"/api/members/{found['id']}/export"))
    path.chmod(0o600)
    click.echo(f"Wrote {path}. It holds personal values in the clear: hand it over safely, then delete it.")


@click.command()
@config_option
@click.option("--member", "text", metavar="WHO", help="A member number, or an exact phone, card, e-mail …")
@click.option("--reason", default="", help="Why, as it stands in the certificate; without personal values.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--certificate", type=click.Path(path_type=Path), help="Where to write the certificate (JSON).")
@click.option("--verify", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Only check a certificate.")
def erase(
    config: Path, text: str | None, reason: str, yes: bool, certificate: Path | None, verify: Path | None
) -> None:
    """Erase a member from the state, the event log, the facts and the quarantine, and write a certificate.

    What receipts and orders say of goods and money stays, without the person. It cannot be undone.
    """
    if (text is None) == (verify is None):
        raise click.UsageError("give either --member or --verify")
    console = Console(highlight=False)
    try:
        with datong.open(str(config)) as platform:
            if verify:
                _say(is_genuine(platform.vault, _certificate(verify)), verify)
                return
            platform.flow.drain()
            number = _number(platform, str(text))
            _confirm(identity.label(number), yes)
            with _bar(console) as bar:
                task = bar.add_task("waiting", total=1.0)
                paper = platform.erase(
                    platform.ask_erasure(number, actor=_ACTOR, reason=reason),
                    lambda what, done, end: bar.update(task, description=_STEPS[what], completed=done / max(1, end)),
                )
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        settings = load(config)
        if verify:
            told = ask(settings, "/api/erasures/verify", body=_certificate(verify))
            _say(told["genuine"], verify)
            return
        found = _found(ask(settings, "/api/members", {"query": text})["members"], str(text))
        _confirm(found["label"], yes)
        body = {"confirm": found["label"], "reason": reason}
        asked = ask(settings, f"/api/members/{found['id']}/erase", body=body)["id"]
        with _bar(console) as bar:
            _await(settings, asked, bar)
        paper = ask(settings, f"/api/erasures/{asked}")
    path = certificate or Path(f"erasure-{paper['id']}.json")
    path.write_text(json.dumps(paper, indent=2, sort_keys=True) + "\n", "utf-8")
    _print(console, paper, path)


def _number(platform: Platform, text: str) -> int:
    with platform.store.state.read() as tx:
        policy, region = namespaces(platform.settings), platform.settings.retailer.region
        among = identity.search(tx, platform.vault, text, policy=policy, region=region)
    return int(_found([{"id": number, "label": identity.label(number)} for number in among], text)["id"])


def _found(members: list[dict[str, Any]], text: str) -> dict[str, Any]:
    if not members:
        raise NotFound(f"nobody is known by {text[:2]}…", hint="write M000123, or the exact phone, card or e-mail")
    if len(members) > 1:
        labels = ", ".join(member["label"] for member in members[:5])
        raise DatongError(f"{len(members)} members are meant: {labels}", hint="write the member's number")
    return members[0]


def _confirm(label: str, yes: bool) -> None:
    if not yes:
        click.confirm(f"Erase {label} for ever?", abort=True)


def _bar(console: Console) -> Progress:
    return Progress(TextColumn("{task.description:<10}"), BarColumn(30), TextColumn("{task.percentage:>3.0f} %"),
                    TimeElapsedColumn(), console=console)


def _await(settings: Any, number: str, bar: Progress) -> None:
    """Wait until the running platform is through with it."""
    task = bar.add_task("waiting", total=1.0)
    while True:
        rows = ask(settings, "/api/erasures")["erasures"]
        one = next(row for row in rows if row["id"] == number)
        if one["stage"] == "failed":
            raise DatongError(f"the erasure {number} broke off", hint="see the platform's log; a restart finishes it")
        bar.update(task, description=_STEPS[one["stage"]], completed=one["progress"])
        if one["finished"]:
            return
        time.sleep(0.3)


def _certificate(file: Path) -> dict[str, Any]:
    """Return what a file says; raises Rejected where it is no certificate at all."""
    try:
        said = json.loads(file.read_text("utf-8"))
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Rejected(f"{file} is no certificate", code="bad_certificate", field="verify",
                       hint="give the JSON file that datong erase wrote")
    return said


def _say(genuine: bool, path: Path) -> None:
    if not genuine:
        raise DatongError(f"{path} is not a certificate of this installation, or it was changed")
    click.echo(f"{path} is genuine.")


def _print(console: Console, paper: dict[str, Any], path: Path) -> None:
    table = Table(box=SIMPLE, padding=0)
    for name in ("where", "deleted", "kept without the person"):
        table.add_column(name, justify="left" if name == "where" else "right")
    for where in ("state", "facts"):
        for name, count in paper[where].items():
            table.add_row(name, f"{count['deleted']:,}", f"{count['kept']:,}")
    table.add_row("event log", f"{paper['log']['erased']:,}", f"{paper['log']['kept']:,}")
    for name, number in paper["other"].items():
        table.add_row(name.replace("_", " "), f"{number:,}", "0")
    console.print(table)
    console.print(f"{paper['person']} is erased; {paper['rows_left']} rows are left. The certificate is {path}.")
    if paper["backups"]:
        names = ", ".join(paper["backups"])
        console.print(f"These backups still hold the person, until newer ones take their places: {names}.")
