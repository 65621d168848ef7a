"""Calls out of rows: what each shape of row says, in the words of the intake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from datong.errors import Rejected
from datong.model import to_iso
from datong.touchpoints.call import Call, CallContext, ExternalId, Heard, Unread
from datong.touchpoints.kinds.web import read_single
from datong.touchpoints.load.shapes import SHAPES

__all__ = ["Maker", "call", "flag", "goods", "when"]

_YES = frozenset({"true", "1", "yes", "y", "t", "是"})
_NO = frozenset({"false", "0", "no", "n", "f", "否"})


class Maker:
    """Makes the calls of one file's rows."""

    def __init__(
        self, kind: str, namespaces: Sequence[str], currency: str, edition: str, pseudonym: Callable[[str], str]
    ) -> None:
        """Make calls of `kind`.

        `edition` tells this state of the file's contents from others: master data carry it in their ids. `pseudonym`
        turns an identifier's value into something an id may hold.
        """
        self._namespaces = tuple(n for n in namespaces if n not in SHAPES[kind].fields)
        self.currency, self._edition, self._pseudonym = currency, edition, pseudonym
        self._make: Callable[[dict[str, Any], int], Call] = getattr(self, f"_{kind}", self._events)

    def calls(self, batch: pa.RecordBatch, first: int) -> Iterator[Call]:
        """Make one call per row; `first` is the number of the first row in the file."""
        names = batch.schema.names
        columns = [batch.column(name).to_pylist() for name in names]
        for number, values in enumerate(zip(*columns, strict=True), first):
            yield self._make(dict(zip(names, values, strict=True)), number)

    def whole(self, lines: Sequence[bytes], first: int) -> Iterator[Heard]:
        """Read calls in the words of Segment's API, one per line; one without a message id gets its line's number."""
        for number, line in enumerate(lines, first):
            try:
                (heard,) = read_single(line, "")
            except Rejected as error:
                heard = Unread(line, error.code, error.message, error.hint, error.field)
            if isinstance(heard, Call) and not heard.message_id:
                heard.message_id = f"{self._edition}/{number}"
            yield heard

    def person(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return who the row is about."""
        return [(ns, row[ns]) for ns in self._namespaces if row.get(ns) is not None]

    def _natural(self, people: Sequence[tuple[str, str]], *parts: Any) -> str:
        who = self._pseudonym("/".join(people[0])) if people else ""
        return "/".join([who, *("" if p is None else str(p) for p in parts)])

    def _products(self, row: dict[str, Any], number: int) -> Call:
        properties = {"product_id": row["sku"], "currency": self.currency}
        properties.update({k: v for k in ("name", "category", "brand", "price") if (v := row.get(k)) is not None})
        if row.get("listed") is not None:
            properties["listed"] = flag(row["listed"])
        return call(f"products/{row['sku'] or number}/{self._edition}", "Product Updated", properties=properties)

    def _stores(self, row: dict[str, Any], _number: int) -> Call:
        texts = ("name", "format", "city", "region", "country", "hours", "venue")
        properties: dict[str, Any] = {k: v for k in texts if (v := row.get(k)) is not None}
        for name in ("lat", "lon"):
            if row.get(name) is not None:
                try:
                    properties[name] = float(row[name])
                except (TypeError, ValueError):
                    properties[name] = row[name]  # admission says what is wrong with it
        properties["store_id"] = row["store"]
        return call(f"stores/{row['store']}/{self._edition}", "Store Updated", properties=properties)

    def _campaigns(self, row: dict[str, Any], _number: int) -> Call:
        properties = {k: v for k in ("name", "kind") if (v := row.get(k)) is not None}
        properties["campaign_id"] = row["campaign"]
        for name in ("start", "end"):
            moment = when(row, name)
            if moment:
                properties[name] = to_iso(moment) if isinstance(moment, int) else moment
        return call(f"campaigns/{row['campaign']}/{self._edition}", "Campaign Updated", properties=properties)

    def _members(self, row: dict[str, Any], _number: int) -> Call:
        people = self.person(row)
        traits = {k.removeprefix("traits."): v for k, v in row.items() if k.startswith("traits.") and v is not None}
        time = when(row) or None
        return call(f"members/{self._natural(people)}/{self._edition}", "", time, people, traits=traits)

    def _messages(self, row: dict[str, Any], _number: int) -> Call:
        people, time = self.person(row), when(row)
        ref = row.get("id") or self._natural(people, row["campaign"], time)
        properties = {"campaign_id": row["campaign"], "message_id": ref, "channel": row.get("channel") or ""}
        return call(f"messages/{ref}", "Message Sent", time, people, properties)

    def _redemptions(self, row: dict[str, Any], _number: int) -> Call:
        people, time = self.person(row), when(row)
        properties = {"coupon": row["coupon"], "currency": row.get("currency") or self.currency}
        for name, field in (("campaign_id", "campaign"), ("receipt_id", "receipt"), ("store_id", "store"),
                            ("value", "amount")):
            if row.get(field) is not None:
                properties[name] = row[field]
        ref = self._natural(people, row["coupon"], row.get("campaign"), time, row.get("receipt"))
        return call(f"redemptions/{ref}", "Coupon Redeemed", time, people, properties)

    def _consents(self, row: dict[str, Any], _number: int) -> Call:
        people, time = self.person(row), when(row)
        purpose, channel = row.get("purpose") or "marketing", row.get("channel") or ""
        properties = {"purpose": purpose, "channel": channel, "granted": flag(row["granted"])}
        return call(f"consents/{self._natural(people, purpose, channel, time)}", "Consent Changed", time, people,
                     properties)

    def _events(self, row: dict[str, Any], number: int) -> Call:
        named = {k.removeprefix("properties."): v for k, v in row.items()
                 if k.startswith("properties.") and v is not None}
        message = row.get("id") or f"{self._edition}/{number}"
        return call(message, row["event"] or "", when(row), self.person(row), named)


def goods(sku: str) -> Call:
    """Return the call that lists a product which receipts name and no product file describes."""
    return call(f"products/{sku}/unlisted", "Product Updated", properties={"product_id": sku, "listed": False})


def call(
    message: str, event: str, time: int | str | None = None, people: Sequence[tuple[str, str]] = (),
    properties: dict[str, Any] | None = None, traits: dict[str, Any] | None = None,
) -> Call:
    """Return a track call, or an identify call where there is no event; `time` is ms, or what was written instead."""
    return Call(
        type="track" if event or traits is None else "identify", event=event or None, message_id=message,
        properties=properties, traits=traits, timestamp=to_iso(time) if isinstance(time, int) else time,
        context=CallContext(external_ids=[ExternalId(ns, value) for ns, value in people]) if people else None,
    )


def when(row: Mapping[str, Any], name: str = "time") -> int | str:
    """Return the row's moment in ms, or what was written in its place."""
    moment: int | None = row.get(name)
    return moment if moment is not None else row.get(f"{name}?") or ""


def flag(value: Any) -> Any:
    """Return yes or no as a boolean, anything else as it is."""
    word = str(value).strip().lower()
    return True if word in _YES else False if word in _NO else value
