"""`datong qr`: codes for tags, shelves, screens and kiosks, one or a whole sheet."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import click
import msgspec

import datong
from datong.cli.remote import ask
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import Unavailable
from datong.storage import Store
from datong.touchpoints import NewLink, links, restore_link, retire_link
from datong.web import (
    COLUMNS,
    Tag,
    claim_for,
    kiosk_address,
    make_and_tell,
    picture,
    read_links,
    sheet,
    take_playlist_file,
)

__all__ = ["qr"]

_ACTOR = "cli"


def _address(_: click.Context, __: click.Parameter, value: str) -> str:
    """Return the address; a code of what is none could not be scanned."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise click.BadParameter(f"{value!r} is no web address: write it as https://shop.example")
    return value.rstrip("/")


base_option = click.option("--base", required=True, metavar="URL", callback=_address,
                           help="The address shoppers reach: https://a.example.")


@click.group()
def qr() -> None:
    """Make codes for goods, shelves, screens and kiosks. An NFC tag gets the same address as its URI record."""


@qr.command("make")
@config_option
@base_option
@click.option("--kind", type=click.Choice(["product", "shelf", "page"]), default="product", show_default=True)
@click.option("--sku", default="", help="The product.")
@click.option("--place", default="", help="The store where the code hangs.")
@click.option("--campaign", default="", help="The campaign it belongs to.")
@click.option("--target", default="", help="The web address, of a link to a page.")
@click.option("--label", default="", help="What stands under the code on a sheet.")
@click.option("--code", default="", help="The short code; made up where it is left out.")
@click.option("--file", "table", type=click.File("rb"), help="A CSV with these columns, one code a row.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("codes"), show_default=True,
              help="A folder for single pictures, or FILE.html for a sheet to print.")
@click.option("--png", is_flag=True, help="PNG instead of SVG.")
def make(config: Path, base: str, table: BinaryIO | None, out: Path, png: bool, **fields: str) -> None:
    """Make one short link, or those of a CSV, and draw their codes."""
    found = read_links(table.read()) if table else [NewLink(**fields)]
    codes = _make(config, found)
    tags = [Tag(f"{base.rstrip('/')}/q/{code}", one.label or one.sku or code) for one, code in
            zip(found, codes, strict=True)]
    if out.suffix in (".html", ".htm"):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(sheet(tags), "utf-8")
    else:
        out.mkdir(parents=True, exist_ok=True)
        for code, tag in zip(codes, tags, strict=True):
            (out / f"{code}.{'png' if png else 'svg'}").write_bytes(picture(tag.address, "png" if png else "svg")[0])
    writer = StringIO()
    csv.writer(writer).writerows([("code", "address", "label"), *((c, t.address, t.label) for c, t in
                                                                  zip(codes, tags, strict=True))])
    click.echo(writer.getvalue().replace("\r\n", "\n"), nl=False)
    click.echo(f"# drawn: {out}", err=True)


@qr.command("list")
@config_option
@click.option("--sku", default="")
@click.option("--place", default="")
def listing(config: Path, sku: str, place: str) -> None:
    """List the latest short links as CSV."""
    try:
        with datong.open(str(config)) as platform, platform.store.state.read() as tx:
            platform.flow.drain()
            found = msgspec.to_builtins(links(tx, sku, place))
    except Unavailable as error:
        found = _remote(error, config, "/api/links", {"sku": sku, "place": place})["links"]
    writer = StringIO()
    csv.writer(writer).writerows([(*COLUMNS, "retired"), *((*(one[c] for c in COLUMNS), one["retired"] or "")
                                                            for one in found)])
    click.echo(writer.getvalue().replace("\r\n", "\n"), nl=False)


@qr.command("retire")
@config_option
@click.argument("code")
def retire(config: Path, code: str) -> None:
    """Take a short link out of use."""
    _turn(config, code, "retire", retire_link)
    click.echo(f"retired: {code}")


@qr.command("restore")
@config_option
@click.argument("code")
def restore(config: Path, code: str) -> None:
    """Bring a short link back into use."""
    _turn(config, code, "restore", restore_link)
    click.echo(f"restored: {code}")


@qr.command("claim")
@config_option
@click.argument("member")
@click.option("--hours", default=0.25, show_default=True, help="How long it is good.")
def claim(config: Path, member: str, hours: float) -> None:
    """Make a claim for MEMBER (M000123): a scene for a WeChat code that is shown to them, and a link."""
    text = member.upper().removeprefix("M")
    if not text.isdigit():
        raise click.BadParameter("write the number as M000123", param_hint="MEMBER")
    try:
        with datong.open(str(config)) as platform:
            platform.flow.drain()
            found = claim_for(platform, int(text), hours)
    except Unavailable as error:
        found = _remote(error, config, "/api/claims", body={"member": int(text), "hours": hours})
    for name in ("scene", "path"):
        click.echo(f"{name:6} {found[name]}")


@qr.command("kiosk")
@config_option
@base_option
@click.argument("place")
def kiosk(config: Path, base: str, place: str) -> None:
    """Print the address that the kiosk of PLACE opens once."""
    try:
        with datong.open(str(config)) as platform:
            path = kiosk_address(platform, place)
    except Unavailable as error:
        path = _remote(error, config, f"/api/devices/kiosk/{place}")["address"]
    click.echo(f"{base.rstrip('/')}{path}")


@qr.command("playlist")
@config_option
@base_option
@click.argument("file", type=click.File("r", encoding="utf-8"))
def playlist(config: Path, base: str, file: Any) -> None:
    """Take the playlists of FILE (YAML), and print the address that each of their screens opens once."""
    try:
        text = file.read()
    except UnicodeDecodeError:
        raise click.BadParameter("it is no text in UTF-8", param_hint="FILE") from None
    try:
        with datong.open(str(config)) as platform:
            found = take_playlist_file(platform, text, _ACTOR)
            platform.flow.drain()
    except Unavailable as error:
        found = _remote(error, config, "/api/playlists", body={"text": text})
    _warn(found["unknown"])
    for code, path in found["screens"].items():
        click.echo(f"{code:16} {base.rstrip('/')}{path}")


def _turn(config: Path, code: str, step: str, take: Callable[[Store, str, str], object]) -> None:
    """Take a link out of use or bring it back, here or in the running platform."""
    try:
        with datong.open(str(config)) as platform:
            take(platform.store, code, _ACTOR)
            platform.flow.drain()
    except Unavailable as error:
        _remote(error, config, f"/api/links/{code}/{step}", body={})


def _make(config: Path, wanted: list[NewLink]) -> list[str]:
    try:
        with datong.open(str(config)) as platform:
            platform.flow.drain()
            found = make_and_tell(platform, wanted, _ACTOR)
            platform.flow.drain()
    except Unavailable as error:
        found = _remote(error, config, "/api/links", body={"links": msgspec.to_builtins(wanted)})
    _warn(found["unknown"])
    codes: list[str] = found["codes"]
    return codes


def _warn(unknown: dict[str, list[str]]) -> None:
    """Say what was named that nobody knows yet: it was taken, as codes may be printed before the goods are there."""
    for what, codes in unknown.items():
        click.echo(f"# nobody knows yet: {what} {', '.join(codes)}", err=True)


def _remote(error: Unavailable, config: Path, path: str, params: Any = None, body: Any = None) -> Any:
    """Ask the running platform, when that is why the data could not be opened."""
    if error.code != "data_in_use":
        raise error
    return ask(load(config), path, params, body)
