"""Putting the shopper's name into a message at the last moment, so that it lies nowhere in clear."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from datong.identity import FIELDS, Field, traits
from datong.marketing import NAME
from datong.privacy import Vault, mask

__all__ = ["with_name"]

_STRANGER = {"zh-CN": "贵宾", "en": "dear customer"}


def with_name(
    tx: sa.Connection, vault: Vault, member: int, language: str, *texts: str, masked: bool = False,
    fields: Mapping[str, Field] = FIELDS,
) -> tuple[str, ...]:
    """Return the texts with the member's name, or a polite word in the message's language where none is known.

    The shopper reads the name in clear; whoever looks over the platform's shoulder reads it `masked`. `fields` say
    which of the names that were told counts.
    """
    if not any(NAME in text for text in texts):
        return texts
    known = traits(tx, vault, member, fields)
    name = known.get("name") or known.get("firstName") or known.get("first_name") or ""
    name = mask("name", str(name)) if masked and name else str(name)
    return tuple(text.replace(NAME, name or _STRANGER.get(language, _STRANGER["en"])) for text in texts)
