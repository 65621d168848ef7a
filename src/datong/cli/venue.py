"""`datong venue`: plans and stores in and out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

import datong
from datong import places
from datong.cli.remote import ask
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import DatongError, NotFound, Rejected, Unavailable
from datong.places import Name, Venue
from datong.platform import Platform
from datong.privacy import make_identifier, namespaces
from datong.touchpoints import take_counts, take_stores

__all__ = ["venue"]


@click.group()
def venue() -> None:
    """Venues and stores: list them, import floor plans and lists of stores, export plans."""


@venue.command("list")
@config_option
def listing(config: Path) -> None:
    """List the venues with what their plans hold."""
    try:
        with datong.open(str(config)) as platform, platform.store.state.read() as tx:
            rows = [_short(v, places.venue_at(tx, v.code)[1]) for v in places.venues(tx)]
    except Unavailable as error:
        rows = _remote(error, config, "/api/venues")["venues"]
    if not rows:
        click.echo("There is no venue yet: import a plan with datong venue import, or draw one in the console.")
        return
    numbers = ("floors", "zones", "shops", "sensors", "version")
    table = Table(*("code", "name", "city"), *(Column(name, justify="right") for name in numbers))
    for row in rows:
        version = str(row["version"]) if row["version"] else "file"
        table.add_row(row["code"], row["name"], row["city"], *(f"{row[n]:,}" for n in numbers[:-1]), version)
    Console().print(table)


@venue.command("import")
@click.argument("files", type=click.Path(path_type=Path, exists=True, dir_okay=False), nargs=-1, required=True)
@click.option("--venue", "code", required=True, help="Code of the venue; a new one where there is none.")
@click.option("--name", default="", help="Name of a new venue.")
@click.option("--city", default="", help="City of a new venue.")
@click.option("--floor", default="", help="Code of the floor (one file only); else what the file says.")
@click.option("--level", type=int, help="Level of the floor (one file only); else what the file says.")
@click.option("--dry-run", is_flag=True, help="Read and check, save nothing.")
@config_option
def import_plans(
    files: tuple[Path, ...], config: Path, code: str, name: str, city: str, floor: str, level: int | None, dry_run: bool
) -> None:
    """Import floor plans (GeoJSON, one FILE per floor) into a venue; each file replaces the floor of its code."""
    if len(files) > 1 and (floor or level is not None):
        raise Rejected("--floor and --level are for one file", code="bad_parameter", hint="import the files one by one")
    try:
        with datong.open(str(config)) as platform:
            platform.flow.drain()
            fresh = Venue(code, Name(name or code, name or code), (), city=city)
            _import(platform, files, fresh, floor, level, dry_run)
    except Unavailable as error:
        for file in files:
            params = {"name": name, "city": city, "floor": floor, "level": level, "save": str(not dry_run).lower()}
            said = _remote(error, config, f"/api/venues/{code}/floors", params, file.read_bytes())
            _tell(file, said["floor"], said["zones"], said["sensors"], said["units"], said["problems"], said["remarks"])
            if said["problems"]:
                raise _unsound(file) from None


def _import(
    platform: Platform, files: Sequence[Path], fresh: Venue, floor: str, level: int | None, dry_run: bool
) -> None:
    with platform.store.state.read() as tx:
        plan, version = places.venue_at(tx, fresh.code)
    plan = plan or fresh
    for file in files:
        read = places.read_floor(file.read_bytes(), floor, level)
        plan, remarks = places.with_floor(plan, read)
        problems = [*read.problems, *places.venue_problems(plan)]
        if not problems:
            remarks += places.venue_remarks(plan)
        _tell(file, read.floor.code, len(read.floor.zones), len(read.sensors), read.units, problems, remarks)
        if problems:
            raise _unsound(file)
    if dry_run:
        return
    asked = places.update_venue(platform.store, plan, actor="cli", base=version, note="GeoJSON")
    platform.flow.drain()
    with platform.store.state.read() as tx:
        change = places.plan_change(tx, asked)
    if change.state != "done":
        raise Rejected(f"the plan was not saved: {change.reason}", code="plan_refused")
    click.echo(f"{fresh.code} is at version {change.version}.")


def _tell(
    file: Path, floor: str, zones: int, sensors: int, units: str, problems: Sequence[str], remarks: Sequence[str]
) -> None:
    click.echo(f"{file.name}: floor {floor}, {zones:,} zones, {sensors:,} sensors, read as {units}")
    for kind, lines in (("wrong", problems), ("remark", remarks)):
        for line in lines[:20]:
            click.echo(f"  {kind}: {line}")
        if len(lines) > 20:
            click.echo(f"  … and {len(lines) - 20:,} more of these")


def _unsound(file: Path) -> DatongError:
    return Rejected(f"{file.name} was not imported", code="bad_plan", hint="mend what is named wrong above")


@venue.command("export")
@click.argument("code")
@click.option("--floor", default="", help="Only this floor.")
@click.option("--to", "folder", type=click.Path(path_type=Path), default=Path(), help="Folder of the files.")
@config_option
def export(code: str, floor: str, folder: Path, config: Path) -> None:
    """Write the floors of a venue as GeoJSON, one file per floor."""
    try:
        with datong.open(str(config)) as platform, platform.store.state.read() as tx:
            plan, _ = places.venue_at(tx, code)
    except Unavailable as error:
        plan = msgspec.convert(_remote(error, config, f"/api/venues/{code}")["plan"], Venue)
    floors = [f for f in plan.floors if floor in ("", f.code)] if plan else []
    if plan is None or not floors:
        what = f"floor {floor!r} of {code!r}" if floor else f"venue {code!r}"
        raise NotFound(f"there is no {what}", code="unknown_venue", hint="datong venue list shows all")
    folder.mkdir(parents=True, exist_ok=True)
    for one in floors:
        path = folder / f"{code}-{one.code}.geojson"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(places.write_floor(plan, one)), indent=1))
        click.echo(str(path))


@venue.command("stores")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
def stores(file: Path, config: Path) -> None:
    """Import a list of stores (CSV: code, name, city, region, country, lat, lon, format, hours, venue).

    What is wrong is told line by line and kept in quarantine; all other lines are taken. The same list again changes
    nothing.
    """
    console = Console(highlight=False, markup=False)
    try:
        with datong.open(str(config)) as platform, Progress(console=console, transient=True) as bar:
            task = bar.add_task("stores", total=None)
            taken = take_stores(platform.intake, file.read_bytes(),
                                lambda done, total: bar.update(task, completed=done, total=total))
            platform.flow.drain()
            found = msgspec.to_builtins(taken)
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        found = ask(load(config), "/api/stores", body=file.read_bytes())
    console.print(f"{found['rows']:,} lines: {found['stored']:,} new or changed, {found['known']:,} known, "
                  f"{found['quarantined']:,} in quarantine")
    for remark in found["remarks"]:
        console.print(remark)
    if found["lines"]:
        table = Table(*(Column(name, no_wrap=True) for name in ("line", "store", "reason")),
                      Column("what is wrong", overflow="fold"), Column("next step", overflow="fold"))
        for line in found["lines"][:200]:
            table.add_row(str(line["line"]), line["store"], line["code"], line["message"], line["hint"])
        console.print(table)
        if len(found["lines"]) > 200:
            console.print(f"… and {len(found['lines']) - 200:,} more: datong quarantine list")


@venue.command("counts")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
def counts(file: Path, config: Path) -> None:
    """Import the hours of door counters (CSV: place, time, entries, exits, door); visits are calibrated by them."""
    try:
        with datong.open(str(config)) as platform:
            found = msgspec.to_builtins(take_counts(platform.intake, file.read_bytes()))
            platform.flow.drain()
    except Unavailable as error:
        found = _remote(error, config, "/api/counts", None, file.read_bytes())
    click.echo(f"{found['rows']:,} lines: {found['stored']:,} new, {found['known']:,} known, "
               f"{found['quarantined']:,} in quarantine")
    for line in found["lines"][:50]:
        click.echo(f"  line {line['line']}: {line['message']}; {line['hint']}")


@venue.command("calibrate")
@click.option("--place", required=True, help="The venue.")
@click.option("--by", type=click.Choice(["conversion", "capture"]), default="conversion", show_default=True,
              help="Whether VALUE is the share of visitors who buy, or of those whose phone is heard.")
@click.option("--low", type=float, help="Lower end of its 90 % interval; else a tenth less.")
@click.option("--high", type=float, help="Upper end of its 90 % interval; else a tenth more.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first local day it was found on.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last local day it was found on.")
@click.argument("value", type=float)
@config_option
def calibrate(
    place: str, by: str, value: float, low: float | None, high: float | None, since: datetime | None,
    until: datetime | None, config: Path,
) -> None:
    """Say which share of a venue's visitors buys, or is heard, where no door counter stands; VALUE 0 takes it back."""
    first, last = since.date() if since else None, until.date() if until else None
    try:
        with datong.open(str(config)) as platform:
            places.calibrate(
                platform.store, place, by, value, actor="cli", low=low, high=high, since=first, until=last)
            platform.flow.drain()
    except Unavailable as error:
        body = {"place": place, "by": by, "value": value, "low": low, "high": high,
                "since": str(first) if first else None, "until": str(last) if last else None}
        _remote(error, config, "/api/calibration", None, body)
    click.echo(f"{place}: {by} {value:g}" if value else f"{place}: {by} taken back")


