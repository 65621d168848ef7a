"""Identifiers that passed from one member to another, or to nobody, without either being merged or split.

A telephone number that its real owner verified, or that was given to somebody else, or a value that turns out to be
everybody's: what was done under it goes along, as in the reports, which join members by who holds the identifier. A
browser or device that the later login keeps is not told: it passes from hand to hand, and to count both members anew at
each login would cost more than what it says about either is worth.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from datong.identity.read import who
from datong.identity.tables import SHOWN
from datong.model import Move
from datong.storage import fetch_in

__all__ = ["passed_on"]


def passed_on(tx: sa.Connection, left: Sequence[tuple[int, int, int]]) -> list[Move]:
    """Return what (offset, member, key) of identifiers that went away come to, by who holds what now.

    A value that is nobody's any more is taken from all who ever had it, for it may have gone from hand to hand before.
    """
    holders = who(tx, {key for _, _, key in left})
    offsets = {key: offset for offset, _, key in left if key not in holders}
    before = fetch_in(tx, sa.select(SHOWN.c.member, SHOWN.c.key), SHOWN.c.key, offsets)
    lost = sorted({*left, *((offsets[key], member, key) for member, key in before)})
    return [Move(offset, key, member, holders.get(key)) for offset, member, key in lost]
