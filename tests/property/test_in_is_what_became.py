"""Whatever is sent over HTTP or by a transport: received = stored + known + quarantined + refused, per touchpoint."""

from __future__ import annotations

import gzip
import hmac
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.harness import corpus
from tests.fuzz.samples import NOW, SAMPLES
from tests.unit.touchpoints.test_asgi import Client

from datong.config import FixedClock, IntakeSettings, Settings, TouchpointSettings
from datong.privacy import Vault
from datong.storage import EVENTS, open_store
from datong.touchpoints import Intake, IntakeApp
from datong.touchpoints.quarantined import decode_quarantined
from datong.touchpoints.transport.frames import Frame, take

KINDS = ("web", "pos", "wifi", "ble", "ble_gateway", "beacon_app", "portal", "mist")
FRAMES = [frame for number, frame in corpus(seed=11, size=400)]
OUTCOMES = ("accepted", "duplicate", "quarantined", "refused")
ODD = [b"", b"{", b"[" * 9_000, b'{"batch": []}', b'{"sensor": "a", "sightings": []}', b"x" * 1_100_000]
frame = st.sampled_from([*(s.frame for s in SAMPLES), *FRAMES, *ODD]) | st.binary(max_size=60)


class Bench:
    def __init__(self, folder: str) -> None:
        touchpoints = {kind: TouchpointSettings(kind, f"k-{kind}", "V1", trusted=None if kind == "mist" else True,
                                                settings={"secret": "s3cret"} if kind == "mist" else {})
                       for kind in KINDS}
        made = Settings(root=folder, touchpoints=touchpoints,
                        intake=IntakeSettings(requests_per_s=1_000_000, unknown_goods="accept"))
        self.store = open_store(made, FixedClock(NOW))
        self.intake = Intake(self.store, Vault(b"0123456789abcdef0123456789abcdef"))
        self.client = Client(IntakeApp(self.intake))

    def counts(self, kind: str) -> dict[str, int]:
        found = self.intake.counts()
        return {name: found.get((kind, name), 0) for name in ("received", "skipped", *OUTCOMES)}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder:
        made = Bench(folder)
        yield made
        made.store.close()


def _request(kind: str, body: bytes, how: str) -> tuple[str, bytes, dict[str, str]]:
    headers = {"authorization": f"Bearer k-{kind}"}
    if kind == "mist":
        headers = {"x-mist-signature-v2": hmac.new(b"s3cret", body, "sha256").hexdigest()}
    path = f"/touchpoints/{kind}"
    if how == "stranger":
        headers = {"authorization": "Bearer nobody", "x-mist-signature-v2": "00"}
    elif how == "packed":
        return path, gzip.compress(body), {**headers, "content-encoding": "gzip"}
    elif how == "badly packed":
        return path, body, {**headers, "content-encoding": "gzip"}
    elif how == "segment" and kind != "mist":
        path = "/v1/batch"
    return path, body, headers


@given(st.sampled_from(KINDS), frame,
       st.sampled_from(["plain", "plain", "packed", "badly packed", "stranger", "segment"]))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_request_is_accounted_for(bench: Bench, kind: str, body: bytes, how: str) -> None:
    before, end = bench.counts(kind), bench.store.log.end()
    path, sent, headers = _request(kind, body, how)
    reply = bench.client.post(path, sent, headers)
    after = bench.counts(kind)
    gained = {name: after[name] - before[name] for name in after}
    assert gained["received"] == sum(gained[name] for name in OUTCOMES)
    kept = bench.store.log.read(end, 10_000)
    if reply.status == 200:
        assert gained["refused"] == 0
        assert gained["received"] + gained["skipped"] > 0 or body == b'{"sensor": "a", "sightings": []}'
    else:
        assert reply.body["message"]
        assert (gained["refused"], gained["quarantined"]) in {(1, 0), (0, 1)} or reply.status == 401
        assert len(kept) <= gained["quarantined"]
    assert sum(entry.topic != EVENTS for entry in kept) <= gained["quarantined"]


@given(st.sampled_from([kind for kind in KINDS if kind != "mist"]), st.lists(frame, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_message_of_a_transport_is_accounted_for(bench: Bench, kind: str, bodies: list[bytes]) -> None:
    before = bench.counts(kind)
    taken = take(bench.intake, kind, [Frame(body, {}) for body in bodies])
    after = bench.counts(kind)
    gained = {name: after[name] - before[name] for name in after}
    assert gained["received"] == taken.stored + taken.known + taken.quarantined
    assert gained["received"] == sum(gained[name] for name in OUTCOMES)
    assert gained["quarantined"] >= sum(error is not None for error in taken.refused)


@pytest.mark.parametrize(("kind", "body", "code"), [
    ("wifi", b'{"sensor": "a", "sightings": 7}', "bad_json"), ("pos", b"<POSLog", "bad_xml"),
    ("portal", b'{"phone": 1}', "missing_identifier"), ("mist", b'{"topic": "audits"}', "bad_type"),
])
def test_a_frame_of_which_nothing_can_be_read_is_kept_told_and_mended(
    bench: Bench, kind: str, body: bytes, code: str
) -> None:
    end = bench.store.log.end()
    path, sent, headers = _request(kind, body, "plain")
    reply = bench.client.post(path, sent, headers)
    assert (reply.status, reply.body["code"]) == (400, code)
    (entry,) = bench.store.log.read(end, 10)
    kept = decode_quarantined(entry.body)
    assert (kept.source, kept.form, kept.code) == (kind, "frame", code)
    assert body not in entry.body
    assert bench.intake.vault.unseal(kept.raw).endswith(body.decode()[1:])  # (mist: with the time at which it came)
    again = bench.client.post(path, sent, headers)
    assert again.status == 400
    assert len(bench.store.log.read(end, 10)) == 1  # told twice, kept once
