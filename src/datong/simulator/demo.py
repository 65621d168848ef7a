"""The files of `datong demo`: configuration, write keys and venue, written into an empty folder."""

from __future__ import annotations

import json
from math import ceil
from pathlib import Path
from string import Template

from datong.simulator.goods import MALL

__all__ = ["START", "TOUCHPOINTS", "write_demo"]

START = "2026-03-07T17:30:00+08:00"
"""When the demo begins: a Saturday towards evening, when the mall fills."""
TOUCHPOINTS = ("web", "app", "portal", "things", "archive", "tills", "market", "wifi", "ble")


def write_demo(
    directory: Path, *, password: str, port: int = 8720, gateway: int = 0, speed: float = 60.0, start: str = START,
    language: str = "en",
) -> Path:
    """Write `datong.toml`, `keys.json` and `venue.yaml` and return the path of the first.

    `password` is the hash of the console's password, `gateway` the port of the simulator's message gateway
    (`port` + 1 when 0). The secret key is the caller's to make.
    """
    directory.mkdir(parents=True, exist_ok=True)
    keys = {name: f"demo-{name}" for name in TOUCHPOINTS}  # they allow sending only, and only on this machine
    gateway = gateway or port + 1
    text = Template((MALL / "datong.toml").read_text("utf-8")).substitute(
        {f"key_{name}": key for name, key in keys.items()},
        password=password, port=port, gateway=gateway, speed=speed, start=start, language=language,
        exit_after=max(5, ceil(speed / 12)),
        retailer="大同零售" if language == "zh-CN" else "Datong Retail",
    )
    (directory / "venue.yaml").write_text((MALL / "venue.yaml").read_text("utf-8"), "utf-8")
    (directory / "keys.json").write_text(json.dumps({**keys, "gateway_port": gateway}, indent=1), "utf-8")
    target = directory / "datong.toml"
    target.touch(mode=0o600)
    target.write_text(text, "utf-8")
    return target
