"""Outbox: what is to be sent, in order, in one SQLite file; what `put` has answered survives a crash."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from typing import Any, Iterable, List, NamedTuple, Optional

__all__ = ["Item", "Outbox", "OutboxFull"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS problem (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL, answer TEXT NOT NULL,
    at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS coupon (code TEXT PRIMARY KEY, shown TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spent (code TEXT PRIMARY KEY, receipt TEXT NOT NULL, at TEXT NOT NULL);
"""


class OutboxFull(Exception):
    """As much as was allowed is waiting already; nothing was put."""


class Item(NamedTuple):
    """One thing to send."""

    id: int
    kind: str
    body: Any


class Outbox:
    """A queue on disk; safe to use from any thread. `limit` is how many things may wait."""

    def __init__(self, path: str, limit: int = 1_000_000) -> None:
        self._lock = threading.RLock()
        self._limit = limit
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        self._count: int = self._db.execute("SELECT count(*) FROM item").fetchone()[0]

    def __len__(self) -> int:
        return self._count

    def put(self, kind: str, bodies: Iterable[Any]) -> List[int]:
        """Keep things to send and return their numbers once they are on disk; raises OutboxFull."""
        rows = [(kind, json.dumps(body, ensure_ascii=False), time.time()) for body in bodies]
        with self._lock:
            if self._count + len(rows) > self._limit:
                raise OutboxFull(f"{self._count} are waiting already: is the platform reachable?")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                numbers = [self._insert(row) for row in rows]
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._count += len(rows)
            return numbers

    def first(self, count: int) -> List[Item]:
        """Return the oldest things."""
        with self._lock:
            rows = self._db.execute("SELECT id, kind, body FROM item ORDER BY id LIMIT ?", (count,)).fetchall()
        return [Item(row[0], row[1], json.loads(row[2])) for row in rows]

    def done(self, ids: Iterable[int]) -> None:
        """Forget things that were taken."""
        with self._lock:
            gone = self._db.executemany("DELETE FROM item WHERE id = ?", [(one,) for one in ids]).rowcount
            self._count -= max(0, gone)

    def change(self, number: int, body: Any) -> bool:
        """Replace what is to be sent; return whether it still waited."""
        with self._lock:
            text = json.dumps(body, ensure_ascii=False)
            return self._db.execute("UPDATE item SET body = ? WHERE id = ?", (text, number)).rowcount > 0

    def postpone(self, item: Item) -> None:
        """Let a thing go behind all others."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM item WHERE id = ?", (item.id,))
            self._insert((item.kind, json.dumps(item.body, ensure_ascii=False), time.time()))
            self._db.execute("COMMIT")

    def waits(self, number: int) -> bool:
        """Return whether this thing is still to be sent."""
        with self._lock:
            return self._db.execute("SELECT 1 FROM item WHERE id = ?", (number,)).fetchone() is not None

    def set_aside(self, item: Item, answer: Any, taken: bool = False) -> None:
        """Keep a thing with the platform's answer for somebody to look at; what was not `taken` is sent no more."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT INTO problem (kind, body, answer, at) VALUES (?, ?, ?, ?)",
                             (item.kind, json.dumps(item.body), json.dumps(answer), time.time()))
            if not taken:
                self._count -= self._db.execute("DELETE FROM item WHERE id = ?", (item.id,)).rowcount
            self._db.execute("COMMIT")

    def problems(self) -> "list[tuple[int, str, Any, Any]]":
        """Return what was set aside: (number, kind, what was sent, the answer)."""
        with self._lock:
            rows = self._db.execute("SELECT id, kind, body, answer FROM problem ORDER BY id").fetchall()
        return [(row[0], row[1], json.loads(row[2]), json.loads(row[3])) for row in rows]

    def settle(self, number: int) -> None:
        """Forget a problem that somebody has looked at."""
        with self._lock:
            self._db.execute("DELETE FROM problem WHERE id = ?", (number,))

    def list_coupons(self, shown: "list[dict[str, Any]]") -> None:
        """Replace the list of open coupons."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM coupon")
            self._db.executemany("INSERT OR REPLACE INTO coupon VALUES (?, ?)",
                                 [(one["code"], json.dumps(one)) for one in shown])
            self._db.execute("COMMIT")

    def know(self, name: str, value: str) -> None:
        """Keep a thing that the platform said."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO known VALUES (?, ?)", (name, value))

    def known(self, name: str) -> str:
        """Return a thing that the platform said, empty where it has not."""
        with self._lock:
            row = self._db.execute("SELECT value FROM known WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def coupon(self, code: str) -> "Optional[dict[str, Any]]":
        """Return an open coupon as it was listed last."""
        with self._lock:
            row = self._db.execute("SELECT shown FROM coupon WHERE code = ?", (code,)).fetchone()
        return json.loads(row[0]) if row else None

    def spend(self, code: str, receipt: str, at: str) -> "Optional[tuple[str, str]]":
        """Note that a coupon was redeemed here; return (receipt, time) of an earlier time, which stays."""
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO spent VALUES (?, ?, ?)", (code, receipt, at))
            row = self._db.execute("SELECT receipt, at FROM spent WHERE code = ?", (code,)).fetchone()
        return None if row == (receipt, at) else (row[0], row[1])

    def spent(self, code: str) -> "Optional[tuple[str, str]]":
        """Return (receipt, time) of a coupon that was redeemed here."""
        with self._lock:
            row = self._db.execute("SELECT receipt, at FROM spent WHERE code = ?", (code,)).fetchone()
        return (row[0], row[1]) if row else None

    def unspend(self, code: str) -> None:
        """Forget that a coupon was redeemed here: it was refused, or its receipt voided."""
        with self._lock:
            self._db.execute("DELETE FROM spent WHERE code = ?", (code,))

    def unspend_receipt(self, receipt: str) -> None:
        """Forget the coupons of a receipt that does not count."""
        with self._lock:
            self._db.execute("DELETE FROM spent WHERE receipt = ?", (receipt,))

    def close(self) -> None:
        """Close the file; what waits stays in it."""
        with self._lock:
            self._db.close()

    def _insert(self, row: "tuple[str, str, float]") -> int:
        found = self._db.execute("INSERT INTO item (kind, body, at) VALUES (?, ?, ?)", row).lastrowid
        return found or 0
