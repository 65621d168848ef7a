"""What is sent has the documented shapes, and the platform's own kinds understand it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from tests.unit.simulator.town import START, mall, run, town

from datong.model import EVENT_TYPES, to_iso
from datong.simulator.day import Line, Slip, day_of, plan_day
from datong.simulator.frames import Action, receipt, session_actions, visit_actions
from datong.simulator.sender import Request, requests
from datong.touchpoints.call import Call, Listening, Scan
from datong.touchpoints.kinds.ble import Ble
from datong.touchpoints.kinds.pos import Pos
from datong.touchpoints.kinds.web import Web
from datong.touchpoints.kinds.wifi import Wifi

KINDS = {"wifi": Wifi(), "ble": Ble(), "tills": Pos(), "market": Pos()}
CONTEXT = Listening("test", "datong-mall", "Asia/Shanghai")


def heard(made: list[Request]) -> tuple[list[tuple[str, Call]], int]:
    """Return the calls that the kinds understood, and how many sightings they did; anything else fails."""
    found, sightings = [], 0
    for request in made:
        for one in KINDS.get(request.to, Web()).listen(request.body, CONTEXT):
            assert isinstance(one, Call | Scan), one
            if isinstance(one, Call):
                found.append((request.to, one))
            else:
                sightings += len(one.device)
    return found, sightings


def test_every_request_is_understood_by_its_kind(tmp_path: Path) -> None:
    simulation = run(tmp_path)
    first, past = simulation.begin(START, 2)
    actions = [*first, *past, *simulation.due(START + 3_600_000)]
    made = requests(actions)
    assert sum(r.events for r in made) == len(actions)
    assert {r.to for r in made} == {"web", "app", "portal", "things", "archive", "tills", "market", "wifi", "ble"}
    assert max(len(r.body) for r in made) < 500_000
    calls, sightings = heard(made)
    assert len(calls) + sightings == len(actions)
    assert sightings > 1_000
    events = {call.event for _, call in calls if call.type == "track"}
    assert events <= set(EVENT_TYPES)
    assert {"Receipt Issued", "Product Viewed", "Order Completed", "Tag Scanned",
            "Fitting Requested", "Store Updated", "Product Updated", "Consent Changed"} <= events


def test_a_receipt_has_the_documented_shape() -> None:
    who = next(w for w in town() if w.card)
    goods = mall().goods["S201"][0]
    slip = Slip(START, "S201", (Line(goods, 2, 500),), True, 17)
    amount = (goods.price * 2 - 500) / 100
    assert receipt(mall(), slip, who, (("C1", "shoes", 500),)) == {
        "store": "S201", "till": "T2", "business_day": "2026-03-07", "sequence": 17,
        "time": "2026-03-07T17:30:00+08:00", "kind": "sale", "currency": "CNY",
        "lines": [{"sku": "S201-001", "name": "Easy sneakers", "category": "shoes/sneakers", "brand": "Stride Shoes",
                   "quantity": 2, "price": f"{goods.price / 100:.2f}", "amount": f"{amount:.2f}", "discount": "5.00"}],
        "total": f"{amount:.2f}",
        "tenders": [{"kind": "mobile" if who.id % 4 else "cash", "amount": f"{amount:.2f}"}],
        "customer": {"member_card": who.card, "phone": who.phone},
        "coupons": [{"code": "C1", "campaign": "shoes", "amount": "5.00"}],
    }


def test_json_and_csv_tills_say_the_same() -> None:
    who = next(w for w in town() if w.card)
    goods = mall().goods["S101"]
    slip = Slip(START, "S101", (Line(goods[0], 2), Line(goods[1])), True, 3)
    body = receipt(mall(), slip, who)
    plain, rows = (Pos().listen(requests([Action(START, to, body)])[0].body, CONTEXT)[0] for to in ("tills", "market"))
    assert isinstance(plain, Call)
    assert isinstance(rows, Call)
    assert plain.message_id == rows.message_id == "S101/T2/2026-03-07/3"
    assert plain.context == rows.context
    assert plain.properties is not None
    assert rows.properties is not None
    assert [(p["sku"], str(p["quantity"]), p["amount"]) for p in plain.properties["products"]] == [
        (p["sku"], p["quantity"], p["amount"]) for p in rows.properties["products"]]


def test_sightings_are_one_frame_per_sensor() -> None:
    sighting = {"sensor": "ap-f2-shoes", "mac": "a4:00:00:00:00:01", "rssi": -50, "time": to_iso(START)}
    made = requests([Action(START, "wifi", sighting), Action(START, "wifi", {**sighting, "rssi": -51}),
                     Action(START, "wifi", {**sighting, "sensor": "ap-f2-bags"})])
    assert [(r.path, r.events) for r in made] == [("/touchpoints/wifi", 2), ("/touchpoints/wifi", 1)]
    assert json.loads(made[0].body) == {"sensor": "ap-f2-shoes", "sightings": [
        {"mac": "a4:00:00:00:00:01", "rssi": -50, "time": "2026-03-07T09:30:00.000Z"},
        {"mac": "a4:00:00:00:00:01", "rssi": -51, "time": "2026-03-07T09:30:00.000Z"}]}


def test_a_visit_is_seen_from_its_start_to_its_end() -> None:
    day = plan_day(mall(), list(town()), 7, day_of(START))
    visit = next(v for v in day.visits if v.shopper.mac and v.end - v.start > 1_800_000)
    seen = [a for a in visit_actions(mall(), visit, Random(1)) if a.to == "wifi"]
    assert visit.start <= seen[0].at < visit.start + 8_000
    assert visit.end - 62_000 <= seen[-1].at < visit.end
    assert max(b.at - a.at for a, b in pairwise(seen)) < 62_000 + 8_000
    strong = {a.body["sensor"] for a in seen if a.body["rssi"] > -64}
    assert strong == {f"ap-{stay.zone}" for stay in visit.stays}


@pytest.mark.parametrize("login", [True, False])
def test_a_session_orders_only_when_logged_in(login: bool) -> None:
    day = plan_day(mall(), list(town()), 7, day_of(START))
    web = next(s for s in day.sessions if bool(s.order) == login)
    bodies = [a.body for a in session_actions(web)]
    order = [b for b in bodies if b.get("event") == "Order Completed"]
    assert len(order) == login
    assert all(b["userId"] == web.shopper.user for b in order)
    assert len({b["messageId"] for b in bodies}) == len(bodies)
