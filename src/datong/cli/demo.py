"""`datong demo`: a living mall on this machine."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import webbrowser
from pathlib import Path

import click

import datong
from datong import web
from datong.cli.serve import check_port
from datong.privacy import Vault
from datong.simulator import write_demo

__all__ = ["demo"]


@click.command()
@click.option("--dir", "directory", default="demo", show_default=True, type=click.Path(path_type=Path),
              help="Where its data lie; a second start goes on from there.")
@click.option("--port", default=8720, show_default=True, help="Port of the console.")
@click.option("--seed", default=7, show_default=True, help="Another seed is another mall; for a first start.")
@click.option("--speed", default=60.0, show_default=True, help="Simulated seconds in a real one, from its first start.")
@click.option("--language", type=click.Choice(["en", "zh-CN"]), default="en", show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open the console in a browser.")
def demo(directory: Path, port: int, seed: int, speed: float, language: str, browser: bool) -> None:
    """Run a simulated mall at 60 times real time and open the console.

    Nothing in it is canned: a simulator of 5,000 shoppers sends web events, receipts, WiFi and BLE frames to the
    public touchpoints, and the platform works the rest out.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    check_port("127.0.0.1", port)
    directory.mkdir(parents=True, exist_ok=True)
    first = not (directory / "datong.toml").exists()
    if first:
        Vault.create(directory / "secret.key")
        write_demo(directory, password=web.hash_password("demo"), port=port, speed=speed, language=language)
        (directory / "town.json").write_text(json.dumps({"seed": seed, "language": language}), "utf-8")
    town = json.loads((directory / "town.json").read_text("utf-8"))  # whoever lives there does not change
    url = f"http://127.0.0.1:{port}"
    server = {"host": "127.0.0.1", "port": port}
    with datong.open(str(directory / "datong.toml"), server=server) as platform:
        platform.start()
        simulator: list[subprocess.Popen[bytes]] = []

        def opened() -> None:
            command = [sys.executable, "-m", "datong.simulator", "--dir", str(directory), "--url", url,
                       "--seed", str(town["seed"]), "--language", town["language"]]
            simulator.append(subprocess.Popen(command))  # noqa: S603 our own module
            click.echo(f"{'A mall opens' if first else 'The mall goes on'} at {url}/console/   login: demo / demo")
            faster = platform.settings.clock.speed  # as the first start wrote it
            click.echo(f"5,000 shoppers live at {faster:g} times real time. Ctrl-C stops; the same command goes on.")
            if browser:
                webbrowser.open(f"{url}/console/")

        try:
            web.serve(platform, on_start=opened)
        finally:
            for process in simulator:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
