"""The event log on SQLite."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from datong.errors import Unavailable
from datong.model import Event
from datong.storage import Record, SqliteLog, event_key, event_record


def record(name: str, digest: int = 0, body: bytes = b"x") -> Record:
    """Return a small record."""
    return Record(event_key("web", name), body, digest)


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    """Offsets rise from 1 and reading starts after the given one."""
    log = SqliteLog(tmp_path / "log.sqlite")
    answers = log.append([record("a", body=b"1"), record("b", body=b"2"), record("c", body=b"3")])
    assert [a.offset for a in answers] == [1, 2, 3]
    assert [(e.offset, e.body) for e in log.read(1, 10)] == [(2, b"2"), (3, b"3")]
    assert [e.offset for e in log.read(0, 2)] == [1, 2]
    assert log.end() == 3
    log.close()


def test_a_repeat_is_a_duplicate_and_other_contents_are_a_conflict(tmp_path: Path) -> None:
    """The first record of a key stays; digest 0 never conflicts."""
    log = SqliteLog(tmp_path / "log.sqlite")
    log.append([record("a", 1), record("b")])
    found = log.append([record("a", 1), record("a", 2), record("b", 9), record("c", 3), record("c", 3), record("c", 4)])
    assert [a.status for a in found] == ["duplicate", "conflict", "conflict", "new", "duplicate", "conflict"]
    assert [a.offset for a in found[:3]] == [1, 1, 2]
    assert len(log.read(0, 100)) == 3
    log.close()


def test_a_second_opening_goes_on_after_the_last(tmp_path: Path) -> None:
    """The end, the dedupe and the contents survive closing."""
    first = SqliteLog(tmp_path / "log.sqlite")
    first.append([record("a"), record("b")])
    first.close()
    second = SqliteLog(tmp_path / "log.sqlite")
    assert second.end() == 2
    assert [a.status for a in second.append([record("b"), record("c")])] == ["duplicate", "new"]
    second.close()


def test_many_threads_share_commits_and_lose_nothing(tmp_path: Path) -> None:
    """Eight writers of 200 records each: 1,600 entries, every offset once."""
    log = SqliteLog(tmp_path / "log.sqlite")
    offsets: list[int] = []

    def write(name: int) -> None:
        for n in range(20):
            offsets.extend(a.offset for a in log.append([record(f"{name}-{n}-{i}") for i in range(10)]))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(offsets) == list(range(1, 1601))
    log.close()


def test_waiting_ends_when_something_comes(tmp_path: Path) -> None:
    """`wait` is true at once when there is more, false after the time-out when there is not."""
    log = SqliteLog(tmp_path / "log.sqlite")
    assert log.wait(0, 0.01) is False
    log.append([record("a")])
    assert log.wait(0, 5) is True
    log.close()


def test_a_log_that_cannot_be_written_says_so_and_lives_on(tmp_path: Path) -> None:
    """A failing commit raises Unavailable with a time to wait; the next one works."""
    log = SqliteLog(tmp_path / "log.sqlite")
    with pytest.raises(Unavailable) as caught:
        log.append([Record(b"k" * 16, None)])  # type: ignore[arg-type] # the column refuses it as a full disk would
    assert caught.value.after == 5.0
    assert log.append([record("a")])[0].status == "new"
    log.close()


def test_an_event_comes_back_as_it_went(tmp_path: Path) -> None:
    """The record of an event decodes to the same event."""
    from datong.model import decode_event

    log = SqliteLog(tmp_path / "log.sqlite")
    event = Event(id="m1", source="web", channel="web", type="Page Viewed", time=1, received=2, properties={"a": [1]})
    log.append([event_record(event)])
    assert decode_event(log.read(0, 1)[0].body) == event
    log.close()


def test_a_read_of_long_entries_is_bounded_and_goes_on(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.sqlite")
    long = b"x" * (12 * 1024 * 1024)
    log.append([Record(str(n).encode().zfill(16), long) for n in range(5)])
    first = log.read(0, 100)
    assert [e.offset for e in first] == [1, 2, 3]
    assert [e.offset for e in log.read(first[-1].offset, 100)] == [4, 5]
    log.close()
