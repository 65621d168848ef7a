"""Information elements of a probe request: read off the air, and cut down at the door to what tells a *model*.

A phone that makes up addresses still says what its radio can do. Of all it says only the HT and the Extended
Capabilities are kept, without the bits that hang on band or state: other elements name networks, persons and serial
numbers (SSID, WPS), or differ from frame to frame of one phone (rates, FILS, vendor tags, VHT and HE on some bands
only). Two phones of one model and software give the same fingerprint: it names no device.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

__all__ = ["ELEMENTS", "fingerprint", "read_elements"]

ELEMENTS = {1: "rates", 45: "ht", 50: "extended_rates", 127: "extended", 191: "vht"}
"""The element ids that are read, IEEE 802.11-2020 table 9-92; element 255 with extension 35 is `he`."""

_HE = 35
_HT_OF_BAND = 0x4042
"""Bits of the HT Capability Information that follow band and neighbours: channel width, short GI for 40 MHz, 40 MHz
intolerant (IEEE 802.11-2020 figure 9-358)."""
_EXTENDED_OF_STATE = 1 << 26
"""The bit of the Extended Capabilities (directed multicast) that one phone was seen to turn on and off in a visit."""


def read_elements(body: bytes) -> dict[str, bytes]:
    """Return the known elements of a frame's body by name, of several the first; a cut last element is left out."""
    found: dict[str, bytes] = {}
    at = 0
    while at + 2 <= len(body):
        number, size = body[at], body[at + 1]
        value = body[at + 2 : at + 2 + size]
        at += 2 + size
        if len(value) < size:
            break
        if number == 255 and value[:1] == bytes([_HE]):
            found.setdefault("he", value[1:])
        elif number in ELEMENTS:
            found.setdefault(ELEMENTS[number], value)
    return found


def fingerprint(elements: Mapping[str, bytes]) -> str:
    """Return 16 hex digits for what is stable in a model's frames, or an empty text when there is nothing to go by.

    Only where a frame has neither HT nor Extended Capabilities, as an old or a saving phone sends it, the rates stand
    in, which say little. The digest is not keyed: the platform hashes it again with its key before it writes a table.
    """
    ht, extended = elements.get("ht", b""), elements.get("extended", b"")
    if ht or extended:
        parts = [b"radio", _without(ht, _HT_OF_BAND, 2), _without(extended, _EXTENDED_OF_STATE, 4)]
    else:
        parts = [b"plain", *(elements.get(name, b"") for name in ("rates", "extended_rates"))]
        if not any(parts[1:]):
            return ""
    return blake2b(b"\0".join(len(p).to_bytes(2, "big") + p for p in parts), digest_size=8).hexdigest()


def _without(value: bytes, bits: int, size: int) -> bytes:
    """Return the value with these bits of its first `size` bytes (little-endian) cleared."""
    if len(value) < size:
        return value
    return (int.from_bytes(value[:size], "little") & ~bits).to_bytes(size, "little") + value[size:]
