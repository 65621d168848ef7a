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


@pytest.mark.parametrize(("changes", "field", "hint"), [
    ({"limitt": 1}, "identity.namespaces.phone.limitt", "did you mean limit?"),
    ({"merges": "maybe"}, "identity.namespaces.phone", ""),
    ({"limit": 0}, "identity.namespaces.phone.limit", 'write merges = "never" to keep a namespace from linking'),
    ({"persons": 0}, "identity.namespaces.phone.persons", ""),
    ({"blocked": ["^("]}, "identity.namespaces.phone.blocked", ""),
])
def test_mistakes_name_the_key(changes: dict[str, Any], field: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        namespaces(policy(phone=changes))
    assert caught.value.field == field
    assert caught.value.hint == hint
