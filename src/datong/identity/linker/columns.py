"""Which column of a table says what: the kinds the linker knows, and the fields made from each.

A *column* is what the file has; a *kind* is what it means; a *field* is a cleaned value that comparisons and blocking
keys read. The first column of a kind gives the fields named here, the second the same names with `_2` behind, the third
with `_3`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from datong.errors import ConfigError

__all__ = ["ALL", "FIELDS", "KINDS", "SEVERAL", "Columns", "Fields", "parse_columns"]

FIELDS: dict[str, dict[str, str]] = {
    "given_name": {
        "given": "given names: lower case, no accents or punctuation, one blank between words; Han in simplified form",
        "given_key": "how it sounds: toneless pinyin without blanks for Han, a phonetic code of the first word else",
        "given_root": "the long form of a nickname (bob: robert), or the first word; a Chinese name (Han or pinyin) "
                      "with a full stop behind it, for what it begins with is another name and not its short form",
        "given_latin": "`given` where it has no Han: only letters are mistyped one by one",
    },
    "surname": {"surname": "family name, written like `given`", "surname_key": "how it sounds, like `given_key`"},
    "full_name": {
        "name": "the whole name, written like `given`, in the order given",
        "name_tokens": "its words, sorted, each once, joined by blanks (Han: single characters)",
        "name_key": "toneless pinyin of Han joined without blanks; sorted phonetic codes of the words else",
        "name_latin": "`name` where it has no Han",
    },
    "date_of_birth": {"dob": "YYYY-MM-DD, also where the day does not exist (typing errors); null without three parts"},
    "date": {"date": "YYYY-MM-DD, like `dob`"},
    "phone": {"phone": "digits only, with the country code where it is known (E.164 without the plus sign)"},
    "email": {"email": "lower case, trimmed", "email_user": "what stands before the @, without +tag and dots"},
    "address": {
        "address": "lower case, abbreviations of street words written out, no punctuation; Han in simplified form",
        "address_tokens": "its words, sorted, each once, joined by blanks (Han: pairs of neighbouring characters)",
        "address_number": "the first number of it (house number), or null",
    },
    "street_number": {"street_number": "house or flat number, lower case, no blanks"},
    "postcode": {"postcode": "lower case, letters and digits only"},
    "city": {"city": "town, suburb or district, written like `given`"},
    "region": {"region": "state, county or province, written like `given`"},
    "country": {"country": "written like `given`"},
    "national_id": {"national_id": "letters and digits only, lower case (passport, licence, social security number)"},
    "card": {"card": "member card, customer number: letters and digits only, lower case"},
    "gender": {"gender": "f, m, or the lower-case word when it is neither"},
    "occupation": {"occupation": "written like `given`"},
    "company": {
        "company": "written like `given`, without legal forms (ltd, gmbh, 有限公司)",
        "company_tokens": "its words, sorted, each once, joined by blanks (Han: pairs of neighbouring characters)",
    },
    "place_of_birth": {"place_of_birth": "written like `given`"},
    "household": {"household": "a household's number: letters and digits only, lower case"},
    "title": {
        "title": "a name of a thing or a work: lower case, no punctuation",
        "title_tokens": "its words, like `company_tokens`",
    },
    "number": {"number": "a quantity (price, year, age) as a decimal text, or null"},
    "other": {"other": "lower case, one blank between words", "other_tokens": "its words, like `company_tokens`"},
}
"""Kind to its fields and what each holds: all are text or null; empty text and placeholders are null."""

KINDS: tuple[str, ...] = (*FIELDS, "source", "ignore")
"""Every kind; `source` names the column that says which file a record is of, `ignore` one that is not read."""

_ALIASES = {
    "first_name": "given_name", "firstname": "given_name", "forename": "given_name", "given": "given_name",
    "middle_name": "given_name", "last_name": "surname", "lastname": "surname", "family_name": "surname",
    "name": "full_name", "person": "full_name", "dob": "date_of_birth", "birth_date": "date_of_birth",
    "birthday": "date_of_birth", "birthdate": "date_of_birth", "telephone": "phone", "mobile": "phone",
    "tel": "phone", "e_mail": "email", "mail": "email", "street": "address", "street_address": "address",
    "address_1": "address", "address_2": "address", "house_number": "street_number", "zip": "postcode",
    "zipcode": "postcode", "zip_code": "postcode", "postal_code": "postcode", "suburb": "city", "town": "city",
    "district": "city", "state": "region", "province": "region", "county": "region", "ssn": "national_id",
    "passport": "national_id", "licence": "national_id", "license": "national_id", "soc_sec_id": "national_id",
    "id_card": "national_id", "member_card": "card", "loyalty_card": "card", "account": "card", "sex": "gender",
    "job": "occupation", "profession": "occupation", "employer": "company", "organisation": "company",
    "organization": "company", "birth_place": "place_of_birth", "birthplace": "place_of_birth",
    "household_id": "household", "product": "title", "text": "other", "category": "other", "price": "number",
    "year": "number", "age": "number", "amount": "number", "source_dataset": "source", "id": "ignore",
}


ALL = "_all_tokens"
"""Behind the name of a field: the values of all columns of its kind, as words."""

SEVERAL = ("national_id", "card", "phone", "email")
"""Kinds, and fields, of which a record may have several values in no order to rely upon."""


@dataclass(frozen=True)
class Fields:
    """The fields of one column: `kind`, the column's name, and the suffix of its field names."""

    kind: str
    column: str
    suffix: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the fields."""
        return tuple(name + self.suffix for name in FIELDS[self.kind])


@dataclass(frozen=True)
class Columns:
    """Which column of a table is of which kind, in the order given; `unknown` were read as `other`."""

    kinds: Mapping[str, str]
    unknown: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Fields]:
        """Yield the fields of every column that is compared."""
        seen: dict[str, int] = {}
        for column, kind in self.kinds.items():
            if kind in FIELDS:
                seen[kind] = seen.get(kind, 0) + 1
                yield Fields(kind, column, "" if seen[kind] == 1 else f"_{seen[kind]}")

    @property
    def source(self) -> str | None:
        """Return the column that names a record's file, if there is one."""
        return next((column for column, kind in self.kinds.items() if kind == "source"), None)

    def of(self, kind: str) -> list[Fields]:
        """Return the fields of every column of this kind, first column first."""
        return [fields for fields in self if fields.kind == kind]


