"""`datong serve`: run the platform."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from pathlib import Path

import click

import datong
from datong import web
from datong.config import load
from datong.errors import ConfigError

__all__ = ["check_port", "config_option", "serve"]

config_option = click.option(
    "--config", default="datong.toml", show_default=True, type=click.Path(path_type=Path), envvar="DATONG_CONFIG",
    help="The configuration file.",
)


@click.command()
@config_option
@click.option("--host", help="Address to listen on, instead of the configured one.")
@click.option("--port", type=int, help="Port to listen on, instead of the configured one.")
def serve(config: Path, host: str | None, port: int | None) -> None:
    """Run the platform: intake, flow, delivery and console in one process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    server = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    console, login = {}, ""
    if not (settings := load(config)).console.password:  # an example, or a file written by hand
        password = secrets.token_urlsafe(9)
        console = {"password": web.hash_password(password)}
        login = f"No console password is set. For this run: {settings.console.user} / {password}\n"
    with datong.open(str(config), server=server, console=console) as platform:
        listen = platform.settings.server
        check_port(listen.host, listen.port)
        platform.start()
        at = f"http://{listen.host}:{listen.port}"
        web.serve(platform, on_start=lambda: click.echo(f"{login}Datong is at {at}/  (Ctrl-C stops it)"))


def check_port(host: str, port: int) -> None:
    """Raise ConfigError when one cannot listen there; asked before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    hint = "stop what listens there, perhaps another Datong, or give another port: --port 8730"
    try:
        if not 0 <= port <= 65_535:
            raise OSError("a port is a number up to 65535")
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        why = os.strerror(code).lower() if (code := error.errno or 0) > 0 else str(error)  # below 0: a wrong name
        raise ConfigError(
            f"cannot listen at {host}:{port}: {why}", code="port_taken", hint=hint, field="server.port"
        ) from None
