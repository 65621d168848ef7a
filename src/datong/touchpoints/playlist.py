"""Playlists: what a screen shows when, and what it has shown."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from datong.errors import NotFound, Rejected
from datong.model import Batch
from datong.storage import FactsTx, Store, upsert
from datong.touchpoints.own import append_own, own_event
from datong.touchpoints.tables import PLAYLIST, SPOT

__all__ = [
    "Playlist", "Running", "Screen", "Slide", "drop_playlist", "fold_spots", "playlists", "read_playlists",
    "running", "screen_of", "set_playlist", "take_playlists", "tell_played",
]

_SHORTEST, _LONGEST = 3, 600
_Time = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A screen: its code, the venue or store where it hangs, and the zone from which it is seen."""

    code: str
    place: str
    zone: str = ""


class Slide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One spot: shown for `seconds`, on days `since` to `until` and hours `from` to `to` (local), left out otherwise.

    `title` and `text` by language (`zh`, `en`), `image` a web address, `link` a short link whose code is shown.
    """

    spot: str
    title: dict[Literal["zh", "en"], str] = {}
    text: dict[Literal["zh", "en"], str] = {}
    image: str = ""
    link: str = ""
    campaign: str = ""
    colour: str = "#12343b"
    seconds: int = 10
    since: dt.date | None = None
    until: dt.date | None = None
    from_: _Time = msgspec.field(default="00:00", name="from")
    to: _Time = "24:00"


class Playlist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Spots that the screens play one after the other, beginning at local midnight."""

    code: str
    screens: tuple[Screen, ...]
    items: tuple[Slide, ...]


class Running(msgspec.Struct, frozen=True):
    """What a screen shows now, from `start` to `end` (ms)."""

    item: Slide
    start: int
    end: int


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    playlists: tuple[Playlist, ...]


def read_playlists(text: str) -> tuple[Playlist, ...]:
    """Return the playlists in a YAML text; raises Rejected (`bad_playlist`) naming what is wrong."""
    try:
        found = msgspec.yaml.decode(text, type=_File).playlists
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _wrong("playlists", f"cannot be read: {error}", "see the how-to on screens for the form") from None
    for playlist in found:
        _check(playlist)
    return found


def set_playlist(store: Store, playlist: Playlist, actor: str) -> None:
    """Append the playlist to the log, in place of the one with its code; raises Rejected (`bad_playlist`)."""
    _check(playlist)
    body = msgspec.to_builtins(playlist)
    name = f"playlist/{playlist.code}/{store.clock.now()}/{store.log.end()}"
    said = {"playlist": body, "actor": actor}
    append_own(store, own_event(store, "Playlist Updated", name, "system", properties=said))


def drop_playlist(store: Store, code: str, actor: str) -> Playlist:
    """Append that a playlist is no more, and return what it was; raises NotFound."""
    with store.state.read() as tx:
        found = next((one for one in playlists(tx) if one.code == code), None)
    if found is None:
        raise NotFound(f"there is no playlist {code[:64]!r}", code="unknown_playlist", field="code",
                       hint="see Screens in the console")
    name = f"playlist/{code}/{store.clock.now()}/{store.log.end()}"
    append_own(store, own_event(store, "Playlist Removed", name, "system", properties={"code": code, "actor": actor}))
    return found


def take_playlists(batch: Batch, tx: sa.Connection) -> None:
    """Take the batch's playlists into the state; the latest word on each counts."""
    rows: dict[str, dict[str, Any] | None] = {}
    for event in batch.events:
        if event.type == "Playlist Updated":
            said = event.properties["playlist"]
            rows[said["code"]] = {"code": said["code"], "body": msgspec.json.encode(said), "at": event.time,
                                  "actor": str(event.properties.get("actor", ""))}
        elif event.type == "Playlist Removed":
            rows[str(event.properties.get("code", ""))] = None
    upsert(tx, PLAYLIST, [row for row in rows.values() if row])
    if gone := [code for code, row in rows.items() if row is None]:
        tx.execute(sa.delete(PLAYLIST).where(PLAYLIST.c.code.in_(gone)))


