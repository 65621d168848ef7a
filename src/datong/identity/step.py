"""Identity: the stage that says who each event belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from datong.identity.carry import carry_out
from datong.identity.correct import CORRECTED, keys_of
from datong.identity.graph import Graph, Person
from datong.identity.join import is_join, join
from datong.identity.ledger import EVIDENCES, Ledger
from datong.identity.malformed import REFUSED, refuse_malformed
from datong.identity.mirror import mirror
from datong.identity.pace import Pace
from datong.identity.passed_on import passed_on
from datong.identity.personal import Personal
from datong.identity.policy import CHANNEL_FAMILY, Policy
from datong.identity.read import who
from datong.identity.region import Region
from datong.identity.rules import settle
from datong.identity.seen import expired, touch, widen
from datong.identity.whole import mend
from datong.identity.write import write
from datong.model import DAY, Batch, Event, Merge
from datong.privacy import Vault
from datong.storage import FactsTx, Stage, Store, cursor, set_cursor

__all__ = ["Identity"]

_SEEN = 500_000
"""How many pairs of identifiers are remembered as known, so that the usual event asks nothing."""
_SHORT = 16
"""Events of a stretch that follows a short one: none reads much more than it decides, however many there are."""
_LOCK = 4_711_001
"""The number of the advisory lock under which workers on PostgreSQL decide one after the other."""


class Identity(Stage):
    """Recognises members: fills `batch.members`, `.merges` and `.splits`; keeps links, members, evidence, decisions.

    A batch is decided in stretches: a correction, or a member that comes apart by what it lost, changes who holds what
    in a way that has to be written before the next event is looked at.
    """

    name = "identity"

    def __init__(self, store: Store, vault: Vault, worker: str = "") -> None:
        """Compile the policy of the settings; raises ConfigError when it is wrong.

        `worker` names the partition of the log where several processes take one each.
        """
        self.policy = Policy(store.settings, vault)
        self._personal = Personal(store.settings, vault)
        self._store = store
        self._cursor = f"identity:{worker}" if worker else self.name
        self._seen: set[int] = set()
        self._marked = 0

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Resolve the batch: one look at the links, the rules in memory, each table written once."""
        if tx.dialect.name == "postgresql":
            tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))  # one at a time, so nobody waits for nobody
        done, _ = cursor(tx, self._cursor)
        ledger = Ledger(tx)
        pace = Pace(tx, ledger)
        pairs = any(len(event.identifiers) > 1 for event in batch.events)
        if pairs and self._seen and (len(self._seen) > _SEEN or ledger.last(EVIDENCES) != self._marked):
            self._seen.clear()  # somebody else wrote, or what we wrote was rolled back
        events, at, settled, decided = batch.events, 0, 0, False
        barrier, size = -1, len(events)
        since: dict[int, int] = {}
        left: list[tuple[int, int, int]] = []
        members: list[int | None] = []
        merges, splits, moves = batch.merges, batch.splits, batch.moves = [], [], []
        while at < len(events):
            if barrier < at:
                barrier = next((n for n in range(at, len(events)) if _is_barrier(events[n], done)), len(events))
            stop = min(barrier, at + size)
            graph = Graph(tx, ledger, pace, self._keys(events[at:stop]))
            stretch = _Stretch(self.policy, self._personal, graph, self._seen)
            stretch.decide(events[at:stop], done)
            decided = write(tx, graph, self._seen, remember=at == 0) or decided
            self._personal.write(tx, graph, stretch.told)
            members += [person.live().id if person is not None else None for person in stretch.people]
            merges += [Merge(offset, loser.id, loser.live().id) for offset, loser, _ in graph.merges]
            left += [(offset, person.live().id, link.key) for offset, person, link in graph.left
                     if link.shared or link.ns in self.policy.strong]
            since.update((loser.id, loser.live().id) for _, loser, _ in graph.merges)
            count, at = len(members) - at, len(members)
            size = max(_SHORT if graph.torn else size, 2 * count)
            if stretch.parted:
                settled = at - count + stretch.parted
                since.clear()
                splits += graph.splits
            if graph.torn:
                settled = at
                since.clear()
                self._mend(tx, graph, ledger, events[at - 1], batch)
            elif at == barrier < len(events):
                more = carry_out(tx, self.policy, ledger, pace, events[at])
                merges += more[0]
                splits += more[1]
                moves += more[2]
                pace.write()
                ledger.write()
                self._seen.clear()
                members.append(None)
                at = settled = at + 1
                since.clear()
                decided = True
        if decided and batch.last > done:  # where nothing was decided, a repeat decides nothing either
            set_cursor(tx, self._cursor, batch.last, batch.now)
        if pairs and self._seen:
            self._marked = ledger.last(EVIDENCES)
        if left:
            moves += passed_on(tx, left)
            settled = len(events)
        if settled:
            self._ask_again(tx, events[:settled], members)
        batch.members = [*members[:settled], *(_root(number, since) for number in members[settled:])]

    def fold(self, batch: Batch, facts: FactsTx) -> None:  # noqa: ARG002
        """Bring `identity.link` and `identity.member` in the facts up to the state."""
        with self._store.state.read() as tx:
            mirror(tx, facts)

    def _keys(self, events: Sequence[Event]) -> set[int]:
        linking = self.policy.linking
        keys = {i.key for event in events for i in event.identifiers if i.ns in linking}
        for event in events:
            if is_join(event):
                keys.update(keys_of(event))
        return keys

    def _mend(self, tx: sa.Connection, graph: Graph, ledger: Ledger, event: Event, batch: Batch) -> None:
        """Look whether members that lost an identifier still hang together."""
        torn = {person.live().id: row for person, row in graph.torn}
        for member, row in sorted(torn.items()):
            region = Region(tx, self.policy, ledger, [member])
            region.settle(event, row)
            batch.splits += region.splits
        ledger.write()
        self._seen.clear()

    def _ask_again(self, tx: sa.Connection, events: Sequence[Event], members: list[int | None]) -> None:
        """Answer for events before a split, or a merge by correction, with who they belong to at the batch's end."""
        known = who(tx, {i.key for event in events for i in event.identifiers if i.ns in self.policy.linking})
        for at, event in enumerate(events):
            if members[at] is not None:
                holders = (known.get(i.key) for i in self.policy.linkable(event))
                members[at] = next((holder for holder in holders if holder is not None), None)


