"""One TOML file plus environment, read once into frozen structs; each package is handed its own section."""

from datong.config.clock import FixedClock, ScaledClock, WallClock, make_clock
from datong.config.read import Settings, load, secret
from datong.config.sections import (
    ClockSettings,
    ConsoleSettings,
    PrivacySettings,
    RetailerSettings,
    Secret,
    ServerSettings,
    StorageSettings,
)
from datong.config.stages import (
    ChannelSettings,
    CommerceSettings,
    DeliverySettings,
    EnrichmentSettings,
    GoldenSettings,
    IdentitySettings,
    IntakeSettings,
    MarketingSettings,
    PlacesSettings,
    ScenesSettings,
    TagsSettings,
    TouchpointSettings,
)
from datong.config.transport import DropSettings, MqttSettings, PollSettings

__all__ = [
    "ChannelSettings", "ClockSettings", "CommerceSettings", "ConsoleSettings", "DeliverySettings", "DropSettings",
    "EnrichmentSettings", "FixedClock", "GoldenSettings", "IdentitySettings", "IntakeSettings", "MarketingSettings",
    "MqttSettings", "PlacesSettings", "PollSettings", "PrivacySettings", "RetailerSettings", "ScaledClock",
    "ScenesSettings", "Secret",
    "ServerSettings", "Settings", "StorageSettings", "TagsSettings", "TouchpointSettings", "WallClock", "load",
    "make_clock", "secret",
]
