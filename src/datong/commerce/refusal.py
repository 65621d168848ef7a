"""Refusals: why a step or a reservation was not taken, as a code with what it speaks of, to be said in any language.

They are kept as JSON in the audit; an older one, which was written as a sentence, is shown as it stands.
"""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["REFUSALS", "Refusal", "refuse", "words_of"]

REFUSALS = {
    "no_order": "there is no order {order}",
    "wrong_way": "an order that is {state} cannot become {step}; it can become {next}",
    "over": "an order that is {state} cannot become {step}; it can become nothing more",
    "paid_already": "the order is paid already",
    "no_pieces": "it names no pieces",
    "not_free": "of {sku} {free} are free in one place, {wanted} were asked for",
    "not_free_near": "of {sku} {free} are free in one place at {place} or where the rule looks next, "
                     "{wanted} were asked for",
    "not_whole": "no single place has all of it, and it was not to be split",
    "not_left": "of {sku} {left} are left to hand over, not {wanted}",
    "all_gone": "all of the order has left already",
    "no_place": "it does not say from which place (store_id)",
    "wrong_code": "the pick-up code is not that of the order",
    "nothing_out": "nothing of it is with the shopper",
    "not_out": "of {sku} {out} are with the shopper, not {wanted}",
    "too_many_waiting": "{waiting} steps wait for the order {order} already",
}
"""What each code says, in English; the console says it in the reader's language."""


class Refusal(msgspec.Struct, frozen=True):
    """Why something was refused: a code of REFUSALS (`other` for an older sentence), and what it speaks of."""

    code: str = ""
    said: dict[str, Any] = {}

    def __str__(self) -> str:
        said = {name: ", ".join(text) if isinstance(text, list) else text for name, text in self.said.items()}
        return REFUSALS.get(self.code, "{text}").format(**said) if self.code else ""


_decode = msgspec.json.Decoder(Refusal).decode


def refuse(code: str, **said: Any) -> str:
    """Return a refusal as it is kept; numbers as they are written (`1`, `0.5`)."""
    plain = {name: f"{value:g}" if isinstance(value, float) else value for name, value in said.items()}
    return msgspec.json.encode(Refusal(code, plain)).decode()


def words_of(kept: str) -> Refusal:
    """Return the refusal that was kept; without a code where there is none."""
    if not kept:
        return Refusal()
    try:
        return _decode(kept)
    except msgspec.DecodeError:
        return Refusal("other", {"text": kept})
