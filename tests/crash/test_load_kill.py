"""`kill -9` in the middle of a load, and the same command again: the same figures as without the kill."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import datong

EXAMPLE = Path(__file__).parents[2] / "examples" / "receipts"
RECEIPTS, LINES = 6_000, 4
FIGURES = """
SELECT (SELECT sum(amount) FROM commerce.receipt) AS amount, (SELECT count(*) FROM commerce.receipt) AS receipts,
       (SELECT count(DISTINCT ref) FROM commerce.receipt) AS numbers,
       (SELECT count(*) FROM commerce.receipt_line) AS lines, (SELECT count(*) FROM commerce.product) AS products,
       (SELECT count(DISTINCT member) FROM commerce.receipt JOIN identity.link USING (ident)) AS members,
       (SELECT count(*) FROM identity.member) AS all_members,
       (SELECT count(*) FROM touchpoints.event) AS items, (SELECT sum(amount) FROM touchpoints.event) AS item_amount
"""


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "datong", "load", str(folder / "mapping.toml"), "--config",
            str(folder / "datong.toml")]


def figures(folder: Path) -> dict[str, Any]:
    with datong.open(str(folder / "datong.toml")) as platform:
        (row,) = platform.store.facts.rows(FIGURES)
        return row


def written(folder: Path) -> int:
    """Return how many bytes lie in the data directory."""
    size = 0
    for file in (folder / "data").glob("*"):
        with suppress(FileNotFoundError):  # a write-ahead log goes away when it is taken over
            size += file.stat().st_size
    return size


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small example with enough receipts to be killed in."""
    folder = tmp_path_factory.mktemp("kill") / "shop"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("data", "secret.key"))
    dice = random.Random(11)
    with (folder / "receipts.csv").open("w") as file:
        file.write("shop,till,receipt_no,sold_at,card,article,pieces,paid,rebate\n")
        for number in range(RECEIPTS):
            shop, card = dice.choice(["S01", "S02"]), 8_800_000 + dice.randrange(900)
            for _ in range(LINES):
                paid, day = dice.randrange(100, 90_000) / 100, dice.randrange(1, 29)
                article = dice.choice(["00101", "00102", "00103", "00201", "00999"])
                file.write(f"{shop},1,{number},{day:02d}.02.2026 12:00,{card},{article},1,{paid:.2f},0.00\n")
    return folder


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.timeout(600)
def test_a_killed_load_goes_on_to_the_same_figures(shop: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(shop, whole)
    subprocess.run(command(whole), check=True, capture_output=True)
    size = written(whole)
    expected = figures(whole)
    assert (expected["receipts"], expected["lines"], expected["products"]) == (RECEIPTS, RECEIPTS * LINES, 7)
    assert expected["numbers"] == RECEIPTS
    killed = tmp_path / "killed"
    shutil.copytree(shop, killed)
    dice, kills = random.Random(5), 0
    for share in (0.1, 0.25, 0.4, 0.55, 0.7):  # by what is written, not by the clock: machines differ
        process = subprocess.Popen(command(killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and written(killed) < (share + dice.uniform(0, 0.1)) * size:
            time.sleep(0.01)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    subprocess.run(command(killed), check=True, capture_output=True)
    assert kills >= 2
    assert figures(killed) == expected
