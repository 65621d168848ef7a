"""The words of the field as frozen structs, and the pure rules that belong to them. No I/O."""

from datong.model.batch import Batch, Merge, Move, Split
from datong.model.event import Event, Item, decode_event, encode_event, moved, sighted
from datong.model.gs1 import Gs1, check_digit, digital_link, gtin, read_digital_link, read_epc, read_gs1
from datong.model.identifier import NAMESPACES, Family, Identifier, Namespace
from datong.model.money import CURRENCIES, Money, exponent, to_minor
from datong.model.sightings import Sighted, Sightings
from datong.model.time import DAY, HOUR, MINUTE, SECOND, Clock, duration, from_iso, local_parts, to_iso
from datong.model.traffic import MOVES, Traffic
from datong.model.vocabulary import EVENT_TYPES, TRADE, EventType
from datong.model.words import Arm, Channels, Coupon, Firing, Member, Message, Offer, Sku, TagValue, Visit

__all__ = [
    "CURRENCIES", "DAY", "EVENT_TYPES", "HOUR", "MINUTE", "MOVES", "NAMESPACES", "SECOND", "TRADE", "Arm", "Batch",
    "Channels", "Clock", "Coupon", "Event", "EventType", "Family", "Firing", "Gs1", "Identifier", "Item", "Member",
    "Merge", "Message", "Money", "Move", "Namespace", "Offer", "Sighted", "Sightings", "Sku", "Split", "TagValue",
    "Traffic", "Visit", "check_digit", "decode_event", "digital_link", "duration", "encode_event", "exponent",
    "from_iso", "gtin", "local_parts", "moved", "read_digital_link", "read_epc", "read_gs1", "sighted", "to_iso",
    "to_minor",
]
