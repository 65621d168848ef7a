"""Stage: one step of the spine, as every package on it offers it."""

from __future__ import annotations

import sqlalchemy as sa

from datong.model import Batch
from datong.storage.facts import FactsTx

__all__ = ["Stage"]


class Stage:
    """A stage reads a batch, writes its own schema, and leaves committing and the cursor to the flow."""

    name = ""

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Take the batch's events into this stage's state; the same batch twice must do nothing more.

        Fill `batch.items`, `.members`, `.merges` or `.derived` where that is this stage's office.
        """

    def wake(self, tx: sa.Connection) -> int | None:  # noqa: ARG002
        """Return the time (ms) at which this stage must run although nothing happened, or None."""
        return None

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Append the batch's facts to this package's fact tables; members are unknown here, joined when read."""