def playlists(tx: sa.Connection) -> list[Playlist]:
    """Return every playlist, by code."""
    rows = tx.execute(sa.select(PLAYLIST.c.body).order_by(PLAYLIST.c.code))
    return [msgspec.json.decode(row[0], type=Playlist) for row in rows]


def screen_of(tx: sa.Connection, code: str) -> tuple[Screen, Playlist] | None:
    """Return a screen and the playlist it plays, None where there is no such screen."""
    for playlist in playlists(tx):
        for screen in playlist.screens:
            if screen.code == code:
                return screen, playlist
    return None


def running(playlist: Playlist, at: int, timezone: str) -> Running | None:
    """Return what the playlist shows at `at` (ms), None where nothing is due; every screen shows the same."""
    local = dt.datetime.fromtimestamp(at / 1000, ZoneInfo(timezone))
    due = [item for item in playlist.items if _due(item, local)]
    cycle = sum(item.seconds for item in due) * 1000
    if not cycle:
        return None
    midnight = int(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
    start = at - (at - midnight) % cycle
    for item in due:
        if at < start + item.seconds * 1000:
            return Running(item, start, start + item.seconds * 1000)
        start += item.seconds * 1000
    return None


def tell_played(store: Store, screen: Screen, shown: Running, at: int) -> None:
    """Append that a screen shows a spot from `at` on; a second look during the same turn adds nothing."""
    append_own(store, own_event(
        store, "Spot Played", f"spot/{screen.code}/{shown.item.spot}/{shown.start}", "screen", time=at,
        place=screen.place, zone=screen.zone, campaign=shown.item.campaign, ref=shown.item.spot,
        value=float(shown.end - at), properties={"screen": screen.code},
    ))


def fold_spots(batch: Batch, facts: FactsTx) -> None:
    """Append the spots that were played."""
    if not (played := [e for e in batch.events if e.type == "Spot Played"]):
        return
    facts.append(SPOT, {
        "screen": [str(e.properties.get("screen", "")) for e in played], "spot": [e.ref for e in played],
        "campaign": [e.campaign for e in played], "place": [e.place for e in played],
        "zone": [e.zone for e in played], "start": [e.time for e in played],
        "end": [e.time + int(e.value) for e in played],
        "date": [e.date for e in played],
    })


def _due(item: Slide, local: dt.datetime) -> bool:
    if (item.since and local.date() < item.since) or (item.until and local.date() > item.until):
        return False
    now, begin, end = local.strftime("%H:%M"), item.from_, item.to
    return begin <= now < end if begin <= end else now >= begin or now < end


def _check(playlist: Playlist) -> None:
    at = f"playlists.{playlist.code}"
    if not playlist.code or not playlist.screens or not playlist.items:
        raise _wrong(at, "needs a code, screens and items", "see the how-to on screens for the form")
    seen: set[str] = set()
    for item in playlist.items:
        where = f"{at}.items.{item.spot}"
        if not item.spot or item.spot in seen or len(item.spot) > 64:
            raise _wrong(f"{where}.spot", "is empty, too long or there twice", "give each spot a short code of its own")
        seen.add(item.spot)
        if not _SHORTEST <= item.seconds <= _LONGEST:
            raise _wrong(f"{where}.seconds", f"= {item.seconds}", f"write {_SHORTEST} to {_LONGEST}")
        if not (item.title or item.text or item.image):
            raise _wrong(where, "shows nothing", "write a title, a text or an image")
        if item.image and not item.image.startswith(("https://", "http://", "/")):
            raise _wrong(f"{where}.image", "is no address", "write https://…")
        if not (item.colour.startswith("#") and len(item.colour) in (4, 7) and item.colour[1:].isalnum()):
            raise _wrong(f"{where}.colour", "is no colour", "write it as #12343b")
    for screen in playlist.screens:
        if not screen.code or not screen.place or len(screen.code) > 64 or not screen.code.replace("-", "").isalnum():
            raise _wrong(f"{at}.screens", "needs code (letters, digits, -) and place", "{code: door-1, place: mall}")


def _wrong(field: str, what: str, hint: str) -> Rejected:
    return Rejected(f"{field} {what}", code="bad_playlist", field=field, hint=hint)
