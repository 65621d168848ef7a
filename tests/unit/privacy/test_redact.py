"""Redacting: what is left of log entries in which an erased person occurs."""

from __future__ import annotations

from datong.model import Event, Identifier, Sightings, Traffic, decode_event
from datong.privacy import let_go
from datong.privacy.redact import occurs, redact
from datong.storage import ERASED, EVENTS, Store, event_record

HERS, OTHERS = 0x1122334455667788, 0x0A0B0C0D0E0F1011


def event(name: str, kind: str, *keys: int, source: str = "web", **more: object) -> Event:
    identifiers = tuple(Identifier("phone", key, b"\x01sealed") for key in keys)
    return Event(name, source, "web", kind, 1, 1, identifiers=identifiers, ident=keys[0] if keys else 0,
                 **more)  # type: ignore[arg-type]


def test_each_sort_of_entry_is_left_as_it_must(store: Store) -> None:
    frame = Sightings(("ap",), ("wifi_mac", "ble_id"), (HERS, OTHERS, HERS), (0, 5, 9), (-50, -60, -70), ns=(0, 1, 0))
    store.log.append([event_record(e) for e in (
        event("1", "Page Viewed", HERS), event("2", "Page Viewed", OTHERS),
        event("3", "Page Viewed", OTHERS, HERS),
        event("4", "Receipt Issued", HERS, ref="r", amount=5, personal={"name": b"\x01Li"},
              properties={"till": "T1", "note": "for Li Na"}),
        event("5", "Devices Sighted", sightings=frame),
        event("6", "Identity Corrected", properties={"keys": [str(HERS), str(OTHERS)]}),
        event("7", "Devices Sighted", sightings=Sightings(("ap",), ("wifi_mac",), (HERS,), (0,), (-50,))),
    )])
    done = redact(store.log, [HERS], store.log.end())
    assert (done.erased, done.kept, done.stripped, done.offsets) == (3, 1, 2, [6, 7])
    entries = store.log.read(0, 10)
    assert [e.topic for e in entries] == [ERASED, EVENTS, EVENTS, EVENTS, EVENTS, ERASED, ERASED]
    left = {e.offset: decode_event(e.body) for e in entries if e.topic == EVENTS}
    assert [i.key for i in left[3].identifiers] == [OTHERS]
    assert (left[4].ident, left[4].amount, left[4].personal, left[4].properties) == (0, 5, {}, {"till": "T1"})
    assert left[5].sightings == Sightings(("ap",), ("wifi_mac", "ble_id"), (OTHERS,), (5,), (-60,), ns=(1,))
    assert list(occurs(store.log, [HERS])) == []
    assert redact(store.log, [HERS], store.log.end()).erased == 0


def test_one_source_is_let_go_and_others_stay(store: Store) -> None:
    store.log.append([event_record(event("1", "Identified", HERS, source="enrichment:acme")),
                      event_record(event("2", "Identified", HERS)),
                      event_record(event("3", "Identified", OTHERS, source="enrichment:acme"))])
    assert let_go(store, {HERS}, "enrichment:acme") == 1
    assert [e.topic for e in store.log.read(0, 10)] == [ERASED, EVENTS, EVENTS]


def test_of_the_moves_of_many_only_theirs_go(store: Store) -> None:
    both = Traffic(("random_mac",), ("mall",), ("", "hall"), (0, 0, 1), (HERS, OTHERS, HERS), (0, 0, 0), (0, 0, 1),
                   (0, 5, 0), (0, 5, 0))
    hers = Traffic(("random_mac",), ("mall",), ("",), (3,), (HERS,), (0,), (0,), (0,), (9,))
    store.log.append([event_record(event("1", "Devices Moved", traffic=both)),
                      event_record(event("2", "Devices Moved", traffic=hers))])
    done = redact(store.log, [HERS], store.log.end())
    assert (done.erased, done.stripped) == (1, 1)
    first, second = store.log.read(0, 10)
    assert decode_event(first.body).traffic == Traffic(
        ("random_mac",), ("mall",), ("", "hall"), (0,), (OTHERS,), (0,), (0,), (5,), (5,))
    assert second.topic == ERASED
    assert list(occurs(store.log, [HERS])) == []
