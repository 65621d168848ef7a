"""Providers: who is asked. A plugin of the group `datong.enrichment` offers another kind."""

from __future__ import annotations

import csv
import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from datong.config import EnrichmentSettings, Settings, secret
from datong.errors import ConfigError, Rejected, Unavailable
from datong.hooks import plugins
from datong.model import duration
from datong.privacy import namespaces, normalised

__all__ = ["FileProvider", "HttpProvider", "Provider", "open_provider"]

_ANSWER = 16 * 1024 * 1024


class Provider(Protocol):
    """Answers what it knows; a value it does not know is left out."""

    def look_up(self, values: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return the fields of each value that is known, under the provider's own names; raises Unavailable."""
        ...


class FileProvider:
    """A CSV file with a header (UTF-8): the column named like the namespace (`phone`), all others are fields.

    Values are compared in the form in which the namespace compares them.
    """

    def __init__(self, name: str, given: EnrichmentSettings, settings: Settings) -> None:
        """Read the file; raises ConfigError naming what is wrong with it."""
        path, field = settings.path(given.file), f"enrichment.{name}.file"
        policy, region = namespaces(settings).get(given.by), settings.retailer.region
        if policy is None:
            raise ConfigError(f"enrichment.{name}.by = {given.by!r} is no namespace", code="config_value",
                              hint="write phone, email, member_card …", field=f"enrichment.{name}.by")

        def spelt(value: str) -> str:
            if given.hashed:
                return value.strip().lower()
            try:
                return normalised(policy, value, region) or ""
            except Rejected:
                return ""  # nobody is known by it
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                if given.by not in (rows.fieldnames or ()):
                    raise ConfigError(f"{path.name} has no column {given.by!r}", field=field, code="config_value",
                                      hint="the first line names the columns")
                self._rows = {key: row for row in rows if (key := spelt(row[given.by] or ""))}
        except OSError as error:
            raise ConfigError(f"{field}: {path} cannot be read: {error.strerror}", field=field,
                              code="config_value") from None
        except (UnicodeDecodeError, csv.Error) as error:
            raise ConfigError(f"{field}: {path.name} is no CSV in UTF-8: {error}", field=field,
                              code="config_value") from None

    def look_up(self, values: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return the lines of the values."""
        return {value: self._rows[value] for value in values if value in self._rows}


class HttpProvider:
    """A service: `POST {"by": "phone", "values": [...]}` answers `{"results": {VALUE: {FIELD: …}}}`."""

    def __init__(self, name: str, given: EnrichmentSettings, settings: Settings) -> None:
        """Take the address; raises ConfigError."""
        if not given.url.startswith(("https://", "http://")):
            raise ConfigError(f"enrichment.{name} has no url", hint="write it as https://data.example.com/lookup",
                              field=f"enrichment.{name}.url", code="config_value")
        self._url, self._by = given.url, given.by
        self._timeout = duration(given.timeout) / 1000
        self._secret = secret(settings, given.secret)

    def look_up(self, values: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Ask once; whatever is not a plain answer is Unavailable, and nothing is counted as asked."""
        body = json.dumps({"by": self._by, "values": list(values)}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "datong"}
        if self._secret:
            headers["Authorization"] = f"Bearer {self._secret}"
        request = urllib.request.Request(self._url, body, headers)  # noqa: S310 the scheme was checked
        try:
            context = ssl.create_default_context() if self._url.startswith("https:") else None
            with urllib.request.urlopen(request, timeout=self._timeout, context=context) as answer:  # noqa: S310
                found = json.loads(answer.read(_ANSWER))["results"]
        except urllib.error.HTTPError as error:
            raise Unavailable(f"the provider answered {error.code}", code=f"http_{error.code}") from None
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable("the provider cannot be reached", code=type(error).__name__) from None
        except (ValueError, KeyError, TypeError):
            raise Unavailable("the provider's answer cannot be read", code="bad_json") from None
        if not isinstance(found, dict):
            raise Unavailable("the provider's answer has no results", code="bad_json")
        return {value: fields for value, fields in found.items() if value in set(values) and isinstance(fields, dict)}


def open_provider(name: str, settings: Settings) -> Provider:
    """Return the provider `[enrichment.NAME]` describes; raises ConfigError naming those there are."""
    if (given := settings.enrichment.get(name)) is None:
        known = ", ".join(sorted(settings.enrichment)) or "none"
        raise ConfigError(f"there is no provider {name[:40]!r}", hint=f"declared: {known}", field=f"enrichment.{name}",
                          code="config_key")
    kinds: dict[str, Any] = {"file": FileProvider, "http": HttpProvider, **plugins("datong.enrichment")}
    if given.kind not in kinds:
        raise ConfigError(f"enrichment.{name}.kind = {given.kind!r} is not known", field=f"enrichment.{name}.kind",
                          hint=f"write one of: {', '.join(sorted(kinds))}", code="config_value")
    provider: Provider = kinds[given.kind](name, given, settings)
    return provider
