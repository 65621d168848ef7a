"""Atheris on the kinds: python -m tests.fuzz.fuzz_kinds KIND[,KIND] [-max_total_time=60].

Guided by coverage, from the samples of those kinds; any exception but Rejected, and whatever vanishes, is a finding.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["datong.touchpoints", "datong.model.gs1"]):
    from tests.fuzz.harness import listen
    from tests.fuzz.samples import SAMPLES


def main() -> None:
    """Fuzz until the time is up."""
    wanted = sys.argv[1].split(",")
    numbers = [n for n, sample in enumerate(SAMPLES) if sample.kind in wanted]
    if not numbers:
        sys.exit(f"{__doc__}\nkinds: {', '.join(sorted({sample.kind for sample in SAMPLES}))}")
    folder = Path(tempfile.mkdtemp(prefix="kinds-"))
    for at, number in enumerate(numbers):
        (folder / str(number)).write_bytes(bytes([at]) + SAMPLES[number].frame)

    def once(data: bytes) -> None:
        if data:
            listen(numbers[data[0] % len(numbers)], data[1:])

    atheris.Setup([sys.argv[0], f"-artifact_prefix={folder}/", "-max_len=20000", *sys.argv[2:], str(folder)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
