"""The kinds of touchpoints: the built-in ones and those of installed packages."""

from __future__ import annotations

from functools import cache

from datong.errors import ConfigError
from datong.hooks import plugins
from datong.touchpoints.call import Kind
from datong.touchpoints.kinds.aruba import Aruba
from datong.touchpoints.kinds.beacon_app import BeaconApp
from datong.touchpoints.kinds.ble import Ble
from datong.touchpoints.kinds.ble_gateway import BleGateway
from datong.touchpoints.kinds.cmx import Cmx
from datong.touchpoints.kinds.epcis import Epcis
from datong.touchpoints.kinds.meraki import Meraki
from datong.touchpoints.kinds.mist import Mist
from datong.touchpoints.kinds.portal import Portal
from datong.touchpoints.kinds.pos import Pos
from datong.touchpoints.kinds.unifi import Unifi
from datong.touchpoints.kinds.web import Web
from datong.touchpoints.kinds.webhook import Webhook
from datong.touchpoints.kinds.wechat import Wechat
from datong.touchpoints.kinds.weibo import Weibo
from datong.touchpoints.kinds.wifi import Wifi

__all__ = ["find_kind", "kinds"]


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind by name; an installed package may replace a built-in one."""
    built_in: tuple[type[Kind], ...] = (
        Web, Pos, Wifi, Ble, Wechat, Weibo, Webhook, Epcis, Meraki, Mist, Cmx, Aruba, Unifi, BleGateway, BeaconApp,
        Portal,
    )
    found = {one.kind: one for one in built_in}
    found.update(plugins("datong.touchpoints"))
    return {name: kind() for name, kind in found.items()}


def find_kind(name: str, touchpoint: str) -> Kind:
    """Return the kind that `[touchpoints.NAME] kind` asks for; raises ConfigError naming those there are."""
    known = kinds()
    if name not in known:
        field = f"touchpoints.{touchpoint}.kind"
        raise ConfigError(f"{field} = {name!r} is not known", hint=f"write one of: {', '.join(sorted(known))}",
                          field=field, code="config_value")
    return known[name]
