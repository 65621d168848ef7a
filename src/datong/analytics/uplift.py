"""Effect: what a campaign really sold, against the members who were left alone at random.

Intention to treat: everybody assigned counts in their arm, reached or not. The measure is sales at the till from the
assignment to the campaign's end, per member, returns subtracted; the interval is Welch's with the t distribution. The
adjusted figure takes off what spend before the assignment explains (CUPED: Deng, Xu, Kohavi, Walker, "Improving the
sensitivity of online controlled experiments by utilizing pre-experiment data", WSDM 2013).
"""

from __future__ import annotations

import math
from typing import Any

import ibis
import msgspec

from datong.analytics.scope import Scope, rows, table, with_member
from datong.analytics.student import t_quantile
from datong.model import DAY, duration
from datong.storage import Store

__all__ = ["BEFORE", "ENOUGH", "Difference", "Effect", "effect"]

ENOUGH = 30
"""Members in each arm below which no significance is claimed: spend is too skewed for a mean of fewer."""

BEFORE = 90 * DAY
"""How far back spend before the assignment is looked at, in ms."""


class Difference(msgspec.Struct, frozen=True):
    """Treated mean less holdout mean per member, its interval `low` to `high`, in minor units; `error` is its s.e."""

    lift: float
    low: float
    high: float
    error: float

    @property
    def significant(self) -> bool:
        """Return whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


class Effect(msgspec.Struct, frozen=True):
    """The effect of one campaign; money in minor units per assigned member, but `incremental` is of all treated.

    `plain` is the difference as it is, `adjusted` the same after CUPED; `lift`, `low`, `high`, `incremental` and
    `significant` are the adjusted one's, where there is one. `reason` says in words why a figure is missing or weak.
    """

    campaign: str
    treated: int
    holdout: int
    treated_mean: float
    holdout_mean: float
    until: int
    plain: Difference | None = None
    adjusted: Difference | None = None
    lift: float | None = None
    low: float | None = None
    high: float | None = None
    incremental: float | None = None
    incremental_low: float | None = None
    incremental_high: float | None = None
    significant: bool = False
    reason: str = ""


class _Arm(msgspec.Struct, frozen=True):
    """Moments of one arm: sales after (y) and before (x) the assignment."""

    arm: str
    n: int
    y: float
    x: float
    yy: float | None
    xx: float | None
    xy: float | None


def effect(store: Store, campaign: str, window: str = "", confidence: float = 0.95) -> Effect:
    """Return the campaign's effect so far; `window` such as `14d` ends each member's count after that long.

    Without a window every member is counted until the campaign's end, or now while it runs: members assigned late have
    had less time, in both arms alike. A member who was assigned under several identifiers counts once, in the arm drawn
    first.
    """
    until = _until(store, campaign)
    each = _members(store, campaign, until, duration(window) if window else None)
    found = rows(
        each.group_by("arm").agg(
            n=each.count(), y=each.y.mean(), x=each.x.mean(), yy=each.y.var(how="sample"),
            xx=each.x.var(how="sample"), xy=each.y.cov(each.x, how="sample"),
        ).order_by("arm")
    )
    arms = {r["arm"]: msgspec.convert(r, _Arm) for r in found}
    nobody = _Arm("", 0, 0.0, 0.0, None, None, None)
    return _compare(campaign, arms.get("treated", nobody), arms.get("holdout", nobody), until, confidence)


def _compare(campaign: str, treated: _Arm, holdout: _Arm, until: int, confidence: float) -> Effect:
    """Return the effect from the moments of both arms."""
    base = Effect(campaign, treated.n, holdout.n, treated.y, holdout.y, until)
    if treated.n == holdout.n == 0:
        return msgspec.structs.replace(base, reason="nobody has been assigned yet")
    if min(treated.n, holdout.n) < 2:
        reason = f"too little data: {treated.n} treated and {holdout.n} held out, where each needs at least 2"
        return msgspec.structs.replace(base, reason=reason)
    plain = _welch(treated, holdout, 0.0, confidence)
    theta = _theta(treated, holdout)
    adjusted = _welch(treated, holdout, theta, confidence) if theta else None
    best = adjusted or plain
    few = min(treated.n, holdout.n)
    reason = f"only {few} members in the smaller arm; {ENOUGH} are needed to judge" if few < ENOUGH else ""
    if not reason and not best.significant:
        reason = "the interval includes zero: no effect is shown yet"
    return msgspec.structs.replace(
        base, plain=plain, adjusted=adjusted, lift=best.lift, low=best.low, high=best.high,
        incremental=best.lift * treated.n, incremental_low=best.low * treated.n, incremental_high=best.high * treated.n,
        significant=best.significant and few >= ENOUGH, reason=reason,
    )


def _theta(treated: _Arm, holdout: _Arm) -> float:
    """Return CUPED's θ = cov(y, x) / var(x), pooled within the arms; 0 where nothing was spent before."""
    spread = sum((a.n - 1) * (a.xx or 0.0) for a in (treated, holdout))
    return sum((a.n - 1) * (a.xy or 0.0) for a in (treated, holdout)) / spread if spread > 0 else 0.0