def _is_barrier(event: Event, done: int) -> bool:
    return event.type == CORRECTED and not is_join(event) and not 0 < event.offset <= done


def _root(number: int | None, into: Mapping[int, int]) -> int | None:
    """Return who a member is by now; `into` names the one that each merged member went into."""
    while number is not None and number in into:
        number = into[number]
    return number


class _Stretch:
    """Events that are decided together in memory, up to one after which the graph has to be looked at anew."""

    def __init__(self, policy: Policy, personal: Personal, graph: Graph, seen: set[int]) -> None:
        self.policy, self.graph, self._personal, self._seen = policy, graph, personal, seen
        self.people: list[Person | None] = []
        self.told: list[tuple[Person, Event]] = []
        self.parted = 0

    def decide(self, events: Sequence[Event], done: int) -> None:
        """Decide who each event belongs to, until one tears a member."""
        graph = self.graph
        plain = self._prepare(events)
        for event, person in zip(events, plain, strict=True):
            if event.type == "Device Sighted" or 0 < event.offset <= done:
                self.people.append(self._look_up(event))
                continue
            if event.type == CORRECTED:
                join(graph, self.policy, event)
            elif person is None or graph.unsettled:
                person = settle(graph, self.policy, event) if event.identifiers else None
            else:
                person = self._known(event, person.live())
            self.people.append(person)
            if person is not None and self._personal.tells(event):
                self.told.append((person, event))
            if person is not None and REFUSED in event.properties:
                refuse_malformed(graph, event, person)
            if graph.torn:
                mend(graph, self.policy, event)
                if graph.splits:
                    self.parted = len(self.people)
            if graph.torn:
                return

    def _prepare(self, events: Sequence[Event]) -> list[Person | None]:
        """Return the person of each event whose identifiers agree already; read what the others will ask for."""
        linking, links, graph = self.policy.linking, self.graph.links, self.graph
        plain: list[Person | None] = []
        asked_people: set[Person] = set()
        asked_keys: set[int] = set()
        doubtful = bool(self.policy.registered)
        for event in events:
            holder: Person | None = None
            agree = not doubtful and event.type != "Signed Out"
            held: set[Person] | None = None
            for identifier in event.identifiers:
                if identifier.ns not in linking:
                    continue
                link = links.get(identifier.key)
                person = link.person if link is not None else None
                if person is None or link.out:  # type: ignore[union-attr]
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
            elif event.type == CORRECTED:
                named = (links[key].person for key in keys_of(event) if key in links)
                asked_people.update(person for person in named if person is not None)
        graph.prepare(asked_people, asked_keys)
        return plain

    def _known(self, event: Event, person: Person) -> Person | None:
        """Take an event that teaches nothing but that its person was here, and on which channel."""
        graph, time = self.graph, event.time
        links = graph.links
        family = CHANNEL_FAMILY.get(event.channel, 0)
        linked = 0
        for identifier in event.identifiers:
            link = links.get(identifier.key)
            if link is None:
                continue
            linked += 1
            if time >= link.last_seen + DAY and expired(self.policy, link, time):
                return settle(graph, self.policy, event)
            touch(graph, link, time)
            if family & ~link.families or (identifier.verified and not link.verified and event.trusted):
                link.families |= family
                link.verified = link.verified or (identifier.verified and event.trusted)
                graph.touched[link.key] = link
        if linked > 1:
            self._observe(event)
        if family & ~person.families:
            widen(graph, event, person, family)
        return person

    def _observe(self, event: Event) -> None:
        """Note the pairs of identifiers that were not seen together before, or not lately."""
        graph, seen = self.graph, self._seen
        if len(event.identifiers) == 2:
            one, two = event.identifiers
            if one.key ^ two.key not in seen:
                graph.evidence.observe(event, one.key, two.key)
            return
        graph.evidence.learn(event, self.policy.linkable(event), {}, seen)

    def _look_up(self, event: Event) -> Person | None:
        """Return who is known by the event's strongest identifier: a raw sighting, or a repeat, links nothing."""
        for identifier in self.policy.linkable(event):
            link = self.graph.links.get(identifier.key)
            if link is not None and (holder := link.holder()) is not None:
                return holder
        return None
