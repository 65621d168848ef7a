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

__all__ = [
    "ChannelSettings", "ClockSettings", "CommerceSettings", "ConsoleSettings", "DeliverySettings",
    "EnrichmentSettings", "FixedClock", "GoldenSettings", "IdentitySettings", "IntakeSettings", "MarketingSettings",
    "PlacesSettings", "PrivacySettings", "RetailerSettings", "ScaledClock", "ScenesSettings", "Secret",
    "ServerSettings", "Settings", "StorageSettings", "TagsSettings", "TouchpointSettings", "WallClock", "load",
    "make_clock", "secret",
]
