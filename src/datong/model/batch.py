"""Batch: a run of events on its way down the spine, and what the stages found out about it."""

from __future__ import annotations

import msgspec

from datong.model.event import Event, Item

__all__ = ["Batch", "Merge", "Move", "Split"]


class Merge(msgspec.Struct, frozen=True):
    """Two members turned out to be one at log position `offset`: `loser` is from now on called `winner`."""

    offset: int
    loser: int
    winner: int


class Split(msgspec.Struct, frozen=True):
    """A member was split at log position `offset`.

    `parts` are the members that came of it, each with the keys of its identifiers; the one that keeps the id `member`
    is among them, with what was left to it. A part may be a new member or one that a merge had taken away and that
    lives again.
    """

    offset: int
    member: int
    parts: tuple[tuple[int, tuple[int, ...]], ...]


class Move(msgspec.Struct, frozen=True):
    """The identifier `key` went from the member `loser` to `holder` at log position `offset`, with what it had done.

    `holder` is None where the value turned out to be everybody's, `loser` where nobody had it. Neither was merged or
    split by it.
    """

    offset: int
    key: int
    loser: int | None
    holder: int | None


class Batch(msgspec.Struct):
    """Consecutive events of the log, in log order; one event or a million, the same code.

    `now` is the platform's time at the end of the batch: the largest `received` in the log up to there, so that it is
    the same in every replay. Parallel lists, one entry per event: `items` are the product lines with category and
    brand filled in from the catalogue (by *settle*), `members` the live member id or None (by *recognise*). `merges`
    and `splits` say what became of members: apply both in order of offset, before the batch's events are counted;
    `moves` are the identifiers that changed hands besides.
    `derived` are new events a stage wants in the log; their ids must be made from their cause, so that a second run
    makes the same ones. `repeats` are offsets of events that tell once more, under another message id, of an order
    that is known already, or of a receipt that was voided (from *settle*): they count nowhere. `struck` are the events
    that a void makes not count, by offset, in this batch or before it: the offset of the void, which may be the
    smaller one, and the event's identifier key. `rejected` are the quarantined entries (offset, body) of
    the same stretch of the log.
    """

    events: list[Event]
    first: int
    last: int
    now: int
    items: list[tuple[Item, ...]] = []
    members: list[int | None] = []
    merges: list[Merge] = []
    splits: list[Split] = []
    moves: list[Move] = []
    derived: list[Event] = []
    rejected: list[tuple[int, bytes]] = []
    repeats: set[int] = set()
    struck: dict[int, tuple[int, int]] = {}

    def idle(self, offset: int) -> bool:
        """Return whether the event at `offset` counted nowhere when it came; one that is voided later did until then.

        For decisions, which are taken in log order and must not depend on where a batch was cut.
        """
        return offset in self.repeats and (offset not in self.struck or self.struck[offset][0] < offset)
