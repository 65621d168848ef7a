"""Screen: a page that plays a playlist, and tells what it showed, and to whom of those who agreed."""

from __future__ import annotations

from math import ceil
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from litestar import Response, get
from litestar.params import FromPath

from datong.config import ScaledClock
from datong.identity import identifiers_of_all, who
from datong.model import Event, Identifier, local_parts
from datong.places import Spot, present
from datong.platform import Platform
from datong.privacy import allowed, consents_of
from datong.touchpoints import Running, Screen, append_own, own_event, running, screen_of, tell_played
from datong.web.shopper.alive import Alive
from datong.web.shopper.page import Asked, address_of, is_device, language, platform_of, qr, render
from datong.web.shopper.product import hashed
from datong.web.shopper.words import WORDS

__all__ = ["routes", "tell_seen"]

_IDLE = 60


@get("/screen/{code:str}", sync_to_thread=True, include_in_schema=False)
def play(request: Asked, code: FromPath[str]) -> Response[Any]:
    """Show what is on now; the page asks again when its turn is over. Only a screen of ours tells what it showed."""
    platform, lang = platform_of(request), language(request)
    with platform.store.state.read() as tx:
        found = screen_of(tx, code)
    if found is None:
        words = WORDS[lang]
        return render(request, "note.html", 404, title=words["no_screen"], text=words["no_screen_hint"])
    screen, playlist = found
    ours, cookies = is_device(request, f"screen/{code}")
    clock = platform.store.clock
    now = clock.now()
    if ours:
        alive: Alive = request.app.state.alive
        alive.heard(f"screen/{code}", now)
    shown = running(playlist, now, platform.settings.retailer.timezone)
    if shown is not None and ours:
        tell_played(platform.store, screen, shown, now)
        tell_seen(platform, screen, shown, now)
    speed = clock.speed if isinstance(clock, ScaledClock) else 1.0
    item = shown.item if shown else None
    return render(
        request, "screen.html", cookies=cookies, item=item,
        picture=quote(item.image, safe=":/?#[]@!$&*+,;=%") if item else "",  # of no quotation mark: it stands in CSS
        next=max(1, ceil((shown.end - now) / 1000 / speed)) if shown else _IDLE,
        title=_in(item.title, lang) if item else "", text=_in(item.text, lang) if item else "",
        qr=qr(f"{address_of(request)}/q/{item.link}") if item and item.link else "")


def tell_seen(platform: Platform, screen: Screen, shown: Running, now: int) -> None:
    """Append "Screen Seen" for the members in the screen's zone who agreed to be spoken to: once a day and spot each.

    That is what lets a scene answer a spot with a coupon on the phone; strangers are only counted, by the report.
    """
    if not screen.zone:
        return
    with platform.store.state.read() as tx:
        here = [key for key, spot in present(tx).idents.items() if spot == Spot(screen.place, screen.zone)]
        agreed = _agreed(tx, here)
    day, _ = local_parts(now, platform.settings.retailer.timezone)
    append_own(platform.store, *(_seen(platform, screen, shown, device, day) for device in agreed))


def _agreed(tx: sa.Connection, devices: list[int]) -> list[Identifier]:
    """Return the devices whose members have agreed to be spoken to."""
    members = who(tx, devices)
    known = identifiers_of_all(tx, set(members.values()))
    said = consents_of(tx, [one.key for of in known.values() for one in of])
    found = []
    for device in devices:
        of = known.get(members.get(device, 0), [])
        keys = {one.key for one in of}
        if allowed([word for word in said if word.ident in keys], "marketing"):
            found += [Identifier(one.ns, device) for one in of if one.key == device]
    return found


def _seen(platform: Platform, screen: Screen, shown: Running, device: Identifier, day: int) -> Event:
    name = f"seen/{hashed(shown.item.spot, str(device.key), str(day))}"
    return own_event(platform.store, "Screen Seen", name, "screen", identifiers=(device,), place=screen.place,
                     zone=screen.zone, campaign=shown.item.campaign, ref=shown.item.spot,
                     properties={"screen": screen.code})


def _in(texts: dict[Any, str], lang: str) -> str:
    return texts.get(lang) or next(iter(texts.values()), "")


routes = [play]
