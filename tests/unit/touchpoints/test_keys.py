"""Write keys: who may send, and how fast."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from datong.config import IntakeSettings, Secret, Settings, TouchpointSettings
from datong.errors import ConfigError, TooMany, Unauthorised
from datong.touchpoints.keys import WriteKeys


def keys(rate: int = 5, now: list[float] | None = None, **touchpoints: str | Secret) -> WriteKeys:
    found = {name: TouchpointSettings("web", key) for name, key in touchpoints.items()}
    settings = Settings(touchpoints=found, intake=IntakeSettings(requests_per_s=rate))
    clock = now or [0.0]
    return WriteKeys(settings, lambda: clock[0])


def basic(text: str) -> bytes:
    return b"Basic " + base64.b64encode(text.encode())


def test_the_three_ways() -> None:
    known = keys(shop="k1", app="k2")
    assert known.source(basic("k1:")) == "shop"
    assert known.source(basic("k2:ignored")) == "app"
    assert known.source(b"bearer  k2") == "app"
    assert known.source(b"", "k1") == "shop"


@pytest.mark.parametrize("authorization", [basic("k3:"), basic(":k1"), b"Basic !", b"Bearer ", b"Digest k1", b"k1"])
def test_others_may_not(authorization: bytes) -> None:
    with pytest.raises(Unauthorised) as caught:
        keys(shop="k1").source(authorization)
    assert (caught.value.code, caught.value.status) == ("bad_write_key", 401)
    assert caught.value.hint


def test_without_a_key_nobody_may() -> None:
    for given in ("", "k"):
        with pytest.raises(Unauthorised):
            keys(shop="").source(b"", given)


def test_a_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "from outside")
    assert keys(shop=Secret(env="SHOP_KEY")).source(b"", "from outside") == "shop"


def test_a_key_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("in a file\n")
    touchpoints = {"shop": TouchpointSettings("web", Secret(file="key"))}
    assert WriteKeys(Settings(root=str(tmp_path), touchpoints=touchpoints)).source(b"", "in a file") == "shop"


def test_two_touchpoints_with_one_key() -> None:
    with pytest.raises(ConfigError) as caught:
        keys(shop="k", app="k")
    assert caught.value.field == "touchpoints.app.write_key"


def test_each_key_has_a_bucket_of_its_own() -> None:
    now = [100.0]
    known = keys(4, now, shop="k1", app="k2")
    for _ in range(4):
        known.spend("shop")
    with pytest.raises(TooMany) as caught:
        known.spend("shop")
    assert caught.value.after == 0.25
    known.spend("app")
    now[0] += 0.25
    known.spend("shop")
    with pytest.raises(TooMany):
        known.spend("shop")
    now[0] += 3_600
    for _ in range(4):
        known.spend("shop")
    with pytest.raises(TooMany):
        known.spend("shop")
