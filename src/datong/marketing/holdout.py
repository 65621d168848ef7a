"""The holdout: who never hears of a campaign, so that its effect can be measured against them."""

from __future__ import annotations

from hashlib import blake2b

from datong.model import Arm

__all__ = ["draw"]


def draw(campaign: str, salt: str, member: int, share: float) -> Arm:
    """Return the member's arm: the same for the same arguments, `holdout` for `share` of all members.

    The keyed hash of campaign and member is read as a number in [0, 1): campaigns are independent of each other, and a
    larger share keeps everyone who was held out by a smaller one.
    """
    text = f"{campaign}\0{salt}\0{member}".encode()
    at = int.from_bytes(blake2b(text, digest_size=8, person=b"dt-holdout").digest(), "big") / 2**64
    return "holdout" if at < share else "treated"
