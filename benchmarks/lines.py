"""Benchmark: flow lines of phones that change their addresses, and groups, against a simulator that knows them.

    python benchmarks/lines.py [--seeds 1,2,3] [--visitors 250] [--parties 0.25]

Two days of the air of `visits.py`, where with a quarter of the visitors others come along. `phones`: visitors' phones
with a line at all, of `heard_phones`; `lines_per_phone`: lines of these; `one_line`: share of the phones that change
their address and are told as exactly one line. The anchor is the same without following addresses. `party_precision`:
of the pairs told to be together, those that were (two phones of one person are as well); `party_recall`: of the pairs
of one party that both have a line, those that are told.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import yaml

from datong.analytics.flowlines import lines_of
from datong.analytics.parties import groups_of
from datong.config import Settings
from datong.places import update_venue
from datong.privacy import Vault
from datong.simulator.goods import MALL
from datong.simulator.radio import scenery, simulate
from datong.storage import open_store
from line import print_line
from visits import FIRST, Morning, load, plan_of


def measure(seed: int, visitors: int, parties: float) -> dict[str, dict[str, float]]:
    """Return the figures of one seed, with and without following."""
    scene = scenery(yaml.safe_load((MALL / "venue.yaml").read_text("utf-8"))["venues"][0])
    air = simulate(scene, FIRST, 2, visitors, seed, parties=parties)
    vault = Vault(bytes(range(32)))
    keys: dict[tuple[bool, int], int] = {}
    for f in air.frames:
        if (f.given, f.address) not in keys:
            keys[f.given, f.address] = vault.key("wifi_mac" if f.given else "random_mac", f"{f.address:x}")
    phone_of = {keys[f.given, f.address]: f.phone for f in air.frames}
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(root=folder))
        store.clock = Morning()
        update_venue(store, plan_of(scene), actor="benchmark")
        load(store, vault, air, 0)
        first = date(1970, 1, 1) + timedelta(days=FIRST)
        tables = {name: lines_of(store, "mall", first, first + timedelta(days=1), follow=name == "ours")
                  for name in ("ours", "anchor")}
        store.close()
    owner = {number: person for person in air.visits() for number in person.phones}
    addresses = Counter(phone_of.values())
    return {name: _figures(table, phone_of, owner, addresses) for name, table in tables.items()}


def _figures(table: Any, phone_of: dict[int, int], owner: dict[int, Any], addresses: Counter[int]
             ) -> dict[str, float]:
    """Return how the lines of a table fit the phones that made them."""
    lines = {(row["place"], row["visit"], row["ident"]) for row in table.to_pylist()}
    of = {line: phone_of[line[2]] for line in lines}
    visitors = [line for line in lines if of[line] in owner]
    told = Counter(of[line] for line in visitors)
    changing = [phone for phone in owner if addresses[phone] > 1]
    groups, _ = groups_of(table)
    pairs = {pair for group in groups for pair in combinations(sorted(group), 2)}
    party = {line: owner[of[line]].party or -of[line] for line in visitors}
    person = {number: id(p) for number, p in owner.items()}
    right = sum(a in party and b in party and (party[a] == party[b] or person[of[a]] == person[of[b]])
                for a, b in pairs)
    ways: dict[Any, set[str]] = {}
    for row in table.to_pylist():
        ways.setdefault((row["place"], row["visit"], row["ident"]), set()).add(row["zone"])
    moving: dict[int, list[Any]] = {}
    for line in visitors:
        if party[line] > 0 and len(ways[line]) > 1:
            moving.setdefault(party[line], []).append(line)
    true = {pair for group in moving.values() for pair in combinations(sorted(group), 2) if of[pair[0]] != of[pair[1]]}
    return {
        "lines": len(visitors), "phones": len(told), "lines_per_phone": round(len(visitors) / max(1, len(told)), 3),
        "one_line": round(float(np.mean([told[p] == 1 for p in changing])), 3),
        "heard_phones": sum(p in addresses for p in owner),
        "party_precision": round(right / len(pairs), 3) if pairs else 0.0, "party_pairs": len(pairs),
        "party_recall": round(len(pairs & true) / len(true), 3) if true else 0.0, "party_true": len(true),
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", default="1,2,3")
    options.add_argument("--visitors", type=int, default=250)
    options.add_argument("--parties", type=float, default=0.25)
    o = options.parse_args()
    runs = [measure(int(seed), o.visitors, o.parties) for seed in o.seeds.split(",")]
    ours, anchor = ({key: round(float(np.mean([run[name][key] for run in runs])), 3) for key in runs[0][name]}
                    for name in ("ours", "anchor"))
    print_line("lines", ours | {"runs": [run["ours"] for run in runs]}, anchor,
               {"one_line": round(ours["one_line"] / max(anchor["one_line"], 1e-9), 2)})


if __name__ == "__main__":
    main()
