"""The settings of the stages: intake, touchpoints, places, identity, tags, scenes, marketing, delivery."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from datong.config.sections import Secret
from datong.config.transport import DropSettings, MqttSettings, PollSettings

__all__ = [
    "ChannelSettings", "CommerceSettings", "DeliverySettings", "EnrichmentSettings", "GoldenSettings",
    "IdentitySettings", "IntakeSettings", "MarketingSettings", "PlacesSettings", "ScenesSettings", "TagsSettings",
    "TouchpointSettings",
]


class IntakeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[intake]`: what is let in. `future` is how far ahead of the clock an event may lie."""

    unknown_events: Literal["quarantine", "accept"] = "quarantine"
    unknown_goods: Literal["quarantine", "accept"] = "quarantine"
    custom_events: tuple[str, ...] = ()
    future: str = "5m"
    requests_per_s: int = 20_000


class TouchpointSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[touchpoints.NAME]`: one thing that sends; `place` is the store or venue where it stands.

    `write_key` is a literal key (it only allows sending) or a secret elsewhere; `settings` belong to the kind.
    `trusted = false` says that anybody can read the key, so that its word never makes two members one: the default of
    the kind `web`. `verified` names the identifiers that a trusted sender has checked before it sends them, as
    `["phone"]` of an app with a login by SMS; by default none, and what the till reads for the kind `pos`.
    Frames come by HTTP push, and as `mqtt`, `drop` and `poll` say.
    """

    kind: str
    write_key: str | Secret = ""
    place: str = ""
    settings: dict[str, Any] = {}
    trusted: bool | None = None
    verified: tuple[str, ...] | None = None
    mqtt: MqttSettings | None = None
    drop: DropSettings | None = None
    poll: PollSettings | None = None


class PlacesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[places]`: `file` describes venues, floors, zones, shops and sensors; times decide about presence.

    `trilaterate` locates devices by the points of the sensors, in venues without a survey where three of a floor have
    one; else a device is in the zone of the sensor that hears it best. Points that vendors tell count where they are at
    least as good as `vendor_accuracy` (m, the radius that holds 68 %; also taken for a point without one). `formats` is
    a file with your own retail formats and names of categories, `staff` one (CSV, YAML, TOML) with who works where and
    which devices are to be left out of visits.
    """

    file: str = ""
    formats: str = ""
    staff: str = ""
    exit_after: str = "3m"
    min_rssi: int = -90
    trilaterate: bool = False
    vendor_accuracy: float = 10.0


class GoldenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[identity.golden.FIELD]`: which of the values that were told of a field of a member counts.

    `sources` are touchpoints by name, or channels, the most trusted first; the others come after them. `strategy`:
    `most_recent`; `most_recent_verified`, the latest that a source checked, else the latest of a trusted touchpoint;
    `source_priority`, the latest from the most trusted source; `most_complete`, the fullest from the most trusted
    source; `majority`, what was told under most identifiers and by most sources; `union`, all of them, for lists. What
    is left out keeps the field's default. A field beside the personal ones is kept once it is named here.
    """

    strategy: Literal[
        "", "most_recent_verified", "source_priority", "most_complete", "majority", "union", "most_recent"
    ] = ""
    sources: tuple[str, ...] | None = None


class CommerceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[commerce]`: `stock = false` says that receipts move no stock here.

    `sourcing` is where to look, in this order, for a piece that is reserved: `same` (the place that was asked for),
    `city`, `region`, `warehouse`, `anywhere`. `reservation` is how long one holds when its request does not say.
    `wait` is how long a step that came before its order waits for it until that is a finding.
    """

    stock: bool = True
    sourcing: tuple[Literal["same", "city", "region", "warehouse", "anywhere"], ...] = (
        "same", "city", "region", "warehouse", "anywhere",
    )
    reservation: str = "2h"
    wait: str = "7d"


class IdentitySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[identity]`: changes to the namespace policy, one table per namespace, and registered shared devices.

    `golden` says, one table per field, which of the values told of a member counts.
    """

    namespaces: dict[str, dict[str, Any]] = {}
    shared: dict[str, tuple[str, ...]] = {}
    golden: dict[str, GoldenSettings] = {}


class EnrichmentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[enrichment.NAME]`: a third party that tells something about members who agreed to be asked about.

    `kind` is `file` (a CSV in `file`), `http` (a service at `url`, `secret` in the header Authorization) or a plugin's.
    `by` is the namespace of the identifier it knows people by; with `hashed` it is told and tells SHA-256 (hex) instead
    of the value. `fields` maps its names to ours; nothing else is taken. Nobody is asked about without consent to
    `purpose`. What it tells counts for `valid` and then goes. `cost` is what one found person costs, `budget` what a
    calendar month may cost, in the retailer's currency; empty means nothing, and no limit.
    """

    kind: str
    file: str = ""
    url: str = ""
    secret: Secret = Secret()
    by: str = "phone"
    hashed: bool = False
    fields: dict[str, str] = {}
    purpose: str = "enrichment"
    valid: str = "365d"
    cost: str = ""
    budget: str = ""
    batch: int = 100
    timeout: str = "10s"


class TagsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[tags]`: files of tag definitions beside the built-in library."""

    files: tuple[str, ...] = ()


class ScenesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[scenes]`: files of scene definitions (YAML)."""

    files: tuple[str, ...] = ()


class MarketingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[marketing]`: files of campaigns (YAML), and the limits on speaking to one member.

    With `signed_pictures` the QR code of a coupon carries a signature that a till can check without a line: it is then
    127 characters long, which a till's scanner must be able to read.
    """

    files: tuple[str, ...] = ()
    messages_per_day: int = 3
    quiet: str = "22:00-08:00"
    signed_pictures: bool = False


class ChannelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[delivery.channels.NAME]`: one way out; `kind` is smtp, webhook, inbox or one that a plugin brings.

    `to` names the namespaces of the addresses it may use (the kind's own when empty), `secret` signs the bodies of a
    webhook, `timeout` is how long one answer may take, `settings` belong to a plugin's kind.
    """

    kind: str
    host: str = ""
    port: int = 0
    url: str = ""
    user: str = ""
    password: Secret = Secret()
    sender: str = ""
    tls: Literal["none", "starttls", "tls"] = "none"
    secret: Secret = Secret()
    to: tuple[str, ...] = ()
    timeout: str = "10s"
    settings: dict[str, Any] = {}


class DeliverySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[delivery]`: the channels and how often a failed send is tried again."""

    channels: dict[str, ChannelSettings] = {}
    attempts: int = 8
