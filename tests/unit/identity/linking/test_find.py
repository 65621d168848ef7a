"""Finding: clusters of records become pairs of members to join, to ask about and to let be."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from datong.identity.linking.calibrate import Calibration
from datong.identity.linking.find import Found, find
from datong.identity.linking.records import COLUMNS, Records

DICE = random.Random(5)
GIVEN = ["anna", "bruno", "carla", "dario", "elena", "fabio", "greta", "hugo", "irene", "jakob", "luca", "marta"]
FAMILY = ["rossi", "bianchi", "ferrari", "russo", "romano", "gallo", "costa", "fontana", "conti", "ricci", "moretti"]


def somebody(**known: str) -> dict[str, str]:
    return {
        "firstName": DICE.choice(GIVEN), "lastName": DICE.choice(FAMILY), "phone": f"+39333{DICE.randrange(10**7):07d}",
        "birthday": f"{DICE.randrange(1950, 2004)}-{DICE.randrange(1, 13):02d}-{DICE.randrange(1, 29):02d}",
        "address": f"via {DICE.choice(FAMILY)} {DICE.randrange(1, 300)}", **known,
    }


PEOPLE = [somebody() for _ in range(150)]
TWIN = {**PEOPLE[0], "firstName": "zita"}
ROWS: list[tuple[int, dict[str, str]]] = [
    *enumerate(PEOPLE, 1),
    *((201 + at, {**person, "phone": ""}) for at, person in enumerate(PEOPLE[:30])),  # members 1 to 30 once more
    (301, TWIN), (400, PEOPLE[140]), (400, PEOPLE[141]),
]


def looked(apart: list[tuple[int, int]] | None = None, holds: set[int] | None = None) -> Found:
    told = {name: [row.get(name) or None for _, row in ROWS] for name in COLUMNS.kinds}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in told.items()})
    members = np.array([member for member, _ in ROWS], np.int64)
    records = Records(table, members, {member: member for member, _ in ROWS}, {"user_id": holds or set()})
    return find(records, apart or [], Calibration(), 0.99, 0.2)


@pytest.fixture(scope="module")
def found() -> Found:
    return looked()


def joined(found: Found) -> set[Any]:
    return {tuple(sorted(pair.members)) for pair in found.joins}


def test_members_who_are_one_are_joined(found: Found) -> None:
    assert {(at, at + 200) for at in range(2, 31)} <= joined(found)
    assert all(pair.probability >= 0.99 for pair in found.joins)


def test_a_twin_is_asked_about_with_a_waterfall(found: Found) -> None:
    assert not any(301 in members for members in joined(found))
    asked = [pair for pair in found.asks if 301 in pair.members]
    assert asked
    assert asked[0].parts
    assert sum(part.weight for part in asked[0].parts) < 6.7


def test_a_member_whose_records_disagree_is_named_and_stays_whole(found: Found) -> None:
    assert found.torn == {400: 2}


def test_nobody_is_joined_who_was_said_to_be_two_or_has_two_accounts() -> None:
    found = looked(apart=[(2, 202)], holds={3, 203})
    assert joined(found) & {(2, 202), (3, 203)} == set()
    assert (4, 204) in joined(found)
