"""GS1 keys: GTINs with their check digit, Digital Link addresses and EPC URNs, read into one form.

Sources: GS1 General Specifications (check digit, 7.9), GS1 Digital Link URI Syntax 1.4 (keys and qualifiers), GS1 EPC
Tag Data Standard 1.13, section 6 (pure identity URIs).
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

import msgspec

__all__ = ["Gs1", "check_digit", "digital_link", "gtin", "read_digital_link", "read_epc", "read_gs1"]

_LENGTHS = (8, 12, 13, 14)
_KEYS = {"01": "gtin", "gtin": "gtin", "414": "gln", "00": "sscc", "sscc": "sscc", "gln": "gln"}
_QUALIFIERS = {"21": "serial", "ser": "serial", "10": "lot", "lot": "lot", "254": "extension", "22": "variant",
               "cpv": "variant"}


class Gs1(msgspec.Struct, frozen=True):
    """What a GS1 address names; empty text where it says nothing of the kind.

    `gtin` has 14 digits, `gln` 13, `sscc` 18; `serial` and `lot` are of the piece, `extension` of the location.
    """

    gtin: str = ""
    serial: str = ""
    lot: str = ""
    gln: str = ""
    extension: str = ""
    sscc: str = ""
    variant: str = ""


def check_digit(digits: str) -> str:
    """Return the check digit of a key's other digits: from the right, weights 3, 1, 3 … (General Specifications)."""
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def gtin(text: str) -> str:
    """Return a GTIN-8, -12, -13 or -14 as 14 digits; raises ValueError when it is none or its check digit is wrong."""
    digits = text.strip().replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _LENGTHS:
        raise ValueError(f"{text[:40]!r} is not a GTIN: it has 8, 12, 13 or 14 digits")
    return _checked(digits, "GTIN").zfill(14)


def read_gs1(text: str) -> Gs1:
    """Return what a Digital Link address, an EPC URN, or a bare GTIN names; raises ValueError."""
    text = text.strip()
    if text.lower().startswith("urn:"):
        return read_epc(text)
    if "/" in text:
        return read_digital_link(text)
    return Gs1(gtin=gtin(text))


def read_digital_link(uri: str) -> Gs1:
    """Return what an uncompressed Digital Link names, whatever its domain and the path before; raises ValueError."""
    try:
        parts = [unquote(part) for part in urlsplit(uri.strip()).path.split("/")]
    except ValueError:
        raise ValueError("this is not an address") from None
    for at in range(len(parts) - 2, -1, -1):  # the last key counts: what stands before it may be anybody's path
        if (name := _KEYS.get(parts[at])) is None:
            continue
        try:
            key = _key(name, parts[at + 1])
        except ValueError:
            if any(_KEYS.get(part) for part in parts[:at]):
                continue
            raise
        rest = parts[at + 2 :]
        found = {name: key}
        for code, value in zip(rest[::2], rest[1::2], strict=False):
            if field := _QUALIFIERS.get(code):
                found[field] = value
        return Gs1(**found)
    raise ValueError("there is no GS1 key in it: it has /01/ and a GTIN, /414/ and a GLN, or /00/ and an SSCC")


def digital_link(gtin14: str, serial: str = "", base: str = "https://id.gs1.org") -> str:
    """Return the address of a trade item, or of one piece of it."""
    piece = f"/21/{quote(serial, safe='')}" if serial else ""
    return f"{base.rstrip('/')}/01/{gtin14}{piece}"


def read_epc(urn: str) -> Gs1:
    """Return what an EPC URN names: sgtin (also as a pattern of a class), lgtin, sgln or sscc; raises ValueError."""
    head, _, body = urn.strip().rpartition(":")
    scheme = head.lower().rpartition(":")[2]
    if not head.lower().startswith("urn:epc:") or scheme not in {"sgtin", "lgtin", "sgln", "sscc"}:
        raise ValueError(f"{urn[:60]!r} is not an EPC of a trade item, a location or a logistic unit")
    company, _, rest = body.partition(".")
    reference, _, tail = rest.partition(".")
    tail = "" if tail == "*" else unquote(tail)
    width = {"sgtin": 13, "lgtin": 13, "sgln": 12, "sscc": 17}[scheme]
    digits = company + reference
    if not (digits.isascii() and digits.isdigit()) or len(digits) != width or not reference:
        raise ValueError(f"{urn[:60]!r}: company prefix and reference must have {width} digits together")
    if scheme in {"sgtin", "lgtin"}:
        inner = reference[0] + company + reference[1:]  # the indicator stands in front of the reference (TDS 6.3.1)
        number = inner + check_digit(inner)
        return Gs1(gtin=number, serial=tail) if scheme == "sgtin" else Gs1(gtin=number, lot=tail)
    if scheme == "sgln":
        return Gs1(gln=digits + check_digit(digits), extension="" if tail == "0" else tail)
    inner = reference[0] + company + reference[1:]
    return Gs1(sscc=inner + check_digit(inner))


def _key(name: str, text: str) -> str:
    if name == "gtin":
        return gtin(text)
    width = 13 if name == "gln" else 18
    if not (text.isascii() and text.isdigit()) or len(text) != width:
        raise ValueError(f"{text[:40]!r} is not {'a GLN' if name == 'gln' else 'an SSCC'}: it has {width} digits")
    return _checked(text, name.upper())


def _checked(digits: str, what: str) -> str:
    if check_digit(digits[:-1]) != digits[-1]:
        raise ValueError(f"{digits} is not a {what}: its check digit should be {check_digit(digits[:-1])}")
    return digits
