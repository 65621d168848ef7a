from __future__ import annotations

import json
from pathlib import Path

from datong.config import load
from datong.places import read_venue
from datong.simulator import write_demo
from datong.simulator.demo import TOUCHPOINTS


def test_the_demo_files_are_a_whole_configuration(tmp_path: Path) -> None:
    target = write_demo(tmp_path, password="$scrypt$x", port=9000, speed=30, language="zh-CN")
    settings = load(target, {})
    keys = json.loads((tmp_path / "keys.json").read_text("utf-8"))
    assert set(settings.touchpoints) == set(TOUCHPOINTS)
    assert {name: t.write_key for name, t in settings.touchpoints.items()} == {k: keys[k] for k in TOUCHPOINTS}
    assert keys["web"] == "demo-web"
    assert settings.delivery.channels["gateway"].url == f"http://127.0.0.1:{keys['gateway_port']}/messages"
    assert keys["gateway_port"] == 9001
    assert (settings.clock.speed, settings.retailer.language, settings.console.password) == (30, "zh-CN", "$scrypt$x")
    assert read_venue(settings.path(settings.places.file)).venues[0].code == "datong-mall"
    assert settings.places.exit_after == "5m"
    assert target.stat().st_mode & 0o077 == 0
