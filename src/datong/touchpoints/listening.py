"""Listening: what a kind knows of its touchpoint, with the secrets of its settings resolved and kept out of sight."""

from __future__ import annotations

import msgspec

from datong.config import Secret, Settings, secret
from datong.errors import ConfigError
from datong.touchpoints.call import Kind, Listening, Secrets

__all__ = ["listening"]


def listening(settings: Settings, name: str, kind: Kind) -> Listening:
    """Return what `kind` knows of the touchpoint; raises ConfigError naming a secret that is malformed or missing."""
    touchpoint = settings.touchpoints[name]
    own = dict(touchpoint.settings)
    secrets = Secrets()
    for key in kind.secrets:
        if key in own:
            secrets[key] = _resolve(settings, own.pop(key), f"touchpoints.{name}.settings.{key}")
    return Listening(name, touchpoint.place, settings.retailer.timezone, own, secrets, settings.retailer.currency)


def _resolve(settings: Settings, given: object, field: str) -> str:
    if isinstance(given, str) and given:
        return given
    if isinstance(given, dict) and len(given) == 1:
        (where, value), = given.items()
        if where in Secret.__struct_fields__ and value:
            try:
                found = secret(settings, msgspec.convert({where: value}, Secret))
            except msgspec.ValidationError as error:
                raise ConfigError(f"{field}: {error}", field=field, code="config_value") from None
            except ConfigError as error:
                raise ConfigError(f"{field}: {error.message}", hint=error.hint, field=field, code=error.code) from None
            if found:
                return found
            raise ConfigError(f"{field}: the secret is empty", hint=f"put it into the {where} {value}", field=field,
                              code="secret_missing")
    hint = f'write {field.rpartition(".")[2]} = {{ file = "secrets/NAME" }} or {{ env = "NAME" }}'
    raise ConfigError(f"{field} is no secret", hint=hint, field=field, code="config_value")
