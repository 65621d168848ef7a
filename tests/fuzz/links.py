"""What fuzzing asks of the readers of GS1 identifiers."""

from __future__ import annotations

from datong.model import Gs1, digital_link, gtin, read_digital_link, read_gs1

__all__ = ["SEEDS", "read"]

SEEDS = (
    "https://id.gs1.org/01/09521141012345/21/a%2Fb?17=270101", "https://shop.example/p/gtin/9521141012345/ser/7",
    "https://id.gs1.org/414/9521141111116/254/gate-2", "https://id.gs1.org/00/095211411234567892",
    "urn:epc:id:sgtin:9521141.001234.7", "urn:epc:class:lgtin:9521141.001234.L1",
    "urn:epc:idpat:sgtin:9521141.001234.*",
    "urn:epc:id:sgln:9521141.11111.0", "urn:epc:id:sscc:9521141.1234567890", "9521141012345",
    "https://[::1]/01/09521141012345", "01/09521141012345/10/%F0%9F%91%95", "//01//21/",
)


def read(text: str) -> Gs1 | None:
    """Return what a text names, None where it names nothing; raises AssertionError where that cannot be."""
    try:
        found = read_gs1(text)
    except ValueError as error:
        if not str(error):
            raise AssertionError("a refusal without a reason") from error
        return None
    if not (found.gtin or found.gln or found.sscc):
        raise AssertionError("it names nothing")
    if found.gtin:
        if gtin(found.gtin) != found.gtin:
            raise AssertionError("a GTIN that is none")
        again = read_digital_link(digital_link(found.gtin, found.serial))
        if (again.gtin, again.serial) != (found.gtin, found.serial):
            raise AssertionError("its own address names something else")
    for value, width in ((found.gln, 13), (found.sscc, 18)):
        if value and not (len(value) == width and value.isascii() and value.isdigit()):
            raise AssertionError("a key that is none")
    return found
