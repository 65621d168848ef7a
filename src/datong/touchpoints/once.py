"""Once: a signature that does not cover the body must not carry a second one, not even after a restart."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b

import sqlalchemy as sa

from datong.errors import Unavailable
from datong.model import HOUR
from datong.storage import State, insert_new
from datong.touchpoints.tables import ONCE

__all__ = ["KEPT", "Once"]

KEPT = 2 * HOUR
"""How long a signature is remembered (ms): it is good for up to an hour before and after its time."""
_AT_HAND = 4_096


class Once:
    """Remembers with which body each signature came, so that it is of no use for another one; any thread may use it."""

    def __init__(self, state: State, now: Callable[[], int]) -> None:
        """`now` gives the platform's time (ms)."""
        self._state, self._now = state, now
        self._seen: OrderedDict[str, str] = OrderedDict()

    def fits(self, source: str, mark: str, body: bytes) -> bool:
        """Return whether the mark is new, or came with this very body before (a sender who tries again).

        Raises Unavailable where that cannot be noted now.
        """
        key = blake2b(f"{source}\0{mark}".encode("utf-8", "replace"), digest_size=16).hexdigest()
        digest = blake2b(body, digest_size=16).hexdigest()
        if (known := self._seen.get(key)) is None:
            known = self._seen[key] = self._noted(key, digest)
            if len(self._seen) > _AT_HAND:
                self._seen.popitem(last=False)
        return known == digest

    def _noted(self, key: str, digest: str) -> str:
        """Return the digest that the state has under the key, which it has from now on."""
        now = self._now()
        try:
            with self._state.write() as tx:
                tx.execute(sa.delete(ONCE).where(ONCE.c.at < now - KEPT))
                insert_new(tx, ONCE, [{"mark": key, "digest": digest, "at": now}])
                return str(tx.execute(sa.select(ONCE.c.digest).where(ONCE.c.mark == key)).scalar_one())
        except sa.exc.OperationalError:
            raise Unavailable("the state cannot be written now", after=1.0) from None
