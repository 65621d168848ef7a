"""Touchpoints: kinds that listen, and the intake that stores, deduplicates or quarantines what they hear.

Owns: `touchpoints` (quarantine, sources, load; the fact table `touchpoints.event`). Reads: `commerce` and `places`
(which goods and stores are known). Promises: what was answered with 200 is on disk; whatever came in is stored, known
already, or in quarantine with a reason; nothing personal is kept in the clear.
"""

from datong.touchpoints.asgi import IntakeApp
from datong.touchpoints.call import (
    Call,
    CallContext,
    Device,
    ExternalId,
    Heard,
    Kind,
    Listening,
    Reply,
    Request,
    Secrets,
    Unread,
)
from datong.touchpoints.elements import fingerprint, read_elements
from datong.touchpoints.intake import Intake, Result
from datong.touchpoints.kinds import kinds
from datong.touchpoints.load import Loaded, Loader, LoadMapping, read_mapping
from datong.touchpoints.quarantine import Replayed, discard, forget, mend, replay
from datong.touchpoints.quarantined import renewed
from datong.touchpoints.read import Kept, Reason, SourceSeen, inspect, quarantined, reasons, sources
from datong.touchpoints.recall import event_of, recall
from datong.touchpoints.step import QuarantineDesk
from datong.touchpoints.stores import StoreLine, StoresTaken, read_stores, take_stores
from datong.touchpoints.tried import Tried, try_frame

__all__ = [
    "Call", "CallContext", "Device", "ExternalId", "Heard", "Intake", "IntakeApp", "Kept", "Kind", "Listening",
    "LoadMapping", "Loaded", "Loader", "QuarantineDesk", "Reason", "Replayed", "Reply", "Request", "Result",
    "Secrets", "SourceSeen", "StoreLine", "StoresTaken", "Tried", "Unread", "discard", "event_of", "fingerprint",
    "forget", "inspect", "kinds", "mend", "quarantined", "read_elements", "read_mapping", "read_stores", "reasons",
    "recall", "renewed", "replay", "sources", "take_stores", "try_frame",
]
