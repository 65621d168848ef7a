"""A small shop for tests: members with addresses and consents, scenes that fire on request, the real stages behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from tests.unit.marketing.sensing import Sensing

from datong.config import DeliverySettings, FixedClock, MarketingSettings
from datong.delivery import Delivery
from datong.flow import Flow
from datong.identity import Identity, who
from datong.marketing import Marketing, save_campaign
from datong.model import NAMESPACES, Event, Identifier, local_parts
from datong.privacy import Consents, Vault, make_identifier
from datong.storage import Store, event_record
from datong.tags import Tags

WELCOME: dict[str, Any] = {
    "code": "welcome", "name": {"en": "Welcome", "zh-CN": "欢迎"}, "scene": "shoe_dwell", "holdout": 0.0,
    "offer": {"kind": "percent", "value": 20, "category": "shoes", "valid": "7d"}, "channels": ["inbox"],
    "messages": {"en": {"title": "Hello {{ name }}", "body": "{{ offer }} in {{ zone }} with {{ coupon }}"}},
}


class Shop:
    """One installation without the sensing: events go into the log, `pump` carries them through the stages."""

    def __init__(self, store: Store, vault: Vault, **settings: Any) -> None:
        marketing = MarketingSettings(**{"quiet": "none", **settings.pop("marketing", {})})
        delivery = DeliverySettings(**settings.pop("delivery", {}))
        store.settings = msgspec.structs.replace(store.settings, marketing=marketing, delivery=delivery, **settings)
        self.store, self.vault = store, vault
        self.marketing = Marketing(store, vault)
        stages = (Consents(), Identity(store, vault), Tags(store), Sensing(), self.marketing,
                  Delivery(store, vault))
        self.flow = Flow(store, stages)
        self._number = 0

    def now(self) -> int:
        return self.store.clock.now()

    def at(self, now: int) -> None:
        """Set the clock."""
        assert isinstance(self.store.clock, FixedClock)
        self.store.clock.at = now

    def campaign(self, **changes: Any) -> None:
        save_campaign(self.store, {**WELCOME, **changes})

    def send(self, type_: str, *identifiers: Identifier, id_: str = "", pump: bool = True, **parts: Any) -> Event:
        """Append an event and carry it through."""
        self._number += 1
        now = self.now()
        date, hour = local_parts(parts.get("time", now), self.store.settings.retailer.timezone)
        strongest = min(identifiers, key=lambda i: NAMESPACES[i.ns].priority).key if identifiers else 0
        event = Event(**{
            "id": id_ or f"e{self._number}", "source": "test", "channel": "test", "type": type_, "time": now,
            "received": now, "date": date, "hour": hour, "identifiers": identifiers, "ident": strongest, **parts})
        self.store.log.append([event_record(event)])
        if pump:
            self.pump()
        return event

    def pump(self) -> None:
        while self.flow.pump():
            pass

    def fold(self) -> None:
        while self.flow.fold():
            pass

    def known_as(self, **values: str) -> tuple[Identifier, ...]:
        """Return identifiers that the sender has checked, as in known_as(phone="13812345678")."""
        made = [make_identifier(self.vault, NAMESPACES[ns], value, "CN") for ns, value in values.items()]
        return tuple(msgspec.structs.replace(i, verified=True) for i in made if i is not None)

    def meet(self, consent: bool | None = True, channel: str = "", name: str = "", **values: str) -> int:
        """Make a member known by these values, and return the id."""
        who_ = self.known_as(**values)
        personal = {"name": self.vault.seal(name)} if name else {}
        self.send("Identified", *who_, personal=personal)
        if consent is not None:
            properties = {"purpose": "marketing", "channel": channel, "granted": consent}
            self.send("Consent Changed", *who_, properties=properties)
        return self.member(**values)

    def member(self, **values: str) -> int:
        keys = [i.key for i in self.known_as(**values)]
        with self.store.state.read() as tx:
            return next(iter(who(tx, keys).values()))

    def fire(
        self, member: int, scene: str = "shoe_dwell", id_: str = "", binds: Mapping[str, Any] | None = None,
        ident: int = 0, pump: bool = True,
    ) -> str:
        """Let a scene fire for a member, and return the firing's id."""
        self._number += 1
        name = id_ or f"f{self._number}"
        fired = {"fire": name, "member": member, "scene": scene, "binds": dict(binds or {}), "key": ident}
        self.send("Screen Seen", properties=fired, place="mall", pump=pump)
        return name

    def rows(self, table: str, order: str) -> Sequence[Mapping[str, Any]]:
        """Return the rows of a state table."""
        with self.store.state.read() as tx:
            return [dict(r) for r in tx.exec_driver_sql(f"SELECT * FROM {table} ORDER BY {order}").mappings()]
