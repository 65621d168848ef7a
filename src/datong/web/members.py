"""The Members pages: who they are on every channel, and why they are one person."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, QueryParameter

from datong import identity
from datong.delivery import messages
from datong.marketing import coupons_of
from datong.model import Channels
from datong.platform import Platform
from datong.privacy import consents_of, mask, namespaces
from datong.tags import definitions, values
from datong.web.language import language_of
from datong.web.rows import timeline
from datong.web.shown import shown

__all__ = ["routes"]

SIZE = 50


@get("/members", sync_to_thread=True)
def members(
    request: Request[Any, Any, State], text: Annotated[str, QueryParameter(name="query")] = "",
    channels: FromQuery[Channels | None] = None, page: Annotated[int, QueryParameter(ge=1)] = 1,
) -> dict[str, Any]:
    """Return a page of members, the newest first; `text` is a member number or an exact phone, card, mail …"""
    platform: Platform = request.app.state.platform
    store, vault = platform.store, platform.vault
    with store.state.read() as tx:
        policy = namespaces(platform.settings)
        region = platform.settings.retailer.region
        among = identity.search(tx, vault, text, policy=policy, region=region) if text.strip() else None
        total, found = identity.members(tx, channels=channels or "", among=among, page=page, size=SIZE)
        ids = [m.id for m in found]
        tagged, seen = values(tx, ids), identity.last_seen(tx, ids)
        known = identity.identifiers_of_all(tx, ids)
        told = identity.golden_of_all(tx, vault, ids, identity.fields_of(platform.settings))
        rows = []
        for member in found:
            tags = tagged.get(member.id, {})
            phone = next((shown(vault, i, policy) for i in known.get(member.id, []) if i.ns == "phone"), "")
            name = next((g.value for g in told[member.id] if g.field == "name"), "")
            rows.append({
                "id": member.id, "label": identity.label(member.id), "channels": member.channels,
                "name": mask("name", name) if name else "", "phone": phone, "created": member.created,
                "last_seen": seen.get(member.id), "spend_365d": _number(tags, "rfm.spend_365d"),
                "orders_365d": _number(tags, "rfm.orders_365d"),
            })
        return {"total": total, "page": page, "counts": identity.channels_counts(tx), "members": rows}


@get("/members/{number:int}", sync_to_thread=True)
def member(request: Request[Any, Any, State], number: FromPath[int]) -> dict[str, Any]:
    """Return one member's page; an id from before a merge answers with the live member."""
    platform: Platform = request.app.state.platform
    store, vault, language = platform.store, platform.vault, language_of(request)
    titles = definitions(platform.settings)
    policy = namespaces(platform.settings)
    with store.state.read() as tx:
        found = identity.member(tx, number)
        known = identity.identifiers_of(tx, found.id)
        keys = [i.key for i in known]
        tags = values(tx, [found.id]).get(found.id, {})
        return {
            "id": found.id, "label": identity.label(found.id), "channels": found.channels, "created": found.created,
            "names": [identity.label(n) for n in found.names],
            "identifiers": [
                {"ns": i.ns, "value": shown(vault, i, policy), "first_seen": i.first_seen, "last_seen": i.last_seen}
                for i in known
            ],
            "traits": [
                {"name": g.field, "value": mask(g.field, g.value)}
                for g in identity.golden(tx, vault, found.id, identity.fields_of(platform.settings))
            ],
            "tags": [
                {"name": n, "title": titles[n].title.get(language[:2], n) if n in titles else n, "value": t.value,
                 "since": t.since, "expires": t.expires, "group": titles[n].group if n in titles else "",
                 "kind": titles[n].kind if n in titles else "text"}
                for n, t in sorted(tags.items()) if t.value is not None
            ],
            "events": timeline(store, keys),
            "messages": [
                {"id": m.id, "at": m.created, "channel": m.channel, "title": m.title, "body": m.body,
                 "coupon": m.coupon, "campaign": m.campaign, "status": "seen" if m.seen_at else m.state}
                for m in messages(tx, vault, member=found.id, limit=50, fields=identity.fields_of(platform.settings))
            ],
            "coupons": [
                {"code": c.code, "campaign": c.campaign, "expires": c.expires, "redeemed": c.redeemed,
                 "receipt": c.receipt,
                 "state": "redeemed" if c.redeemed else "expired" if c.expires < store.clock.now() else "open"}
                for c in coupons_of(tx, found.id)
            ],
            "history": [
                {"at": h.at, "kind": h.kind, "cause": h.cause, "detail": h.detail, "ns": h.ns,
                 "member": identity.label(h.member) if h.member else "",
                 "other": identity.label(h.other) if h.other else ""}
                for h in identity.history(tx, found.id)
            ],
            "consents": consents_of(tx, keys),
        }


def _number(tags: dict[str, Any], name: str) -> Any:
    return tags[name].value if name in tags else None


routes = [members, member]
