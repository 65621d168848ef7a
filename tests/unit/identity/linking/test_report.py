from __future__ import annotations

from datong.identity.linker import ELSE, Comparison, Level, Model
from datong.identity.linking.find import Found, Pair
from datong.identity.linking.report import report_of


def model(prior: float, m: float) -> Model:
    level = Level("exact", ELSE, m=m, u=0.25)
    return Model(kinds={}, comparisons=[Comparison("given", ("given",), [level])], keys=[], prior=prior)


def pair(one: int, two: int, probability: float) -> Pair:
    return Pair((0, 1), (one, two), 7.0, probability)


def test_joins_become_clusters_of_members_with_their_least_certain_join() -> None:
    found = Found(joins=[pair(4, 2, 0.995), pair(7, 4, 0.999), pair(9, 8, 1.0)], asked_of=3, left=40, torn={2: 2, 5: 3})
    found.model = model(0.2, 0.5)
    report = report_of(found, 20, 0.99, 0.2)
    assert report["merges"] == [{"members": [2, 4, 7], "confidence": 0.995}, {"members": [8, 9], "confidence": 1.0}]
    assert (report["merged"], report["split"], report["review"], report["unchanged"]) == (2, 2, 3, 14)
    assert report["largest"][0] == {"members": [2, 4, 7], "size": 3}
    assert report["splits"] == [{"member": 2, "parts": 2}, {"member": 5, "parts": 3}]
    assert [(band["name"], band["pairs"]) for band in report["bands"]] == [("auto", 3), ("review", 3), ("reject", 40)]
    assert report["drift"] == []


def test_drift_tells_first_what_moved_most() -> None:
    found = Found(model=model(0.5, 0.5))
    drift = report_of(found, 0, 0.99, 0.2, before=model(0.5, 0.25))["drift"]
    assert drift == [
        {"name": "given: exact", "before": 0.0, "after": 1.0}, {"name": "prior", "before": 0.0, "after": 0.0},
    ]
