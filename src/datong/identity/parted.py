"""What splits and moves mean for everything that is kept by member: who answers for each identifier now."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from datong.identity.read import who
from datong.model import Batch

__all__ = ["Parted", "parted"]


class Parted(msgspec.Struct, frozen=True):
    """The outcome of splits and moves, after everything else the batch did to these members.

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


def parted(tx: sa.Connection, batch: Batch) -> Parted | None:
    """Return what a batch's splits and moves come to, None where there are none.

    As the links say that *recognise* has written in this transaction.
    """
    if not batch.splits and not batch.moves:
        return None
    parts = [part for split in batch.splits for part in split.parts]
    holders = who(tx, {key for _, keys in parts for key in keys} | {move.key for move in batch.moves})
    names = {number: next((holders[key] for key in keys if key in holders), number) for number, keys in parts}
    members = {split.member for split in batch.splits} | names.keys() | set(names.values()) | set(holders.values())
    members |= {number for move in batch.moves for number in (move.loser, move.holder) if number is not None}
    for _ in batch.merges:  # whoever took one of them in has what it had
        more = {merge.winner for merge in batch.merges if merge.loser in members} - members
        if not more:
            break
        members |= more
    return Parted(holders, names, frozenset(members))
