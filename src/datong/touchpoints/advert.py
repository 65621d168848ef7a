"""Adverts: what a Bluetooth beacon says on the air, read from the raw bytes that gateways hand on.

Bluetooth Core Specification, supplement, part A (AD structures: length, type, data); Apple's iBeacon (manufacturer data
4C00, type 02, length 15 hex); AltBeacon 1.0 (code BEAC); Eddystone-UID (service data FEAA, frame type 00).
"""

from __future__ import annotations

from datong.errors import Rejected

__all__ = ["beacon_of", "ibeacon", "raw_advert"]

_MANUFACTURER, _SERVICE_DATA = 0xFF, 0x16
_IBEACON, _ALTBEACON, _EDDYSTONE_UID = b"\x4c\x00\x02\x15", b"\xbe\xac", b"\xaa\xfe\x00"


def raw_advert(text: str) -> bytes:
    """Return the bytes of an advert written in hex; raises Rejected (`bad_type`)."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Rejected("the advert is not hex", code="bad_type", field="data",
                       hint="send the raw advertising data, as in 0201061aff4c000215…") from None


def beacon_of(advert: bytes) -> str:
    """Return what a beacon calls itself (`uuid:major:minor`, or `namespace:instance` of Eddystone), else nothing."""
    at = 0
    while at + 1 < len(advert):
        size = advert[at]
        if not size:
            return ""  # early end: the rest is filling
        kind, data = advert[at + 1], advert[at + 2 : at + 1 + size]
        at += 1 + size
        if len(data) != size - 1:
            return ""
        if kind == _MANUFACTURER and len(data) >= 24 and (data[:4] == _IBEACON or data[2:4] == _ALTBEACON):
            major, minor = int.from_bytes(data[20:22], "big"), int.from_bytes(data[22:24], "big")
            return ibeacon(data[4:20].hex(), major, minor)
        if kind == _SERVICE_DATA and len(data) >= 20 and data[:3] == _EDDYSTONE_UID:
            return f"{data[4:14].hex()}:{data[14:20].hex()}"
    return ""


def ibeacon(uuid: str, major: int, minor: int) -> str:
    """Return the name of an iBeacon in the one form in which it is kept; raises Rejected (`bad_identifier`)."""
    digits = uuid.replace("-", "").lower()
    if len(digits) != 32 or not all(d in "0123456789abcdef" for d in digits):
        raise Rejected("the uuid has not 32 hex digits", code="bad_identifier", field="uuid",
                       hint="write it as f7826da6-4fa2-4e98-8024-bc5b71e0893e")
    for name, number in (("major", major), ("minor", minor)):
        if type(number) is not int or not 0 <= number < 65_536:
            raise Rejected(f"{name} is no number from 0 to 65535", code="bad_identifier", field=name)
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return f"{'-'.join(parts)}:{major}:{minor}"