def _welch(treated: _Arm, holdout: _Arm, theta: float, confidence: float) -> Difference:
    """Return the difference of the means of y − θ·x with Welch's interval (Welch 1947; Satterthwaite's d.f.)."""
    lift = (treated.y - holdout.y) - theta * (treated.x - holdout.x)
    parts = []
    for arm in (treated, holdout):
        variance = (arm.yy or 0.0) - 2 * theta * (arm.xy or 0.0) + theta * theta * (arm.xx or 0.0)
        parts.append((max(variance, 0.0) / arm.n, arm.n))
    error = math.sqrt(sum(v for v, _ in parts))
    if error == 0:
        return Difference(lift, lift, lift, 0.0)
    freedom = error**4 / sum(v * v / (n - 1) for v, n in parts)
    reach = t_quantile(0.5 + confidence / 2, freedom) * error
    return Difference(lift, lift - reach, lift + reach, error)


def _until(store: Store, campaign: str) -> int:
    known = table(store, "marketing.campaign")
    found = rows(known.filter(known.code == campaign).select("end"))
    end = found[0]["end"] if found else None
    return min(end, store.clock.now()) if end else store.clock.now()


def _members(store: Store, campaign: str, until: int, window: int | None) -> Any:
    """Return one row per assigned member: arm, sales after (y) and before (x)."""
    drawn = table(store, "marketing.assignment")
    drawn = with_member(store, drawn.filter(drawn.campaign == campaign))
    # someone assigned under an identifier that no member owns (any more) still counts, as themselves
    drawn = drawn.mutate(person=ibis.coalesce(drawn.member, -drawn.ident))
    order = ibis.window(group_by="person", order_by=["ts", "offset"])
    first = drawn.mutate(n=ibis.row_number().over(order)).filter(lambda t: t.n == 0)
    first = first.select("person", "arm", assigned="ts")
    bought = with_member(store, _till(store))
    bought = bought.mutate(person=ibis.coalesce(bought.member, -bought.ident)).select("person", "ts", "amount")
    both = first.join(bought, "person").select("person", "assigned", "ts", "amount")
    end = both.assigned + window if window is not None else ibis.literal(until)
    after = (both.ts >= both.assigned) & (both.ts < end) & (both.ts <= until)
    before = (both.ts < both.assigned) & (both.ts >= both.assigned - BEFORE)
    spend = both.group_by("person").agg(
        y=both.amount.sum(where=after), x=both.amount.sum(where=before)
    )
    joined = first.left_join(spend, "person").select("person", "arm", "y", "x")
    return joined.mutate(
        y=ibis.coalesce(joined.y, 0).cast("float64"), x=ibis.coalesce(joined.x, 0).cast("float64")
    )


def _till(store: Store) -> Any:
    """Return receipts and returns at tills: without online orders, and without the refunds of online orders."""
    receipts = Scope().money(store, table(store, "commerce.receipt"))
    online = receipts.filter(receipts.kind == "order").select("source", "ref").distinct()
    tills = receipts.filter(receipts.kind != "order")
    return tills.anti_join(online, ["source", "ref"]).select("ident", "ts", "amount")
