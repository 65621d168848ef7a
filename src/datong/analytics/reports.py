"""Reports by name: one function behind the command line, the web and every CSV file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from datong.analytics.attendance import Attendance
from datong.analytics.chain import attendance_of
from datong.analytics.crossover import overlap
from datong.analytics.flowlines import flow_lines
from datong.analytics.footfall import visits
from datong.analytics.journey import funnel
from datong.analytics.layout import Column, Kind, Report, cell
from datong.analytics.membership import members
from datong.analytics.response import campaigns
from datong.analytics.scans import scans
from datong.analytics.screens import spots
from datong.analytics.shelves import cover, price_differences, sell_through, sold_out
from datong.analytics.sites import Sites, read_hours
from datong.analytics.titles import title
from datong.analytics.turnover import sales
from datong.analytics.uplift import effect
from datong.errors import NotFound, Rejected
from datong.model import duration, exponent, to_iso
from datong.places import venues
from datong.storage import Store

__all__ = ["REPORTS", "report"]

_KINDS: dict[str, Kind] = {
    "amount": "money", "discount": "money", "treated_mean": "money", "holdout_mean": "money", "lift": "money",
    "low": "money", "high": "money", "incremental": "money", "share": "percent", "known": "percent",
    "silent": "percent", "date": "date",
    "day": "date", "last": "date", "dwell_median_ms": "dwell", "dwell_p90_ms": "dwell", "recency": "decimal",
    "shown_ms": "dwell", "cover": "decimal", "since": "date",
    **dict.fromkeys(("list_online", "list_shop", "paid_online", "paid_shop", "difference"), "money"),
    **dict.fromkeys(("reserved", "in_transit", "sold", "skus"), "number"),
    **dict.fromkeys(
        ("hour", "rank", "quantity", "receipts", "members", "decile", "sends", "reached", "assigned_treated",
         "assigned_holdout", "redemptions", "redeeming", "visits", "devices", "heard", "heard_low", "heard_high",
         "visits_low", "visits_high", "counted", "passers",
         "moves", "stays", "entries", "exits", "plays", "looks", "scans", "known_scans"),
        "number",
    ),
}
"""How a column's values are written, by its name; text where it is not here."""

_Body = tuple[Sequence[str], list[dict[str, Any]], list[str]]


class _Asked(msgspec.Struct, frozen=True):
    """The parameters of a report, read."""

    since: dt.date | None
    until: dt.date | None
    place: str
    by: str
    top: int | None
    code: str
    window: str
    language: str
    sites: Sites = Sites()
    parties: bool = False

    @property
    def period(self) -> dict[str, dt.date | None]:
        return {"since": self.since, "until": self.until}


def report(store: Store, name: str, params: Mapping[str, str] | None = None) -> Report:
    """Return the report `name` (one of REPORTS).

    Parameters, all text: `from` and `to` (YYYY-MM-DD, local, both included), `store`, `by`, `top`, `code` (a campaign),
    `window` (such as 7d), `language`; of visits, attendance and flows also `region`, `city`, `store_format` and `hours`
    (10-14), and of flows `parties` (yes); `store=*` takes all venues together. Raises NotFound for an unknown report,
    Rejected (`bad_parameter`) for a parameter that is unknown or cannot be read.
    """
    if name not in REPORTS:
        raise NotFound(f"there is no report {name!r}", code="unknown_report", hint=f"choose from {', '.join(REPORTS)}")
    asked = _read(params or {}, store.settings.retailer.language)
    columns, rows, notes = REPORTS[name](store, asked)
    language, currency = asked.language, store.settings.retailer.currency
    heads = [Column(column, title(column, language), _KINDS.get(column, "text")) for column in columns]
    return Report(name, title(name, language), heads, rows, notes, currency, exponent(currency))


