"""What is wrong with a plan: codes, shapes and places, each told with the next step.

Plans are drawn by hand: a shop reaches a little into its neighbour or over the outline, and is still a plan. So small
faults are *remarks*; a *problem* is what leaves open where somebody is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import shapely
from shapely.validation import explain_validity

from datong.errors import Rejected
from datong.places.geometry import ZoneIndex, ground_of, polygon_of, spots_of
from datong.places.hours import Hours
from datong.places.location import read_gln
from datong.places.plan import Floor, Plan, Shop, Venue, Zone

__all__ = ["plan_problems", "venue_problems", "venue_remarks"]

SLIVER, SHARE, LARGE, MOSTLY = 0.5, 0.02, 0.5, 0.8
"""Overlaps, and parts outside the outline, up to so many m² or this share are no matter; beyond the share LARGE they
are a problem. A zone that lies wholly in another is a zone in a zone, as a kiosk in a hall; one that lies MOSTLY in
another was meant as one, and is remarked upon only."""



def plan_problems(plan: Plan) -> Iterator[str]:
    """Give what is wrong with all venues together."""
    yield from _repeated("venue", (v.code for v in plan.venues))
    yield from _repeated("sensor", (s.code for v in plan.venues for s in v.sensors))
    yield from _repeated("shop", (z.shop.code for v in plan.venues for _, z in v.zones() if z.shop))
    for venue in plan.venues:
        yield from venue_problems(venue)


def venue_problems(venue: Venue) -> Iterator[str]:
    """Give what is wrong with one venue: each problem names venue, floor and zone."""
    where = f"venue {venue.code}"
    if not venue.code or len(venue.code) > 64:
        yield "a venue needs a code of 1 to 64 characters"
    if not venue.floors:
        yield f"{where} has no floors"
    yield from _repeated(f"{where}: sensor", (s.code for s in venue.sensors))
    yield from _repeated(f"{where}: shop", (z.shop.code for _, z in venue.zones() if z.shop))
    yield from _repeated(f"{where}: floor", (f.code for f in venue.floors))
    yield from _repeated(f"{where}: zone", (z.code for _, z in venue.zones()))
    if (venue.lon is None) != (venue.lat is None):
        yield f"{where}: give lon and lat together"
    if venue.lon is not None and venue.lat is not None and not (-180 <= venue.lon <= 180 and -90 <= venue.lat <= 90):
        yield f"{where}: lon {venue.lon}, lat {venue.lat} is nowhere on earth; lon is -180..180, lat -90..90"
    yield from _said(venue, where)
    for area in venue.trade_areas:
        if not area.polygon and area.radius <= 0:
            yield f"{where}, trade area {area.code}: give a polygon, radius_m or drive_minutes"
    sound = True
    for floor in venue.floors:
        for problem in _floor(floor, where):
            sound = False
            yield problem
    yield from _sensors(venue, where, sound)


def _floor(floor: Floor, where: str) -> Iterator[str]:
    sound: list[Zone] = []
    if floor.outline:
        for part, holes in ((floor.outline, floor.voids), *((ring, ()) for ring in floor.annexes)):
            yield from _shape(f"{where}, floor {floor.code}: its outline", part, holes)
    for zone in floor.zones:
        about = f"{where}, zone {zone.code}"
        if zone.rect is not None and not zone.polygon and (zone.rect.w <= 0 or zone.rect.h <= 0):
            yield f"{about}: rect needs w and h above 0 (metres)"
            continue
        found = list(_shape(about, zone.ring, zone.holes))
        yield from found
        if not found:
            sound.append(zone)
    yield from (told for told, share in _fit(floor, sound, where) if share > LARGE)


def venue_remarks(venue: Venue) -> Iterator[str]:
    """Give what is not exact in a plan without problems: small overlaps, and zones that reach over the outline."""
    for floor in venue.floors:
        yield from (told for told, share in _fit(floor, list(floor.zones), f"venue {venue.code}") if share <= LARGE)


def _fit(floor: Floor, zones: list[Zone], where: str) -> Iterator[tuple[str, float]]:
    """Give how zones lie badly, each with the share of the (smaller) zone that is concerned."""
    pairs = [(zone, shape) for zone in zones if (shape := polygon_of(zone.ring, zone.holes)) is not None]
    ground = ground_of(floor)
    if ground is not None and ground.is_valid:
        for zone, shape in pairs:
            outside = shape.difference(ground).area
            if outside > max(SLIVER, SHARE * shape.area):
                yield (f"{where}, zone {zone.code}: {outside:.1f} m² of it lie outside the outline of floor "
                       f"{floor.code}; move its corners inside, or draw the outline wider"), outside / shape.area
    shapes = [shape for _, shape in pairs]
    if not shapes:  # a floor on which nothing is drawn yet
        return
    for a, b in sorted(zip(*shapely.STRtree(shapes).query(shapes, "intersects").tolist(), strict=True)):
        if a >= b:
            continue
        common, smaller = shapes[a].intersection(shapes[b]).area, min(shapes[a].area, shapes[b].area)
        names = f"{where}, floor {floor.code}: zones {pairs[a][0].code} and {pairs[b][0].code}"
        if common >= (1 - SHARE) * max(shapes[a].area, shapes[b].area):
            yield f"{names} are the same area; take one of them away", 1.0
        elif max(SLIVER, SHARE * smaller) < common < (1 - SHARE) * smaller:
            share = common / smaller
            yield f"{names} overlap by {common:.1f} m²; move their corners apart", share if share < MOSTLY else SHARE


def _shape(about: str, ring: tuple[tuple[float, float], ...], holes: tuple[tuple[tuple[float, float], ...], ...]
           ) -> Iterator[str]:
    if len(ring) < 3:
        yield f"{about} has {len(ring)} corners; give rect, or a polygon of at least 3 corners"
        return
    shape = polygon_of(ring, holes)
    if shape is None:
        yield f"{about}: a hole has fewer than 3 corners; take it away"
    elif not shape.is_valid:
        yield (f"{about}: {explain_validity(shape)} (x, y in metres); its sides must not cross, "
               "so put the corners in the order of walking around it")
    elif shape.area < SLIVER:
        yield f"{about} covers {shape.area:.2f} m²; zones are at least {SLIVER} m² (are the coordinates metres?)"


def _sensors(venue: Venue, where: str, sound: bool) -> Iterator[str]:
    codes = {z.code for _, z in venue.zones()}
    floors = {f.code for f in venue.floors}
    index = ZoneIndex(venue) if sound else None
    for sensor in venue.sensors:
        about = f"{where}, sensor {sensor.code}"
        if sensor.zone and sensor.zone not in codes:
            yield f"{about}: there is no zone {sensor.zone!r}"
        elif sensor.floor and sensor.floor not in floors:
            yield f"{about}: there is no floor {sensor.floor!r}"
        elif index is not None and not sensor.zone and not spots_of(venue, index).get(sensor.code):
            yield f"{about} stands in no zone; name its zone, or move it into one (floor, x, y)"


def _repeated(what: str, codes: Iterable[str]) -> Iterator[str]:
    for code, count in Counter(codes).items():
        if not code:
            yield f"{what} without a code"
        elif len(code) > 64:
            yield f"{what} {code[:20]}… has a code longer than 64 characters"
        if count > 1:
            yield f"{what} {code} is there twice"


def _said(venue: Venue, where: str) -> Iterator[str]:
    """Yield what is wrong with the location numbers and opening hours of the venue and its shops."""
    shops = [zone.shop for _, zone in venue.zones() if zone.shop]
    parties: list[Venue | Shop] = [venue, *shops]
    for one in parties:
        if one.gln and not read_gln(one.gln):
            yield f"{where}, gln of {one.code}: {one.gln[:40]!r} is none; it has 13 digits, the last a check digit"
        try:
            Hours.parse(one.hours)
        except Rejected as error:
            yield f"{where}, hours of {one.code}: {error.message}; {error.hint}"
