"""The policy in force: defaults, changes, additions, and clear refusals."""

from __future__ import annotations

from typing import Any

import pytest

from datong.config import IdentitySettings, Settings
from datong.errors import ConfigError
from datong.model import NAMESPACES
from datong.privacy import namespaces


def policy(**changes: dict[str, Any]) -> Settings:
    return Settings(identity=IdentitySettings(namespaces=changes))


def test_defaults_changes_and_additions() -> None:
    assert namespaces(Settings()) == NAMESPACES
    tag = {"merges": "yes", "family": "offline"}
    found = namespaces(policy(phone={"limit": 1, "blocked": ["^400"]}, loyalty_tag=tag))
    assert found["phone"].limit == 1
    assert found["phone"].blocked == ("^400",)
    assert found["phone"].normaliser == "phone"
    assert (found["loyalty_tag"].merges, found["loyalty_tag"].limit, found["loyalty_tag"].priority) == ("yes", 5, 8)
    assert found["email"] == NAMESPACES["email"]
    assert NAMESPACES["phone"].limit == 3


def test_a_window_is_lifted_with_an_empty_text() -> None:
    found = namespaces(policy(phone={"window": "", "ttl": "", "verified": False}))["phone"]
    assert (found.window, found.ttl, found.verified) == ("", "", False)


def test_a_name_has_no_colon() -> None:
    with pytest.raises(ConfigError) as caught:
        namespaces(policy(**{"wechat_openid:wx1": {"limit": 1}}))
    assert caught.value.field == "identity.namespaces.wechat_openid:wx1"


@pytest.mark.parametrize(("changes", "field", "hint"), [
    ({"limitt": 1}, "identity.namespaces.phone.limitt", "did you mean limit?"),
    ({"merges": "maybe"}, "identity.namespaces.phone", ""),
    ({"limit": 0}, "identity.namespaces.phone.limit", 'write merges = "never" to keep a namespace from linking'),
    ({"persons": 0}, "identity.namespaces.phone.persons", ""),
    ({"blocked": ["^("]}, "identity.namespaces.phone.blocked", ""),
    ({"window": "a year"}, "identity.namespaces.phone.window", ""),
    ({"window": "0d"}, "identity.namespaces.phone.window", 'write "" for ever'),
    ({"ttl": "365"}, "identity.namespaces.phone.ttl", ""),
    ({"verified": "perhaps"}, "identity.namespaces.phone", ""),
    ({"normaliser": "upper"}, "identity.namespaces.phone", ""),
])
def test_mistakes_name_the_key(changes: dict[str, Any], field: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        namespaces(policy(phone=changes))
    assert caught.value.field == field
    assert caught.value.hint == hint
