"""Making an identifier out of what a touchpoint read: normalised, checked against placeholders, hashed, sealed."""

from __future__ import annotations

from datong.errors import Rejected
from datong.model import Identifier, Namespace
from datong.privacy.blocked import is_blocked, is_placeholder
from datong.privacy.normalise import NORMALISERS
from datong.privacy.vault import Vault

__all__ = ["made_up", "make_identifier", "normalised"]

_LONGEST = 512
_LOCALLY_ADMINISTERED = "26ae"
_CHECKED = frozenset({"phone", "email", "mac"})


def make_identifier(vault: Vault, policy: Namespace, value: str, region: str) -> Identifier | None:
    """Return the identifier of a value under its namespace's policy, or None when the value is a placeholder.

    `region` (ISO 3166, as `CN`) completes phone numbers written without a country code. A locally administered MAC
    address in `wifi_mac` was made up by a phone to be forgotten: it comes back in the namespace `random_mac`, which
    never links. Raises Rejected (`bad_identifier`) for a malformed value; the message does not repeat it.
    """
    ns = policy.name
    if len(value) > _LONGEST:
        hint = f"an identifier has at most {_LONGEST} characters"
        raise Rejected(f"the {ns} is {len(value)} characters long", code="bad_identifier", hint=hint, field=ns)
    try:
        plain = normalised(policy, value, region)
        if plain is None:
            return None
        if ns == "wifi_mac" and made_up(plain):
            return Identifier("random_mac", vault.key("random_mac", plain))
        return Identifier(ns, vault.key(ns, plain), vault.seal(plain) if policy.sealed else None)
    except Rejected as error:
        raise Rejected(f"the {ns} {error.message}", code=error.code, hint=error.hint, field=ns) from None
    except UnicodeEncodeError:
        hint = "send valid UTF-8"
        raise Rejected(f"the {ns} holds half a character", code="bad_identifier", hint=hint, field=ns) from None


def made_up(mac: str) -> bool:
    """Return whether a normalised MAC address is locally administered (IEEE 802c): a phone made it up."""
    return mac[1] in _LOCALLY_ADMINISTERED


def normalised(policy: Namespace, value: str, region: str) -> str | None:
    """Return the value in the one form in which this namespace compares it, or None when it is a placeholder.

    The same form whose key `make_identifier` makes. Raises Rejected (`bad_identifier`) for a malformed value.
    """
    if policy.normaliser in _CHECKED and policy.normaliser != "mac" and is_placeholder(value):
        return None
    plain = NORMALISERS[policy.normaliser](value, region)
    return None if is_blocked(policy, value, plain) else plain
