"""Exporting: of what one event says of many devices, only the person's own are handed out."""

from __future__ import annotations

import io
import json
import zipfile

from datong.model import Event, Identifier, Sightings, Traffic
from datong.privacy import Person, Vault, export_person
from datong.storage import Store, event_record

HERS, OTHERS = 0x1122334455667788, 0x0A0B0C0D0E0F1011


def test_other_people_s_devices_stay_out_of_an_export(store: Store) -> None:
    vault = Vault(b"0123456789abcdef0123456789abcdef")
    frame = Sightings(("ap",), ("wifi_mac",), (OTHERS, HERS), (0, 5), (-50, -60))
    moves = Traffic(("random_mac",), ("mall",), ("", "hall"), (0, 1), (HERS, OTHERS), (0, 0), (0, 1), (0, 0), (0, 0))
    events = [Event("1", "aps", "wifi", "Devices Sighted", 1, 1, sightings=frame),
              Event("2", "places", "wifi", "Devices Moved", 1, 1, traffic=moves),
              Event("3", "web", "web", "Page Viewed", 1, 1, identifiers=(Identifier("wifi_mac", HERS),), ident=HERS)]
    store.log.append([event_record(event) for event in events])
    into = io.BytesIO()
    export_person(store, vault, Person("M1", (1,), (HERS,)), into)
    with zipfile.ZipFile(into) as archive:
        text = archive.read("events.jsonl").decode()
    told = [json.loads(line) for line in text.splitlines()]
    assert [one["type"] for one in told] == ["Devices Sighted", "Devices Moved", "Page Viewed"]
    assert str(HERS) in text
    assert str(OTHERS) not in text
