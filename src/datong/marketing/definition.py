"""What a campaign is: the definition that marketing writes, in a file or in the console, and its checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

import msgspec

from datong.config import Settings
from datong.errors import Rejected
from datong.marketing.quiet import parse_quiet
from datong.marketing.template import check_template
from datong.model import Offer, duration, from_iso
from datong.scenes import definitions
from datong.tags import Predicate

__all__ = ["Caps", "Definition", "Problem", "Words", "check_definition", "read_definition"]

_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message in one language; both are Jinja templates."""

    title: str
    body: str


class Caps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often the campaign may speak to one member: per calendar day, in all, and not again within `cooldown`.

    0 and an empty text set no limit; the retailer's own `[marketing] messages_per_day` holds besides.
    """

    per_day: int = 0
    total: int = 0
    cooldown: str = ""


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A campaign: to whom (`scene` or `audience`, and `where`), what (`offer`), on which channels, in which words.

    `scene` names the scene whose firings start it, `audience` is an expression over all members for `launch`; `where`
    is asked of each member besides. `holdout` is the share (0 to 0.9) that never hears of it, drawn with `salt`.
    `channels` are names or kinds from `[delivery.channels]`, tried in this order. A message is worthless `expires`
    after the decision; `quiet` overrides the retailer's hours (`none` for no quiet). `start` and `end` are ISO 8601.
    Of several campaigns that answer one firing the one with the highest `priority` speaks.
    """

    code: str
    name: dict[str, str]
    scene: str = ""
    audience: str = ""
    where: str = ""
    offer: Offer = Offer()
    holdout: float = 0.2
    salt: str = ""
    channels: tuple[str, ...] = ("inbox",)
    messages: dict[str, Words]
    caps: Caps = Caps()
    quiet: str = ""
    expires: str = "2h"
    priority: int = 0
    start: str = ""
    end: str = ""
    state: str = "running"


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with a definition: the field, what is wrong, and what to write instead."""

    field: str
    message: str
    hint: str = ""


def read_definition(raw: Mapping[str, Any], settings: Settings) -> Definition:
    """Return the definition; raises Rejected (`bad_campaign`) naming the first wrong field and listing all."""
    definition, problems = check_definition(raw, settings)
    if definition is None or problems:
        text = "; ".join(f"{p.field}: {p.message}" for p in problems)
        first = problems[0]
        raise Rejected(f"the campaign is not valid: {text}", code="bad_campaign", field=first.field, hint=first.hint)
    return definition


def check_definition(raw: Mapping[str, Any], settings: Settings) -> tuple[Definition | None, list[Problem]]:
    """Return the definition and everything that is wrong with it; None when it cannot even be read."""
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in raw.items()}  # YAML's dates
    try:
        found = msgspec.convert(plain, Definition, strict=True)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        unknown = re.search(r"unknown field `([^`]+)`", message) or re.search(r"required field `([^`]+)`", message)
        field = path.rstrip("`") or (unknown[1] if unknown else "")
        return None, [Problem(field, message[:1].lower() + message[1:], f"known here: {', '.join(_FIELDS)}")]
    return found, [*_frame(found), *_expressions(found, settings), *_offer(found), *_times(found), *_words(found)]


def _frame(d: Definition) -> list[Problem]:
    found = []
    if not _CODE.fullmatch(d.code):
        found.append(Problem("code", f"{d.code!r} is not a code", "use small letters, digits and . _ - (at most 64)"))
    if not any(d.name.values()):
        found.append(Problem("name", "is empty", "give a name in at least one of zh-CN and en"))
    if bool(d.scene) == bool(d.audience):
        found.append(Problem("scene", "name either a scene or an audience, not both, not neither"))
    if not 0 <= d.holdout <= 0.9:
        found.append(Problem("holdout", f"{d.holdout} is not a share", "write 0.2 to keep a fifth as holdout"))
    if not d.channels:
        found.append(Problem("channels", "is empty", "name at least one, as in [inbox]"))
    if d.state not in ("running", "paused"):
        found.append(Problem("state", f"{d.state!r} is not known", "write running or paused"))
    if d.caps.per_day < 0 or d.caps.total < 0:
        found.append(Problem("caps", "a limit is negative", "write 0 for no limit"))
    return found


def _expressions(d: Definition, settings: Settings) -> list[Problem]:
    found = []
    scenes = [scene.scene for scene in definitions(settings)]
    if d.scene and d.scene not in scenes:
        near = get_close_matches(d.scene, scenes, 1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(scenes) or 'none'}"
        found.append(Problem("scene", f"there is no scene {d.scene}", hint))
    for field, text in (("audience", d.audience), ("where", d.where)):
        try:
            if text:
                Predicate(settings, text)
        except Rejected as error:
            found.append(Problem(field, error.message, error.hint))
    return found


def _offer(d: Definition) -> list[Problem]:
    o = d.offer
    if o.kind == "percent" and not 0 < o.value <= 100:
        return [Problem("offer.value", f"{o.value} is not a percentage", "write 20 for 20 % off")]
    if o.kind == "amount" and o.value <= 0:
        return [Problem("offer.value", f"{o.value} is not an amount", "write minor units: 2000 is 20.00 off")]
    return []


def _times(d: Definition) -> list[Problem]:
    found = []
    lasts = (("offer.valid", d.offer.valid), ("expires", d.expires), ("caps.cooldown", d.caps.cooldown or "0s"))
    for field, text in lasts:
        try:
            duration(text)
        except ValueError as error:
            found.append(Problem(field, str(error)))
    for field, text in (("start", d.start), ("end", d.end)):
        try:
            from_iso(text or "2000-01-01")
        except ValueError:
            found.append(Problem(field, f"{text!r} is not a time", "write it as 2026-03-01T09:00:00+08:00"))
    if not found and d.start and d.end and from_iso(d.start) >= from_iso(d.end):
        found.append(Problem("end", "lies before the start"))
    try:
        parse_quiet(d.quiet)
    except ValueError as error:
        found.append(Problem("quiet", str(error)))
    return found


def _words(d: Definition) -> list[Problem]:
    found = []
    if not d.messages:
        found.append(Problem("messages", "is empty", "write at least one of zh-CN and en"))
    for language, words in d.messages.items():
        for part, text in (("title", words.title), ("body", words.body)):
            try:
                check_template(text)
            except ValueError as error:
                found.append(Problem(f"messages.{language}.{part}", str(error)))
        if d.offer.kind != "none" and "coupon" not in words.body + words.title:
            hint = "put {{ coupon }} where the code belongs"
            found.append(Problem(f"messages.{language}.body", "has an offer but does not show the coupon", hint))
    return found


_FIELDS = [field.name for field in msgspec.structs.fields(Definition)]
