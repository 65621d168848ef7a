"""Any expression gives the same for one member, over his kept past, and for all members, over the facts."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import ibis
import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from datong.config import RetailerSettings, Settings
from datong.model import DAY, HOUR, MINUTE, Event, Item
from datong.model.predicate import Expr, Kind, parse
from datong.tags import compile_all, compile_one, definitions
from datong.tags.past import Past, decode_past, encode_past, join, ripen, take
from datong.tags.plan import Plan

BEGIN = 1_770_000_000_000
TYPES = ["Receipt Issued", "Receipt Returned", "Order Completed", "Product Viewed", "Zone Entered", "Message Sent"]
CATEGORIES = ["", "shoes", "shoes/boots", "shoesx", "bags"]
TEXTS = {"channel": ["app", "web", "pos"], "zone": ["", "f1", "f2"], "brand": ["", "A", "B"], "sku": ["s1", "s2"],
         "category": CATEGORIES, "place": ["", "mall"], "coupon": ["", "c1"]}

items = st.builds(
    Item, sku=st.sampled_from(["s1", "s2", "s3"]), quantity=st.sampled_from([1.0, 2.0, 0.355, 0.1, -1.0]),
    amount=st.integers(-20_000, 50_000), category=st.sampled_from(CATEGORIES), brand=st.sampled_from(["", "A", "B"]),
)


class World(NamedTuple):
    """Batches of (now, events, merges); an event's `ident` begins as the member of the same number."""

    batches: list[tuple[int, list[Event], list[tuple[int, int]]]]
    end: int


@st.composite
def worlds(draw: st.DrawFn) -> World:
    now, offset, alive = BEGIN, 0, [1, 2, 3, 4]
    batches = []
    for _ in range(draw(st.integers(1, 4))):
        now += draw(st.sampled_from([1, MINUTE, HOUR, DAY, 5 * DAY]))
        merges = []
        if len(alive) > 1 and draw(st.booleans()):
            loser, winner = draw(st.permutations(alive))[:2]
            alive.remove(loser)
            merges.append((loser, winner))
        events = []
        for _ in range(draw(st.integers(0, 6))):
            offset += 1
            ago = draw(st.one_of(st.integers(-2 * MINUTE, 3 * HOUR), st.sampled_from([0, HOUR, DAY, 7 * DAY, -1]),
                                 st.integers(0, 40 * DAY)))
            bought = draw(st.lists(items, max_size=3))
            events.append(Event(
                id=str(offset), source="s", type=draw(st.sampled_from(TYPES)), time=now - ago, received=now,
                channel=draw(st.sampled_from(TEXTS["channel"])), hour=draw(st.integers(0, 23)),
                ident=draw(st.integers(1, 4)), zone=draw(st.sampled_from(TEXTS["zone"])), items=tuple(bought),
                place=draw(st.sampled_from(TEXTS["place"])), coupon=draw(st.sampled_from(TEXTS["coupon"])),
                amount=draw(st.integers(-100, 100_000)), value=draw(st.sampled_from([0.0, 12.5, -61.0, 300_000.1])),
                offset=offset,
            ))
        batches.append((now, events, merges))
    return World(batches, now + draw(st.sampled_from([0, 1, MINUTE, HOUR, DAY, 30 * DAY])))


