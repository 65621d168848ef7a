"""EPCIS 2.0 /capture: 202 and a job that runs beside; rollback and proceed; a crash loses nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.touchpoints.kinds.test_epcis import BOMB, SGTIN, XML_2, event
from tests.unit.touchpoints.test_asgi import NOW, Client, Reply

from datong.config import FixedClock, IntakeSettings, Settings, TouchpointSettings
from datong.model import DAY, decode_event
from datong.privacy import Vault
from datong.storage import EVENTS, Store, open_store
from datong.touchpoints import Captures, Intake, IntakeApp

KEY = {"authorization": "Bearer k-wms", "content-type": "application/ld+json"}
VAULT = Vault(b"0123456789abcdef0123456789abcdef")
GOOD = [event("receiving", eventID=f"urn:uuid:{n}", epcList=[SGTIN.format(n)]) for n in range(3)]
BAD = event("receiving", eventID="urn:uuid:bad", epcList=["urn:epc:id:sscc:0614141.1234567890"])


class Wms(Client):
    """A warehouse's system, and what stands behind the door."""

    def __init__(self, store: Store) -> None:
        self.store, self.intake = store, Intake(store, VAULT)
        self.captures = Captures(self.intake)
        super().__init__(IntakeApp(self.intake, captures=self.captures))

    def capture(self, body: Any, **headers: str) -> Reply:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.post("/epcis/capture", body, {**KEY, **more})

    def job(self, reply: Reply) -> dict[str, Any]:
        """Return the job of an answer, when it is through."""
        assert reply.status == 202, reply
        for _ in range(500):
            found = self.send("GET", reply.headers["location"], headers=KEY).body
            if not found["running"]:
                return dict(found)
            time.sleep(0.01)
        raise AssertionError("the job does not end")

    def events(self) -> list[str]:
        return [decode_event(one.body).id for one in self.store.log.read(0, 1_000) if one.topic == EVENTS]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    touchpoints = {"wms": TouchpointSettings("epcis", "k-wms", "W1"), "shop": TouchpointSettings("web", "k-shop")}
    settings = Settings(root=str(tmp_path), touchpoints=touchpoints,
                        intake=IntakeSettings(unknown_goods="accept", requests_per_s=10_000))
    opened = open_store(settings, FixedClock(NOW + DAY))
    yield opened
    opened.close()


@pytest.fixture
def wms(store: Store) -> Iterator[Wms]:
    made = Wms(store)
    yield made
    made.captures.stop()


def document(*events: Any) -> dict[str, Any]:
    return {"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument",
            "schemaVersion": "2.0", "creationDate": "2026-03-01T10:00:00Z", "epcisBody": {"eventList": list(events)}}


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_a_document_is_captured(wms: Wms, behaviour: str) -> None:
    reply = wms.capture(document(*GOOD), gs1_capture_error_behaviour=behaviour)
    assert reply.headers["location"].startswith("/epcis/capture/")
    assert (reply.headers["gs1-epcis-version"], reply.headers["gs1-epcis-capture-limit"]) == ("2.0", "10000")
    job = wms.job(reply)
    assert job == {
        "captureID": reply.headers["location"].rpartition("/")[2], "createdAt": "2026-03-02T04:00:00.000Z",
        "finishedAt": "2026-03-02T04:00:00.000Z", "running": False, "success": True,
        "captureErrorBehaviour": behaviour, "errors": []}
    assert wms.events() == [f"urn:uuid:{n}" for n in range(3)]
    assert wms.send("GET", "/epcis/capture", headers=KEY).body == [job]
    again = wms.job(wms.capture(document(*GOOD), gs1_capture_error_behaviour=behaviour))  # sent again, kept once
    assert (again["success"], len(wms.events())) == (True, 3)
    counts = wms.intake.counts()
    assert [counts["wms", name] for name in ("received", "accepted", "duplicate", "refused")] == [6, 3, 3, 0]


def test_xml_is_captured(wms: Wms) -> None:
    assert wms.job(wms.capture(XML_2.encode(), content_type="application/xml; charset=utf-8"))["success"]
    assert wms.events() == ["urn:uuid:1"]


