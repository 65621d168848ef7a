"""Call: one call of Segment's HTTP API as it comes over the wire, and the base of every touchpoint kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import msgspec

__all__ = ["Call", "CallContext", "Device", "ExternalId", "Heard", "Kind", "Listening", "Unread"]


class ExternalId(msgspec.Struct):
    """One entry of `context.externalIds`; `type` is a namespace such as `member_card`.

    `verified` says that the sender checked that it is the shopper's own; only a trusted sender is believed.
    """

    type: str = ""
    id: str | int | float | None = None
    verified: bool = False


class Device(msgspec.Struct, rename="camel"):
    """The part of `context.device` that identifies."""

    advertising_id: str | None = None
    token: str | None = None


class CallContext(msgspec.Struct, rename="camel"):
    """The part of `context` that intake reads; library, screen, locale and the like are skipped unread.

    `history` marks an import of the past: it feeds tags and reports and never starts a scene.
    """

    external_ids: list[ExternalId] | None = None
    device: Device | None = None
    history: bool = False


class Call(msgspec.Struct, rename="camel", omit_defaults=True):
    """One Segment call. Kinds that hear something else translate it into this, the one form that is admitted.

    Times are ISO 8601 text, amounts in `properties` decimal numbers or text in major units, as on the wire. `raw` is
    the text it was read from, empty when the kind made the call itself.
    """

    type: str = ""
    event: str | None = None
    message_id: str | int | None = None
    user_id: str | int | float | None = None
    anonymous_id: str | int | float | None = None
    previous_id: str | int | float | None = None
    group_id: str | int | float | None = None
    name: str | None = None
    category: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: CallContext | None = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    raw: bytes = msgspec.field(default=b"", name="$raw")


class Unread(msgspec.Struct):
    """A part of a frame that cannot be read, and why; `raw` is a whole frame of its kind with only this part in it."""

    raw: bytes
    code: str
    message: str
    hint: str = ""
    field: str = ""
    id: str = ""


Heard = Call | Unread
"""What a kind makes of each part of a frame, in the frame's order."""


class Listening(msgspec.Struct, frozen=True):
    """What a kind knows beside the frame: the touchpoint's name, where it stands, its settings, the retailer's zone."""

    source: str = ""
    place: str = ""
    timezone: str = "UTC"
    settings: dict[str, Any] = {}


class Kind(ABC):
    """One kind of touchpoint: `listen` is a pure function of the frame, without clock, network or state."""

    kind: ClassVar[str] = ""
    hears: ClassVar[tuple[str, ...]] = ()
    """The event types it can make; empty means any."""
    trusted: ClassVar[bool] = True
    """Whether only the retailer can have sent it, unless the settings say otherwise."""
    verified: ClassVar[tuple[str, ...]] = ()
    """The namespaces of the identifiers that are checked before they are sent, unless the settings say otherwise."""

    @abstractmethod
    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return what the frame says, part by part; raises Rejected when nothing of it can be read."""
