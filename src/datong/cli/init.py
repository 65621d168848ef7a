"""`datong init`: make a configuration, a secret and a login."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from zoneinfo import available_timezones

import click

from datong.errors import ConfigError, Conflict
from datong.model import CURRENCIES
from datong.privacy import Vault
from datong.web import hash_password

__all__ = ["init"]

_TEMPLATE = """\
# Datong. Every key is explained in docs/reference/configuration.md; an unknown key is an error.

[retailer]
name = {name}
currency = "{currency}"
timezone = "{timezone}"
language = "{language}"

[storage]
path = "data"
state = "sqlite"            # or postgresql://user@host/database

[server]
host = "127.0.0.1"
port = 8720

[privacy]
key = {{ file = "secret.key" }}  # pseudonyms and encryption are made from it: keep a copy, never in the repository

[privacy.retention]             # leave a line out to keep that for ever
sightings = "90d"
quarantine = "180d"

[console]
user = {user}
password = "{password}"

# One table for each thing that sends. The write key allows sending only.
# Pages and apps: their key can be read by anybody, so what they say never makes two members one.
[touchpoints.web]
kind = "web"
write_key = "{web_key}"

# Your own servers, which log shoppers in with a code by SMS: keep this key on them.
[touchpoints.server]
kind = "web"
write_key = "{server_key}"
trusted = true
verified = ["phone"]

[touchpoints.till]
kind = "pos"
write_key = "{till_key}"

[delivery.channels.inbox]
kind = "inbox"              # messages are shown in the console; add smtp or webhook to send them
"""


@click.command()
@click.option("--dir", "directory", default=".", type=click.Path(path_type=Path), help="Where to make it.")
@click.option("--yes", is_flag=True, help="Ask nothing; take the defaults and make up a password.")
@click.option("--name", help="The retailer's name.")
@click.option("--currency", help="ISO 4217 code, such as CNY.")
@click.option("--timezone", help="IANA name, such as Asia/Shanghai.")
@click.option("--language", type=click.Choice(["zh-CN", "en"]), help="Language of the console.")
@click.option("--user", default="admin", show_default=True, help="Login name of the console.")
@click.option("--password", help="Password of the console (asked for, or made up with --yes).")
def init(
    directory: Path, yes: bool, name: str | None, currency: str | None, timezone: str | None, language: str | None,
    user: str, password: str | None,
) -> None:
    """Make datong.toml, a secret key and a login in a folder."""
    target = directory / "datong.toml"
    if target.exists():
        raise Conflict(f"{target} is there already", hint="edit it, or give another folder with --dir")

    def ask(question: str, given: str | None, default: str) -> str:
        return given or (default if yes else str(click.prompt(question, default=default)))

    name = ask("Retailer's name", name, "My retail company")
    currency = ask("Currency (ISO 4217)", currency, "CNY").upper()
    timezone = ask("Time zone (IANA)", timezone, "Asia/Shanghai")
    if timezone not in available_timezones():
        raise ConfigError(f"there is no time zone {timezone!r}", hint="for instance Asia/Shanghai", field="timezone")
    if currency not in CURRENCIES:
        hint = "a code of ISO 4217, for instance CNY"
        raise ConfigError(f"{currency!r} is not a currency", hint=hint, field="currency")
    language = ask("Language of the console (zh-CN, en)", language, "en")
    made_up = password is None and yes
    if password is None:
        password = secrets.token_urlsafe(9) if yes else click.prompt(
            "Password of the console", hide_input=True, confirmation_prompt=True)
    text = _TEMPLATE.format(
        name=_text(name), currency=currency, timezone=timezone, language=language, user=_text(user),
        password=hash_password(str(password)), web_key=secrets.token_urlsafe(18), till_key=secrets.token_urlsafe(18),
        server_key=secrets.token_urlsafe(18),
    )
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / "secret.key").exists():
        Vault.create(directory / "secret.key")
    target.touch(mode=0o600)
    target.write_text(text, "utf-8")
    click.echo(f"Made {target} and {directory / 'secret.key'}.")
    if made_up:
        click.echo(f"Console login: {user} / {password}")
    click.echo(f"Next: datong serve --config {target}")


def _text(value: str) -> str:
    """Return the text as TOML writes it; JSON's escapes are a part of TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
