"""The one JSON line every benchmark ends with."""

from __future__ import annotations

import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def print_line(benchmark: str, ours: dict[str, Any], anchor: dict[str, Any], ratio: dict[str, Any]) -> None:
    """Print what was measured; `anchor` ran beside ours in the same call, `ratio` is ours ÷ anchor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [x.split(":")[1].strip() for x in lines if x.startswith("model name")]
    machine = f"{len(names) or '?'} × {names[0] if names else platform.processor()}, Python {platform.python_version()}"
    line = {
        "benchmark": benchmark, "ours": ours, "anchor": anchor, "ratio": ratio, "machine": machine,
        "date": datetime.now(UTC).date().isoformat(), "command": " ".join(["python", *sys.argv]),
    }
    print(json.dumps(line, ensure_ascii=False))
