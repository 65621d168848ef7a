"""How a Latin name sounds: NYSIIS."""

from __future__ import annotations

import re

__all__ = ["nysiis"]

_FIRST = (("mac", "mcc"), ("kn", "nn"), ("k", "c"), ("ph", "ff"), ("pf", "ff"), ("sch", "sss"))
_LAST = (("ee", "y"), ("ie", "y"), ("dt", "d"), ("rt", "d"), ("rd", "d"), ("nt", "d"), ("nd", "d"))
_VOWELS = frozenset("aeiouy")
_REPEATED = re.compile(r"(.)\1+")


def nysiis(word: str) -> str:
    """Return the NYSIIS code of a lower-case word of Latin letters, in capitals, unshortened.

    R. L. Taft, Name Search Techniques (1970), with y as a vowel (Smith, Smyth) and no code of one letter. A word of one
    letter, or with other signs than a to z, stays as it is.
    """
    if len(word) < 2 or not word.isascii() or not word.isalpha():
        return word.upper()
    for begin, instead in _FIRST:
        if word.startswith(begin):
            word = instead + word[len(begin) :]
            break
    for end, instead in _LAST:
        if word.endswith(end):
            word = word[: -len(end)] + instead
            break
    out = [word[0]]
    at = 1
    while at < len(word):
        here, step = _sound(word, at, out[-1])
        for letter in here:
            if out[-1] != letter:
                out.append(letter)
        at += step
    found = "".join(out)
    for end in ("s", "a"):
        if len(found) > 2:
            found = found.removesuffix(end)
    return _REPEATED.sub(r"\1", found).upper()


def _sound(word: str, at: int, before: str) -> tuple[str, int]:
    """Return what stands for the letter at a place, and how many letters of the word that takes."""
    letter = word[at]
    if word.startswith("ev", at):
        return "af", 2
    if letter in _VOWELS:
        return "a", 1
    if word.startswith("sch", at):
        return "s", 3
    if word.startswith("kn", at):
        return "n", 2
    if word.startswith("ph", at):
        return "f", 2
    follows = word[at + 1] if at + 1 < len(word) else ""
    if letter == "h" and (word[at - 1] not in _VOWELS or follows not in _VOWELS):
        return before, 1
    if letter == "w" and word[at - 1] in _VOWELS:
        return before, 1
    return {"q": "g", "z": "s", "m": "n", "k": "c"}.get(letter, letter), 1
