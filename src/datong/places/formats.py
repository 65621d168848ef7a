"""Retail formats and the names of main categories, as data: Datong's own lists, then the retailer's."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import msgspec
import yaml

from datong.config import Settings
from datong.errors import ConfigError
from datong.places.plan import Name, spell_names

__all__ = ["Format", "category_name", "formats"]


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of shop, with its name in both languages.

    A retailer's own may be `like` one of Datong's, whose tags it takes, and bring `tags` of its own: tag files beside
    the file that names it. `category` is the main category of its shops where they name none.
    """

    code: str
    name: Name
    like: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""


class _Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    formats: tuple[Format, ...] = ()
    categories: dict[str, Name] = {}


def formats(settings: Settings | None = None) -> tuple[Format, ...]:
    """Return every retail format, the retailer's own first; a code beside them is taken as well, without a name.

    Raises ConfigError where the file `[places] formats` is missing or wrong.
    """
    own = _own(settings).formats
    mine = {one.code for one in own}
    return (*own, *(one for one in _ours().formats if one.code not in mine))


def category_name(settings: Settings, path: str, language: str) -> str:
    """Return the name of a category's first part in a language, else that of a format with this code, else the code."""
    code = path.partition("/")[0]
    name = _own(settings).categories.get(code) or _ours().categories.get(code)
    if name is None:
        name = next((one.name for one in formats(settings) if one.code == code), None)
    return name.in_language(language) if name is not None else code


@lru_cache(maxsize=1)
def _ours() -> _Own:
    library = files("datong.places").joinpath("library")
    found = {name: yaml.safe_load(library.joinpath(f"{name}.yaml").read_text("utf-8"))
             for name in ("formats", "categories")}
    return msgspec.convert(found, _Own)


def _own(settings: Settings | None) -> _Own:
    return _read(settings.path(settings.places.formats)) if settings and settings.places.formats else _Own()


@lru_cache(maxsize=8)
def _read(file: Path) -> _Own:
    field = "places.formats"
    try:
        raw = yaml.safe_load(file.read_text("utf-8")) or {}
        own = msgspec.convert(_spelt(raw), _Own)
    except FileNotFoundError:
        raise ConfigError(f"there is no {file}", field=field, code="config_missing",
                          hint="paths start at the folder of datong.toml") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not YAML: {error}", field=field, code="config_syntax") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}", field=field, code="config_value",
                          hint="write formats: [{code, name}] and categories: {code: name}") from None
    known = {one.code for one in _ours().formats}
    for one in own.formats:
        if one.like and one.like not in known:
            raise ConfigError(f"{file}: format {one.code} is like {one.like!r}, which there is none of", field=field,
                              code="config_value", hint=f"one of {', '.join(sorted(known))}")
    return own


def _spelt(raw: object) -> object:
    """Return the document with each name that is one text written out for both languages."""
    if isinstance(raw, dict) and isinstance(raw.get("categories"), dict):
        plain = raw["categories"].items()
        raw = {**raw, "categories": {str(code): {"zh": name, "en": name} if isinstance(name, str) else name
                                     for code, name in plain}}
    return spell_names(raw)
