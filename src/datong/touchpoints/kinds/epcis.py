"""Epcis: goods movements as warehouses and RFID readers tell them, in GS1 EPCIS 2.0 JSON-LD, or XML of 1.2 or 2.0.

Source: GS1 EPCIS Standard 2.0 (event types, `bizStep`, `epcList`, `quantityList`) and Core Business Vocabulary 2.0.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Any

import msgspec

from datong.errors import ConfigError, Rejected
from datong.model import read_gs1
from datong.touchpoints.call import Call, Heard, Kind, Listening, Unread
from datong.touchpoints.epcis_xml import read_epcis_xml

__all__ = ["Epcis"]

_HINT = 'send {"type": "EPCISDocument", "epcisBody": {"eventList": [{"type": "ObjectEvent", …}]}}'
_LISTS = {
    "ObjectEvent": ("epcList", "quantityList"), "TransactionEvent": ("epcList", "quantityList"),
    "AggregationEvent": ("childEPCs", "childQuantityList"), "AssociationEvent": ("childEPCs", "childQuantityList"),
}
_PAPERS = ("desadv", "bol", "po")
"""The business transactions by which what was shipped is known again when it is received, the best first."""
_LONGEST = 120


class Epcis(Kind):
    """A frame is an EPCIS document in JSON or XML, one event, or a list of events.

    `receiving` `shipping` `cycle_counting` `retail_selling` and `returning` move stock; every other step is kept as
    *Goods Observed*. `settings.locations` names the stores of locations (URI or GLN); without it a GLN is the store's
    code. `settings.selling = "note"` leaves sales to the tills, where those tell of them too.
    """

    kind = "epcis"
    hears = ("Stock Counted", "Stock Received", "Stock Adjusted", "Transfer Sent", "Transfer Received",
             "Goods Observed")
    limit = 5 * 1024 * 1024

    def check(self, context: Listening) -> None:
        """Raise ConfigError where the settings are of no use."""
        field = f"touchpoints.{context.source}.settings"
        locations = context.settings.get("locations", {})
        if not isinstance(locations, dict) or not all(isinstance(code, str) for code in locations.values()):
            raise ConfigError(f"{field}.locations is not a table", field=f"{field}.locations", code="config_value",
                              hint='write locations = { "9521141111116" = "S1" }')
        if context.settings.get("selling", "move") not in ("move", "note"):
            raise ConfigError(f"{field}.selling is not known", hint="write move or note", field=f"{field}.selling",
                              code="config_value")

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return one call per event, under its eventID or the digest of what it says."""
        heard: list[Heard] = []
        for event in _events(frame):
            try:
                heard.append(_call(event, context))
            except Rejected as error:
                raw = msgspec.json.encode({"type": "EPCISDocument", "epcisBody": {"eventList": [event]}})
                heard.append(Unread(raw, error.code, error.message, error.hint, error.field, _id(event)))
        return heard


def _events(frame: bytes) -> list[Any]:
    if frame.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"<":
        return list(read_epcis_xml(frame))
    try:
        found = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"the frame is not JSON: {error}", code="bad_json", hint=_HINT) from None
    if isinstance(found, dict) and isinstance(body := found.get("epcisBody"), dict):
        found = body.get("eventList", body.get("event"))
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise Rejected("the document holds no list of events", code="bad_json", hint=_HINT, field="epcisBody.eventList")
    return found


def _id(event: Any) -> str:
    """Return the event's id; without one the digest of what it says, which is the same whenever it is sent."""
    if not isinstance(event, dict):
        return ""
    given = event.get("eventID")
    if isinstance(given, str) and 0 < len(given) <= 200:
        return given
    said = {key: value for key, value in event.items() if key not in ("eventID", "recordTime")}
    try:
        return "sha256:" + sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()
    except (RecursionError, UnicodeEncodeError):
        return ""


def _call(event: Any, context: Listening) -> Call:
    if not isinstance(event, dict):
        raise Rejected("an event must be an object", code="bad_type", hint=_HINT, field="eventList")
    kind = _text(event.get("type") or event.get("isA"))
    if kind not in _LISTS:
        raise Rejected(f"events of the type {kind[:40]!r} are not understood", code="epcis_type", field="type",
                       hint=f"send {', '.join(_LISTS)}; tell a transformation as two corrections of stock")
    if event.get("errorDeclaration") is not None:
        raise Rejected("an error declaration takes nothing back here", code="epcis_correction",
                       field="errorDeclaration", hint="count the stock, or correct it by Stock Adjusted")
    if not isinstance(event.get("eventTime"), str):
        raise Rejected("the event has no eventTime", code="missing_field", hint="write ISO 8601", field="eventTime")
    step = _word(event.get("bizStep"))
    place = _place(event, context)
    products = [{"sku": gtin, "quantity": quantity} for gtin, quantity in _goods(event, *_LISTS[kind]).items()]
    said: dict[str, Any] = {"store_id": place, "products": products, "step": step}
    if disposition := _word(event.get("disposition")):
        said["disposition"] = disposition
    paper = _paper(event)
    name = _event(event, step, context, paper, said)
    if name != "Goods Observed" and not products:
        raise Rejected(f"{step} names no goods", code="missing_field", field=_LISTS[kind][0],
                       hint=f"send {_LISTS[kind][0]} or {_LISTS[kind][1]} with GTINs; of a whole box, its contents")
    return Call("track", name, _id(event), properties=said, timestamp=event["eventTime"])


