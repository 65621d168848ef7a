"""EPCIS documents in XML, brought to the form that EPCIS has in JSON.

Source: GS1 EPCIS Standard 1.2 (`urn:epcglobal:epcis:xsd:1`, whose later fields lie in `extension` and `baseExtension`)
and 2.0 (`urn:epcglobal:epcis:xsd:2`). Elements of other namespaces are vendors' own and left out.
"""

from __future__ import annotations

import math
import re
from typing import Any

from lxml import etree

from datong.errors import Rejected

__all__ = ["read_epcis_xml"]

_SPACES = {"", "urn:epcglobal:epcis:xsd:1", "urn:epcglobal:epcis:xsd:2"}
_BARE = re.compile(rb"<!DOCTYPE\s+[\w:.-]{1,100}\s*>")
"""A DOCTYPE without a DTD, as examples of the standard have it: it says nothing."""
_HINT = "send <epcis:EPCISDocument><EPCISBody><EventList><ObjectEvent>…"
_MERGED = {"extension", "baseExtension"}
_TEXTS = {"eventTime", "eventTimeZoneOffset", "recordTime", "eventID", "action", "bizStep", "disposition", "parentID"}
_EPCS = {"epcList", "childEPCs"}
_QUANTITIES = {"quantityList", "childQuantityList"}
_POINTS = {"readPoint", "bizLocation"}
_TYPED = {"bizTransactionList", "sourceList", "destinationList"}


def read_epcis_xml(frame: bytes) -> list[dict[str, Any]]:
    """Return the events of a document as they would stand in its `eventList` in JSON.

    No entity is resolved, no DTD read, nothing outside of the document looked at. Raises Rejected (`bad_xml`).
    """
    text = _BARE.sub(b"", frame, count=1)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise _dtd()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                             remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise Rejected(f"the document is not XML (line {line})", code="bad_xml", hint=_HINT) from None
    if root.getroottree().docinfo.internalDTD is not None:  # one that was written in UTF-16
        raise _dtd()
    events = next((one for one in root.iter() if _name(one) == "EventList"), None)
    if events is None:
        raise Rejected("the document holds no EventList", code="bad_xml", hint=_HINT, field="EventList")
    return [_event(one) for one in _events(events)]


def _events(parent: Any) -> list[Any]:
    """Return the events of a list; version 1.2 puts newer kinds into an `extension`."""
    found = []
    for one in parent:
        found += _events(one) if _name(one) in _MERGED else [one] if _name(one) else []
    return found


def _event(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _name(element)}
    _fill(found, element)
    return found


def _fill(found: dict[str, Any], element: Any) -> None:
    for one in element:
        name = _name(one)
        if name in _MERGED:
            _fill(found, one)
        elif name in _TEXTS:
            found[name] = _text(one)
        elif name in _EPCS:
            found[name] = [_text(epc) for epc in one if _name(epc)]
        elif name in _QUANTITIES:
            found[name] = [_quantity(line) for line in one if _name(line)]
        elif name in _POINTS:
            found[name] = {"id": next((_text(part) for part in one if _name(part) == "id"), "")}
        elif name in _TYPED:
            found[name] = [{"type": part.get("type", ""), _name(part): _text(part)} for part in one if _name(part)]
        elif name == "errorDeclaration":
            found[name] = {}


def _quantity(element: Any) -> dict[str, Any]:
    line: dict[str, Any] = {_name(part): _text(part) for part in element if _name(part)}
    try:
        quantity = float(line.pop("quantity"))
    except (KeyError, ValueError):
        return line  # it is said to be missing
    return {**line, "quantity": quantity} if math.isfinite(quantity) else line


def _name(element: Any) -> str:
    """Return an element's own name, empty where it is a vendor's."""
    space, _, name = str(element.tag).rpartition("}")
    return name if space.removeprefix("{") in _SPACES else ""


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _dtd() -> Rejected:
    return Rejected("the document has a DTD", code="bad_xml", hint="send it without: entities are not taken")
