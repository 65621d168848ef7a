"""Call: one call of Segment's HTTP API as it comes over the wire, and the base of every touchpoint kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec

__all__ = ["Call", "CallContext", "Device", "ExternalId", "Heard", "Kind", "Listening", "Reply", "Request", "Scan",
           "Secrets", "Unread"]


class ExternalId(msgspec.Struct, gc=False):
    """One entry of `context.externalIds`; `type` is a namespace such as `member_card`.

    `verified` says that the sender checked that it is the shopper's own; only a trusted sender is believed.
    """

    type: str = ""
    id: str | int | float | None = None
    verified: bool = False


class Device(msgspec.Struct, rename="camel", gc=False):
    """The part of `context.device` that identifies."""

    advertising_id: str | None = None
    token: str | None = None


class CallContext(msgspec.Struct, rename="camel", gc=False):
    """The part of `context` that intake reads; library, screen, locale and the like are skipped unread.

    `history` marks an import of the past: it feeds tags and reports and never starts a scene.
    """

    external_ids: list[ExternalId] | None = None
    device: Device | None = None
    history: bool = False


class Call(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """One Segment call. Kinds that hear something else translate it into this, the one form that is admitted.

    Times are ISO 8601 text, amounts in `properties` decimal numbers or text in major units, as on the wire. `raw` is
    the text it was read from, empty when the kind made the call itself. With `first_counts` another call under the
    same message id is a repeat whatever it says, as when a till redeems a coupon first and sends the receipt later.
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
    first_counts: bool = msgspec.field(default=False, name="$first")


class Unread(msgspec.Struct, gc=False):
    """A part of a frame that cannot be read, and why; `raw` is a whole frame of its kind with only this part in it."""

    raw: bytes
    code: str
    message: str
    hint: str = ""
    field: str = ""
    id: str = ""


class Scan(msgspec.Struct, gc=False):
    """What sensors heard of devices at one go: columns, one entry per sighting, so that thousands cost little.

    `device` are addresses as they were heard, `ns` their namespace, `time` ms since 1970, `rssi` dBm (0: not known),
    `sensor` who heard them; `ns` and `sensor` may be one text for all. `part` gives a whole frame of the kind with
    only the sighting at a position in it: what quarantine keeps of one that is refused. Empty where nobody said: `x`,
    `y` (metres on the sensor's floor, with `lonlat` degrees east and north), `accuracy` (metres), `ie` (a digest of the
    model), `seq` (-1: none). `skipped` counts what the frame has besides, that the settings tell to pass over.
    """

    device: list[str]
    ns: str | list[str]
    time: list[int]
    rssi: list[int]
    sensor: str | list[str]
    part: Callable[[int], bytes]
    x: list[float] = []
    y: list[float] = []
    accuracy: list[float] = []
    ie: list[str] = []
    seq: list[int] = []
    skipped: int = 0
    lonlat: bool = False


Heard = Call | Scan | Unread
"""What a kind makes of each part of a frame, in the frame's order."""


class Secrets(dict[str, str]):
    """Secrets by the name of their setting, in the clear; printing them shows the names only."""

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self))})"

    __str__ = __repr__


class Listening(msgspec.Struct, frozen=True):
    """What a kind knows beside the frame: the touchpoint's name, place, settings; the retailer's zone and currency.

    `secrets` are those of its settings that the kind names in `Kind.secrets`; `settings` are without them.
    """

    source: str = ""
    place: str = ""
    timezone: str = "UTC"
    settings: dict[str, Any] = {}
    secrets: Secrets = msgspec.field(default_factory=Secrets)
    currency: str = "CNY"


class Request(msgspec.Struct, frozen=True):
    """How a frame came over HTTP: `headers` by small names, of the query the last of each name, `at` when (ms)."""

    method: str = "POST"
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    at: int = 0


class Reply(msgspec.Struct, frozen=True):
    """What a sender hears in place of Datong's own JSON."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


class Kind(ABC):
    """One kind of touchpoint: `listen` is a pure function of the frame, without clock, network or state.

    A kind whose senders know no write key, or expect an answer of their own, says more over HTTP: `admits` whether it
    is theirs, `once` what may stand for one body only, `open` what the body is, `reply` what they hear.
    """

    kind: ClassVar[str] = ""
    hears: ClassVar[tuple[str, ...]] = ()
    """The event types it can make; empty means any."""
    trusted: ClassVar[bool] = True
    """Whether only the retailer can have sent it, unless the settings say otherwise."""
    verified: ClassVar[tuple[str, ...]] = ()
    """The namespaces of the identifiers that are checked before they are sent, unless the settings say otherwise."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """The names of its settings that are secrets: text, `{file = …}` or `{env = …}`."""
    methods: ClassVar[tuple[str, ...]] = ("POST",)
    """The HTTP methods that its senders use; a GET has no frame and is only answered, by `reply`."""

    limit: ClassVar[int] = 1024 * 1024
    """Bytes in a frame that comes over HTTP."""

    @abstractmethod
    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return what the frame says, part by part; raises Rejected when nothing of it can be read."""

    def check(self, context: Listening) -> None:  # noqa: B027 most kinds need no settings
        """Raise ConfigError where the touchpoint's settings are of no use."""

    def admits(self, request: Request, frame: bytes, context: Listening) -> bool | None:  # noqa: ARG002
        """Return whether the request is its sender's, by a signature or a secret in it, compared in constant time.

        None leaves the question to the write key.
        """
        return None

    def once(self, request: Request, context: Listening) -> str:  # noqa: ARG002
        """Return a text, as a signature and its nonce, with which one body may come, again too, but no other one."""
        return ""

    def open(self, request: Request, frame: bytes, context: Listening) -> bytes:  # noqa: ARG002
        """Return the frame that `listen` understands: deciphered, or with headers that belong to it; raises Rejected.

        It is what quarantine keeps, so that the frame can be read again without the request.
        """
        return frame

    def reply(self, request: Request, frame: bytes, context: Listening) -> Reply | None:  # noqa: ARG002
        """Return what the sender hears once all is kept; None for Datong's own JSON (of a GET: not allowed)."""
        return None
