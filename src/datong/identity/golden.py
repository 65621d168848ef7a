"""The golden record: of all that was told of a member, the value of each field that counts, and where it came from.

A told value stays under the identifier of the event that told it, as facts do. So a merge brings the values of both
together, and a split gives each back to the part whose identifier told it, without a row being written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from datong.identity.read import live
from datong.identity.survive import FIELDS, Field, Golden, Told, survivor
from datong.identity.tables import LINK, TOLD
from datong.privacy import Vault
from datong.storage import fetch_in

__all__ = ["contact", "golden", "golden_of_all", "told_of_all", "traits"]

_TOLD = sa.select(
    LINK.c.member, TOLD.c.field, TOLD.c.sealed, TOLD.c.key, TOLD.c.source, TOLD.c.channel, TOLD.c.at, TOLD.c.offset,
    TOLD.c.verified, TOLD.c.trusted, TOLD.c.digest,
).select_from(TOLD.join(LINK, LINK.c.key == TOLD.c.key))


def golden(
    tx: sa.Connection, vault: Vault, member: int, fields: Mapping[str, Field] = FIELDS
) -> list[Golden]:
    """Return what counts of a member (any id it ever had), by field, in clear, with what lost.

    `fields` are those of the settings (`fields_of`). Raises NotFound when there never was such a member.
    """
    number = live(tx, member)
    return golden_of_all(tx, vault, [number], fields)[number]


def golden_of_all(
    tx: sa.Connection, vault: Vault, members: Iterable[int], fields: Mapping[str, Field] = FIELDS
) -> dict[int, list[Golden]]:
    """Return the golden record of each of these live members, in one query."""
    found: dict[int, list[Golden]] = {}
    for member, told in told_of_all(tx, vault, members).items():
        by_field: dict[str, list[Told]] = {}
        for one in told:
            by_field.setdefault(one.field, []).append(one)
        settled = (survivor(field, by_field[field], fields) for field in sorted(by_field))
        found[member] = [one for one in settled if one is not None]
    return found


def told_of_all(tx: sa.Connection, vault: Vault, members: Iterable[int]) -> dict[int, list[Told]]:
    """Return every value ever told of each of these live members, in clear, with its provenance."""
    found: dict[int, list[Told]] = {member: [] for member in members}
    for row in fetch_in(tx, _TOLD, LINK.c.member, list(found)):
        found[row.member].append(Told(
            row.field, vault.unseal(row.sealed), row.key, row.source, row.channel, row.at, row.offset, row.verified,
            row.trusted, row.digest,
        ))
    return found


def traits(
    tx: sa.Connection, vault: Vault, member: int, fields: Mapping[str, Field] = FIELDS
) -> dict[str, str]:
    """Return a member's personal traits in clear, by field name: of each the value that counts."""
    return {one.field: one.value for one in golden(tx, vault, member, fields)}


def contact(
    tx: sa.Connection, vault: Vault, member: int, ns: str, fields: Mapping[str, Field] = FIELDS
) -> str | None:
    """Return the address in clear under which to reach a member, or None.

    The most recently seen identifier of the namespace counts; without one, the trait of that name does.
    """
    number = live(tx, member)
    query = sa.select(LINK.c.sealed).where(LINK.c.member == number, LINK.c.ns == ns, LINK.c.sealed.is_not(None))
    sealed = tx.execute(query.order_by(LINK.c.last_seen.desc(), LINK.c.since.desc()).limit(1)).scalar()
    return vault.unseal(sealed) if sealed is not None else traits(tx, vault, number, fields).get(ns)
