"""Answers kept for a moment."""

from __future__ import annotations

import threading

from datong.web.kept import Kept


def test_an_answer_is_worked_out_once_while_it_holds() -> None:
    """The second question is answered from memory, the one after `forget` is not."""
    kept = Kept()
    worked: list[int] = []

    def work() -> str:
        worked.append(1)
        return "answer"

    for _ in range(3):
        assert kept.get("a", 60, work) == "answer"
    assert len(worked) == 1
    kept.forget("a")
    kept.get("a", 60, work)
    assert len(worked) == 2


def test_behind_gives_the_old_answer_while_a_thread_makes_the_new_one() -> None:
    """Nobody waits for a slow answer twice."""
    before = set(threading.enumerate())
    kept, begun, go = Kept(), threading.Event(), threading.Event()
    assert kept.get("a", 0, lambda: "old", behind=True) == "old"

    def slow() -> str:
        begun.set()
        go.wait(5)
        return "new"

    assert kept.get("a", 60, slow, behind=True) == "old"
    assert begun.wait(5)
    assert kept.get("a", 60, slow, behind=True) == "old"
    go.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert kept.get("a", 60, lambda: "never", behind=True) == "new"
