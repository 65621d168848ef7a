"""Atheris on the readers of receipts: python tests/fuzz/fuzz_receipts.py [-max_total_time=60] [CORPUS].

XML, JSON and CSV, guided by coverage; starts from good samples unless a corpus is given. Any exception but
Rejected is a finding.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["datong.touchpoints.till"]):
    from datong.errors import Rejected
    from datong.touchpoints.call import Listening, Unread
    from datong.touchpoints.till import read_frame

CONTEXT = Listening("tills", "S1", "Asia/Shanghai")
SAMPLES = Path(__file__).parents[1] / "unit" / "touchpoints" / "till"
HEAD = '"store": "S1", "till": "1", "business_day": "2026-03-01", "sequence": 1, "time": "2026-03-01T10:00:00Z"'
TEXTS = {
    "json": "{" + HEAD + ', "kind": "exchange", "lines": [{"sku": "A", "price": 5, "tax": 1, "kind": "return"}, '
            '{"sku": "B", "amount": 9}], "discounts": [{"amount": 1}], "tenders": [{"kind": "cash", "amount": 4}]}',
    "csv": "store,till,business_day,sequence,time,sku,price,receipt_discount,tender,tender_amount\n"
           "S1,1,2026-03-01,1,2026-03-01 10:00,A,5,1,cash,4\n",
}


def read(frame: bytes) -> None:
    """Read a frame, and each part of it that was not understood once more."""
    try:
        for one in read_frame(frame, CONTEXT):
            if isinstance(one, Unread):
                read_frame(one.raw, CONTEXT)
    except Rejected:
        return


def corpus() -> str:
    """Return a new folder with one good frame of each form."""
    folder = Path(tempfile.mkdtemp(prefix="receipts-"))
    for sample in SAMPLES.glob("*.xml"):
        shutil.copy(sample, folder)
    for name, text in TEXTS.items():
        (folder / name).write_text(text, "utf-8")
    return str(folder)


if __name__ == "__main__":
    given = [one for one in sys.argv[1:] if not one.startswith("-")]
    atheris.Setup(sys.argv if given else [*sys.argv, corpus()], read)
    atheris.Fuzz()