def test_rollback_keeps_nothing_of_a_document_with_an_error(wms: Wms) -> None:
    job = wms.job(wms.capture(document(*GOOD, BAD)))
    assert (job["success"], job["captureErrorBehaviour"]) == (False, "rollback")
    (error,) = job["errors"]
    assert (error["type"], error["status"], error["instance"], error["code"], error["field"]) == (
        "epcisException:ValidationException", 400, "urn:uuid:bad", "bad_gtin", "epcList[0]")
    assert wms.store.log.end() == 0
    counts = wms.intake.counts()
    assert [counts["wms", name] for name in ("received", "accepted", "quarantined", "refused")] == [4, 0, 0, 4]


def test_proceed_keeps_what_is_good_and_quarantines_the_rest(wms: Wms) -> None:
    job = wms.job(wms.capture(document(*GOOD, BAD), gs1_capture_error_behaviour="proceed"))
    assert (job["success"], [e["instance"] for e in job["errors"]]) == (False, ["urn:uuid:bad"])
    assert wms.events() == [f"urn:uuid:{n}" for n in range(3)]
    counts = wms.intake.counts()
    assert [counts["wms", name] for name in ("received", "accepted", "quarantined", "refused")] == [4, 3, 1, 0]


def test_a_contradiction_rolls_back_too(wms: Wms) -> None:
    wms.job(wms.capture(document(GOOD[0])))
    other = {**GOOD[0], "epcList": [SGTIN.format(8), SGTIN.format(9)]}
    job = wms.job(wms.capture(document(GOOD[1], other)))
    assert [e["code"] for e in job["errors"]] == ["conflict"]
    assert wms.events() == ["urn:uuid:0"]


def test_what_a_crash_left_is_captured_after_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is on disk before its sender hears 202; the process ends before it is captured."""
    before = Wms(store)
    monkeypatch.setattr(before.captures, "start", lambda: None)  # the thread never came to it
    reply = before.capture(document(*GOOD))
    assert before.send("GET", reply.headers["location"], headers=KEY).body["running"] is True
    after = Wms(store)
    after.captures.start()
    assert after.job(reply)["success"]
    assert len(after.events()) == 3
    after.captures.stop()


@pytest.mark.parametrize(("body", "headers", "status", "kind"), [
    (b"{", {}, 400, "ValidationException"), (BOMB.encode(), {"content_type": "text/xml"}, 400, "ValidationException"),
    (document(), {"authorization": "Bearer nobody"}, 401, "SecurityException"),
    (document(), {"authorization": "Bearer k-shop"}, 404, "NoSuchResourceException"),
    (document(*[{}] * 10_001), {}, 413, "CaptureLimitExceededException"),
    (b" " * 10_000_000, {}, 413, "CaptureLimitExceededException"),
    (document(), {"content_type": "application/pdf"}, 415, "UnsupportedMediaTypeException"),
    (document(), {"gs1_capture_error_behaviour": "shrug"}, 400, "ValidationException"),
])
def test_what_cannot_be_captured_is_a_problem(wms: Wms, body: Any, headers: dict[str, str], status: int, kind: str
                                              ) -> None:
    reply = wms.capture(body, **headers)
    found = json.loads(reply.body) if isinstance(reply.body, str) else reply.body
    assert (reply.status, found["type"], found["status"]) == (status, f"epcisException:{kind}", status)
    assert found["title"]
    assert reply.headers["content-type"] == "application/problem+json"
    counts = wms.intake.counts()
    assert sum(count for (_, what), count in counts.items() if what == "received") == 1
    assert sum(count for (_, what), count in counts.items() if what in ("quarantined", "refused")) == 1


def test_addresses_and_methods(wms: Wms) -> None:
    assert wms.send("GET", "/epcis/capture/0", headers=KEY).status == 404
    assert wms.send("DELETE", "/epcis/capture", headers=KEY).status == 405
    assert wms.send("POST", "/epcis/capture/0", headers=KEY).status == 405
    assert wms.send("GET", "/epcis/events", headers=KEY).status == 404
    reply = wms.capture(document(GOOD[0]))
    wms.job(reply)
    assert wms.send("GET", reply.headers["location"], headers={"authorization": "Bearer k-shop"}).status == 404
