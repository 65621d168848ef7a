from __future__ import annotations

from datong.identity import Held, held, shared_values
from datong.identity.tables import LINK
from datong.storage import Store, insert


def _link(key: int, ns: str, member: int | None, shared: bool, last: int = 5) -> dict[str, object]:
    return {"key": key, "ns": ns, "member": member, "sealed": None, "first_seen": 1, "last_seen": last, "since": 1,
            "shared": shared}


def test_values_are_counted_by_namespace(store: Store) -> None:
    with store.state.write() as tx:
        insert(tx, LINK, [_link(1, "phone", 1, False), _link(2, "phone", 2, False), _link(3, "phone", None, True),
                          _link(4, "phone", None, False), _link(5, "wifi_mac", 1, False)])
        assert held(tx) == {"phone": Held(2, 1), "wifi_mac": Held(1, 0)}


def test_shared_values_come_with_the_latest_first_and_their_number(store: Store) -> None:
    with store.state.write() as tx:
        assert shared_values(tx) == (0, [])
        insert(tx, LINK, [_link(key, "anonymous_id", None, True, last=10 + key) for key in range(3)])
        insert(tx, LINK, [_link(9, "anonymous_id", 1, False)])
        total, found = shared_values(tx, limit=2)
        assert (total, [one.key for one in found], found[0].ns) == (3, [2, 1], "anonymous_id")
