"""Unknown: what links and playlists name that nobody knows yet; they are taken all the same, and it is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from datong.commerce import skus
from datong.places import known_stores, venue_at
from datong.touchpoints import NewLink, Playlist, link_of

__all__ = ["unknown_of_links", "unknown_of_playlists", "unknown_place"]


def unknown_of_links(tx: sa.Connection, wanted: Iterable[NewLink]) -> dict[str, list[str]]:
    """Return the products (`sku`) and stores (`place`) of links that are not known; codes may be made before goods."""
    found = list(wanted)
    products, stores = {one.sku for one in found if one.sku}, {one.place for one in found if one.place}
    return _told(sku=products - set(skus(tx, products)), place=stores - known_stores(tx, stores))


def unknown_of_playlists(tx: sa.Connection, found: Sequence[Playlist]) -> dict[str, list[str]]:
    """Return the codes shown (`link`), and the `place` and `zone` of screens, that are not known.

    Such a code leads nowhere, and before such a screen nobody is ever counted.
    """
    shown = {item.link for playlist in found for item in playlist.items if item.link}
    screens = [screen for playlist in found for screen in playlist.screens]
    places = {screen.place for screen in screens}
    plans = {place: venue_at(tx, place)[0] for place in places}
    zones = {place: {zone.code for _, zone in plan.zones()} for place, plan in plans.items() if plan}
    return _told(
        link={code for code in shown if (link := link_of(tx, code)) is None or link.retired is not None},
        place={place for place in places if not plans[place]} - known_stores(tx, places),
        zone={f"{one.place}/{one.zone}" for one in screens if one.zone and one.zone not in zones.get(one.place, ())})


def unknown_place(tx: sa.Connection, place: str) -> bool:
    """Return whether nobody knows the place of a kiosk."""
    return venue_at(tx, place)[0] is None and not known_stores(tx, [place])


def _told(**found: set[str]) -> dict[str, list[str]]:
    return {name: sorted(codes)[:20] for name, codes in found.items() if codes}
