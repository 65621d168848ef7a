"""The event log: append-only, durable before it answers, deduplicated by message id."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from datong.errors import Unavailable
from datong.model import Event, encode_event

__all__ = ["ERASED", "EVENTS", "MARK", "QUARANTINE", "Appended", "Entry", "Log", "Record", "SqliteLog", "event_key",
           "event_record"]

EVENTS, QUARANTINE, MARK, ERASED = 0, 1, 2, 3
"""The topics of the log; a mark is the flow's own and holds where a batch ended, what was erased is empty."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS log (
    offset INTEGER PRIMARY KEY, topic INTEGER NOT NULL, key BLOB NOT NULL UNIQUE, digest INTEGER NOT NULL,
    body BLOB NOT NULL)
"""

_INSERT = "INSERT OR IGNORE INTO log VALUES (?, ?, ?, ?, ?)"
_STATEMENTS = tuple((rows, f"{_INSERT}{', (?, ?, ?, ?, ?)' * (rows - 1)}") for rows in (1_024, 128, 16, 1))
"""Few long statements: other threads run while SQLite works, and the writer asks Python for its turn less often."""

STRETCH = 32 * 1024 * 1024
"""Bytes read at once: a frame of sightings is one entry and may be a thousand times as long as another."""
_KEYS = 500
_GONE = -1
"""The digest of an entry that was rewritten."""


class Record(NamedTuple):
    """What is appended: `key` (16 bytes) dedupes, `digest` tells a repeat from a contradiction (0 = do not ask)."""

    key: bytes
    body: bytes
    digest: int = 0
    topic: int = EVENTS


class Appended(NamedTuple):
    """What became of a record: its offset (of the first one where it is a repeat) and whether it is new."""

    offset: int
    status: Literal["new", "duplicate", "conflict"]


class Entry(NamedTuple):
    """One entry read from the log."""

    offset: int
    topic: int
    body: bytes


_keyed = blake2b(digest_size=16)


def event_key(source: str, message_id: str) -> bytes:
    """Return the 16-byte key under which a message id of a source is deduplicated."""
    digest = _keyed.copy()
    digest.update(f"{source}\0{message_id}".encode())
    return digest.digest()


def event_record(event: Event, digest: int = 0) -> Record:
    """Return the record of an event."""
    return Record(event_key(event.source, event.id), encode_event(event), digest)


class Log(Protocol):
    """What every event log can do; offsets rise, may have gaps, and start at 1."""

    def submit(self, records: Sequence[Record]) -> Future[list[Appended]]:
        """Queue records; the future is done when they are on disk, or raises Unavailable."""
        ...

    def append(self, records: Sequence[Record]) -> list[Appended]:
        """Append records and return when they are on disk; raises Unavailable."""
        ...

    def read(self, after: int, limit: int, size: int = STRETCH) -> list[Entry]:
        """Return up to `limit` entries with an offset larger than `after`, in order; no more after `size` bytes."""
        ...

    def find(self, key: bytes) -> Entry | None:
        """Return the entry that was appended under this key, or None."""
        ...

    def find_all(self, keys: Sequence[bytes]) -> dict[bytes, Entry]:
        """Return the entries that were appended under these keys, however many."""
        ...

    def end(self) -> int:
        """Return the offset of the last durable entry, 0 when there is none."""
        ...

    def wait(self, after: int, timeout: float) -> bool:
        """Wait up to `timeout` seconds until there is an entry past `after`; return whether there is one."""
        ...

    def rewrite(self, entries: Sequence[Entry], same: bool = False) -> None:
        """Replace the topic and body of entries that are there; their keys go on deduplicating.

        With `same` they say what they said, sealed anew; else, after an erasure, their digests go too.
        """
        ...

    def copy(self, path: Path) -> None:
        """Write what is there now into a new file."""
        ...

    def close(self) -> None:
        """Write what is queued and close."""
        ...


class SqliteLog:
    """The embedded log: one SQLite file with one writer thread, which commits whatever queued up in one fsync."""

    def __init__(self, path: Path, group: int = 256) -> None:
        self._path, self._group = path, group
        self._queue: queue.SimpleQueue[tuple[Sequence[Record], Future[list[Appended]]] | None] = queue.SimpleQueue()
        self._grown = threading.Condition()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._writer = self._connect()
        self._writer.execute(_SCHEMA)
        self._end: int = self._writer.execute("SELECT coalesce(max(offset), 0) FROM log").fetchone()[0]
        self._thread = threading.Thread(target=self._write, name="datong-log", daemon=True)
        self._thread.start()

    def submit(self, records: Sequence[Record]) -> Future[list[Appended]]:
        """Queue records for the next group commit."""
        done: Future[list[Appended]] = Future()
        done.set_running_or_notify_cancel()  # what is queued will be written: a caller that goes away cannot undo it
        self._queue.put((records, done))
        return done

    def append(self, records: Sequence[Record]) -> list[Appended]:
        """Append and wait for the disk."""
        return self.submit(records).result() if records else []

    def read(self, after: int, limit: int, size: int = STRETCH) -> list[Entry]:
        """Read on this thread's own connection."""
        sql = "SELECT offset, topic, body FROM log WHERE offset > ? ORDER BY offset LIMIT ?"
        entries, left = [], size
        for row in self._reader().execute(sql, (after, limit)):
            entries.append(Entry(*row))
            left -= len(row[2])
            if left < 0:
                break
        return entries

    def find(self, key: bytes) -> Entry | None:
        """Look the key up in the index that dedupes."""
        row = self._reader().execute("SELECT offset, topic, body FROM log WHERE key = ?", (key,)).fetchone()
        return Entry(*row) if row else None

    def find_all(self, keys: Sequence[bytes]) -> dict[bytes, Entry]:
        """Look the keys up some hundred at a time."""
        found: dict[bytes, Entry] = {}
        for at in range(0, len(keys), _KEYS):
            some = keys[at : at + _KEYS]
            sql = f"SELECT key, offset, topic, body FROM log WHERE key IN ({', '.join('?' * len(some))})"
            found.update((row[0], Entry(*row[1:])) for row in self._reader().execute(sql, some))
        return found

    def end(self) -> int:
        """Return the last durable offset."""
        return self._end

    def wait(self, after: int, timeout: float) -> bool:
        """Wait for growth past `after`."""
        with self._grown:
            return self._grown.wait_for(lambda: self._end > after, timeout)

    def rewrite(self, entries: Sequence[Entry], same: bool = False) -> None:
        """Overwrite in one transaction, and wipe what was there: from the pages (secure_delete) and the journal."""
        db = self._reader()
        db.execute("BEGIN IMMEDIATE")
        try:
            digest = "digest" if same else _GONE
            sql = f"UPDATE log SET topic = ?, body = ?, digest = {digest} WHERE offset = ?"
            db.executemany(sql, [(topic, body, offset) for offset, topic, body in entries])
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy(self, path: Path) -> None:
        """Copy in one reading transaction; writing goes on."""
        self._reader().execute("VACUUM INTO ?", (str(path),))

    def close(self) -> None:
        """Finish the queue, stop the writer, close every connection."""
        self._queue.put(None)
        self._thread.join()
        self._writer.close()
        for reader in self._readers:
            reader.close()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=30)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA secure_delete=ON")
        db.execute("PRAGMA cache_size=-65536")
        db.execute("PRAGMA wal_autocheckpoint=8000")
        return db

    def _reader(self) -> sqlite3.Connection:
        if not hasattr(self._local, "db"):
            self._local.db = self._connect()
            self._readers.append(self._local.db)
        db: sqlite3.Connection = self._local.db
        return db

    def _write(self) -> None:
        stop = False
        while not stop:
            first = self._queue.get()
            jobs = [first] if first else []
            stop = first is None
            while len(jobs) < self._group and not self._queue.empty():
                job = self._queue.get()
                if job is None:
                    stop = True
                    break
                jobs.append(job)
            if jobs:
                self._commit(jobs)

    def _commit(self, jobs: Sequence[tuple[Sequence[Record], Future[list[Appended]]]]) -> None:
        try:
            answers = self._insert([job[0] for job in jobs])
        except Exception as error:  # the callers must hear of it, whatever it is; the writer lives on
            if self._writer.in_transaction:
                self._writer.rollback()
            for _, done in jobs:
                done.set_exception(Unavailable(f"the event log cannot be written: {error}", after=5.0))
            return
        for (_, done), answer in zip(jobs, answers, strict=True):
            done.set_result(answer)
        with self._grown:
            self._grown.notify_all()

    def _insert(self, groups: Sequence[Sequence[Record]]) -> list[list[Appended]]:
        offset = first = self._end + 1
        values: list[int | bytes] = []
        for group in groups:
            for key, body, digest, topic in group:
                values += (offset, topic, key, digest, body)
                offset += 1
        count, at = offset - first, 0
        db = self._writer
        db.execute("BEGIN IMMEDIATE")
        before = db.total_changes
        for rows, statement in _STATEMENTS:
            while count - at >= rows:
                db.execute(statement, values[at * 5 : (at + rows) * 5])
                at += rows
        repeats = db.total_changes - before != count
        keys: list[Any] = values[2::5]
        known = self._known(keys) if repeats else {}
        db.execute("COMMIT")
        self._end = offset - 1
        if repeats:
            self._end = db.execute("SELECT coalesce(max(offset), 0) FROM log").fetchone()[0]
        answers, mine = [], first
        for group in groups:
            if repeats:
                answers.append([_answer(n, r, known[r.key]) for n, r in enumerate(group, mine)])
            else:
                answers.append([Appended(n, "new") for n in range(mine, mine + len(group))])
            mine += len(group)
        return answers

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, tuple[int, int]]:
        found: dict[bytes, tuple[int, int]] = {}
        for start in range(0, len(keys), _KEYS):
            some = keys[start : start + _KEYS]
            sql = f"SELECT key, offset, digest FROM log WHERE key IN ({', '.join('?' * len(some))})"
            found.update((row[0], (row[1], row[2])) for row in self._writer.execute(sql, some))
        if len(found) < len(set(keys)):
            raise sqlite3.IntegrityError("a record was refused")  # not as a repeat: it must not be answered as kept
        return found


def _answer(mine: int, record: Record, known: tuple[int, int]) -> Appended:
    kept, digest = known
    if kept == mine:
        return Appended(mine, "new")
    return Appended(kept, "conflict" if record.digest and digest not in (record.digest, _GONE) else "duplicate")