@venue.command("staff")
@click.argument("addresses", nargs=-1, required=True)
@click.option("--place", default="", help="Only at this store or venue; else everywhere.")
@click.option("--since", metavar="YYYY-MM-DD", default="", help="From this local day on; else from now.")
@click.option("--until", metavar="YYYY-MM-DD", default="", help="Until this local day, not included.")
@config_option
def staff(addresses: tuple[str, ...], place: str, since: str, until: str, config: Path) -> None:
    """Register devices of the staff by their MAC addresses: their visits are no shoppers'."""
    settings = load(config)
    start, end = (_midnight(text, settings.retailer.timezone) for text in (since, until))
    try:
        with datong.open(str(config)) as platform:
            policy = namespaces(settings)["wifi_mac"]
            for address in addresses:
                device = make_identifier(platform.vault, policy, address, settings.retailer.region)
                if device is None:
                    raise Rejected("one address is a placeholder", code="bad_staff", hint="give the phone's address")
                places.register_staff(platform.store, device, actor="cli", place=place, since=start, until=end)
            platform.flow.drain()
    except Unavailable as error:
        for address in addresses:
            body = {"device": address, "place": place, "since": start, "until": end}
            _remote(error, config, "/api/staff", None, body)
    click.echo(f"{len(addresses)} registered")


def _midnight(text: str, timezone: str) -> int | None:
    if not text:
        return None
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp() * 1000)
    except ValueError:
        raise Rejected(f"{text!r} is not a day", code="bad_parameter", hint="write 2026-01-31") from None


def _short(plan: Venue, version: int) -> dict[str, Any]:
    return {
        "code": plan.code, "name": plan.name.in_language("en"), "city": plan.city, "floors": len(plan.floors),
        "zones": sum(1 for _ in plan.zones()), "shops": sum(1 for _, z in plan.zones() if z.shop),
        "sensors": len(plan.sensors), "version": version,
    }


def _remote(error: Unavailable, config: Path, path: str, params: Any = None, body: Any = None) -> Any:
    """Ask the running platform, when that is why the data could not be opened."""
    if error.code != "data_in_use":
        raise error
    return ask(load(config), path, params, body)
