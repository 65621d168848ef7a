"""Ground truth, written apart from everything that is sent: who is who, where they were, why, and what an offer did."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, TextIO

import msgspec

from datong.simulator.day import Session, Visit
from datong.simulator.population import Shopper

__all__ = ["Truth"]


class Truth:
    """Appends JSON lines to `shoppers`, `visits`, `sessions`, `purchases` and `offers` in a folder; times are ms."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[str, TextIO] = {}
        self._lock = threading.Lock()

    def shoppers(self, town: list[Shopper]) -> None:
        """Write everybody down, over what was there."""
        with (self._folder / "shoppers.jsonl").open("w", encoding="utf-8") as out:
            out.writelines(msgspec.json.encode(who).decode() + "\n" for who in town)

    def visit(self, visit: Visit) -> None:
        """Write a visit: its devices, its intent and its path, and what was bought on it."""
        self._write("visits", {
            "shopper": visit.shopper.id, "start": visit.start, "end": visit.end, "intent": visit.intent,
            "devices": visit.devices,
            "path": [{"zone": s.zone, "start": s.start, "end": s.end} for s in visit.stays],
        })
        for stay in visit.stays:
            for slip in stay.slips:
                self.purchase(visit.shopper, slip.at, slip.shop, sum(x.amount for x in slip.lines), slip.kind, "plan")

    def session(self, session: Session) -> None:
        """Write a web session with its intent, and its order."""
        who = session.shopper
        self._write("sessions", {"shopper": who.id, "id": session.id, "start": session.start,
                                 "intent": session.intent, "viewed": [g.sku for g in session.viewed]})
        if session.order:
            amount = sum(line.amount for line in session.order)
            self.purchase(who, session.start, "web", amount, "order", "plan")

    def purchase(self, who: Shopper, at: int, shop: str, amount: int, kind: str, cause: str) -> None:
        """Write a purchase (fen): `cause` is `plan` (would have happened anyway) or the id of a message."""
        self._write("purchases", {"shopper": who.id, "at": at, "shop": shop, "amount": amount, "kind": kind,
                                  "cause": cause})

    def offer(self, message: str, campaign: str, who: Shopper, at: int, seen: bool, bought: bool, uplift: float
              ) -> None:
        """Write what a message truly did: `uplift` is the true number of purchases it adds per message sent."""
        self._write("offers", {"message": message, "campaign": campaign, "shopper": who.id, "at": at, "seen": seen,
                               "bought": bought, "uplift": uplift})

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def _write(self, name: str, row: dict[str, Any]) -> None:
        with self._lock:
            if name not in self._files:
                self._files[name] = (self._folder / f"{name}.jsonl").open("a", buffering=1, encoding="utf-8")
            self._files[name].write(msgspec.json.encode(row).decode() + "\n")
