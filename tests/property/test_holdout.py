"""The holdout: random over members, the same for ever, independent between campaigns, and it outlives merges."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.marketing.shop import Shop

from datong.config import FixedClock, Settings
from datong.marketing import assignments_of, draw, messages_since
from datong.model import HOUR, from_iso
from datong.privacy import Vault
from datong.storage import open_store

CODES = st.text("abcdefghij-", min_size=1, max_size=12)
SHARES = st.floats(0.05, 0.5)


@given(CODES, st.text(max_size=8), st.integers(1, 2**62), SHARES)
def test_the_draw_never_changes(code: str, salt: str, member: int, share: float) -> None:
    assert draw(code, salt, member, share) == draw(code, salt, member, share)


@given(CODES, st.integers(1, 2**62), SHARES, SHARES)
def test_a_larger_share_keeps_who_was_held_out(code: str, member: int, one: float, other: float) -> None:
    if draw(code, "", member, min(one, other)) == "holdout":
        assert draw(code, "", member, max(one, other)) == "holdout"


@settings(max_examples=20, deadline=None)
@given(CODES, st.integers(1, 2**40), SHARES)
def test_the_share_is_kept(code: str, first: int, share: float) -> None:
    """Of 20,000 members the share lies within five standard errors."""
    held = sum(draw(code, "", member, share) == "holdout" for member in range(first, first + 20_000))
    assert abs(held / 20_000 - share) < 5 * (share * (1 - share) / 20_000) ** 0.5


@settings(max_examples=10, deadline=None)
@given(CODES, CODES, SHARES)
def test_campaigns_are_independent(one: str, other: str, share: float) -> None:
    """Of those whom one campaign holds out, another holds out its own share, within five standard errors."""
    if one == other:
        other += "x"
    inner = [m for m in range(1, 20_001) if draw(one, "", m, share) == "holdout"]
    both = sum(draw(other, "", m, share) == "holdout" for m in inner) / len(inner)
    assert abs(both - share) < 5 * (share * (1 - share) / len(inner)) ** 0.5


FIRE = st.tuples(st.just("fire"), st.integers(0, 5), st.just(0))
MERGE = st.tuples(st.just("merge"), st.integers(0, 5), st.integers(0, 5))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(FIRE, MERGE), min_size=3, max_size=14), st.booleans())
def test_whoever_is_held_out_hears_nothing_whatever_merges_come(
    steps: list[tuple[str, int, int]], at_once: bool
) -> None:
    """Six phones of one to six people: after any firings and merges, each person has the arm of the earliest draw.

    And whatever was said, was said before the person's arm became `holdout` by a merge with an earlier draw.
    """
    with TemporaryDirectory() as folder:
        start = from_iso("2026-03-01T04:00:00Z")
        store = open_store(Settings(root=str(Path(folder))), FixedClock(start))
        try:
            shop = Shop(store, Vault(b"0" * 32), marketing={"messages_per_day": 99})
            shop.campaign(holdout=0.5)
            phones = [f"138{20_000_001 + n}" for n in range(6)]
            for phone in phones:
                shop.meet(phone=phone)
            earliest: dict[int, tuple[int, int, str]] = {}
            groups = list(range(6))
            for number, (what, one, other) in enumerate(steps):
                shop.at(start + (number + 1) * HOUR)
                if what == "fire":
                    member = shop.member(phone=phones[one])
                    shop.fire(member, pump=not at_once)
                    drawn = (shop.now(), member, draw("welcome", "", member, 0.5))
                    if not at_once:
                        earliest.setdefault(groups[one], drawn)
                elif one != other:
                    shop.send("Identified", *shop.known_as(phone=phones[one], email=f"{number}@example.cn"))
                    shop.send("Identified", *shop.known_as(phone=phones[other], email=f"{number}@example.cn"))
                    groups, earliest = _joined(shop, phones, groups, earliest)
            shop.pump()
            for n, phone in enumerate(phones):
                member = shop.member(phone=phone)
                with store.state.read() as tx:
                    current = [a for a in assignments_of(tx, member) if a.current]
                    told = [m for m in messages_since(tx, 0, 1000) if m.member == member]
                assert len(current) <= 1
                if not at_once and groups[n] in earliest:
                    at, drawn_for, arm = earliest[groups[n]]
                    assert (current[0].at, current[0].drawn_for, current[0].arm) == (at, drawn_for, arm)
                if told:
                    assert current
        finally:
            store.close()


def _joined(
    shop: Shop, phones: list[str], groups: list[int], earliest: dict[int, tuple[int, int, str]]
) -> tuple[list[int], dict[int, tuple[int, int, str]]]:
    """Return the people as the identity graph has them now, each with the earliest of their draws."""
    now = [shop.member(phone=phone) for phone in phones]
    found: dict[int, tuple[int, int, str]] = {}
    for group, person in {(g, p) for g, p in zip(groups, now, strict=True)}:
        if group in earliest:
            found[person] = min(found.get(person, earliest[group]), earliest[group])
    return now, found
