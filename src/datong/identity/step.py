"""Identity: the stage that says who each event belongs to."""

from __future__ import annotations

import sqlalchemy as sa

from datong.identity.graph import Graph, Person
from datong.identity.mirror import mirror
from datong.identity.personal import Personal
from datong.identity.policy import CHANNEL_FAMILY, Policy
from datong.identity.rules import settle, touch, widen
from datong.identity.write import write
from datong.model import DAY, Batch, Event, Merge
from datong.privacy import Vault
from datong.storage import FactsTx, Stage, Store, cursor, set_cursor

__all__ = ["Identity"]


class Identity(Stage):
    """Recognises members: fills `batch.members` and `batch.merges`, keeps links, members and what was decided."""

    name = "identity"

    def __init__(self, store: Store, vault: Vault) -> None:
        """Compile the policy of the settings; raises ConfigError when it is wrong."""
        self.policy = Policy(store.settings, vault)
        self._personal = Personal(store.settings, vault)
        self._store = store

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Resolve the batch: one look at the links, the rules in memory, each table written once."""
        linking = self.policy.linking
        done, _ = cursor(tx, self.name)
        graph = Graph(tx, {i.key for event in batch.events for i in event.identifiers if i.ns in linking})
        plain = self._prepare(graph, batch.events)
        people: list[Person | None] = []
        told: list[tuple[Person, Event]] = []
        for event, person in zip(batch.events, plain, strict=True):
            if event.type == "Device Sighted" or 0 < event.offset <= done:
                people.append(self._look_up(graph, event))
                continue
            if person is None or graph.unsettled:
                person = settle(graph, self.policy, event) if event.identifiers else None
            else:
                person = self._known(graph, event, person.live())
            people.append(person)
            if person is not None and self._personal.tells(event):
                told.append((person, event))
        write(tx, graph)
        self._personal.write(tx, graph, told)
        if graph.events and batch.last > done:  # where nothing was decided, a repeat decides nothing either
            set_cursor(tx, self.name, batch.last, batch.now)
        batch.members = [person.live().id if person is not None else None for person in people]
        batch.merges = [Merge(offset, loser.id, loser.live().id) for offset, loser, _ in graph.merges]

    def fold(self, batch: Batch, facts: FactsTx) -> None:  # noqa: ARG002
        """Bring `identity.link` and `identity.member` in the facts up to the state."""
        with self._store.state.read() as tx:
            mirror(tx, facts)

    def _prepare(self, graph: Graph, events: list[Event]) -> list[Person | None]:
        """Return the person of each event whose identifiers agree already; read what the others will ask for."""
        linking, links = self.policy.linking, graph.links
        plain: list[Person | None] = []
        asked_people: set[Person] = set()
        asked_keys: set[int] = set()
        doubtful = bool(self.policy.registered)
        for event in events:
            holder: Person | None = None
            agree = not doubtful
            held: set[Person] | None = None
            for identifier in event.identifiers:
                if identifier.ns not in linking:
                    continue
                link = links.get(identifier.key)
                person = link.person if link is not None else None
                if person is None:
                    agree = False
                elif holder is None:
                    holder = person
                elif person is not holder:
                    agree = False
                    held = (held or set()) | {person}
            plain.append(holder if agree else None)
            if not agree and graph.people and event.type != "Device Sighted":
                asked_keys.update(i.key for i in event.identifiers if i.ns in linking)
                if holder is not None:
                    asked_people.add(holder)
                    asked_people.update(held or ())
        graph.prepare(asked_people, asked_keys)
        return plain

    def _known(self, graph: Graph, event: Event, person: Person) -> Person:
        """Take an event that teaches nothing but that its person was here, and on which channel."""
        links, time = graph.links, event.time
        for identifier in event.identifiers:
            link = links.get(identifier.key)
            if link is not None and (time >= link.last_seen + DAY or time <= link.first_seen - DAY):
                touch(graph, link, time)
        family = CHANNEL_FAMILY.get(event.channel, 0)
        if family & ~person.families:
            widen(graph, event, person, family)
        return person

    def _look_up(self, graph: Graph, event: Event) -> Person | None:
        """Return who is known by the event's strongest identifier: a raw sighting, or a repeat, links nothing."""
        for identifier in self.policy.linkable(event):
            link = graph.links.get(identifier.key)
            if link is not None and (holder := link.holder()) is not None:
                return holder
        return None
