"""Scenes come out the same however events are cut into batches, shuffled within the lateness, or repeated."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from datong.config import Settings
from datong.model import MINUTE, SECOND, Firing, Item
from datong.scenes import MemberState, Moment, Rules, State, admit, advance, compile_rules, merge, read_scenes
from datong.scenes.member import decode_state, encode_state

SCENES = """
- scene: dwell
  title: {en: dwell, zh: 驻留}
  start: {on: Zone Entered, category: shoes, bind: zone}
  steps: [{stay: {for: 5m, unless: [{on: Zone Exited, same: zone}, {on: Receipt Issued}]}}]
  reentry: each
  cap: {per_day: 0}
- scene: browse_then_leave
  title: {en: browse, zh: 浏览}
  start: {on: Product Viewed, bind: sku}
  steps:
    - count: {on: Product Viewed, n: 2, within: 10m, same: sku}
    - on: {on: Zone Entered, within: 20m, bind: zone}
    - absent: {on: Receipt Issued, for: 3m}
  cancel_on: {on: Order Completed}
  reentry: restart
  cooldown: 30m
  cap: {per_day: 2, all_per_day: 3}
- scene: greet
  title: {en: greet, zh: 欢迎}
  start: {on: Zone Entered, zone: "f1*"}
  cap: {per_day: 2}
