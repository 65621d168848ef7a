"""Versions: a call that contradicts an earlier one of the same number, beside what was kept of that one."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import NotFound, Rejected
from datong.model import Event, decode_event, exponent, to_iso
from datong.storage import EVENTS, event_key
from datong.touchpoints.call import Call
from datong.touchpoints.intake import Intake
from datong.touchpoints.kinds.web import read_single
from datong.touchpoints.tables import QUARANTINED

__all__ = ["Line", "versions"]


class Line(msgspec.Struct, frozen=True):
    """One thing that both versions say: what the `first` says, which counts, and what was said `again`."""

    field: str
    first: str
    again: str
    differs: bool


def versions(intake: Intake, id: int) -> list[Line]:  # noqa: A002
    """Return both versions of a rejected call whose reason is `conflict`, line by line; nothing for other reasons.

    Personal values are left out; identifiers show by kind. Raises NotFound.
    """
    with intake.store.state.read() as tx:
        row = tx.execute(sa.select(QUARANTINED).where(QUARANTINED.c.id == id)).first()
    if row is None:
        raise NotFound(f"there is no rejected call {id}")
    if row.code != "conflict" or not row.raw:
        return []
    try:
        call = read_single(intake.vault.unseal(row.raw).encode(), "")[0]
        if not isinstance(call, Call) or not call.message_id:
            return []
        entry = intake.store.log.find(event_key(row.source, str(call.message_id)))
        if entry is None or entry.topic != EVENTS:
            return []
        again = intake.read(row.source, call, row.at, row.history)
    except Rejected:
        return []
    before, after = _lines(decode_event(entry.body)), _lines(again)
    return [
        Line(name, before.get(name, ""), after.get(name, ""), before.get(name) != after.get(name))
        for name in dict.fromkeys([*before, *after])
    ]


def _lines(event: Event) -> dict[str, str]:
    digits = exponent(event.currency)
    found = {
        "event": event.type, "time": to_iso(event.time), "place": event.place, "ref": event.ref,
        "who": ", ".join(f"{i.ns} #{i.key & 0xFFFFFF:06x}" for i in event.identifiers),
        "total": _money(event.amount, digits) if event.currency else "", "currency": event.currency,
    }
    for at, item in enumerate(event.items):
        off = f" (−{_money(item.discount, digits)})" if item.discount else ""
        found[f"line {at + 1}"] = f"{item.quantity:g} × {item.sku} = {_money(item.amount, digits)}{off}"
    for name, value in sorted(event.properties.items()):
        if isinstance(value, list | tuple):
            for at, one in enumerate(value):
                found[f"{name} {at + 1}"] = _text(one, digits)
        else:
            found[name] = _text(value, digits)
    return {name: text for name, text in found.items() if text}


def _text(value: Any, digits: int) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_money(v, digits) if k == 'amount' and isinstance(v, int) else v}"
                         for k, v in value.items() if v not in (None, ""))
    return str(value)


def _money(amount: int, digits: int) -> str:
    return f"{amount / 10 ** digits:.{digits}f}"