def where_clauses() -> st.SearchStrategy[str]:
    same = st.sampled_from(sorted(TEXTS)).flatmap(
        lambda f: st.tuples(st.just(f), st.sampled_from(["==", "!="]), st.sampled_from(TEXTS[f]))
    ).map(lambda t: f'{t[0]} {t[1]} "{t[2]}"')
    leaf = st.one_of(
        same,
        st.sampled_from(["shoes", "bags"]).map(lambda c: f'under(category, "{c}")'),
        st.sampled_from(["<", "<=", ">", ">=", "=="]).flatmap(
            lambda op: st.sampled_from([f"amount {op} 100", f"quantity {op} 1", f"hour {op} 12", f"value {op} 12.5",
                                        f"amount / quantity {op} 99.5", f"hour * 2 - 1 {op} quantity"])),
        st.sampled_from(['channel in ["app", "web"]', 'zone not in ("f1", "")', "hour in [1, 2, 3]",
                         'type == "Order Completed"', "8 <= hour < 20"]),
    )
    return st.recursive(leaf, lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"not ({t})")), max_leaves=3)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """An aggregate that gives a number."""
    types = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True))
    event = str(types) if len(types) > 1 else repr(types[0])
    where = f", where={draw(where_clauses())}" if draw(st.booleans()) else ""
    last = draw(st.sampled_from(["", ', last="1h"', ', last="1d"', ', last="7d"', ', last="30d"']))
    return draw(st.sampled_from([
        f"count({event}{where}{last})", f"sum(quantity, {event}{where}{last})", f"sum(value, {event}{where}{last})",
        f"distinct(category, {event}{where}{last})", f"distinct(hour, {event}{where}{last})",
        f"days_since({event}{where})", f"top(hour, {event}{where}{last})", f"latest(hour, {event}{where})",
    ]))


@st.composite
def moneys(draw: st.DrawFn) -> str:
    where = f", where={draw(where_clauses())}" if draw(st.booleans()) else ""
    last = draw(st.sampled_from(["", ', last="1d"', ', last="7d"']))
    return draw(st.sampled_from([
        f'sum(amount, ["Receipt Issued", "Product Viewed"]{where}{last})', 'spend(category="shoes", last="7d")',
        "spend()", 'spend(brand="A", last="1d")',
    ]))


@st.composite
def texts(draw: st.DrawFn) -> str:
    where = f", where={draw(where_clauses())}" if draw(st.booleans()) else ""
    field = draw(st.sampled_from(sorted(TEXTS)))
    last = draw(st.sampled_from(["", ', last="1d"', ', last="7d"']))
    return draw(st.sampled_from([
        f"top({field}, {TYPES[:4]}{where}{last})", f"latest({field}, {TYPES}{where})",
        f"top({field}, {TYPES[:3]}, weight=amount{where}{last})",
        f'top({field}, {TYPES[:4]}, weight=amount, half_life="3d"{where}{last})',
        f'top({field}, {TYPES[:4]}, half_life="90d"{where}{last})',
    ]))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    n, m, t = draw(numbers()), draw(moneys()), draw(texts())
    op = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    leaf = draw(st.sampled_from([
        f"{n} {op} {draw(st.integers(0, 3))}", f"{n} + 1 {op} {draw(numbers())}", f"{m} {op} 99.99",
        f"{m} / {n} {op} 50", f'{t} == "shoes"', f'{t} in ["app", "shoes", "A"]', f"{n} is None",
        f'first("Product Viewed") < last({TYPES[:3]})', f'last("Product Viewed") - first({TYPES}) {op} "1d"',
        f"-{n} * 0.1 {op} {draw(numbers())} / 3",
    ]))
    if depth and draw(st.booleans()):
        other = draw(conditions(depth - 1))
        return draw(st.sampled_from([f"({leaf} and {other})", f"({leaf} or not {other})", f"not ({leaf})"]))
    return f"({leaf})"


@st.composite
def expressions(draw: st.DrawFn) -> str:
    text: str = draw(st.one_of(
        numbers(), moneys(), texts(), conditions(),
        st.tuples(numbers(), conditions(), numbers()).map(lambda t: f"{t[0]} if {t[1]} else {t[2]} * 0.5"),
        st.tuples(texts(), conditions()).map(lambda t: f"{t[0]} if {t[1]} else None"),
    ))
    return text


