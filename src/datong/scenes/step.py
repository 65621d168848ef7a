"""The stage `sense`: notices the scenes that happen to members, in the same pass as the event or when time is up."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import ConfigError, Conflict
from datong.identity import Parted, parted
from datong.model import Batch, Firing, exponent
from datong.places import zones
from datong.scenes.advance import State, advance
from datong.scenes.definition import definitions
from datong.scenes.member import MemberState, admit, decode_state, encode_state, merge
from datong.scenes.moment import Moment, moment
from datong.scenes.rules import Rule, compile_rules
from datong.scenes.split import divide_firings, limits, replayed
from datong.scenes.tables import DEFINITION, FIRING, STATE
from datong.storage import Stage, Store, cursor, fetch_in, insert_new, upsert
from datong.tags import Predicate

__all__ = ["Scenes"]

_DUE = 5_000
Taken = dict[str, list[Moment]]
"""A member's moments by the lateness of the rules that they concern."""
log = logging.getLogger("datong.scenes")


class Scenes(Stage):
    """Keeps `scenes_state`, and `scenes_firing`, which later stages read by its running number."""

    name = "scenes"

    def __init__(self, store: Store) -> None:
        """Read and compile the definitions; raises ConfigError when a version ran before with another behaviour."""
        self._store, settings = store, store.settings
        self._scenes = definitions(settings)
        self._timezone = settings.retailer.timezone
        scale = 10 ** exponent(settings.retailer.currency)
        self._sets = compile_rules(self._scenes, settings.intake.custom_events, scale)
        self._rules: dict[tuple[str, int], Rule] = {key: r for s in self._sets for key, r in s.by_key.items()}
        self._types = frozenset(type_ for s in self._sets for type_ in s.asked)
        self._where = {s.scene: Predicate(settings, s.where) for s in self._scenes if s.where}
        self._zones: dict[tuple[str, str], str] = {}
        self._written = False
        with store.state.read() as tx:
            self._refuse_silent_changes(tx)

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Re-key members, take the events that matter, let time pass for whom it is due, note what fired."""
        if not self._written:
            self._write_definitions(tx)
        taken = self._moments(batch, tx)
        states, gone = self._load(batch, tx, taken)
        changed: dict[int, list[Firing]] = {}
        for member, state in states.items():
            if fired := self._advance(state, taken.get(member, {}), batch.now):
                changed[member] = fired
        firings = self._admit(tx, states, changed, batch.now)
        insert_new(tx, FIRING, [_row(f) for f in firings])
        rows = []
        for member, state in states.items():
            wake = self._wake(state)
            if wake is not None or state.fired or any(kept.open or kept.pending for kept in state.states.values()):
                rows.append({"member": member, "wake": wake, "body": encode_state(state)})
            else:
                gone.append(member)
        for at in range(0, len(gone), _DUE):
            tx.execute(sa.delete(STATE).where(STATE.c.member.in_(gone[at : at + _DUE])))
        upsert(tx, STATE, rows)

    def wake(self, tx: sa.Connection) -> int | None:
        """Return when the first timer anywhere runs out, lateness included."""
        at: int | None = tx.execute(sa.select(sa.func.min(STATE.c.wake))).scalar()
        return at

    def _moments(self, batch: Batch, tx: sa.Connection) -> dict[int, Taken]:
        """Return the moments that may matter, by member."""
        types, taken = self._types, dict[int, Taken]()
        for at, event in enumerate(batch.events):
            if event.type not in types or event.history or batch.idle(event.offset):
                continue
            member = batch.members[at] if batch.members else None
            if member is None:
                continue
            if event.type == "Venue Updated":
                self._zones.clear()  # its categories may have changed
            if event.zone and (event.place, event.zone) not in self._zones:
                self._zones.update({(z.place, z.zone): z.category for z in zones(tx)})
                self._zones.setdefault((event.place, event.zone), "")
            seen = moment(event, batch.items[at] if batch.items else (), self._zones)
            for rules in self._sets:
                if rules.concerned(seen):
                    taken.setdefault(member, {}).setdefault(rules.key, []).append(seen)
        return taken

    def _load(
        self, batch: Batch, tx: sa.Connection, taken: dict[int, Taken]
    ) -> tuple[dict[int, MemberState], list[int]]:
        """Return the states to advance, merged members joined, and the members that are no more.

        A member without a state gets one only when one of the moments begins a scene.
        """
        wanted = set(taken) | {m for merge_ in batch.merges for m in (merge_.loser, merge_.winner)}
        states: dict[int, MemberState] = {}
        columns = sa.select(STATE.c.member, STATE.c.body)
        due = columns.where(STATE.c.wake <= batch.now).order_by(STATE.c.wake, STATE.c.member).limit(_DUE)
        for member, body in (*tx.execute(due), *fetch_in(tx, columns, STATE.c.member, sorted(wanted))):
            if member not in states:
                states[member] = decode_state(body)
        gone = []
        for merge_ in batch.merges:
            loser = states.pop(merge_.loser, None)
            gone.append(merge_.loser)
            if loser is not None:
                winner = states.get(merge_.winner)
                states[merge_.winner] = merge(winner, loser) if winner else loser
        if batch.merges:
            rename = sa.update(FIRING).where(FIRING.c.member == sa.bindparam("loser"))
            tx.execute(rename.values(member=sa.bindparam("winner")),
                       [{"loser": m.loser, "winner": m.winner} for m in batch.merges])
        if (parts := parted(tx, batch)) is not None:
            self._split(batch, tx, parts, states)
        for member, moments in taken.items():
            if member not in states and any(
                rules.starting(m) for rules in self._sets for m in moments.get(rules.key, ())
            ):
                states[member] = MemberState({}, {})
        return states, gone

    def _split(self, batch: Batch, tx: sa.Connection, parts: Parted, states: dict[int, MemberState]) -> None:
        """Put in place of the states of members that were split those of the parts."""
        fired = divide_firings(tx, parts)
        _, before = cursor(tx, "spine")  # the time up to which the states have come
        categories = {(z.place, z.zone): z.category for z in zones(tx)}
        made = replayed(self._store, tx, self._sets, parts, fired, batch.first, before, categories)
        for member in sorted(parts.members):
            again = made.get(member, {})
            for key, state in (states[member].states if member in states else {}).items():
                if key in again:
                    again[key].late = state.late  # what came too late for them stays with who keeps the id
            states[member] = MemberState(again, limits(fired.get(member, ()), self._sets, before))

    def _advance(self, state: MemberState, moments: Taken, now: int) -> list[Firing]:
        firings: list[Firing] = []
        for rules in self._sets:
            mine = moments.get(rules.key, [])
            before = state.states.get(rules.key)
            if before is None and not mine:
                continue
            after, fired, _ = advance(rules, before or State(), mine, now - rules.lateness)
            state.states[rules.key] = after
            firings.extend(fired)
        return firings

    def _admit(
        self, tx: sa.Connection, states: dict[int, MemberState], found: dict[int, list[Firing]], now: int
    ) -> list[Firing]:
        """Return what fires: those whom the scene is for, within cooldown and caps."""
        asked: dict[str, set[int]] = {}
        for member, firings in found.items():
            for firing in firings:
                if firing.scene in self._where:
                    asked.setdefault(firing.scene, set()).add(member)
        answers = {scene: self._ask(tx, scene, members, now) for scene, members in asked.items()}
        admitted: list[Firing] = []
        for member, firings in found.items():
            meant = [f for f in firings if f.scene not in answers or answers[f.scene][member]]
            if meant:
                through = admit(self._rules, states[member].fired, meant, self._timezone)
                admitted.extend(msgspec.structs.replace(f, member=member) for f in through)
        admitted.sort(key=lambda f: (f.at + self._rules[f.scene, f.version].lateness, f.id))
        return admitted

    def _ask(self, tx: sa.Connection, scene: str, members: set[int], now: int) -> dict[int, Any]:
        """Return for whom the scene is meant; nobody, and a line in the log, when nothing is kept to tell."""
        try:
            return self._where[scene].ask(tx, sorted(members), now)
        except Conflict as error:
            log.error("scene %s fires for nobody: %s; name its where to Tags", scene, error.message)
            return dict.fromkeys(members, False)

    def _wake(self, state: MemberState) -> int | None:
        times: list[int] = []
        for rules in self._sets:
            kept = state.states.get(rules.key)
            if kept is not None:
                times += [i.deadline + rules.lateness for i in kept.open]
                times += [m.time + rules.lateness for m in kept.pending[:1]]
        return min(times, default=None)

    def _refuse_silent_changes(self, tx: sa.Connection) -> None:
        query = sa.select(DEFINITION.c.scene, DEFINITION.c.version, DEFINITION.c.digest)
        for scene, version, digest in tx.execute(query):
            rule = self._rules.get((scene, version))
            if rule is not None and rule.digest != digest:
                raise ConfigError(f"scene {scene}: version {version} has run before and said something else",
                                  hint=f"write version: {version + 1}", field=scene, code="scene_changed")

    def _write_definitions(self, tx: sa.Connection) -> None:
        rows: list[dict[str, Any]] = [
            {"scene": s.scene, "version": s.version, "digest": self._rules[s.scene, s.version].digest,
             "body": msgspec.json.encode(s)}
            for s in self._scenes
        ]
        upsert(tx, DEFINITION, rows)
        self._written = True


def _row(firing: Firing) -> dict[str, Any]:
    return {
        "id": firing.id, "scene": firing.scene, "version": firing.version, "member": firing.member,
        "ident": firing.ident, "place": firing.place, "at": firing.at,
        "binds": msgspec.msgpack.encode(firing.binds), "because": msgspec.msgpack.encode(firing.because),
    }
