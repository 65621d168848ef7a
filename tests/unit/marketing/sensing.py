"""A sense that fires on request: what a test asks for is written where the scenes would write it."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from datong.model import Batch
from datong.scenes.tables import FIRING
from datong.storage import Stage, insert_new


class Sensing(Stage):
    """Turns each event with the property `fire` into a firing."""

    name = "scenes"

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        asked = [(e, e.properties) for e in batch.events if "fire" in e.properties]
        insert_new(tx, FIRING, [{
            "id": p["fire"], "scene": p["scene"], "version": 1, "member": p["member"], "ident": p["key"],
            "place": e.place, "at": e.time, "binds": msgspec.msgpack.encode(p["binds"]),
            "because": msgspec.msgpack.encode([e.id]),
        } for e, p in asked])
