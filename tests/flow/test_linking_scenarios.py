"""The traps of linking by probability, each with its truth, among ordinary customers and with the defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.flow.customers import COLUMNS, Customers

from datong.identity.linker import link

MANY = 12
"""People in each trap."""


class Town:
    """Ordinary customers and every trap at once, linked in one run."""

    def __init__(self) -> None:
        self.customers = Customers()
        self.traps: dict[str, list[tuple[int, ...]]] = {}
        for name, build in TRAPS.items():
            self.traps[name] = [build(self.customers, f"{name} {number}") for number in range(MANY)]
        self.labels = link(self.customers.table(), COLUMNS).labels.tolist()

    def together(self, trap: str, *places: int) -> int:
        """Return for how many of the trap's cases the records at these places are one cluster."""
        return sum(len({self.labels[case[at]] for at in places}) == 1 for case in self.traps[trap])


def swapped(customers: Customers, name: str) -> tuple[int, ...]:
    """The given name stands where the surname belongs."""
    one = customers.somebody()
    return customers.write(name, one), customers.write(name, {
        **one, "given": one["surname"], "surname": one["given"], "email": None, "address": None})


def married(customers: Customers, name: str) -> tuple[int, ...]:
    """She took another surname and moved; number and birth date are hers as before."""
    one = customers.somebody(gender="f")
    new = customers.somebody()
    return customers.write(name, one), customers.write(name, {
        **one, "surname": new["surname"], "address": new["address"], "city": new["city"], "email": None})


def couple(customers: Customers, name: str) -> tuple[int, ...]:
    """Husband and wife: one number, one address, nothing else in common."""
    one = customers.somebody(gender="m")
    other = customers.somebody(gender="f", phone=one["phone"], address=one["address"], city=one["city"])
    return customers.write(f"{name} 1", one), customers.write(f"{name} 2", other)


def recycled(customers: Customers, name: str) -> tuple[int, ...]:
    """A number that was somebody else's before."""
    one = customers.somebody()
    other = customers.somebody(phone=one["phone"])
    return customers.write(f"{name} 1", one), customers.write(f"{name} 2", other)


def placeholder(customers: Customers, name: str) -> tuple[int, ...]:
    """What cashiers type where a form insists: the same number, mail, day and street for everybody."""
    nothing = {"phone": "13800138000", "email": "test@test.com", "born": "1900-01-01", "address": "无", "city": "上海"}
    return tuple(customers.write(f"{name} {at}", customers.somebody(**nothing)) for at in range(2))


TRAPS: dict[str, Callable[[Customers, str], tuple[int, ...]]] = {
    "swapped": swapped, "married": married, "couple": couple, "recycled": recycled,
    "placeholder": placeholder,
}


@pytest.fixture(scope="module")
def town() -> Town:
    return Town()


@pytest.mark.parametrize("trap", ["swapped", "married"])
def test_one_person_under_two_names_is_one(town: Town, trap: str) -> None:
    assert town.together(trap, 0, 1) == MANY


@pytest.mark.parametrize("trap", ["couple", "recycled", "placeholder"])
def test_two_people_with_one_value_stay_two(town: Town, trap: str) -> None:
    assert town.together(trap, 0, 1) == 0


def test_nobody_swallows_a_town(town: Town) -> None:
    """All who gave the same placeholders are as many clusters as people, and so are the ordinary."""
    clusters: dict[int, set[str]] = {}
    for label, person in zip(town.labels, town.customers.truth, strict=True):
        clusters.setdefault(label, set()).add(person)
    mixed = [sorted(people) for people in clusters.values() if len(people) > 1]
    assert mixed == []
    assert recall(town.labels, town.customers.truth) > 0.97


def recall(labels: Sequence[int], truth: Sequence[str]) -> float:
    """Return the share of pairs of one person's records that are in one cluster."""
    people: dict[str, list[Any]] = {}
    for label, person in zip(labels, truth, strict=True):
        people.setdefault(person, []).append(label)
    pairs = sum(len(found) * (len(found) - 1) // 2 for found in people.values())
    right = sum(found.count(label) * (found.count(label) - 1) // 2 for found in people.values() for label in set(found))
    return right / pairs
