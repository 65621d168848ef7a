"""The review queue: two records side by side, a blind answer, and what it leads to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import Conflict, NotFound
from datong.identity.correct import correct, correction
from datong.identity.linking.kept_model import model_name
from datong.identity.linking.records import COLUMNS, Record, records_of
from datong.identity.linking.tables import REVIEW, RUN
from datong.identity.tables import LINK
from datong.privacy import Vault
from datong.storage import Store

__all__ = ["ReviewPair", "ReviewQueue", "Side", "Voted", "Weight", "review_queue", "take_back", "vote"]

_AHEAD = 200


class Side(msgspec.Struct, frozen=True):
    """One field of two records: what both say, and whether it is the same, close, different, or missing on a side."""

    field: str
    left: str
    right: str
    agreement: str


class ReviewPair(msgspec.Struct, frozen=True):
    """Two records that may be one person: no weight and no model's name, so that the vote is the reader's own."""

    id: int
    fields: list[Side]


class ReviewQueue(msgspec.Struct, frozen=True):
    """How many pairs are open and voted upon, of how many runs; the next `pair`; the `last` vote, to be taken back."""

    open: int
    voted: int
    runs: int
    pair: ReviewPair | None
    last: int | None


class Weight(msgspec.Struct, frozen=True):
    """How much one comparison speaks for one person (above zero) or against, in log2 odds."""

    name: str
    level: str
    weight: float


class Voted(msgspec.Struct, frozen=True):
    """A vote, and what the linker thought of the pair: shown only after the vote."""

    id: int
    same: bool
    weight: float
    probability: float
    model: str
    parts: list[Weight]
    correction: str


def review_queue(tx: sa.Connection, vault: Vault, *, skip: Collection[int] = ()) -> ReviewQueue:
    """Return the state of the queue and the open pair whose wrong answer would cost most, but none of `skip`.

    Pairs that are one member by now, or of which one side is gone, are passed over.
    """
    counted = tx.execute(sa.select(REVIEW.c.state, sa.func.count()).group_by(REVIEW.c.state))
    counts: dict[str, int] = {row[0]: row[1] for row in counted}
    runs = tx.execute(sa.select(sa.func.count()).select_from(RUN)).scalar_one()
    voted = REVIEW.c.state.in_(("same", "different"))
    last = tx.execute(sa.select(REVIEW.c.id).where(voted).order_by(REVIEW.c.at.desc(), REVIEW.c.id.desc()).limit(1))
    return ReviewQueue(
        counts.get("open", 0), counts.get("same", 0) + counts.get("different", 0), runs,
        _next(tx, vault, set(skip)), last.scalar(),
    )


def vote(store: Store, id: int, same: bool, *, actor: str) -> Voted:  # noqa: A002
    """Take a vote: the two become one member, or are kept apart; return what the linker had thought.

    Raises NotFound when there is no such pair, Conflict when it is not open.
    """
    row = _row(store, id)
    if row.state != "open":
        raise Conflict(f"the pair is {row.state}", hint="take the next one")
    made = correct(
        store, "join" if same else "part", actor=actor, id=f"review:{id}:{row.turn}", keys=[str(row.a), str(row.b)],
        reason="review", **({"kind": "manual", "confidence": 1.0, "model": model_name(row.run)} if same else {}),
    )
    with store.state.write() as tx:
        tx.execute(sa.update(REVIEW).where(REVIEW.c.id == id).values(
            state="same" if same else "different", actor=actor[:128], at=store.clock.now(), correction=made))
    parts = msgspec.json.decode(row.parts, type=list[Weight])
    return Voted(id, same, row.weight, row.probability, model_name(row.run), parts, made)


def take_back(store: Store, id: int, *, actor: str) -> None:  # noqa: A002
    """Take a vote back: what it led to is undone, and the pair is open again.

    Raises Conflict when it was not voted upon, or while its correction is not carried out yet.
    """
    row = _row(store, id)
    if row.state not in ("same", "different"):
        raise Conflict("the pair has no vote", hint="vote on it")
    with store.state.read() as tx:
        led = correction(tx, row.correction)
    if led.state == "waiting":
        raise Conflict("the vote is not carried out yet", hint="try again in a moment")
    if led.state == "done" and led.seq is not None:
        correct(store, "undo", actor=actor, id=f"review:{id}:{row.turn}:undo", seq=led.seq, reason="vote taken back")
    with store.state.write() as tx:
        tx.execute(sa.update(REVIEW).where(REVIEW.c.id == id).values(
            state="open", actor="", at=None, correction="", turn=REVIEW.c.turn + 1))


def _row(store: Store, id: int) -> Any:  # noqa: A002
    with store.state.read() as tx:
        row = tx.execute(sa.select(REVIEW).where(REVIEW.c.id == id)).first()
    if row is None:
        raise NotFound(f"there is no pair {id} to review", field="id")
    return row


def _next(tx: sa.Connection, vault: Vault, skip: set[int]) -> ReviewPair | None:
    one, two = LINK.alias(), LINK.alias()
    query = sa.select(REVIEW.c.id, one.c.member, two.c.member).select_from(
        REVIEW.join(one, one.c.key == REVIEW.c.a).join(two, two.c.key == REVIEW.c.b)
    ).where(REVIEW.c.state == "open", one.c.member != two.c.member)
    rows = tx.execute(query.order_by(REVIEW.c.cost.desc(), REVIEW.c.id).limit(len(skip) + _AHEAD))
    for number, left, right in rows.all():
        if number in skip:
            continue
        records = records_of(tx, vault, [left, right])
        if records[left] and records[right]:
            return ReviewPair(number, _sides(*_nearest(records[left], records[right])))
    return None


def _nearest(left: list[Record], right: list[Record]) -> tuple[Record, Record]:
    """Return the two records that have most in common."""
    return max(((a, b) for a in left for b in right), key=lambda pair: len(pair[0].items() & pair[1].items()))


def _sides(left: Mapping[str, str], right: Mapping[str, str]) -> list[Side]:
    names = [name for name in COLUMNS.kinds if left.get(name) or right.get(name)]
    return [Side(name, a, b, _agreement(a, b)) for name in names
            for a, b in ((left.get(name, ""), right.get(name, "")),)]


def _agreement(left: str, right: str) -> str:
    from rapidfuzz.distance import JaroWinkler  # only where people look

    if not left or not right:
        return "missing"
    a, b = left.casefold().strip(), right.casefold().strip()
    if a == b:
        return "same"
    if sorted(a.split()) == sorted(b.split()):
        return "close"  # the same words in another order, as a family name first
    return "close" if JaroWinkler.similarity(a, b) >= 0.88 else "different"
