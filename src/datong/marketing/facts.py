"""The facts of marketing, folded from the log: what campaigns there are, and who is in which arm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from datong.marketing.tables import ASSIGNMENT_FACT, CAMPAIGN_FACT
from datong.model import Event, from_iso
from datong.storage import FactsTx

__all__ = ["fold_assignments", "fold_campaigns"]

_EPOCH = date(1970, 1, 1)


def fold_campaigns(events: Sequence[Event], facts: FactsTx) -> None:
    """Put the latest word about each campaign in place of the earlier one."""
    latest = {e.campaign: e.properties for e in events if e.type == "Campaign Updated" and e.campaign}
    if not latest:
        return
    for code in latest:
        facts.execute(f"DELETE FROM {CAMPAIGN_FACT.full} WHERE code = ?", [code])
    facts.append(CAMPAIGN_FACT, {
        "code": list(latest),
        "name": [str(p.get("name") or code) for code, p in latest.items()],
        "kind": [str(p.get("kind") or "") for p in latest.values()],
        "start": [_time(p.get("start")) for p in latest.values()],
        "end": [_time(p.get("end")) for p in latest.values()],
    })


def fold_assignments(events: Sequence[Event], facts: FactsTx) -> None:
    """Append who was put into which arm."""
    drawn = [e for e in events if e.type == "Campaign Assigned"]
    if drawn:
        facts.append(ASSIGNMENT_FACT, {
            "offset": [e.offset for e in drawn],
            "campaign": [e.campaign for e in drawn],
            "ident": [e.ident for e in drawn],
            "arm": [str(e.properties.get("arm") or "treated") for e in drawn],
            "ts": [e.time for e in drawn],
            "date": [_EPOCH + timedelta(days=e.date) for e in drawn],
        })


def _time(text: object) -> int | None:
    """Return ms for an ISO 8601 text; None where there is none or it is not one (a sender's slip loses no campaign)."""
    try:
        return from_iso(str(text)) if text else None
    except ValueError:
        return None
