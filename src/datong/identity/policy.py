"""The linking policy as the graph uses it: looked up by name, without a branch too many."""

from __future__ import annotations

from datong.config import Settings
from datong.errors import ConfigError
from datong.model import Channels, Event, Identifier, Namespace, duration
from datong.privacy import Vault, make_identifier, namespaces

__all__ = ["CHANNELS", "CHANNEL_FAMILY", "Policy"]

CHANNELS: tuple[Channels, ...] = ("none", "online", "offline", "both")
"""The name of each bitmask of channel families."""

_ONLINE = ("web", "app", "wechat", "weibo", "miniprogram", "h5", "mobile", "ecommerce")
_OFFLINE = ("pos", "wifi", "ble", "kiosk", "tag", "qr", "nfc", "rfid", "screen", "shelf", "guide", "store", "camera")
CHANNEL_FAMILY: dict[str, int] = {**dict.fromkeys(_ONLINE, 1), **dict.fromkeys(_OFFLINE, 2)}
"""An event's channel to the bit of its family; a mail or a message is neither."""


class Policy:
    """Namespaces that may link, how strong they are, and the registered shared devices."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        """Compile the settings; raises ConfigError when `[identity.shared]` names an unknown namespace."""
        known = namespaces(settings)
        self.linking: dict[str, Namespace] = {n.name: n for n in known.values() if n.merges != "never"}
        self.limit = {n.name: n.limit for n in self.linking.values()}
        self.family = {n.name: CHANNELS.index(n.family) if n.family != "neither" else 0 for n in self.linking.values()}
        self.window = {n.name: duration(n.window) for n in self.linking.values() if n.window}
        self.ttl = {n.name: duration(n.ttl) for n in self.linking.values() if n.ttl}
        self.checked = frozenset(n.name for n in self.linking.values() if n.verified)
        self.strong = frozenset(n.name for n in self.linking.values() if n.merges == "yes")
        self.creating = frozenset(n.name for n in self.linking.values() if n.creates)
        self.rank = {n.name: (n.merges != "yes", n.priority, n.name) for n in self.linking.values()}
        self.registered = frozenset(_registered(settings, vault, known))

    def linkable(self, event: Event) -> list[Identifier]:
        """Return the identifiers of the event that may link, strongest first, each once."""
        found = {i.key: i for i in event.identifiers if i.ns in self.linking}
        if len(found) < 2:
            return list(found.values())
        return sorted(found.values(), key=lambda i: self.rank[i.ns])


def _registered(settings: Settings, vault: Vault, known: dict[str, Namespace]) -> list[int]:
    keys = []
    for ns, values in settings.identity.shared.items():
        if ns not in known:
            field = f"identity.shared.{ns}"
            hint = f"known: {', '.join(sorted(known))}"
            raise ConfigError(f"{field} names no namespace", hint=hint, field=field, code="config_key")
        made = (make_identifier(vault, known[ns], value, settings.retailer.region) for value in values)
        keys += [identifier.key for identifier in made if identifier is not None]
    return keys
