"""Marketing: merges, redemptions, then what to say to whom about what the scenes noticed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from datong.commerce import order_key, skus, voided
from datong.identity import identifiers_of_all, parted
from datong.marketing.audience import Matcher
from datong.marketing.campaigns import Campaign, all_campaigns, load_campaigns
from datong.marketing.channels import channels_of
from datong.marketing.coupons import Attempt, lock_coupon, redeem_all, release_receipts
from datong.marketing.decide import Known, decide
from datong.marketing.facts import fold_assignments, fold_campaigns
from datong.marketing.launch import next_targets, tick
from datong.marketing.merge import rekey
from datong.marketing.people import arms_of, said_to, statements_of
from datong.marketing.redeemed import attempt_id
from datong.marketing.speak import Names
from datong.marketing.split import divide
from datong.marketing.tables import DECISION
from datong.marketing.write import write
from datong.model import HOUR, Batch, Event, Firing
from datong.places import zones
from datong.privacy import Vault
from datong.scenes import firings_since
from datong.storage import FactsTx, Stage, Store, cursor, fetch_in, set_cursor

__all__ = ["Marketing"]

_FIRINGS = "marketing:firings"
_LIMIT = 2_000
_LOCKED = HOUR
"""How long (ms) a coupon can be kept for a receipt at most: a till that died must not keep it for ever."""


class Marketing(Stage):
    """The stage that decides; campaigns of the configured files are taken in when it is made."""

    name = "marketing"

    def __init__(self, store: Store, vault: Vault) -> None:
        self._settings, self._vault = store.settings, vault
        self._channels = channels_of(store.settings.delivery.channels)
        self._matcher = Matcher(store.settings)
        load_campaigns(store)

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Re-key, redeem, decide about new firings once each, and go on with what is being launched."""
        if batch.merges:
            rekey(tx, batch.merges)
        if (parts := parted(tx, batch)) is not None:
            divide(tx, parts, batch.last)
        self._redeem(batch, tx)
        seq, _ = cursor(tx, _FIRINGS)
        while firings := firings_since(tx, seq, _LIMIT):
            listening: dict[str, list[Campaign]] = defaultdict(list)
            for campaign in all_campaigns(tx):
                listening[campaign.definition.scene].append(campaign)
            self._decide(batch, tx, [(f, listening.get(f.scene, [])) for f in firings])
            seq = firings[-1].seq
            set_cursor(tx, _FIRINGS, seq, batch.now)
        if part := next_targets(tx, _LIMIT):
            self._decide(batch, tx, part.candidates)
            if not part.last:
                batch.derived.append(tick(part, batch.now))

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Append campaigns and arms."""
        fold_campaigns(batch.events, facts)
        fold_assignments(batch.events, facts)

    def _redeem(self, batch: Batch, tx: sa.Connection) -> None:
        """Redeem what tills report; a coupon on an online order becomes an event of its own, as a till makes one."""
        attempts: list[Attempt] = []
        for at, event in enumerate(batch.events):
            if event.type in ("Coupon Locked", "Coupon Unlocked", "Receipt Voided"):
                redeem_all(tx, self._vault, attempts)  # what was said before counts before
                attempts = []
                _hold(tx, event)
            if event.type == "Order Completed" and event.coupon and not event.history:
                batch.derived.append(_redeemed_online(event, batch.now))
            if event.type == "Coupon Redeemed" and not event.history:
                attempts.append(Attempt(
                    attempt_id(event.source, event.id), event.coupon, event.time, event.place, event.ref,
                    event.amount, batch.members[at], event.ident, batch.idle(event.offset)))
        if attempts:
            redeem_all(tx, self._vault, attempts)

    def _decide(self, batch: Batch, tx: sa.Connection, candidates: Sequence[tuple[Firing, Sequence[Campaign]]]) -> None:
        known_before = fetch_in(tx, sa.select(DECISION.c.firing), DECISION.c.firing, {f.id for f, _ in candidates})
        decided_before = {row.firing for row in known_before}
        candidates = [(f, cs) for f, cs in candidates if f.id not in decided_before]
        open_to = {f.member for f, cs in candidates if any(not c.closed(batch.now) for c in cs)}
        campaigns = {c.code: c for _, cs in candidates for c in cs}
        concerned: dict[str, set[int]] = defaultdict(set)
        for firing, listening in candidates:
            for campaign in listening:
                concerned[campaign.code].add(firing.member)
        links = identifiers_of_all(tx, open_to)
        known = Known(
            links=links, consents=statements_of(tx, links), said=said_to(tx, open_to), arms=arms_of(tx, open_to),
            serials={c.code: c.serials for c in campaigns.values()},
            matching={
                c.code: self._matcher.matching(tx, c.definition.where, concerned[c.code], batch.now)
                for c in campaigns.values() if c.definition.where and not c.closed(batch.now)
            },
            names=_names(tx, candidates) if open_to else Names(),
        )
        decided = decide(candidates, known, self._settings, self._vault, self._channels, batch.now)
        write(tx, decided, known.serials, self._settings.retailer.timezone)
        batch.derived.extend(decided.events)


def _hold(tx: sa.Connection, event: Event) -> None:
    """Keep a coupon for a receipt, let it go, or give back what was redeemed on a receipt that does not count."""
    if event.type == "Receipt Voided":
        release_receipts(tx, [event.ref])
    elif not voided(tx, [order_key(event.place, event.ref)]):
        said = event.properties.get("lock_ms")
        held = min(max(said, 0), _LOCKED) if isinstance(said, int) else _LOCKED
        lock_coupon(tx, event.coupon, event.ref, event.time, event.time + held if event.type == "Coupon Locked" else 0)


def _redeemed_online(order: Event, now: int) -> Event:
    return msgspec.structs.replace(
        order, id=f"redeemed:{order.source}:{order.id}", source="marketing", type="Coupon Redeemed", received=now,
        items=(), amount=sum(item.discount for item in order.items), properties={}, personal={}, offset=0,
    )


def _names(tx: sa.Connection, candidates: Sequence[tuple[Firing, Sequence[Campaign]]]) -> Names:
    """Return what the zones and goods in the firings are called."""
    firings = [f for f, cs in candidates if cs]
    wanted = {str(f.binds.get("sku") or f.binds.get("product") or "") for f in firings} - {""}
    in_zones = any("zone" in f.binds for f in firings)
    return Names(
        zones={(z.place, z.zone): z.name for z in zones(tx)} if in_zones else {},
        products={code: sku.name or code for code, sku in skus(tx, wanted).items()},
    )