def one_by_one(world: World, exprs: list[Expr]) -> list[dict[int, Any]]:
    """Run the events through kept pasts, each read back from its blob, and evaluate at the end."""
    plan = Plan({}, {}, exprs)
    pasts = {member: Past({}, {}, []) for member in (1, 2, 3, 4)}
    live = {member: member for member in pasts}
    for now, events, merges in world.batches:
        for loser, winner in merges:
            join(plan, pasts[winner], pasts.pop(loser))
            live = {ident: winner if member == loser else member for ident, member in live.items()}
        for event in events:
            take(plan, pasts[live[event.ident]], event, event.items, now, set())
        pasts = {member: decode_past(encode_past(past)) for member, past in pasts.items()}
    for past in pasts.values():
        ripen(plan, past, world.end, set())
    return [{m: compile_one(e, {}).evaluate(p.cells, world.end) for m, p in pasts.items()} for e in exprs]


def all_at_once(world: World, exprs: list[Expr]) -> list[dict[int, Any]]:
    """Write the facts as the touchpoints and the identity package do, and run the Ibis expressions."""
    rows = [
        {"offset": e.offset, "item": at, "type": e.type, "channel": e.channel, "ts": e.time, "hour": e.hour,
         "ident": e.ident, "place": e.place, "zone": e.zone, "sku": i.sku, "category": i.category, "brand": i.brand,
         "quantity": i.quantity, "amount": i.amount, "campaign": e.campaign, "coupon": e.coupon, "value": e.value}
        for _, events, _ in world.batches for e in events
        for at, i in enumerate(e.items or (Item("", 1.0, e.amount),))
    ]
    live = {member: member for member in (1, 2, 3, 4)}
    for _, _, merges in world.batches:
        for loser, winner in merges:
            live = {ident: winner if member == loser else member for ident, member in live.items()}
    facts = CONNECTION
    facts.create_table("event", pa.Table.from_pylist(rows, SCHEMA), overwrite=True)
    facts.create_table("link", pa.table({"ident": list(live), "member": list(live.values())}), overwrite=True)
    tables = [compile_all(e, {}, facts.table("event"), facts.table("link"), world.end) for e in exprs]
    return [{r["member"]: r["value"] for r in t.to_pyarrow().to_pylist()} for t in tables]


CONNECTION = ibis.duckdb.connect()
SCHEMA = pa.schema([
    ("offset", pa.int64()), ("item", pa.int16()), ("type", pa.string()), ("channel", pa.string()), ("ts", pa.int64()),
    ("hour", pa.int8()), ("ident", pa.int64()), ("place", pa.string()), ("zone", pa.string()), ("sku", pa.string()),
    ("category", pa.string()), ("brand", pa.string()), ("quantity", pa.float64()), ("amount", pa.int64()),
    ("campaign", pa.string()), ("coupon", pa.string()), ("value", pa.float64()),
])


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck),
          phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(worlds(), st.lists(expressions(), min_size=3, max_size=3))
def test_one_member_and_all_members_agree(world: World, sources: list[str]) -> None:
    exprs = [parse(text) for text in sources]
    for text, one, every in zip(sources, one_by_one(world, exprs), all_at_once(world, exprs), strict=True):
        assert one.keys() == every.keys(), text
        for member, value in one.items():
            found = every[member]
            if isinstance(value, float) and isinstance(found, float) and math.isclose(value, found, rel_tol=1e-9):
                continue
            assert value == found, f"{text}: {value!r} for member {member} alone, {found!r} among all"
            assert isinstance(value, bool) == isinstance(found, bool), text


LIBRARY = Settings(retailer=RetailerSettings(formats=("general", "fashion", "grocery")))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck),
          phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(worlds())
def test_every_tag_of_the_library_agrees(world: World) -> None:
    tags = definitions(LIBRARY)
    kinds: dict[str, Kind] = {name: d.kind for name, d in tags.items()}
    parsed = {name: parse(d.expression, kinds) for name, d in tags.items()}
    exprs = list(parsed.values())
    for name, one, every in zip(parsed, one_by_one(world, exprs), all_at_once(world, exprs), strict=True):
        for member, value in one.items():
            found = every[member]
            assert value == found or math.isclose(value, found, rel_tol=1e-9), (name, member, value, found)
