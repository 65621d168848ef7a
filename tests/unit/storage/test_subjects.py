"""Subjects: every personal table says whose its rows are, and erasing takes exactly those."""

from __future__ import annotations

import datong.platform  # noqa: F401 every package declares its tables
from datong.storage import FACT_TABLES, METADATA, Store, erase_facts, erase_state, insert, personal_rows

_PERSONAL = ("member", "ident", "key", "device", "known_by")


def test_every_subject_names_a_column_and_what_it_holds() -> None:
    for table in METADATA.sorted_tables:
        for part in table.info["subject"].split():
            name, _, kind = part.partition(":")
            assert name in table.c, table.name
            assert kind in ("member", "ident"), table.name


def test_a_table_with_a_persons_column_has_a_subject() -> None:
    """A new table that holds a member or an identifier cannot be forgotten by erasure."""
    bare = [t.name for t in METADATA.sorted_tables if not t.info["subject"]
            and any(c.name in _PERSONAL and c.type.python_type is int for c in t.c)]
    assert bare == ["identity_block"]  # its key is of what two records may have in common
    assert not [t for t in FACT_TABLES.values() if t.subject == "none" and {"ident", "member"} & t.columns.keys()]


def test_a_kept_row_loses_its_person_and_others_go(store: Store) -> None:
    order, consent = METADATA.tables["commerce_order"], METADATA.tables["privacy_consent"]
    blank = {c.name: 0 if c.type.python_type is int else False if c.type.python_type is bool else ""
             for c in order.c if not c.nullable}
    said = {"purpose": "marketing", "channel": "", "granted": True, "at": 1, "source": "web"}
    with store.state.write() as tx:
        insert(tx, order, [{**blank, "key": "S1/1", "ident": 7}, {**blank, "key": "S1/2", "ident": 8}])
        insert(tx, consent, [{**said, "ident": 7}, {**said, "ident": 8}])
        assert [name for name, _ in personal_rows(tx, [], [7])] == ["commerce_order", "privacy_consent"]
        assert erase_state(tx, [], [7]) == {"commerce_order": (0, 1), "privacy_consent": (1, 0)}
        assert [r.ident for r in tx.execute(order.select().order_by(order.c.key))] == [0, 8]
        assert [r.ident for r in tx.execute(consent.select())] == [8]
        assert erase_state(tx, [], [7]) == {}


def test_facts_of_trade_stay_and_others_go_with_their_person(store: Store) -> None:
    rows = {"offset": [1, 2, 3, 4], "type": ["Page Viewed", "Order Completed", "Page Viewed", "Page Viewed"],
            "ident": [7, 7, 8, 9]}
    with store.facts.write() as facts:
        facts.append(FACT_TABLES["touchpoints.event"], rows)
        assert erase_facts(facts, [], [7], [4]) == {"touchpoints.event": (2, 1)}
    left = store.facts.rows('SELECT "offset", ident FROM touchpoints.event ORDER BY 1')
    assert left == [{"offset": 2, "ident": 0}, {"offset": 3, "ident": 8}]


def test_a_renewed_file_holds_what_was_there_and_not_what_was_deleted(store: Store) -> None:
    needle = "needle-in-a-haystack"
    with store.facts.write() as facts:
        facts.append(FACT_TABLES["touchpoints.event"], {"offset": [1, 2], "ref": [needle, "kept"]})
    with store.facts.write() as facts:
        facts.execute("DELETE FROM touchpoints.event WHERE ref = ?", [needle])
    old, reader = store.facts.path, store.facts.ibis
    store.facts.renew()
    assert not old.exists()
    assert store.facts.ibis is not reader
    assert store.facts.rows("SELECT ref FROM touchpoints.event") == [{"ref": "kept"}]
    with store.facts.write() as facts:
        facts.append(FACT_TABLES["touchpoints.event"], {"offset": [3], "ref": ["later"]})
    store.facts.renew()
    assert len(store.facts.rows("SELECT ref FROM touchpoints.event")) == 2
    store.facts.close()
    assert needle.encode() not in store.facts.path.read_bytes()