def _read(params: Mapping[str, str], language: str) -> _Asked:
    known = ("from", "to", "store", "by", "top", "code", "window", "language", "region", "city", "store_format",
             "hours", "parties")
    for key in params:
        if key not in known:
            hint = f"known: {', '.join(known)}"
            raise Rejected(f"unknown parameter {key!r}", code="bad_parameter", field=key, hint=hint)
    top = params.get("top", "")
    if top and not (top.isascii() and top.isdigit() and int(top) > 0):
        raise Rejected(f"top = {top!r} is not a count", code="bad_parameter", field="top", hint="top=20")
    window = params.get("window", "")
    try:
        _ = duration(window) if window else 0
    except ValueError as error:
        raise Rejected(str(error), code="bad_parameter", field="window", hint="window=7d") from None
    since, until = _day(params, "from"), _day(params, "to")
    if since and until and since > until:
        raise Rejected(f"from {since} lies after to {until}", code="bad_parameter", field="from", hint="swap them")
    return _Asked(
        since, until, params.get("store", ""), params.get("by", ""), int(top) if top else None, params.get("code", ""),
        window, params.get("language") or language,
        Sites(params.get("store", ""), params.get("region", ""), params.get("city", ""),
              params.get("store_format", ""), read_hours(params.get("hours", ""))),
        params.get("parties", "") in ("yes", "true", "1"),
    )


def _day(params: Mapping[str, str], key: str) -> dt.date | None:
    text = params.get(key, "")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        hint = f"write it as {key}=2026-01-31"
        raise Rejected(f"{key} = {text!r} is not a day", code="bad_parameter", field=key, hint=hint) from None


def _sales(store: Store, asked: _Asked) -> _Body:
    by = [part.strip() for part in (asked.by or "day").split(",") if part.strip()]
    found = sales(store, by, **asked.period, place=asked.place, top=asked.top)
    columns = []
    for key in dict.fromkeys(by):
        columns += [key, f"{key}_name"] if key in ("sku", "store") else [key]
    total, money = found.totals, cell(found.totals.amount, "money", found.currency)
    notes = [
        f"{total.receipts:,} receipts, {cell(total.quantity, 'number', '')} pieces, {money} {found.currency} after "
        f"returns, {total.members:,} members"
    ]
    if found.other:
        notes.append(f"{found.other:,} receipts in other currencies than {found.currency} are not counted here")
    if found.behind:
        notes.append(f"{found.behind:,} log entries are not counted yet; as of {to_iso(found.as_of)}")
    return [*columns, "rank", "quantity", "amount", "receipts"], found.rows, notes


def _members(store: Store, asked: _Asked) -> _Body:
    found = members(store, **asked.period, place=asked.place, top=asked.top or 10)
    notes = [f"new and returning: {found.since} to {found.until}"]
    if _choice(asked, ("figures", "decile", "member")) == "decile":
        rows = [msgspec.structs.asdict(d) for d in found.deciles]
        return ("decile", "members", "amount", "share", "receipts", "recency"), rows, notes
    if asked.by == "member":
        best = [{**msgspec.structs.asdict(m), "member": m.label} for m in found.top]
        return ("member", "amount", "receipts", "last"), best, notes
    figures = {**found.counts, "new": found.new, "returning": found.returning}
    rows = [{"figure": title(name, asked.language), "members": count} for name, count in figures.items()]
    if found.known_share is not None:
        notes.append(f"{title('known_share', asked.language)}: {found.known_share:.1%}")
    return ("figure", "members"), rows, notes


def _campaigns(store: Store, asked: _Asked) -> _Body:
    if asked.code:
        return _effect(store, asked)
    found = campaigns(store)
    rows = [msgspec.structs.asdict(c) for c in found]
    notes = []
    if silent := [c for c in found if c.redemptions and not c.amount]:
        notes.append(f"{len(silent)} with redemptions that name no receipt: what was paid there is not known")
    return ("code", "name", "kind", "sends", "reached", "assigned_treated", "assigned_holdout", "redemptions",
            "redeeming", "discount", "amount"), rows, notes


def _effect(store: Store, asked: _Asked) -> _Body:
    figures = campaigns(store, asked.code)
    if not figures:
        raise NotFound(f"there is no campaign {asked.code!r}", code="unknown_campaign", field="code")
    of, found = figures[0], effect(store, asked.code, asked.window)
    rows = [
        {"method": method, "assigned_treated": found.treated, "assigned_holdout": found.holdout,
         "treated_mean": found.treated_mean, "holdout_mean": found.holdout_mean, "lift": d.lift, "low": d.low,
         "high": d.high, "incremental": d.lift * found.treated, "significant": "yes" if d.significant else "no"}
        for method, d in (("Welch", found.plain), ("Welch + CUPED", found.adjusted)) if d
    ]
    notes = [f"{of.sends:,} sent to {of.reached:,} members, {of.redemptions:,} redeemed by {of.redeeming:,}"]
    if found.reason:
        notes.append(found.reason)
    return ("method", "assigned_treated", "assigned_holdout", "treated_mean", "holdout_mean", "lift", "low", "high",
            "incremental", "significant"), rows, notes


