"""Keeping campaigns: read from files at start, changed in the console, told to the log for the facts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
import yaml

from datong.config import Settings
from datong.errors import ConfigError, NotFound, Rejected
from datong.marketing.coupon_code import CAMPAIGNS
from datong.marketing.definition import Definition, read_definition
from datong.marketing.tables import CAMPAIGN
from datong.model import Event, Offer, from_iso, local_parts
from datong.storage import Store, event_record
from datong.tags import Predicate

__all__ = ["Campaign", "all_campaigns", "campaign", "load_campaigns", "save_campaign", "set_state"]

_LIBRARY = Path(__file__).parent / "library"


class Campaign(msgspec.Struct, frozen=True):
    """A campaign as it stands: its definition, the number in its coupon codes, and whether it runs."""

    code: str
    number: int
    version: int
    state: str
    definition: Definition
    start: int
    end: int
    serials: int = 0
    created: int = 0

    @property
    def offer(self) -> Offer:
        """Return what its shoppers get."""
        return self.definition.offer

    def closed(self, now: int) -> str:
        """Return why the campaign does not speak at `now` (ms), or an empty text when it may."""
        if self.state != "running":
            return "paused"
        if now < self.start:
            return "not_started"
        return "ended" if self.end and now >= self.end else ""


def all_campaigns(tx: sa.Connection) -> list[Campaign]:
    """Return every campaign, the one with the highest priority first."""
    rows = tx.execute(sa.select(CAMPAIGN))
    return sorted((_campaign(row) for row in rows), key=lambda c: (-c.definition.priority, c.code))


def campaign(tx: sa.Connection, code: str) -> Campaign:
    """Return one campaign; raises NotFound."""
    row = tx.execute(sa.select(CAMPAIGN).where(CAMPAIGN.c.code == code)).first()
    if row is None:
        raise NotFound(f"there is no campaign {code}", code="campaign_not_found", field="code")
    return _campaign(row)


def load_campaigns(store: Store) -> list[Campaign]:
    """Take the campaigns of the configured files in; return those that are new or changed in their file.

    A campaign that was changed in the console keeps that change until its file says something new; whether it runs or
    is paused is the console's to say after the first time. Raises ConfigError naming the file and the field.
    """
    changed: list[Campaign] = []
    with store.state.write() as tx:
        for name in store.settings.marketing.files:
            for raw in _read(store.settings, name):
                try:
                    definition = read_definition(raw, store.settings)
                except Rejected as error:
                    where = f"{name}: {raw.get('code', '?')}: {error.message}"
                    raise ConfigError(where, hint=error.hint, field=error.field, code="bad_campaign") from None
                if found := _put(tx, definition, store.clock.now(), from_file=True):
                    changed.append(found)
        known = all_campaigns(tx)
    _announce(store, known)  # all of them: a crash may have come between an earlier change and its announcement
    return changed


def save_campaign(store: Store, raw: Mapping[str, Any]) -> Campaign:
    """Make a campaign or change it; raises Rejected (`bad_campaign`, the field) when the definition is not valid."""
    definition = read_definition(raw, store.settings)
    with store.state.write() as tx:
        if definition.where and Predicate(store.settings, definition.where).unknown(tx):
            raise Rejected("nothing is kept to answer `where`", code="bad_campaign", field="where",
                           hint="define a tag for it, and use the tag here")
        _put(tx, definition, store.clock.now(), from_file=False)
        saved = campaign(tx, definition.code)
    _announce(store, [saved])
    return saved


def set_state(store: Store, code: str, state: Literal["running", "paused"]) -> Campaign:
    """Let a campaign run, or pause it; raises NotFound, and Rejected for another state."""
    if state not in ("running", "paused"):
        raise Rejected(f"{state!r} is not a state", code="bad_state", hint="write running or paused", field="state")
    with store.state.write() as tx:
        campaign(tx, code)
        change = {"state": state, "changed": store.clock.now()}
        tx.execute(CAMPAIGN.update().where(CAMPAIGN.c.code == code).values(change))
        return campaign(tx, code)


def _put(tx: sa.Connection, definition: Definition, now: int, *, from_file: bool) -> Campaign | None:
    """Write the definition where it says something new; return the campaign then."""
    body = msgspec.json.encode(definition).decode()
    digest = blake2b(body.encode(), digest_size=16).hexdigest()
    code = definition.code
    row = tx.execute(sa.select(CAMPAIGN).where(CAMPAIGN.c.code == code)).first()
    if row is None:
        number = (tx.scalar(sa.select(sa.func.max(CAMPAIGN.c.number))) or 0) + 1
        if number >= CAMPAIGNS:
            raise Rejected(f"there are {CAMPAIGNS - 1} campaigns already", code="too_many_campaigns", field="code")
        tx.execute(CAMPAIGN.insert().values(
            code=code, number=number, version=1, definition=body, digest=digest if from_file else "",
            state=definition.state, serials=0, created=now, changed=now,
        ))
        return campaign(tx, code)
    if row.digest == digest if from_file else row.definition == body:
        return None
    change: dict[str, Any] = {"definition": body, "changed": now, "version": row.version + (row.definition != body)}
    change |= {"digest": digest} if from_file else {"state": definition.state}
    tx.execute(CAMPAIGN.update().where(CAMPAIGN.c.code == code).values(change))
    return campaign(tx, code)


def _announce(store: Store, changed: list[Campaign]) -> None:
    """Tell the log, so that the facts know the campaign; a repeat is dropped there by its id."""
    now, zone = store.clock.now(), store.settings.retailer.timezone
    date, hour = local_parts(now, zone)
    records = []
    for c in changed:
        d = c.definition
        properties = {
            "name": d.name.get(store.settings.retailer.language) or next(filter(None, d.name.values())),
            "kind": "scene" if d.scene else "audience", "start": d.start, "end": d.end,
        }
        records.append(event_record(Event(
            id=f"campaign:{c.code}:{c.version}", source="marketing", channel="marketing", type="Campaign Updated",
            time=now, received=now, date=date, hour=hour, campaign=c.code, properties=properties,
        )))
    store.log.append(records)


def _read(settings: Settings, name: str) -> list[Mapping[str, Any]]:
    """Return the raw campaigns of a file; a bare name such as `demo` is a file of the built-in library."""
    file = _LIBRARY / f"{name}.yaml" if "." not in name and "/" not in name else settings.path(name)
    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except OSError:
        known = ", ".join(sorted(f.stem for f in _LIBRARY.glob("*.yaml")))
        hint = f"give a path, or a built-in one of: {known}"
        raise ConfigError(f"the campaign file {name} cannot be read", hint=hint, field="marketing.files") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name} is not YAML: {error}", code="config_syntax", field="marketing.files") from None
    rows = found.get("campaigns") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        hint = "begin it with `campaigns:` and a list below"
        raise ConfigError(f"{name} holds no list of campaigns", hint=hint, field="marketing.files")
    return rows


@lru_cache(maxsize=512)
def _definition(body: str) -> Definition:
    return msgspec.json.decode(body, type=Definition)


def _campaign(row: Any) -> Campaign:
    d = _definition(row.definition)
    start, end = (from_iso(t) if t else 0 for t in (d.start, d.end))
    return Campaign(row.code, row.number, row.version, row.state, d, start, end, row.serials, row.created)
