"""The air of a venue with the truth about it: people, their phones' scans, what sensors hear of them, who was where.

Nothing here knows how visits are estimated. A phone is one of many models; each model has its own pause between scans,
its own way of making up addresses (every scan, every few minutes, or once for the stay) and of numbering frames (going
on or beginning anew). What a sensor hears falls off with distance (log-distance path loss with shadowing), and weak
frames are missed. Beside visitors there are staff, people who walk past the door, and sensors that die.
"""

from __future__ import annotations

import math
from random import Random
from typing import Any

import msgspec

from datong.model import DAY, HOUR, MINUTE, SECOND

__all__ = ["Air", "Frame", "Model", "Person", "Scenery", "models", "scenery", "simulate"]

Rect = tuple[float, float, float, float]


class Scenery(msgspec.Struct, frozen=True):
    """A venue as it stands: zones as (x, y, w, h), halls among them, sensors as (x, y), hours in ms of the day."""

    zones: dict[str, Rect]
    halls: tuple[str, ...]
    sensors: dict[str, tuple[float, float]]
    opens: int = 10 * HOUR
    closes: int = 22 * HOUR


class Model(msgspec.Struct, frozen=True):
    """How phones of one model behave: `scan` makes up an address per scan, `period` every few minutes, `stay` once."""

    elements: str
    pause: float
    burst: float
    rotation: str
    counts_on: bool
    power: float


class Frame(msgspec.Struct, array_like=True):
    """What one sensor heard of one scan: `address` is a number, `given` where its maker gave it; `phone` is truth."""

    time: int
    sensor: str
    address: int
    given: bool
    elements: str
    seq: int
    rssi: int
    x: float
    y: float
    phone: int


class Person(msgspec.Struct):
    """Who was there: role visitor, staff or passer; the stays as (zone, start, end); the numbers of the phones.

    People with the same `party` above 0 came, went about and left together.
    """

    role: str
    start: int
    end: int
    path: list[tuple[str, int, int]]
    phones: list[int] = []
    party: int = 0


class Air(msgspec.Struct):
    """A stretch of time: frames by time, people by start, and when which sensor was dead."""

    frames: list[Frame]
    people: list[Person]
    dead: list[tuple[str, int, int]]
    staff_addresses: list[int]

    def visits(self) -> list[Person]:
        """Return those who truly visited."""
        return [p for p in self.people if p.role == "visitor"]


def models(dice: Random, number: int = 60) -> list[tuple[Model, float]]:
    """Return models with how popular each is (Zipf, 1.1): four of ten change the address with every scan."""
    found = []
    for n in range(number):
        rotation = dice.choices(("scan", "period", "stay"), (0.4, 0.35, 0.25))[0]
        model = Model(f"{dice.getrandbits(48):012x}", dice.choice((25.0, 45.0, 70.0, 120.0, 180.0)),
                      dice.uniform(0.1, 0.35), rotation, dice.random() < 0.5, dice.gauss(0, 2))
        found.append((model, 1 / (n + 1) ** 1.1))
    return found


def simulate(
    scene: Scenery, day: int, days: int, visitors: int, seed: int, *, randomised: float = 0.95, staff: int = 8,
    passers: float = 1.5, dead: tuple[tuple[str, int, int], ...] = (), offset: int = 8 * HOUR, error: float = 5.0,
    parties: float = 0.0,
) -> Air:
    """Return the air of some local days from `day` (days since 1970) on; about `visitors` people visit on each.

    `randomised` is the share of phones that make up addresses, `passers` how many walk past per visitor on average,
    `error` the mean error (m) of the position that a location engine would add to a frame, `dead` when (ms) which
    sensor is. With the share `parties` of the visitors one to three others come along: they are visitors beyond that
    number, and nothing else changes for those who come alone.
    """
    kinds = models(Random(f"{seed}/models"))
    town = _Town(scene, kinds, Random(f"{seed}/air"), randomised, error, {name: (a, b) for name, a, b in dead})
    along = Random(f"{seed}/parties")
    crew = [town.phone(Random(f"{seed}/staff/{n}")) for n in range(staff)]
    for n in range(days):
        midnight = (day + n) * DAY - offset
        week = (0.8, 0.85, 0.9, 0.95, 1.1, 1.4, 1.25)[(day + n + 3) % 7]
        for worker, phone in enumerate(crew):
            if town.dice.random() < 5 / 7:
                late = worker % 2
                start = midnight + scene.opens + late * 4 * HOUR - round(town.dice.uniform(15, 50) * MINUTE)
                home = list(scene.zones)[worker % len(scene.zones)]
                town.work(start, start + round(town.dice.uniform(7.5, 9) * HOUR), home, phone)
        number = max(0, round(town.dice.gauss(visitors * week, math.sqrt(visitors * week))))
        for _ in range(number):
            visitor = town.visit(midnight)
            if parties and along.random() < parties:
                town.accompany(visitor, along)
        for _ in range(max(0, round(town.dice.gauss(passers * visitors, 0.15 * passers * visitors)))):
            town.pass_by(midnight)
    town.frames.sort(key=lambda f: (f.time, f.sensor, f.address))
    town.people.sort(key=lambda p: p.start)
    return Air(town.frames, town.people, list(dead), [phone.own for phone in crew if not phone.random])