def _visits(store: Store, asked: _Asked) -> _Body:
    found = visits(store, asked.since, asked.until, asked.place, asked.sites)
    if _choice(asked, ("zone", "day")) == "day":
        return ("date", "visits", "devices"), [msgspec.structs.asdict(d) for d in found.days], []
    return ("place", "zone", "name", "visits", "known", "dwell_median_ms", "dwell_p90_ms"), [
        msgspec.structs.asdict(z) for z in found.zones
    ], []


def _attendance(store: Store, asked: _Asked) -> _Body:
    found = attendance_of(store, _some_place(store, asked), asked.since, asked.until)
    limit = f"{found.threshold / 1000:.0f} s" + (f" and {found.strength:.0f} dBm" if found.strength is not None else "")
    notes = [f"who is heard for less than {limit} passes by ({'fitted' if found.fitted else 'fixed'})"]
    notes.append(_calibrated_by(found))
    if not found.hours_known:
        notes.append("opening hours are not known: whole days count; set hours of the venue")
    if _choice(asked, ("day", "hour")) == "hour":
        rows = [{"date": d.date, **msgspec.structs.asdict(h)} for d in found.days for h in d.hours]
        return ("date", "hour", "heard", "visits", "visits_low", "visits_high", "counted", "passers", "silent"), [
            {**row, "visits_low": row["low"], "visits_high": row["high"]} for row in rows], notes
    days = [msgspec.structs.asdict(d) for d in found.days]
    return ("date", "heard", "heard_low", "heard_high", "visits", "visits_low", "visits_high", "counted", "passers",
            "silent"), [{**row, "visits_low": row["low"], "visits_high": row["high"]} for row in days], notes


def _flows(store: Store, asked: _Asked) -> _Body:
    sites = _some_place(store, asked)
    found = flow_lines(store, since=asked.since, until=asked.until, top=asked.top or 20, sites=sites,
                       parties=asked.parties)
    notes = [f"{found.visits:,} visits; {found.left_out:,} under 30 s and {found.staff:,} devices of staff left out"]
    if found.addresses > found.visits:
        notes.append(f"{found.addresses:,} addresses: phones that changed theirs on the way were followed")
    if found.venues > 1:
        notes.append(f"{found.venues:,} venues: zones of one category count together")
    if found.parties is not None:
        p = found.parties
        notes.append(f"{p.parties:,} parties of two and more with {p.visits:,} visits ({p.share:.1%} of those that "
                     f"went through two zones); of their {p.pairs:,} pairs about {p.chance:,.0f} by chance")
    by = _choice(asked, ("transition", "zone", "way"))
    if by == "zone":
        return ("zone", "name", "floor", "stays", "entries", "exits", "dwell_median_ms", "silent"), [
            msgspec.structs.asdict(z) for z in found.zones], notes
    if by == "way":
        rows = [{"way": " → ".join(w.names), "visits": w.visits, "share": w.share} for w in found.ways]
        return ("way", "visits", "share"), rows, notes
    return ("origin", "origin_name", "target", "target_name", "moves", "share"), [
        msgspec.structs.asdict(t) for t in found.transitions], notes


def _calibrated_by(found: Attendance) -> str:
    """Return in a sentence which calibration was used, how good it is, and what to do where there is none."""
    how, off = found.calibration, f"; a day is off by {found.error:.1%} (standard deviation)" if found.error else ""
    share = f"{how.value:.0%} ({how.low:.0%} to {how.high:.0%})" if how.value and how.low and how.high else ""
    if not found.venues:
        return "there is no such venue: look at the city, region and format of the list of venues and stores"
    if found.venues > 1:
        return f"{found.venues:,} venues, {'each' if found.calibrated else 'not each'} of them calibrated"
    return {
        "door": f"calibrated by the door counter, {how.days} days{off}",
        "conversion": f"calibrated by receipts of {how.days} days and a conversion of {share}{off}",
        "capture": f"calibrated by the share of visitors that is heard, said to be {share}{off}",
    }.get(how.by, "nothing calibrates: no door counter and no conversion for the receipts; visits are phones heard, "
          "with a wide interval. "
          "Import a counter's hours, or say the conversion (datong venue calibrate)")


