"""What deciding needs to know about the members concerned, read for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from datong.identity import Linked
from datong.marketing.tables import ASSIGNMENT, MESSAGE
from datong.model import NAMESPACES, Arm, Identifier
from datong.privacy import Consent, consents_of
from datong.storage import fetch_in

__all__ = ["Said", "arms_of", "identifier_for", "said_to", "statements_of"]


class Said:
    """How often members were spoken to: per calendar day, and per campaign."""

    def __init__(self) -> None:
        self.by_day: dict[tuple[int, int], int] = defaultdict(int)
        self.by_campaign: dict[tuple[int, str], int] = defaultdict(int)
        self.by_campaign_day: dict[tuple[int, str, int], int] = defaultdict(int)
        self.last: dict[tuple[int, str], int] = {}

    def add(self, member: int, campaign: str, day: int, count: int, last: int) -> None:
        """Count messages that may be said on `day` (days since 1970), the last of them at `last` (ms)."""
        self.by_day[member, day] += count
        self.by_campaign[member, campaign] += count
        self.by_campaign_day[member, campaign, day] += count
        self.last[member, campaign] = max(last, self.last.get((member, campaign), 0))


def statements_of(tx: sa.Connection, links: Mapping[int, list[Linked]]) -> dict[int, list[Consent]]:
    """Return each member's consents, whichever of the identifiers they were given under."""
    whose = {link.key: member for member, linked in links.items() for link in linked}
    found: dict[int, list[Consent]] = {member: [] for member in links}
    for consent in consents_of(tx, whose):
        found[whose[consent.ident]].append(consent)
    return found


def said_to(tx: sa.Connection, members: Collection[int]) -> Said:
    """Return what was said to the members so far."""
    m = MESSAGE.c
    query = sa.select(m.member, m.campaign, m.day, sa.func.count(), sa.func.max(m.not_before))
    said = Said()
    for row in fetch_in(tx, query.group_by(m.member, m.campaign, m.day), m.member, members):
        said.add(*row)
    return said


def arms_of(tx: sa.Connection, members: Collection[int]) -> dict[tuple[str, int], Arm]:
    """Return the arms drawn so far by (campaign, member)."""
    a = ASSIGNMENT.c
    rows = fetch_in(tx, sa.select(a.campaign, a.member, a.arm), a.member, members)
    return {(row.campaign, row.member): row.arm for row in rows}


def identifier_for(ident: int, linked: list[Linked]) -> Identifier | None:
    """Return the identifier that facts about the member carry: the one that was observed, else the strongest."""
    for link in linked:
        if link.key == ident:
            return Identifier(link.ns, link.key)
    best = min(linked, key=lambda link: (_priority(link.ns), link.key), default=None)
    return Identifier(best.ns, best.key) if best else None


def _priority(ns: str) -> int:
    return NAMESPACES[ns].priority if ns in NAMESPACES else 50