def parse_columns(given: str | Path | Mapping[str, str]) -> Columns:
    """Read a map of columns to kinds: a mapping, a JSON or TOML file, or `column=kind,column=kind`.

    Usual other names of a kind (first_name, zip, dob …) are understood. A kind that is not known is read as `other` and
    told in `unknown`. Raises ConfigError when the text or the file cannot be read, or names no column to compare.
    """
    pairs = given if isinstance(given, Mapping) else _read(given)
    kinds, unknown = {}, []
    for column, value in pairs.items():
        word = str(value).strip().lower().replace("-", "_").replace(" ", "_")
        kind = word if word in KINDS else _ALIASES.get(word, "")
        if not kind:
            unknown.append(column)
        kinds[str(column)] = kind or "other"
    if not any(kind in FIELDS for kind in kinds.values()):
        raise ConfigError("the map of columns names no column to compare", hint=f"kinds are: {', '.join(KINDS)}")
    return Columns(kinds, tuple(unknown))


def _read(given: str | Path) -> dict[str, str]:
    """Return the pairs of a file, or of an inline text."""
    text = str(given).strip()
    if text.endswith((".json", ".toml")):
        try:
            content = Path(text).read_text(encoding="utf-8")
            found = json.loads(content) if text.endswith(".json") else tomllib.loads(content)
        except (OSError, ValueError) as error:
            raise ConfigError(f"cannot read the map of columns {text}: {error}") from None
        table = found.get("columns", found) if isinstance(found, dict) else None
        if not isinstance(table, dict):
            raise ConfigError(f"{text} is no table of columns and kinds", hint='write {"column": "kind", …}')
        return table
    if text.startswith("{"):
        try:
            return dict(json.loads(text))
        except ValueError as error:
            raise ConfigError(f"the map of columns is no JSON: {error}") from None
    pairs = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        column, sign, kind = part.partition("=")
        if not sign or not column.strip() or not kind.strip():
            raise ConfigError(f"{part!r} is no column=kind", hint="for example given=given_name,dob=date_of_birth")
        pairs[column.strip()] = kind.strip()
    return pairs