def _event(event: dict[str, Any], step: str, context: Listening, paper: str, said: dict[str, Any]) -> str:
    """Return the name of the event that a business step means, and complete what is said."""
    if step == "cycle_counting" or step == "stock_taking":
        return "Stock Counted"
    if step == "receiving" and event.get("action") != "DELETE":
        if not paper:
            return "Stock Received"
        said["transfer_id"] = paper
        return "Transfer Received"
    if step == "shipping":
        target = _ends(event.get("destinationList"), "destination", context)
        if target and paper:
            said["transfer_id"], said["to"] = paper, target
            return "Transfer Sent"
        return _changed(said, -1.0)
    if step == "retail_selling":
        return _changed(said, -1.0) if context.settings.get("selling", "move") == "move" else "Goods Observed"
    return _changed(said, 1.0) if step == "returning" else "Goods Observed"


def _changed(said: dict[str, Any], sign: float) -> str:
    said["reason"] = said["step"]
    said["products"] = [{**line, "quantity": sign * line["quantity"]} for line in said["products"]]
    return "Stock Adjusted"


def _goods(event: dict[str, Any], pieces: str, classes: str) -> dict[str, float]:
    """Return how many of each GTIN the event names: an EPC is one piece, a class has a quantity."""
    found: Counter[str] = Counter()
    for at, text in enumerate(_list(event, pieces)):
        found[_gtin(text, f"{pieces}[{at}]")] += 1
    for at, line in enumerate(_list(event, classes)):
        field = f"{classes}[{at}]"
        quantity = line.get("quantity") if isinstance(line, dict) else None
        if not isinstance(quantity, int | float) or isinstance(quantity, bool) or quantity < 0:
            raise Rejected(f"{field} has no quantity", code="missing_field", field=f"{field}.quantity",
                           hint="send how many there are")
        found[_gtin(line.get("epcClass"), f"{field}.epcClass")] += quantity  # type: ignore[assignment]
    return dict(found)


def _gtin(text: Any, field: str) -> str:
    try:
        if number := read_gs1(_text(text)).gtin:
            return number
        problem = f"{field} is no trade item"
    except ValueError as error:
        problem = f"{field}: {error}"
    raise Rejected(problem, code="bad_gtin", field=field,
                   hint="send urn:epc:id:sgtin:… or https://id.gs1.org/01/…; of a box (SSCC), the goods in it")


def _place(event: dict[str, Any], context: Listening) -> str:
    for field in ("bizLocation", "readPoint"):
        if isinstance(event.get(field), dict) and (text := _text(event[field].get("id"))):
            return _store(text, context)
    return context.place


def _ends(found: Any, name: str, context: Listening) -> str:
    """Return the store of a source or destination list: its location, or else whoever is named first."""
    ends = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    ends.sort(key=lambda one: _word(one.get("type")) != "location")
    return next((_store(text, context) for one in ends if (text := _text(one.get(name)))), "")


def _store(text: str, context: Listening) -> str:
    """Return the store at a location: as the settings name it, else its GLN with the part of the site, for the stores
    to be known by, else what was written."""
    known = context.settings.get("locations", {})
    try:
        place = read_gs1(text)
    except ValueError:
        return str(known.get(text, text))[:64]
    part = f"{place.gln}/{place.extension}" if place.gln and place.extension else place.gln
    return str(known.get(text) or known.get(part) or known.get(place.gln) or part or text)[:64]


def _paper(event: dict[str, Any]) -> str:
    """Return the document by which a shipment is known again, empty when there is none."""
    papers = {_word(one.get("type")): _text(one.get("bizTransaction"))
              for one in _list(event, "bizTransactionList") if isinstance(one, dict)}
    return next((papers[kind][-_LONGEST:] for kind in _PAPERS if papers.get(kind)), "")


def _list(event: dict[str, Any], field: str) -> list[Any]:
    found = event.get(field)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Rejected(f"{field} must be a list", code="bad_type", field=field)
    return found


def _word(value: Any) -> str:
    """Return a word of the vocabulary, however it is written: `receiving`, a URN, or an address of GS1."""
    return _text(value).replace("BizStep-", "").replace("Disp-", "").replace("BTT-", "").replace("SDT-", "").rsplit(
        "/", 1)[-1].rsplit(":", 1)[-1][:60]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