def _some_place(store: Store, asked: _Asked) -> Sites:
    """Return the sites that are asked for (`*`: all of them), the first venue when none is."""
    if asked.place == "*":
        return msgspec.structs.replace(asked.sites, place="")
    if asked.place or asked.sites.chosen:
        return asked.sites
    with store.state.read() as tx:
        known = venues(tx)
    return msgspec.structs.replace(asked.sites, place=known[0].code if known else "")


def _funnel(store: Store, asked: _Asked) -> _Body:
    found = funnel(store, **asked.period, place=asked.place, window=asked.window or "7d")
    rows = [{"step": title(s.name, asked.language), "members": s.members, "share": s.share} for s in found.steps]
    return ("step", "members", "share"), rows, [f"in this order, within {asked.window or '7d'}"]


def _overlap(store: Store, asked: _Asked) -> _Body:
    found = msgspec.structs.asdict(overlap(store, **asked.period))
    total = sum(found.values())
    rows = [
        {"figure": title(name, asked.language), "members": count, "share": count / total if total else None}
        for name, count in found.items()
    ]
    return ("figure", "members", "share"), rows, []


def _stock(store: Store, asked: _Asked) -> _Body:
    found = cover(store, **asked.period, place=asked.place, top=asked.top)
    return ("sku", "sku_name", "quantity", "reserved", "in_transit", "sold", "cover"), [
        msgspec.structs.asdict(one) for one in found
    ], ["cover: days that what is free lasts at the pace of the period (28 days where none is given)"]


def _sell_through(store: Store, asked: _Asked) -> _Body:
    rows = [msgspec.structs.asdict(one) for one in sell_through(store, **asked.period, place=asked.place)]
    return ("season", "skus", "sold", "quantity", "amount", "share"), rows, [
        "share: sold of what was sold, is there and is on its way; SKUs without a season are not in it"]


def _stock_outs(store: Store, asked: _Asked) -> _Body:
    found = sold_out(store, **asked.period, place=asked.place, top=asked.top)
    return ("store", "sku", "sku_name", "since", "sold"), [msgspec.structs.asdict(one) for one in found], []


def _prices(store: Store, asked: _Asked) -> _Body:
    found = price_differences(store, **asked.period, place=asked.place, top=asked.top)
    return ("sku", "sku_name", "list_online", "list_shop", "paid_online", "paid_shop", "difference"), [
        msgspec.structs.asdict(one) for one in found
    ], ["difference: online minus shop; of the price lists where they differ, else of what was paid"]


def _screens(store: Store, asked: _Asked) -> _Body:
    rows = [msgspec.structs.asdict(one) for one in spots(store, **asked.period, place=asked.place)]
    return ("screen", "spot", "campaign", "place", "zone", "plays", "shown_ms", "devices", "looks", "members"), rows, [
        "devices were in the screen's zone for three seconds of a turn or more; members only those who agreed"]


def _scans(store: Store, asked: _Asked) -> _Body:
    by = [part.strip() for part in (asked.by or "day,store,sku").split(",") if part.strip()]
    found = scans(store, by, asked.since, asked.until, place=asked.place, link=asked.code, top=asked.top)
    return [*dict.fromkeys(by), "scans", "known_scans", "members"], found, []


def _choice(asked: _Asked, choices: Sequence[str]) -> str:
    """Return what the report is split by, the first choice when nothing was said."""
    if asked.by and asked.by not in choices:
        hint = f"choose from {', '.join(choices)}"
        raise Rejected(f"by = {asked.by!r} is not known here", code="bad_parameter", field="by", hint=hint)
    return asked.by or choices[0]


REPORTS: dict[str, Callable[[Store, _Asked], _Body]] = {
    "sales": _sales, "members": _members, "campaigns": _campaigns, "visits": _visits, "funnel": _funnel,
    "overlap": _overlap, "stock": _stock, "sell_through": _sell_through, "stock_outs": _stock_outs, "prices": _prices,
    "attendance": _attendance, "flows": _flows, "screens": _screens, "scans": _scans,
}
"""Every report by its name."""
