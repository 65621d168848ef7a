"""Forgetting: who a member is, for an erasure, and what no table tells of."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from datong.identity.read import identifiers_of, label, live
from datong.identity.tables import CORRECTION, EVENT, MEMBER
from datong.privacy import Person, Vault

__all__ = ["forget", "person"]


def person(tx: sa.Connection, vault: Vault, member: int) -> Person:
    """Return the member as a person: every number it ever had, its own identifiers and their values.

    Raises NotFound when there never was one.
    """
    number = live(tx, member)
    former = tx.execute(sa.select(MEMBER.c.id).where(MEMBER.c.merged_into == number)).scalars()
    known = identifiers_of(tx, number)
    values = tuple((i.ns, vault.unseal(i.sealed)) for i in known if i.sealed)
    return Person(label(number), (number, *former), tuple(i.key for i in known), values)


def forget(tx: sa.Connection, members: Collection[int]) -> int:
    """Blank the reasons people gave for corrections of these members; return how many there were."""
    seqs = sa.select(EVENT.c.seq).where(EVENT.c.member.in_(members) | EVENT.c.other.in_(members))
    wanted = CORRECTION.c.seq.in_(seqs) & (CORRECTION.c.reason != "")
    return tx.execute(sa.update(CORRECTION).where(wanted).values(reason="")).rowcount