class _Phone(msgspec.Struct):
    number: int
    model: Model
    random: bool
    own: int
    address: int = 0
    until: float = 0
    seq: int = 0


class _Town:
    """Draws people and lets their phones speak."""

    def __init__(self, scene: Scenery, kinds: list[tuple[Model, float]], dice: Random, randomised: float,
                 error: float, dead: dict[str, tuple[int, int]]) -> None:
        self.scene, self.dice, self.randomised, self.dead = scene, dice, randomised, dead
        self._kinds, self._weights = [m for m, _ in kinds], [w for _, w in kinds]
        self._sigma = error / math.sqrt(math.pi / 2)  # the mean of a Rayleigh is sigma * sqrt(pi / 2)
        self.frames: list[Frame] = []
        self.people: list[Person] = []
        self.numbers = 0
        self.parties = 0
        left = min(x for x, _, _, _ in scene.zones.values())
        self._door = (left, sum(y + h / 2 for _, y, _, h in scene.zones.values()) / len(scene.zones))

    def phone(self, dice: Random) -> _Phone:
        """Return a phone of a model drawn by its popularity."""
        self.numbers += 1
        model = dice.choices(self._kinds, self._weights)[0]
        random = dice.random() < self.randomised
        return _Phone(self.numbers, model, random, dice.getrandbits(46) << 2 | 1, seq=dice.randrange(4_096))

    def visit(self, midnight: int) -> Person:
        """Let somebody come, walk from zone to zone, and go: the stay is log-normal, 26 minutes in the middle."""
        dice, scene = self.dice, self.scene
        span = scene.closes - scene.opens
        start = midnight + scene.opens + round(span * min(0.97, dice.betavariate(2.2, 1.7)))
        stay = min(max(3 * MINUTE, round(dice.lognormvariate(math.log(26), 0.7) * MINUTE)), 5 * HOUR)
        end = min(start + stay, midnight + scene.closes)
        shops = [z for z in scene.zones if z not in scene.halls]
        path: list[tuple[str, int, int]] = []
        at = start
        hall = dice.choice(scene.halls)
        while at < end:
            for zone, minutes in ((hall, dice.uniform(0.7, 3)), (dice.choice(shops), dice.lognormvariate(2.0, 0.6))):
                until = min(end, at + round(max(0.5, minutes) * MINUTE))
                if until > at:
                    path.append((zone, at, until))
                at = until
        carried = dice.choices((0, 1, 2), (0.12, 0.8, 0.08))[0]
        return self._person("visitor", path, [self.phone(dice) for _ in range(carried)])

    def accompany(self, visitor: Person, dice: Random) -> None:
        """Let one to three others take the visitor's way some seconds before or behind; 0.88 of them with a phone."""
        self.parties += 1
        visitor.party = self.parties
        for _ in range(dice.choices((1, 2, 3), (0.7, 0.2, 0.1))[0]):
            behind = round(dice.uniform(-6, 6) * SECOND)
            path = [(zone, start + behind, end + behind) for zone, start, end in visitor.path]
            phones = [self.phone(dice)] if dice.random() < 0.88 else []
            self._person("visitor", path, phones).party = self.parties

    def work(self, start: int, end: int, home: str, phone: _Phone) -> None:
        """Let somebody of the staff stand in the same zone all day, with walks through the hall."""
        path, at = [], start
        while at < end:
            until = min(end, at + round(self.dice.uniform(20, 60) * MINUTE))
            path.append((home, at, until))
            at = min(end, until + round(self.dice.uniform(2, 10) * MINUTE))
            if at > until:
                path.append((self.dice.choice(self.scene.halls), until, at))
        phone.until = 0
        self._person("staff", path, [phone])

    def pass_by(self, midnight: int) -> None:
        """Let somebody walk past 6 to 14 m before the door in half a minute; one of ten waits there for a while."""
        dice, scene = self.dice, self.scene
        start = midnight + scene.opens - HOUR + round((scene.closes - scene.opens + 2 * HOUR) * dice.random())
        waits = dice.random() < 0.1
        end = start + round(dice.uniform(3, 8) * MINUTE if waits else dice.uniform(15, 45) * SECOND)
        if dice.random() < 0.85:
            self._person("passer", [("", start, end)], [self.phone(dice)])
        else:
            self.people.append(Person("passer", start, end, [("", start, end)]))

    def _person(self, role: str, path: list[tuple[str, int, int]], phones: list[_Phone]) -> Person:
        start, end = path[0][1], path[-1][2]
        person = Person(role, start, end, path, [p.number for p in phones])
        self.people.append(person)
        side = self.dice.uniform(6, 14)
        for phone in phones:
            at = start + round(self.dice.uniform(0, phone.model.pause) * SECOND * (0.15 if role == "passer" else 1))
            spots: dict[int, tuple[float, float]] = {}
            while at < end:
                step = next(n for n, (_, _, until) in enumerate(path) if at < until)
                zone = path[step][0]
                if step not in spots or self.dice.random() < 0.3:
                    spots[step] = self._place(zone, side)
                self._scan(phone, at, *spots[step], inside=bool(zone))
                busy = self.dice.random() < phone.model.burst  # in the hand: it scans more often
                mean = phone.model.pause * (0.25 if busy else 1.0)
                at += round((2 + self.dice.expovariate(1 / mean)) * SECOND)
        return person

    def _place(self, zone: str, side: float) -> tuple[float, float]:
        if not zone:
            return self._door[0] - side, self._door[1] + self.dice.uniform(-15, 15)
        x, y, w, h = self.scene.zones[zone]
        return x + w * self.dice.uniform(0.08, 0.92), y + h * self.dice.uniform(0.08, 0.92)

    def _scan(self, phone: _Phone, at: int, x: float, y: float, *, inside: bool) -> None:
        dice, model = self.dice, phone.model
        if not phone.random:
            phone.address = phone.own
        elif model.rotation == "scan" or at >= phone.until:
            phone.address = dice.getrandbits(46) << 2 | 2
            later = {"scan": 0, "period": dice.uniform(5, 18) * MINUTE, "stay": DAY}[model.rotation]
            phone.until = at + later
            if not model.counts_on:
                phone.seq = dice.randrange(4_096)
        number = dice.randint(2, 6)
        seen = (round(x + dice.gauss(0, self._sigma), 1), round(y + dice.gauss(0, self._sigma), 1))
        for sensor, (sx, sy) in self.scene.sensors.items():
            if sensor in self.dead and self.dead[sensor][0] <= at < self.dead[sensor][1]:
                continue
            away = max(1.0, math.hypot(sx - x, sy - y))
            if away > 28:
                continue
            rssi = -40 + model.power - 26 * math.log10(away) - (0 if inside else 9) + dice.gauss(0, 4)
            if rssi < -92 or dice.random() < 1 / (1 + math.exp((rssi + 86) / 2)):
                continue
            self.frames.append(Frame(
                at + dice.randrange(400), sensor, phone.address, not phone.random, model.elements,
                (phone.seq + dice.randrange(number)) % 4_096, round(min(rssi, -25)), *seen, phone.number))
        phone.seq = (phone.seq + number + round(dice.uniform(0, 12))) % 4_096


def scenery(mall: dict[str, Any]) -> Scenery:
    """Return one floor of a venue file (`floors[0]`) as scenery."""
    floor = mall["floors"][0]
    zones = {z["code"]: (z["rect"]["x"], z["rect"]["y"], z["rect"]["w"], z["rect"]["h"]) for z in floor["zones"]}
    halls = tuple(z["code"] for z in floor["zones"] if "shop" not in z)
    sensors = {s["code"]: (float(s["x"]), float(s["y"])) for s in mall["sensors"] if s["kind"] == "wifi"
               and s["zone"] in zones}
    return Scenery(zones, halls, sensors)
