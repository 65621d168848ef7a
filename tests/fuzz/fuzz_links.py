"""Atheris on GS1 identifiers as codes and documents carry them: python -m tests.fuzz.fuzz_links [-max_total_time=60].

Digital Links, EPC URNs and bare numbers: ValueError or an identifier whose parts hold no more than the text.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["datong.model.gs1"]):
    from tests.fuzz.links import SEEDS, read


def once(data: bytes) -> None:
    """Read one text."""
    read(data.decode("utf-8", "replace"))


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(prefix="links-"))
    for at, seed in enumerate(SEEDS):
        (folder / str(at)).write_text(seed, "utf-8")
    atheris.Setup([sys.argv[0], f"-artifact_prefix={folder}/", "-max_len=600", *sys.argv[1:], str(folder)], once)
    atheris.Fuzz()
