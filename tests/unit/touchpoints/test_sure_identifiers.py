"""Which identifier an event goes by, and which events nobody may send."""

from __future__ import annotations

import msgspec
import pytest
from tests.unit.touchpoints.test_admit import NOW, VAULT, refused, track

from datong.config import IntakeSettings, Settings
from datong.model import Event
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.call import Call


def from_till(**wire: object) -> Event:
    origin = Origin("till", "pos", "pos", "", True, frozenset({"phone"}))
    return Admission(Settings(), VAULT).admit(msgspec.convert(wire, Call), origin, NOW, NOW)[0]


IDS = [{"type": "phone", "id": "13912345678"}, {"type": "member_card", "id": "66881234"}]


def test_unchecked_phone_speaks_after_the_browser_and_before_a_radio_address() -> None:
    shown = [{"type": "wifi_mac", "id": "00:1b:44:11:3a:b7"}, IDS[0]]
    event = track("Products Searched", anonymousId="x", userId=None, context={"externalIds": shown})
    assert [i.ns for i in event.identifiers] == ["anonymous_id", "phone", "wifi_mac"]
    assert event.ident == event.identifiers[0].key


def test_checked_phone_speaks_as_strongly_as_the_policy_says() -> None:
    event = from_till(type="track", event="Products Searched", anonymousId="x", context={"externalIds": IDS})
    assert [i.ns for i in event.identifiers] == ["member_card", "phone", "anonymous_id"]


@pytest.mark.parametrize("name", ["Identity Corrected", "Clock Ticked"])
def test_what_only_the_platform_says_is_refused(name: str) -> None:
    assert refused(type="track", event=name, userId="u").message == f"only the platform itself says {name!r}"
    settings = Settings(intake=IntakeSettings(custom_events=(name,), unknown_events="accept"))
    assert refused(type="track", event=name, userId="u", settings=settings).code == "unknown_event"
