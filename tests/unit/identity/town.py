"""A town for identity tests: people are shown by values written `namespace:value`; `~namespace:value` is unverified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from datong.config import IdentitySettings, Settings
from datong.identity import Identity, Recognition, history, identifiers_of, who
from datong.model import Batch, Event, Identifier
from datong.privacy import Vault
from datong.storage import Store

START = 1_700_000_000_000


class Town:
    """A store with the identity stage on it; `see` shows one event, `run` many."""

    def __init__(self, store: Store, vault: Vault, **settings: Any) -> None:
        self.store, self.vault = store, vault
        self.store.settings = msgspec.structs.replace(store.settings, identity=IdentitySettings(**settings))
        self.identity = Identity(store, vault)
        self.offset = 0

    def identifier(self, shown: str) -> Identifier:
        ns, value = shown.removeprefix("~").split(":", 1)
        policy = self.identity.policy.linking.get(ns)
        sealed = self.vault.seal(value) if policy is not None and policy.sealed else None
        return Identifier(ns, self.vault.key(ns, value), sealed, not shown.startswith("~"))

    def event(self, *shown: str, channel: str = "", time: int | None = None, **more: Any) -> Event:
        self.offset += 1
        at = START + self.offset if time is None else time
        ids = tuple(self.identifier(s) for s in shown)
        told = {"type": "Product Viewed", "source": "web", **more}
        told["personal"] = {name: self.vault.seal(text) for name, text in told.get("personal", {}).items()}
        return Event(
            id=f"e{self.offset}", channel=channel, time=at, received=at, offset=self.offset, identifiers=ids,
            ident=ids[0].key if ids else 0, **told,
        )

    def step(self, events: Sequence[Event]) -> Batch:
        batch = Batch(list(events), events[0].offset, events[-1].offset, max(e.received for e in events))
        with self.store.state.write() as tx:
            self.identity.step(batch, tx)
        return batch

    def see(self, *shown: str, **more: Any) -> int | None:
        """Show one event in a batch of its own; return its member."""
        return self.step([self.event(*shown, **more)]).members[0]

    def run(self, events: Sequence[Event], size: int = 1_000) -> list[Batch]:
        return [self.step(events[at : at + size]) for at in range(0, len(events), size)]

    def who(self, *shown: str) -> list[int | None]:
        keys = [self.identifier(s).key for s in shown]
        with self.store.state.read() as tx:
            found = who(tx, keys)
        return [found.get(key) for key in keys]

    def held(self, member: int) -> set[str]:
        with self.store.state.read() as tx:
            return {link.ns for link in identifiers_of(tx, member)}

    def told(self, member: int, *kinds: str) -> list[Recognition]:
        with self.store.state.read() as tx:
            return [e for e in history(tx, member) if not kinds or e.kind in kinds]

    def partition(self, shown: Iterable[str]) -> set[frozenset[str]]:
        """Return who is together with whom; values nobody holds are left out."""
        groups: dict[int, set[str]] = {}
        values = sorted(set(shown))
        for value, member in zip(values, self.who(*values), strict=True):
            if member is not None:
                groups.setdefault(member, set()).add(value)
        return {frozenset(group) for group in groups.values()}


def settings_of(**identity: Any) -> Settings:
    return Settings(identity=IdentitySettings(**identity))
