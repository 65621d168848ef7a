"""A till that rings up receipts until it is killed; prints each number once it was told."""

from __future__ import annotations

import sys

from datong_client import Till

url, path = sys.argv[1:3]
till = Till(url, "key-tills", "S1", "T9", path, retry=0.05, timeout=1.0)
for number in range(1, 100_000):
    till.receipt({"business_day": "2026-03-07", "sequence": number, "time": "2026-03-07T10:00:00+08:00",
                  "currency": "CNY", "total": "1.00", "lines": [{"sku": "shoe-1", "amount": "1.00"}]})
    print(number, flush=True)  # noqa: T201 the test reads it
