"""The traps of linking by probability, each with its truth, among ordinary customers and with the defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log2
from typing import Any

import pytest
from tests.flow.customers import COLUMNS, Customers

from datong.identity.linker import Columns, Options, link

MANY = 12
"""People in each trap."""

SURE = log2(0.99 / 0.01)
"""The weight from which records are joined without asking anybody."""


class Town:
    """Ordinary customers and every trap (or some) at once, linked in one run.

    `labels` are the clusters as they are proposed, `sure` those that are made without asking.
    """

    def __init__(self, seed: int = 7, traps: Sequence[str] = (), without: Sequence[str] = ()) -> None:
        self.customers = Customers(seed)
        self.traps: dict[str, list[tuple[int, ...]]] = {}
        for name in traps or TRAPS:
            self.traps[name] = [TRAPS[name](self.customers, f"{name} {number}") for number in range(MANY)]
        table = self.customers.table()
        columns = Columns({name: kind for name, kind in COLUMNS.kinds.items() if name not in without})
        self.labels: list[int] = link(table, columns).labels.tolist()
        self.sure: list[int] = link(table, columns, options=Options(cut=SURE)).labels.tolist()

    def together(self, trap: str, *places: int, sure: bool = False) -> int:
        """Return for how many of the trap's cases the records at these places are one cluster."""
        labels = self.sure if sure else self.labels
        return sum(len({labels[case[at]] for at in places}) == 1 for case in self.traps[trap])

    def mixed(self, labels: Sequence[int]) -> list[list[str]]:
        """Return the people of each cluster that holds several."""
        clusters: dict[int, set[str]] = {}
        for label, person in zip(labels, self.customers.truth, strict=True):
            clusters.setdefault(label, set()).add(person)
        return [sorted(people) for people in clusters.values() if len(people) > 1]


def twins(customers: Customers, name: str) -> tuple[int, ...]:
    """One birth date, surname, address and the mother's number; two given names. Each comes twice."""
    return both(customers, name, customers.somebody(), customers.somebody()["email"])


def twins_of_one_mail(customers: Customers, name: str) -> tuple[int, ...]:
    """The same, and their mail is the mother's as well."""
    one = customers.somebody()
    return both(customers, name, one, one["email"])


def twins_of_a_sign(customers: Customers, name: str) -> tuple[int, ...]:
    """The given name of one begins that of the other (磊, 磊力): in Chinese that is another name."""
    one = customers.somebody()
    given = (one["given"] or "")[0]
    one = {**one, "given": given}
    other = {**one, "given": given + customers.sign(), "email": customers.somebody()["email"]}
    return tuple(customers.write(f"{name} {who}", row) for who, row in ((1, one), (2, other), (1, one), (2, other)))


def both(customers: Customers, name: str, one: dict[str, str | None], email: str | None) -> tuple[int, ...]:
    """Write the two down in turn. Their given names have no sign in common: one that begins the other may be short."""
    given = customers.somebody()["given"]
    while set(given or "") & set(one["given"] or ""):
        given = customers.somebody()["given"]
    other = {**one, "given": given, "email": email}
    return tuple(customers.write(f"{name} {who}", row) for who, row in ((1, one), (2, other), (1, one), (2, other)))


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
    "twins": twins, "swapped": swapped, "married": married, "couple": couple, "recycled": recycled,
    "placeholder": placeholder, "twins of one mail": twins_of_one_mail, "twins of a sign": twins_of_a_sign,
}


@pytest.fixture(scope="module")
def town() -> Town:
    return Town()


@pytest.mark.parametrize("trap", ["twins", "twins of one mail", "twins of a sign"])
def test_twins_are_never_joined_without_asking(town: Town, trap: str) -> None:
    """Nor are they torn: what each left twice is one person for sure."""
    assert town.together(trap, 0, 1, sure=True) == town.together(trap, 2, 3, sure=True) == 0
    assert town.together(trap, 0, 2, sure=True) == town.together(trap, 1, 3, sure=True) == MANY


@pytest.mark.parametrize(("seed", "traps"), [(1, ()), (2, ("twins",)), (3, ("twins", "couple")), (4, ())])
def test_nor_are_they_in_another_town(seed: int, traps: tuple[str, ...]) -> None:
    """Also where they are the only people who have a home in common, so that nothing is learnt of households."""
    town = Town(seed, traps)
    assert town.together("twins", 0, 1, sure=True) == town.together("twins", 2, 3, sure=True) == 0
    assert town.together("twins", 0, 2, sure=True) == town.together("twins", 1, 3, sure=True) == MANY


@pytest.mark.parametrize("without", [("phone",), ("phone", "email", "gender"), ("phone", "address")])
def test_nor_are_they_in_a_table_that_knows_no_families(without: tuple[str, ...]) -> None:
    """One birth date, surname and address are one explanation, whatever columns say so."""
    town = Town(5, ("twins", "twins of a sign"), without)
    for trap in ("twins", "twins of a sign"):
        assert town.together(trap, 0, 1, sure=True) == town.together(trap, 2, 3, sure=True) == 0
        assert town.together(trap, 0, 2, sure=True) == town.together(trap, 1, 3, sure=True) == MANY


@pytest.mark.parametrize("trap", ["swapped", "married"])
def test_one_person_under_two_names_is_one(town: Town, trap: str) -> None:
    assert town.together(trap, 0, 1) == MANY


@pytest.mark.parametrize("trap", ["couple", "recycled", "placeholder"])
def test_two_people_with_one_value_stay_two(town: Town, trap: str) -> None:
    assert town.together(trap, 0, 1) == 0


def test_nobody_swallows_a_town(town: Town) -> None:
    """All who gave the same placeholders are as many clusters as people, and so are the ordinary.

    Twins may be proposed, but to be asked about.
    """
    assert town.mixed(town.sure) == []
    assert [people for people in town.mixed(town.labels) if not people[0].startswith("twins")] == []
    assert recall(town.labels, town.customers.truth) > 0.97


def recall(labels: Sequence[int], truth: Sequence[str]) -> float:
    """Return the share of pairs of one person's records that are in one cluster."""
    people: dict[str, list[Any]] = {}
    for label, person in zip(labels, truth, strict=True):
        people.setdefault(person, []).append(label)
    pairs = sum(len(found) * (len(found) - 1) // 2 for found in people.values())
    right = sum(found.count(label) * (found.count(label) - 1) // 2 for found in people.values() for label in set(found))
    return right / pairs