"""
SETS = compile_rules(read_scenes(SCENES, "test", Settings()))
ALL = {key: rule for rules in SETS for key, rule in rules.by_key.items()}
RULES: Rules = SETS[0]
BEGIN = 1_770_000_000_000
LATE = RULES.lateness
TYPES = ["Zone Entered", "Zone Exited", "Product Viewed", "Receipt Issued", "Order Completed"]


@st.composite
def days(draw: st.DrawFn) -> list[Moment]:
    at, found = BEGIN, []
    for number in range(draw(st.integers(1, 25))):
        at += draw(st.sampled_from([0, 0, 1, SECOND, 20 * SECOND, MINUTE, 3 * MINUTE, 5 * MINUTE, 5 * MINUTE + 1]))
        zone = draw(st.sampled_from(["f1-a", "f1-b", "f2"]))
        category = draw(st.sampled_from(["shoes", "shoes/boots", "bags"]))
        found.append(Moment(at, f"m{number}", draw(st.sampled_from(TYPES)), "s", zone=zone,
                            items=(Item(draw(st.sampled_from(["x", "y"])), category=category),)))
    return found


def whole(moments: list[Moment], upto: int) -> list[Firing]:
    """Everything at once, in the order of time."""
    _, fired, _ = advance(RULES, State(), moments, upto)
    return admit(ALL, {}, fired, "Asia/Shanghai")


def test_all_scenes_have_one_lateness() -> None:
    assert [rules.lateness for rules in SETS] == [30 * SECOND]


@settings(max_examples=300, deadline=None)
@given(days(), st.data())
def test_borders_order_of_arrival_and_repeats_make_no_difference(moments: list[Moment], data: st.DataObject) -> None:
    end = moments[-1].time + 60 * MINUTE
    delays = data.draw(st.lists(st.integers(0, LATE - 1), min_size=len(moments), max_size=len(moments)))
    arriving = sorted((m.time + delay, n, m) for n, (m, delay) in enumerate(zip(moments, delays, strict=True)))
    repeats = data.draw(st.lists(st.sampled_from(arriving), max_size=5))
    ticks = data.draw(st.lists(st.integers(BEGIN, end), max_size=6))
    happens = sorted([(at, m) for at, _, m in arriving] + [(at + 1 + LATE // 3, m) for at, _, m in repeats]
                     + [(at, None) for at in ticks] + [(end + LATE, None)], key=lambda h: h[0])
    member, fired = MemberState(), []
    batch: list[Moment] = []
    for at, m in happens:
        batch += [m] if m is not None else []
        if m is not None and at != end + LATE and data.draw(st.booleans()):
            continue
        state, found, _ = advance(RULES, member.states.get("x", State()), batch, at - LATE)
        member.states["x"] = state
        fired += admit(ALL, member.fired, found, "Asia/Shanghai")
        member, batch = decode_state(encode_state(member)), []
    assert fired == whole(moments, end)
    assert member.states["x"].open == []


@settings(max_examples=200, deadline=None)
@given(days())
def test_waking_only_when_asked_notices_everything_on_time(moments: list[Moment]) -> None:
    end = moments[-1].time + 60 * MINUTE
    state, fired = State(), []
    state, found, wake = advance(RULES, state, moments, BEGIN - 1)
    fired += found
    while wake is not None:
        asked = wake
        state, found, wake = advance(RULES, state, (), asked)
        assert all(f.at == asked for f in found)
        assert wake is None or wake > asked
        fired += found
    assert admit(ALL, {}, fired, "Asia/Shanghai") == whole(moments, end)


@settings(max_examples=300, deadline=None)
@given(days())
def test_dwelling_agrees_with_a_plain_reading_of_the_rule(moments: list[Moment]) -> None:
    moments = sorted(moments, key=lambda m: (m.time, m.id))  # "m10" is before "m2"
    expected = []
    busy: dict[str, int] = {}
    for n, m in enumerate(moments):
        if m.type != "Zone Entered" or not m.items[0].category.startswith("shoes") or busy.get(m.zone, -1) >= n:
            continue
        over = m.time + 5 * MINUTE
        broken = [k for k, o in enumerate(moments) if k > n and (o.time, o.id) > (m.time, m.id) and o.time <= over
                  and (o.type == "Receipt Issued" or (o.type == "Zone Exited" and o.zone == m.zone))]
        if broken:
            busy[m.zone] = broken[0] - 1
        else:
            expected.append((over, m.zone, (m.id,)))
            busy[m.zone] = max(k for k, o in enumerate(moments) if o.time <= over)
    _, fired, _ = advance(RULES, State(), moments, moments[-1].time + 60 * MINUTE)
    assert sorted((f.at, f.binds["zone"], f.because) for f in fired if f.scene == "dwell") == sorted(expected)


@settings(max_examples=200, deadline=None)
@given(days(), st.data())
def test_two_members_who_are_one_go_on_as_one(moments: list[Moment], data: st.DataObject) -> None:
    """When all that either did is still pending, the outcome is that of one member; and joining is symmetric."""
    owners = data.draw(st.lists(st.booleans(), min_size=len(moments), max_size=len(moments)))
    sides = []
    for side in (True, False):
        mine = [m for m, owner in zip(moments, owners, strict=True) if owner is side]
        state, _, _ = advance(RULES, State(), mine, BEGIN - 1)
        sides.append(MemberState({"x": state}))
    one, other = merge(*sides), merge(*reversed(sides))
    assert one == other
    _, fired, _ = advance(RULES, one.states["x"], (), moments[-1].time + 60 * MINUTE)
    assert admit(ALL, {}, fired, "Asia/Shanghai") == whole(moments, moments[-1].time + 60 * MINUTE)


@settings(max_examples=200, deadline=None)
@given(days(), st.data())
def test_a_merge_loses_no_open_scene_and_doubles_none(moments: list[Moment], data: st.DataObject) -> None:
    owners = data.draw(st.lists(st.booleans(), min_size=len(moments), max_size=len(moments)))
    at = data.draw(st.integers(BEGIN, moments[-1].time))
    states = [advance(RULES, State(), [m for m, o in zip(moments, owners, strict=True) if o is side and m.time <= at],
                      at)[0] for side in (True, False)]
    joined = merge(MemberState({"x": states[0]}), MemberState({"x": states[1]})).states["x"]
    before = {(i.scene, i.key) for s in states for i in s.open}
    assert {(i.scene, i.key) for i in joined.open} == before
    assert len(joined.open) == len(before)
    for i in joined.open:
        rivals = [r for s in states for r in s.open if (r.scene, r.key) == (i.scene, i.key)]
        assert i.begun == min(r.begun for r in rivals)
