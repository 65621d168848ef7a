"""The model as a document, and what its levels weigh."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datong.errors import ConfigError
from datong.identity.linker import (
    ELSE,
    Comparison,
    Key,
    Level,
    Model,
    Part,
    Predicate,
    parse_columns,
    read_model,
    write_model,
)
from datong.identity.linker.compare import comparisons_for
from datong.identity.linker.model import ASKED, FAMILY


def model() -> Model:
    """A model of one comparison."""
    exact = Level("exact", Predicate("exact", ("phone",)), m=0.8, u=0.001, tf="phone", h=0.4)
    different = Level("different", ELSE, m=0.1, u=0.8)
    return Model(
        {"tel": "phone"}, [Comparison("phone", ("phone",), [exact, different])],
        [Key("phone", (Part("phone"), Part("surname", "prefix", 3)), 100)], prior=0.2,
        frequencies={"phone": {"1": 0.1}}, scales={"phone": 0.5}, floors={"phone": 0.01}, household=0.2,
    )


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nothing is lost on the way through the file."""
    write_model(model(), tmp_path / "model.json")
    assert read_model(tmp_path / "model.json") == model()


def test_another_version_and_other_files_are_refused(tmp_path: Path) -> None:
    """A file of tomorrow, or no model at all, says so."""
    path = tmp_path / "model.json"
    later = model()
    later.version = 99
    write_model(later, path)
    with pytest.raises(ConfigError, match="version 99"):
        read_model(path)
    path.write_text("{}")
    with pytest.raises(ConfigError, match="no linker model"):
        read_model(path)


def test_rare_values_weigh_more() -> None:
    """log2(m / frequency), where a scale takes off what records of one person themselves contribute."""
    made = model()
    exact, different = made.comparisons[0].levels
    assert exact.weight == pytest.approx(np.log2(800))
    assert made.weight_of(exact, "1") == pytest.approx(np.log2(0.8 / 0.05))
    assert made.weight_of(exact, "rare") == pytest.approx(np.log2(0.8 / 0.01))
    assert made.weight_of(different, None) == pytest.approx(-3)
    assert Level("x", ELSE, m=0.5, u=0.1, silent=True).weight == 0
    assert made.start == -2


def test_what_housemates_share_is_counted_once() -> None:
    """With odds of 1 : 4 for one household, evidence w of a home takes off log2(1 + 2^w / 4); never more than w - 2."""
    made = model()
    exact = made.comparisons[0].levels[0]
    assert exact.at_home(10.0) == pytest.approx(9.0)
    assert made.beside(np.array([-50.0, 2.0, 40.0])) == pytest.approx([0, 1, 38])
    made.household = 0
    assert made.beside(np.array([40.0])).tolist() == [0]


def test_what_a_family_shares_joins_nobody_and_two_given_names_are_asked_about() -> None:
    columns = parse_columns({name: name for name in ("given_name", "surname", "address", "national_id")})
    made = Model({}, comparisons_for(columns, {"given", "surname", "address", "national_id"}), [], 0.01)
    names = [each.name for each in made.comparisons]
    levels = {each.name: {level.name: at for at, level in enumerate(each.levels)} for each in made.comparisons}

    def most(**found: str) -> float:
        pair = [levels[name][found[name]] if name in found else -1 for name in names]
        return float(made.most(np.array([pair], np.int8))[0])

    assert most(surname="exact", address="exact") == FAMILY
    assert most(surname="exact") == most(surname="exact", address="different") == np.inf
    assert most(given="different", surname="exact", address="exact") == FAMILY
    assert most(given="initial", surname="exact", address="exact") == FAMILY
    assert most(given="exact", surname="exact", address="exact") == np.inf
    assert most(given="different", surname="exact") == most(given="similar 0.75") == ASKED
    assert most(given="different", address="exact", national_id="exact") == np.inf
    assert most(address="exact", national_id="typo 1") == np.inf
