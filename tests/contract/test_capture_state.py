"""Capture jobs and signatures on both engines."""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from tests.unit.touchpoints.kinds.test_epcis import SGTIN, event

from datong.config import IntakeSettings, TouchpointSettings
from datong.errors import NotFound
from datong.privacy import Vault
from datong.storage import Store
from datong.touchpoints import Captures, Intake
from datong.touchpoints.once import Once

pytestmark = pytest.mark.network


def test_a_job_is_kept_and_finished(state_store: Store) -> None:
    touchpoints = {"wms": TouchpointSettings("epcis", "k-wms", "W1")}
    state_store.settings = msgspec.structs.replace(
        state_store.settings, touchpoints=touchpoints, intake=IntakeSettings(unknown_goods="accept"))
    intake = Intake(state_store, Vault(b"0123456789abcdef0123456789abcdef"))
    captures = Captures(intake)
    numbers = [captures.take("wms", json.dumps([event(epcList=[SGTIN.format(n)], eventID=f"e{n}")]).encode("utf-8"),
                             "rollback") for n in range(3)]
    for _ in range(1_000):
        jobs = captures.jobs("wms", 10)
        if not any(job.running for job in jobs):
            break
        time.sleep(0.01)
    captures.stop()
    assert {job.captureID for job in jobs} == set(numbers)
    assert all(job.success and not job.errors for job in jobs)
    assert intake.counts()["wms", "accepted"] == 3
    with pytest.raises(NotFound):
        captures.job("other", numbers[0])


def test_a_signature_carries_one_body_over_a_restart(state_store: Store) -> None:
    now = state_store.clock.now
    assert Once(state_store.state, now).fits("wechat", "1/n", b"a")
    assert [Once(state_store.state, now).fits("wechat", "1/n", body) for body in (b"b", b"a")] == [False, True]
