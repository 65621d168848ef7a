"""What fuzzing asks of every kind: whatever the bytes, it is refused with a reason, or read and told part by part.

By hand, with coverage guiding the bytes: python -m tests.fuzz.fuzz_kinds KIND (needs atheris). In the tests a fixed
corpus is replayed (tests/property/test_kinds.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.fuzz.samples import SAMPLES

from datong.errors import Rejected
from datong.touchpoints.call import Listening, Request, Scan, Secrets, Unread
from datong.touchpoints.kinds import kinds

__all__ = ["corpus", "listen"]

_INTERESTING = (b"\x00", b"\xff", b'"', b"{", b"}", b"[", b"]", b"-", b"1e999", b"null", b"\\ud800", b"9" * 30, b",,",
                b'"' + b"a" * 300 + b'"', b"true", b"NaN", b"\xe4\xb8", b"<!DOCTYPE a [<!ENTITY b 'c'>]>")


def listen(number: int, frame: bytes) -> int:
    """Let one kind hear the frame, and each part again alone; return how many sightings and calls there were."""
    sample = SAMPLES[number % len(SAMPLES)]
    kind = kinds()[sample.kind]
    context = Listening("x", "V1", "Asia/Shanghai", sample.settings or {}, sample.secrets or Secrets())
    request = Request(at=1_772_337_600_000, headers={"topic": "ruuvi/x"})
    kind.admits(request, frame, context)
    try:
        heard = kind.listen(kind.open(request, frame, context), context)
    except Rejected as error:
        if not error.code or not error.message:
            raise AssertionError("a refusal without a reason") from error
        return 0
    count = 0
    for one in heard:
        if isinstance(one, Scan):
            n = len(one.device)
            columns = (one.time, one.rssi, one.ns, one.sensor, one.ie, one.seq, one.x, one.y)
            if any(len(c) != n for c in columns if c and not isinstance(c, str)):
                raise AssertionError("columns of different lengths")
            for at in {0, n - 1} if n else ():
                kind.listen(one.part(at), context)
            count += n
        elif isinstance(one, Unread):
            if not one.code or (frame and not one.raw):
                raise AssertionError("a part that vanishes")
            count += 1
        else:
            count += 1
    return count


def corpus(seed: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Give samples that were cut, overwritten, doubled and sprinkled, always the same for one seed."""
    dice = random.Random(seed)
    for n in range(size):
        frame = bytearray(SAMPLES[n % len(SAMPLES)].frame)
        for _ in range(dice.randrange(1, 5)):
            at = dice.randrange(len(frame) + 1)
            match dice.randrange(5):
                case 0:
                    del frame[at:]
                case 1:
                    frame[at:at] = dice.choice(_INTERESTING)
                case 2:
                    del frame[at : at + dice.randrange(1, 20)]
                case 3:
                    frame[at : at + 1] = bytes([dice.randrange(256)])
                case _:
                    frame[at:at] = frame[dice.randrange(len(frame) + 1) :][:40]
        yield n, bytes(frame)
