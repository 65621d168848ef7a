"""Reading the configuration: one TOML file, environment over it, unknown keys refused with the nearest name."""

from __future__ import annotations

import difflib
import os
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec

from datong.config.sections import (
    ClockSettings,
    ConsoleSettings,
    PrivacySettings,
    RetailerSettings,
    Secret,
    ServerSettings,
    StorageSettings,
)
from datong.config.stages import (
    CommerceSettings,
    DeliverySettings,
    EnrichmentSettings,
    IdentitySettings,
    IntakeSettings,
    MarketingSettings,
    PlacesSettings,
    ScenesSettings,
    TagsSettings,
    TouchpointSettings,
)
from datong.errors import ConfigError
from datong.model import CURRENCIES

__all__ = ["Settings", "load", "secret"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole configuration; `root` is the folder of the file, from which relative paths start."""

    retailer: RetailerSettings = RetailerSettings()
    storage: StorageSettings = StorageSettings()
    clock: ClockSettings = ClockSettings()
    server: ServerSettings = ServerSettings()
    privacy: PrivacySettings = PrivacySettings()
    console: ConsoleSettings = ConsoleSettings()
    intake: IntakeSettings = IntakeSettings()
    touchpoints: dict[str, TouchpointSettings] = {}
    places: PlacesSettings = PlacesSettings()
    commerce: CommerceSettings = CommerceSettings()
    identity: IdentitySettings = IdentitySettings()
    enrichment: dict[str, EnrichmentSettings] = {}
    tags: TagsSettings = TagsSettings()
    scenes: ScenesSettings = ScenesSettings()
    marketing: MarketingSettings = MarketingSettings()
    delivery: DeliverySettings = DeliverySettings()
    root: str = "."

    def path(self, name: str) -> Path:
        """Return the path `name` as seen from the folder of the configuration file."""
        return Path(self.root, name)

    @property
    def data(self) -> Path:
        """Return the data directory."""
        return self.path(self.storage.path)


def load(path: str | Path, environ: Mapping[str, str] = os.environ, **override: Any) -> Settings:
    """Return the settings in the TOML file, `DATONG__SECTION__KEY` variables over it, and `override` over both.

    `override` maps section names to dictionaries. Raises ConfigError naming file, key and the nearest known name.
    """
    file = Path(path)
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"there is no {file}", hint="make one with: datong init", code="config_missing") from None
    except OSError as error:
        hint = "give the path of datong.toml"
        raise ConfigError(f"{file} cannot be read: {error.strerror}", hint=hint, code="config_missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not TOML: {error}", code="config_syntax") from None
    for name, value in environ.items():
        if name.startswith("DATONG__"):
            _put(raw, [part.lower() for part in name.split("__")[1:]], _literal(value))
    for section, values in override.items():
        raw.setdefault(section, {}).update(values)
    raw["root"] = str(file.resolve().parent)
    _check_names(raw, Settings, str(file), "")
    try:
        found = msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}", code="config_value") from None
    _check_retailer(found.retailer, file)
    return found


def secret(settings: Settings, where: Secret) -> str:
    """Return the secret's text from its file, variable or command; raises ConfigError when it is not there."""
    if where.command:
        return _printed(where.command)
    if where.env:
        if where.env not in os.environ:
            raise ConfigError(f"the environment variable {where.env} is not set", code="secret_missing")
        return os.environ[where.env]
    if not where.file:
        return ""
    try:
        return settings.path(where.file).read_text("utf-8").strip()
    except OSError:
        hint = "make one with: datong init"
        raise ConfigError(f"the secret file {where.file} cannot be read", hint=hint, code="secret_missing") from None


def _printed(command: tuple[str, ...]) -> str:
    """Return what the key store's command prints; what it says of an error may be secret and is not repeated."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        why = f"exit code {code}" if (code := getattr(error, "returncode", None)) else type(error).__name__
        hint = "run it by hand as the user who runs datong"
        raise ConfigError(f"the command {command[0]!r} gave no secret: {why}", hint=hint,
                          code="secret_missing") from None
    return done.stdout.strip()


def _check_retailer(retailer: RetailerSettings, file: Path) -> None:
    if retailer.currency not in CURRENCIES:
        near = difflib.get_close_matches(retailer.currency.upper(), {"RMB", *CURRENCIES}, 1, 0.5)
        hint = f"did you mean {near[0].replace('RMB', 'CNY')}?" if near else "write a code of ISO 4217, such as CNY"
        raise ConfigError(f"{file}: {retailer.currency!r} is not a currency", hint=hint, field="retailer.currency",
                          code="config_value")
    try:
        ZoneInfo(retailer.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(retailer.timezone, available_timezones(), 1)
        hint = f"did you mean {near[0]}?" if near else "write an IANA name, such as Asia/Shanghai"
        raise ConfigError(f"{file}: there is no time zone {retailer.timezone!r}", hint=hint, field="retailer.timezone",
                          code="config_value") from None


def _literal(text: str) -> Any:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return text


def _put(raw: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        raw = raw.setdefault(key, {})
    raw[keys[-1]] = value


def _check_names(raw: Mapping[str, Any], shape: type[msgspec.Struct], file: str, prefix: str) -> None:
    hints = get_type_hints(shape)
    for key, value in raw.items():
        if key not in hints:
            near = difflib.get_close_matches(key, hints, 1)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"known here: {', '.join(sorted(hints))}"
            raise ConfigError(f"{file}: unknown key {prefix}{key}", hint=hint, field=prefix + key, code="config_key")
        if not isinstance(value, dict):
            continue
        inner = hints[key]
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            _check_names(value, inner, file, f"{prefix}{key}.")
        elif (args := get_args(inner)) and isinstance(args[-1], type) and issubclass(args[-1], msgspec.Struct):
            for name, table in value.items():
                if isinstance(table, dict):
                    _check_names(table, args[-1], file, f"{prefix}{key}.{name}.")
