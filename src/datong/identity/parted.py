"""What the splits of a batch mean for everything that is kept by member: who answers for each identifier now."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from datong.identity.read import who
from datong.model import Split

__all__ = ["Parted", "parted"]


class Parted(msgspec.Struct, frozen=True):
    """The outcome of splits, after everything else the batch did to these members.

    `holders` is the live member of each identifier key of every part that somebody holds; `names` the live member that
    a part's id goes by; `members` all whose belongings may have changed hands, those merged away among them.
    """

    holders: dict[int, int]
    names: dict[int, int]
    members: frozenset[int]

    def owner(self, ident: int, member: int) -> int:
        """Return whose a row is that was `member`'s and carries the identifier key `ident`; what is unclear stays."""
        if member not in self.members:
            return member
        return self.holders.get(ident) or self.names.get(member, member)


def parted(tx: sa.Connection, splits: Iterable[Split]) -> Parted:
    """Return what the splits come to, as the links say that *recognise* has written in this transaction."""
    parts = [part for split in splits for part in split.parts]
    holders = who(tx, {key for _, keys in parts for key in keys})
    names = {number: next((holders[key] for key in keys if key in holders), number) for number, keys in parts}
    members = {split.member for split in splits} | names.keys() | set(names.values()) | set(holders.values())
    return Parted(holders, names, frozenset(members))
