"""`datong enrich`: ask a third party about the members who agreed to it."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.progress import Progress, TextColumn, TimeElapsedColumn

import datong
from datong.cli.remote import ask
from datong.cli.serve import config_option
from datong.config import load
from datong.errors import Unavailable
from datong.identity import enrichment

__all__ = ["enrich"]


@click.command()
@config_option
@click.argument("name")
@click.option("--limit", default=0, help="Ask about so many at most.")
@click.option("--dry-run", is_flag=True, help="Ask nobody; say how many it would be.")
def enrich(config: Path, name: str, limit: int, dry_run: bool) -> None:
    """Ask the provider [enrichment.NAME] about members who agreed and were not asked about lately."""
    try:
        with datong.open(str(config)) as platform:
            platform.flow.drain()
            with Progress(TextColumn("asked about {task.completed:,}"), TimeElapsedColumn()) as bar:
                task = bar.add_task("asking", total=None)
                done = enrichment.enrich(platform.store, platform.vault, name, limit=limit, dry_run=dry_run,
                                         progress=lambda count: bar.update(task, completed=count))
            platform.flow.drain()
            currency = platform.settings.retailer.currency
    except Unavailable as error:
        if error.code != "data_in_use":
            raise
        settings = load(config)
        found = ask(settings, f"/api/enrichment/{name}", body={"limit": limit, "dry_run": dry_run})
        done, currency = msgspec.convert(found, enrichment.Enriched), settings.retailer.currency
    if dry_run:
        click.echo(f"Would ask about {done.asked:,} members; {done.without_consent:,} did not agree to it.")
        return
    click.echo(f"Asked about {done.asked:,} members, {done.found:,} found; {done.without_consent:,} did not agree. "
               f"It cost {done.cost:g} {currency}.")
    if done.stopped:
        said = {"budget": "The month's budget is spent.", "limit": "There are more; the next run goes on."}
        click.echo(said[done.stopped])
