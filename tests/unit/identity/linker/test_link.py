"""Linking whole tables with the defaults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.identity.linker.people import COLUMNS, people

from datong.identity.linker import link, parse_columns
from datong.identity.linker.evaluate import cluster_figures


def test_families_are_not_persons() -> None:
    """Persons are found in spite of errors, and people of one household are kept apart."""
    table, truth = people(400)
    linked = link(table, parse_columns(COLUMNS))
    found = cluster_figures(truth, linked.labels)
    assert found["cluster_precision"] >= 0.97
    assert found["cluster_recall"] >= 0.95
    assert linked.model.household > 0
    assert linked.report["rows"] == len(truth)
    assert linked.report["clusters"] == int(linked.labels.max()) + 1


def test_the_same_table_gives_the_same_clusters() -> None:
    """Nothing is left to chance."""
    table, _ = people(120)
    first, second = (link(table, parse_columns(COLUMNS)) for _ in range(2))
    assert first.labels.tolist() == second.labels.tolist()
    assert first.model == second.model


def test_any_order_of_the_rows_gives_the_same_clusters() -> None:
    """The table is larger than what is compared in full, so that blocking, drawing and ties all have a say."""
    table, _ = people(300)
    first = link(table, parse_columns(COLUMNS))
    assert first.report["possible_pairs"] > 3 * first.report["compared_pairs"]
    for seed in (1, 2):
        order = np.random.default_rng(seed).permutation(len(table))
        again = link(table.take(pa.array(order)), parse_columns(COLUMNS))
        assert again.model.comparisons == first.model.comparisons
        assert partition(again.labels, order.tolist()) == partition(first.labels, range(len(table)))


def partition(labels: Any, rows: Iterable[int]) -> set[frozenset[int]]:
    """Return the clusters as sets of the rows of the table."""
    found: dict[int, set[int]] = {}
    for label, row in zip(labels.tolist(), rows, strict=True):
        found.setdefault(label, set()).add(row)
    return {frozenset(cluster) for cluster in found.values()}


def test_only_different_sources_are_linked() -> None:
    """With `links`, no pair of one source is compared; without a source column that is an error."""
    table, _ = people(150)
    sources = pa.array(["till" if row % 2 else "web" for row in range(len(table))])
    linked = link(table.append_column("file", sources), parse_columns(COLUMNS + ",file=source"), links=True)
    assert len(linked.edges.left) > 50
    assert ((linked.edges.left + linked.edges.right) % 2 == 1).all()
    with pytest.raises(ValueError, match="column of kind source"):
        link(table, parse_columns(COLUMNS), links=True)


def test_known_pairs_are_respected() -> None:
    """What the online layer knows is not up for guessing."""
    table, _ = people(100)
    linked = link(table, parse_columns(COLUMNS))
    same = np.flatnonzero(linked.labels == np.bincount(linked.labels).argmax())[:2]
    other = np.flatnonzero(linked.labels != linked.labels[same[0]])[0]
    again = link(table, parse_columns(COLUMNS), must=[(same[0], other)], cannot=[tuple(same)])
    assert again.labels[same[0]] == again.labels[other]
    assert again.labels[same[0]] != again.labels[same[1]]


def column(*values: str | None) -> Any:
    return pa.array(values * (40 // len(values)), pa.string())


@pytest.mark.parametrize("table", [
    {"a": column("x"), "b": column(None)},
    {"a": column("", "  "), "b": column("n/a")},
    {"a": column("ann", "bob", None, "ann"), "b": column(None)},
    {"a": column("ann", "bob"), "b": pa.array(range(40))},
    {"a": pa.array([], pa.string()), "b": pa.array([], pa.string())},
    {"a": pa.array(["ann"]), "b": pa.array(["lee"])},
], ids=["constant", "blank", "empty column", "numbers", "no rows", "one row"])
def test_poor_tables_are_linked_too(table: dict[str, Any]) -> None:
    """Constant, empty and missing columns end in no error, and every row has a cluster."""
    linked = link(pa.table(table), parse_columns("a=given_name,b=something"))
    assert len(linked.labels) == len(table["a"])
    assert (linked.labels >= 0).all()


def test_a_column_that_is_not_there_is_named() -> None:
    """The error tells which one."""
    with pytest.raises(KeyError, match="nowhere"):
        link(pa.table({"a": column("x")}), parse_columns("nowhere=phone"))
