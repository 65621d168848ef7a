"""Shoppers with known truth: what each is known by, and how they show it at the touchpoints of the small mall.

Every value has one owner, the person who really has it, or none when many use it. A scenario shows values in some
order; afterwards the truth says who should be one member, and `Crowd` says whether they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from tests.flow.mall import Mall, build

import datong
from datong.identity import history, label

__all__ = ["Crowd", "Person", "crowd", "person"]

_TOUCHPOINTS = """
[touchpoints.site]
kind = "web"
write_key = "key-site"
"""
"""Beside the mall's own senders, which are all trusted: the pages of the shop, whose write key anybody can read."""


@dataclass(frozen=True)
class Person:
    """One real human being and the values that are theirs alone."""

    number: int
    card: str = ""
    phone: str = ""
    email: str = ""
    user: str = ""
    cookie: str = ""
    device: str = ""

    def values(self) -> dict[str, str]:
        """Return the identifiers by namespace."""
        known = {"member_card": self.card, "phone": self.phone, "email": self.email, "user_id": self.user,
                 "anonymous_id": self.cookie, "app_device": self.device}
        return {ns: value for ns, value in known.items() if value}


def person(number: int) -> Person:
    """Return a person who has one of everything; each number gives other values."""
    return Person(
        number, card=f"66{number:06d}7", phone=f"1391{number:07d}", email=f"p{number}@home.cn", user=f"user-{number}",
        cookie=f"cookie-of-{number}", device=f"phone-of-{number}",
    )


@dataclass
class Crowd:
    """People before a mall's touchpoints, and the truth about who is who."""

    mall: Mall
    truth: dict[tuple[str, str], int] = field(default_factory=dict)
    receipts: int = 0

    def own(self, who: Person, **more: str) -> None:
        """Note that values belong to a person: all that person has, or those of `more` (namespace → value)."""
        for ns, value in (more or who.values()).items():
            self.truth[ns, value] = who.number

    def till(self, drain: bool = True, **customer: str) -> None:
        """Show identifiers at the till, which checks the card and the telephone number."""
        self.receipts += 1
        self.mall.receipt(self.receipts, "10.00", customer=dict(customer))
        self._drain(drain)

    def login(self, source: str = "web", drain: bool = True, traits: Mapping[str, Any] | None = None, cookie: str = "",
              user: str = "", **ids: str) -> None:
        """Log in: at `web`, the shop's server, the phone number is checked by SMS; at `site` nothing is."""
        call: dict[str, Any] = {"type": "identify", "traits": dict(traits or {})}
        self._send(source, call, cookie, user, ids, drain)

    def look(self, source: str = "site", drain: bool = True, cookie: str = "", user: str = "", **ids: str) -> None:
        """Look at a product."""
        call = {"type": "track", "event": "Product Viewed", "properties": {"sku": "shoe-1"}}
        self._send(source, call, cookie, user, ids, drain)

    def log_out(self, source: str = "site", drain: bool = True, cookie: str = "", user: str = "", **ids: str) -> None:
        """Log out."""
        self._send(source, {"type": "track", "event": "Signed Out"}, cookie, user, ids, drain)

    def member(self, ns: str, value: str) -> int | None:
        """Return who is known by a value."""
        return self.mall.member(ns, value)

    def members(self, who: Person) -> dict[str, int | None]:
        """Return who is known by each of the person's values."""
        return {ns: self.member(ns, value) for ns, value in who.values().items()}

    def one(self, who: Person) -> int:
        """Return the member a person is; fails when their values do not all answer with it."""
        found = set(self.members(who).values())
        assert len(found) == 1, self.members(who)
        (number,) = found
        assert number is not None, self.members(who)
        return number

    def reasons(self, member: int) -> list[str]:
        """Return why identifiers were refused to a member, in order."""
        with self.mall.store.state.read() as tx:
            return [told.detail for told in history(tx, member) if told.kind == "refuse"]

    def mixed(self) -> list[str]:
        """Return every member that holds values of more than one real person, in words; empty when none does."""
        owners: dict[int, set[int]] = {}
        for (ns, value), number in self.truth.items():
            if (holder := self.member(ns, value)) is not None:
                owners.setdefault(holder, set()).add(number)
        return [f"{label(m)} is the persons {sorted(found)}" for m, found in sorted(owners.items()) if len(found) > 1]

    def pairs(self) -> tuple[float, float]:
        """Return precision and recall over all pairs of values with an owner; a value nobody holds is in no pair."""
        held = {place: self.member(*place) for place in self.truth}
        true = together = right = 0
        for one, two in combinations(sorted(held), 2):
            same = self.truth[one] == self.truth[two]
            joined = held[one] is not None and held[one] == held[two]
            true, together, right = true + same, together + joined, right + (same and joined)
        return (right / together if together else 1.0), (right / true if true else 1.0)

    def _send(self, source: str, call: dict[str, Any], cookie: str, user: str, ids: Mapping[str, str],
              drain: bool) -> None:
        if cookie:
            call["anonymousId"] = cookie
        if user:
            call["userId"] = user
        if ids:
            call["context"] = {"externalIds": [{"type": ns, "id": value} for ns, value in ids.items()]}
        self.mall.calls(source, call)
        self._drain(drain)

    def _drain(self, drain: bool) -> None:
        if drain:
            self.mall.drain()


@contextmanager
def crowd(folder: Path, settings: str = "") -> Iterator[Crowd]:
    """Give a crowd before an open mall; `settings` is TOML that is added to the mall's."""
    with datong.open(str(build(folder, more=_TOUCHPOINTS + settings))) as platform:
        mall = Mall(platform)
        mall.stock()
        yield Crowd(mall)
