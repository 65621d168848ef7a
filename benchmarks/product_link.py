"""Benchmark: a linking run as a retailer starts it, over members whose personal values lie sealed in the state.

The members are those of `persons.py`, one per record, written straight into the tables of identity (which the flow
would fill). The run reads and opens every value, links, and keeps its report: `datong link`.

    python benchmarks/product_link.py [--members 200000]
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from line import print_line
from persons import persons

FIELDS = {"given_name": "firstName", "surname": "lastName", "birth_date": "birthday", "gender": "gender",
          "email": "email"}
ADDRESS = {"address": "street", "postcode": "postalCode", "city": "city"}
_PART = 20_000


def fill(store: Any, vault: Any, members: int) -> list[int]:
    """Write the members with what they told; return the person of each."""
    import msgspec

    from datong.identity.tables import LINK, MEMBER, TOLD
    from datong.storage import insert

    table, now = persons(members), store.clock.now()
    for at in range(0, members, _PART):
        links, people, told = [], [], []
        for number, row in enumerate(table.slice(at, _PART).to_pylist(), at + 1):
            keys = {"member_card": f"C{number}"} | ({"phone": row["phone"]} if row["phone"] else {})
            for ns, value in keys.items():
                links.append({"key": vault.key(ns, f"{number} {value}"), "ns": ns, "member": number,
                              "sealed": vault.seal(value), "first_seen": now, "last_seen": now, "since": 1,
                              "shared": False, "families": 2, "verified": True, "out": False})
            people.append({"id": number, "created": now, "merged_into": None, "families": 2, "known": True,
                           "first": None})
            said = {name: row[column] for column, name in FIELDS.items() if row[column]}
            where = {name: row[column] for column, name in ADDRESS.items() if row[column]}
            said |= {"address": msgspec.json.encode(where).decode()} if where else {}
            key = vault.key("member_card", f"{number} C{number}")
            told += [{"key": key, "field": name, "source": "crm", "digest": 0, "sealed": vault.seal(value),
                      "channel": "pos", "first": now, "at": now, "offset": 1, "verified": False, "trusted": True}
                     for name, value in said.items()]
        with store.state.write() as tx:
            for target, rows in ((MEMBER, people), (LINK, links), (TOLD, told)):
                insert(tx, target, rows)
    return [int(person) for person in table["person"].to_pylist()]


def main() -> None:
    """Fill an installation, run, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=200_000)
    given = parser.parse_args()
    import datong
    from datong.identity import linking
    from datong.identity.linking.tables import PROPOSAL

    with tempfile.TemporaryDirectory(prefix="datong-product-link-") as folder:
        path = Path(folder) / "datong.toml"
        path.write_text('[retailer]\nname = "Benchmark"\nregion = "CN"\n', encoding="utf-8")
        (Path(folder) / "secret.key").write_text(secrets.token_hex(32), encoding="utf-8")
        child = os.fork()  # filling takes memory that is none of the run's
        if not child:
            with datong.open(str(path)) as platform:
                fill(platform.store, platform.vault, given.members)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            sys.exit("the members could not be written")
        truth = persons(given.members)["person"].to_pylist()
        with datong.open(str(path)) as platform:
            began, cpu = time.perf_counter(), time.process_time()
            run = linking.start_run(platform.store, platform.vault, actor="user:benchmark", wait=True)
            wall, cpu = time.perf_counter() - began, time.process_time() - cpu
            with platform.store.state.read() as tx:
                page = linking.run(tx, run)
                pairs = tx.execute(PROPOSAL.select()).all()
                from datong.identity import who

                held = who(tx, {key for row in pairs for key in (row.a, row.b)})
    right = sum(truth[held[row.a] - 1] == truth[held[row.b] - 1] for row in pairs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print_line("product_link", {
        "members": given.members, "records": page["records"], "wall_s": round(wall, 1), "cpu_s": round(cpu, 1),
        "peak_mb": round(peak / 1024), "joins": len(pairs), "join_precision": round(right / max(1, len(pairs)), 5),
        "to_review": page["review"],
    }, {}, {})


if __name__ == "__main__":
    main()
