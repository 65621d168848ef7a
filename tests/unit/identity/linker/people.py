"""Generated people with known truth, for tests of the linker: families, moves, typing errors, placeholders of none."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa

COLUMNS = "first=given_name,last=surname,birth=date_of_birth,street=address,zip=postcode,phone=phone,sex=gender"
_FIRST = [a + b for a in ("Ma", "Jo", "Ka", "Li", "Ro", "Te", "Vi", "Be", "Do", "Ha", "Ni", "Su") for b in
          ("rian", "seph", "trin", "nda", "bert", "resa", "ctor", "nno", "minik", "nnah", "colas", "sann", "lia")]
_LAST = [a + b for a in ("Ander", "Berg", "Carls", "Dahl", "Eriks", "Fors", "Gustaf", "Holm", "Lind", "Nils") for b in
         ("son", "mann", "strom", "gren", "qvist", "berg", "holm", "dottir", "feld", "wald", "stein", "bauer")]
_STREET = [a + " " + b for a in ("Oak", "Elm", "Mill", "High", "Park", "Lake", "Hill", "King", "Queen") for b in
           ("Street", "Avenue", "Road", "Lane")]


def slip(dice: random.Random, text: str) -> str:
    """Return the text with two neighbouring letters exchanged, or one lost."""
    at = dice.randrange(1, max(2, len(text) - 1))
    return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :] if dice.random() < 0.6 else (
        text[:at] + text[at + 1 :])


def people(households: int, seed: int = 1) -> tuple[Any, list[int]]:
    """Return records of households of one to four, some records doubled with errors, and who each is of."""
    dice = random.Random(seed)
    rows: list[tuple[int, dict[str, str | None]]] = []
    number = 0
    for _ in range(households):
        last, street = dice.choice(_LAST), f"{dice.randrange(1, 4000)} {dice.choice(_STREET)}"
        home = {"last": last, "street": street, "zip": str(dice.randrange(10000, 10400)),
                "phone": f"+1919555{dice.randrange(10000):04d}"}
        for _ in range(dice.choice((1, 1, 2, 3, 4))):
            number += 1
            born = f"{dice.randrange(1940, 2005)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"
            own = {"first": dice.choice(_FIRST), "birth": born, "sex": dice.choice("fm")}
            person: dict[str, str | None] = {**home, **own}
            rows.append((number, person))
            for _ in range(dice.choice((0, 0, 1, 1, 2))):
                again = dict(person)
                for column in ("first", "last", "street", "birth"):
                    if dice.random() < 0.08:
                        again[column] = slip(dice, str(again[column]))
                for column in ("birth", "phone", "zip", "sex"):
                    if dice.random() < 0.1:
                        again[column] = None
                rows.append((number, again))
    dice.shuffle(rows)
    names = ("first", "last", "birth", "street", "zip", "phone", "sex")
    table = pa.table({name: pa.array([row[name] for _, row in rows], pa.string()) for name in names})
    return table, [who for who, _ in rows]
