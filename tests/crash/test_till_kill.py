"""A till killed at any moment, online and offline: every receipt it was told arrives, none twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.contract.till_server import serving
from tests.flow.mall import opened

from datong_client import Till

pytestmark = pytest.mark.network
ROOT = Path(__file__).parents[2]


def test_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    path = str(tmp_path / "till.sqlite")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "sdk" / "python" / "src"), str(ROOT)])}
    with opened(tmp_path / "mall") as mall, serving(mall) as shop:
        told = 0
        for online in (True, False, True):
            if not online:
                shop.stop()
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("till_process.py")), shop.url, path], env=env,
                stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            for _ in range(25):
                told = max(told, int(process.stdout.readline()))
            time.sleep(0.01)
            process.kill()
            process.wait()
            told = max([told, *(int(line) for line in process.stdout.read().split())])
            process.stdout.close()
            if not online:
                shop.start()
        till = Till(shop.url, "key-tills", "S1", "T9", path)
        assert till.sync() == 0
        shop.caught_up()
        rows = mall.store.facts.rows(
            "SELECT count(*) AS n, count(DISTINCT ref) AS receipts, sum(amount)::BIGINT AS paid FROM commerce.receipt "
            "WHERE split_part(ref, '/', 2) = 'T9'")[0]
        assert rows["n"] == rows["receipts"] == rows["paid"] // 100
        assert rows["n"] in (told, told + 1)  # the last one may have been kept before its number was printed
        assert till.problems() == []
        till.close()
