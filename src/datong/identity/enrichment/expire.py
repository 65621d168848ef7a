"""Letting go of what a provider told: when its time is over, and when the consent is taken back."""

from __future__ import annotations

import sqlalchemy as sa

from datong.identity.enrichment.run import allowed_members, source_of, terms
from datong.identity.enrichment.tables import ENRICHED
from datong.identity.tables import LINK, TOLD
from datong.privacy import let_go
from datong.storage import Store, fetch_in

__all__ = ["expire"]

_PAGE = 2_000


def expire(store: Store) -> dict[str, int]:
    """Remove from state and log what is no longer valid or no longer agreed to; return how many values, by provider."""
    done = {}
    for name, given in store.settings.enrichment.items():
        valid, _, _ = terms(name, given)
        with store.state.read() as tx:
            old = ENRICHED.c.at <= store.clock.now() - valid
            told = sa.select(ENRICHED.c.key).where(ENRICHED.c.provider == name)
            over = set(tx.execute(told.where(old)).scalars())
            holders = tx.execute(
                sa.select(ENRICHED.c.key, LINK.c.member).select_from(
                    ENRICHED.outerjoin(LINK, LINK.c.key == ENRICHED.c.key)
                ).where(ENRICHED.c.provider == name)
            ).all()
            members = sorted({member for _, member in holders if member is not None})
            agreed: set[int] = set()
            for at in range(0, len(members), _PAGE):
                agreed |= allowed_members(tx, set(members[at : at + _PAGE]), given.purpose, name)
        gone = over | {key for key, member in holders if member not in agreed}
        if not gone:
            continue
        let_go(store, gone, source_of(name))
        with store.state.write() as tx:
            source = TOLD.c.source == source_of(name)
            keys = {row[0] for row in fetch_in(tx, sa.select(TOLD.c.key).where(source), TOLD.c.key, gone)}
            count = 0
            for key in sorted(keys):
                count += tx.execute(sa.delete(TOLD).where(source, TOLD.c.key == key)).rowcount
            rows = [{"provider_": name, "key_": key} for key in sorted(gone)]
            mine = (ENRICHED.c.provider == sa.bindparam("provider_")) & (ENRICHED.c.key == sa.bindparam("key_"))
            tx.execute(sa.delete(ENRICHED).where(mine), rows)
        done[name] = count
    return done
