from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.unit.simulator.town import START, run, town

from datong.model import DAY, HOUR, MINUTE
from datong.simulator.frames import Action
from datong.simulator.react import UPLIFT
from datong.simulator.run import Run
from datong.simulator.sender import Sender


def read(folder: Path, name: str) -> list[dict[str, object]]:
    path = folder / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def key(action: Action) -> str:
    return json.dumps([action.at, action.to, action.body], sort_keys=True)


def begun(simulation: Run, days: int) -> list[Action]:
    first, past = simulation.begin(START, days)
    return [*first, *past]


def test_the_same_seed_gives_the_same_events_however_often_it_is_asked(tmp_path: Path) -> None:
    first, second = run(tmp_path / "a"), run(tmp_path / "b")
    assert list(map(key, begun(first, 30))) == list(map(key, begun(second, 30)))
    at_once = first.due(START + HOUR)
    bit_by_bit = [a for minute in range(1, 61) for a in second.due(START + minute * MINUTE)]
    assert sorted(map(key, at_once)) == sorted(map(key, bit_by_bit))
    other = run(tmp_path / "c", seed=8)
    other.begin(START, 0)
    assert sorted(map(key, other.due(START + HOUR))) != sorted(map(key, at_once))


def test_nothing_is_dated_later_than_the_time_it_is_sent(tmp_path: Path) -> None:
    simulation = run(tmp_path)
    assert max(a.at for a in begun(simulation, 5)) <= START
    for minute in range(0, 300, 7):
        now = START + minute * MINUTE
        assert all(a.at <= now for a in simulation.due(now))


def test_the_past_is_marked_and_the_present_is_not(tmp_path: Path) -> None:
    simulation = run(tmp_path)
    opening = begun(simulation, 30)
    marked = [a.body.get("context", {}).get("history", False) for a in opening]
    master = 630 + len(simulation.mall.goods)  # stores, products, and a count for every shop
    assert marked == [False] * master + [True] * (len(opening) - master)
    assert not any("history" in a.body.get("context", {}) for a in simulation.due(START + HOUR))
    days = {(START - a.at) // DAY for a in opening if a.body.get("event") == "Receipt Issued"}
    assert {0, 5, 15, 29} <= days
    assert max(days) <= 31


def test_a_restart_goes_on_and_sends_no_history_again(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole")
    whole.begin(START, 0)
    expected = Counter(map(key, whole.due(START + HOUR)))
    first = run(tmp_path / "cut")
    first.begin(START, 0)
    sent = Counter(map(key, first.due(START + 20 * MINUTE)))
    first.keep()
    first.due(START + 25 * MINUTE)  # lost: not written down
    again = run(tmp_path / "cut")
    assert again.begin(START + 26 * MINUTE, 30) == ([], [])
    sent += Counter(map(key, again.due(START + HOUR)))
    assert sent == expected
    visits = [json.dumps(v) for v in read(tmp_path / "cut", "visits") if int(str(v["start"])) <= START + 20 * MINUTE]
    assert len(visits) == len(set(visits)) > 10


def test_the_load_and_both_scenes_are_there(tmp_path: Path) -> None:
    simulation = run(tmp_path, 5_000)
    opening = begun(simulation, 30)
    assert 20_000 <= len(opening) <= 25_000
    simulation.due(START)
    actions = simulation.due(START + HOUR)
    assert 100 <= len(actions) / 60 <= 400
    known = {w.id for w in town(5_000) if w.mac or w.ble}
    visits = [v for v in read(tmp_path, "visits") if v["shopper"] in known]
    buyers = {p["shopper"] for p in read(tmp_path, "purchases") if p["kind"] == "sale"}
    shoes = [s for v in visits if v["shopper"] not in buyers for s in v["path"]  # type: ignore[attr-defined]
             if s["zone"] == "f2-shoes" and s["end"] - s["start"] >= 5 * MINUTE]
    looked = {s["shopper"] for s in read(tmp_path, "sessions")}
    arrived = [v for v in visits if v["shopper"] in looked]
    assert len(shoes) + len(arrived) >= 12  # one firing in five real seconds at 60 times real time


class Recorder(Sender):
    """Keeps each round instead of sending it."""

    def __init__(self) -> None:
        self.rounds: list[list[Action]] = []

    def send(self, actions: Iterable[Action]) -> None:
        self.rounds.append(list(actions))

    def flush(self) -> None: ...


def test_a_backlog_is_sent_minute_by_minute(tmp_path: Path) -> None:
    simulation, sender = run(tmp_path), Recorder()
    simulation.begin(START, 0)
    simulation.catch_up(START, sender)
    times = [a.at for part in sender.rounds for a in part]
    assert times == sorted(times)
    assert len(sender.rounds) == 11
    assert all(part[-1].at - part[0].at <= 2 * MINUTE for part in sender.rounds if part)


def test_truth_says_who_where_why_and_what(tmp_path: Path) -> None:
    simulation = run(tmp_path)
    simulation.begin(START, 0)
    simulation.due(START + 2 * HOUR)
    people = read(tmp_path, "shoppers")
    assert [p["id"] for p in people] == list(range(1_500))
    assert {"phone", "card", "mac", "ble", "likes", "linked", "consent"} <= set(people[0])
    visit = read(tmp_path, "visits")[0]
    path = visit["path"]
    assert isinstance(path, list)
    assert (path[0]["start"], path[-1]["end"]) == (visit["start"], visit["end"])
    assert set(visit) == {"shopper", "start", "end", "intent", "devices", "path"}
    assert {p["cause"] for p in read(tmp_path, "purchases")} == {"plan"}
    assert {"shopper", "id", "start", "intent", "viewed"} == set(read(tmp_path, "sessions")[0])


def message(number: int, phone: str, coupon: str = "K") -> dict[str, object]:
    return {"id": f"m{number}", "campaign": "shoes", "title": "For you", "body": "20% off shoes", "channel": "gateway",
            "coupon": coupon and f"{coupon}{number}", "to": {"phone": f"+86{phone}"}}


def test_a_message_is_seen_by_most_and_moves_the_true_share_to_buy(tmp_path: Path) -> None:
    simulation = run(tmp_path)
    simulation.begin(START, 0)
    simulation.due(START)
    phones = [w.phone for w in town() if w.phone]
    for number, phone in enumerate(phones):
        simulation.hear(message(number, phone), START)
        simulation.hear(message(number, phone), START)  # a repeat moves nobody
    offers = read(tmp_path, "offers")
    assert len(offers) == len(phones)
    assert {o["uplift"] for o in offers} == {UPLIFT}
    assert abs(sum(bool(o["bought"]) for o in offers) / len(offers) - UPLIFT) < 0.03
    assert abs(sum(bool(o["seen"]) for o in offers) / len(offers) - 0.8) < 0.04
    actions = simulation.due(START + 30 * MINUTE)
    seen = [a for a in actions if a.body.get("event") == "Message Seen"]
    assert len(seen) == sum(bool(o["seen"]) for o in offers)
    assert set(seen[0].body["properties"]) == {"message_id", "campaign_id"}
    at_tills = [a.body for a in actions if a.body.get("coupons")]
    online = [a.body for a in actions if a.body.get("event") == "Order Completed" and "coupon" in a.body["properties"]]
    assert len(at_tills) + len(online) == sum(bool(o["bought"]) for o in offers)
    assert at_tills
    assert {body["store"] for body in at_tills} == {"S201"}  # the message is about shoes
    first = at_tills[0]
    assert float(first["coupons"][0]["amount"]) == float(first["lines"][0]["discount"])
    assert abs(float(first["lines"][0]["price"]) * 0.2 - float(first["coupons"][0]["amount"])) < 0.01


def test_without_a_coupon_nobody_buys_and_strangers_do_nothing(tmp_path: Path) -> None:
    simulation = run(tmp_path)
    simulation.begin(START, 0)
    simulation.due(START)
    phones = [w.phone for w in town() if w.phone][:300]
    for number, phone in enumerate(phones):
        simulation.hear(message(number, phone, ""), START)
    simulation.hear(message(999, "13900000001"), START)
    assert not any(o["bought"] for o in read(tmp_path, "offers"))
    assert len(read(tmp_path, "offers")) == 300


def test_a_named_product_is_what_is_bought(tmp_path: Path) -> None:
    simulation = run(tmp_path)
    simulation.begin(START, 0)
    simulation.due(START)
    goods = simulation.mall.goods["S304"][3]
    phones = [w.phone for w in town() if w.phone]
    for number, phone in enumerate(phones[:200]):
        said = {**message(number, phone), "title": f"The {goods.name} you looked at is here", "body": "15% off: K"}
        simulation.hear(said, START)
    lines = [line for a in simulation.due(START + 30 * MINUTE) for body in (a.body,)
             if body.get("coupons") or body.get("properties", {}).get("coupon")
             for line in body.get("lines") or body["properties"]["products"]]
    assert lines
    assert {line["name"] for line in lines} == {goods.name}
