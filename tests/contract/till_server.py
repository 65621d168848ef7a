"""A small mall behind its whole HTTP surface on a real port, with the flow running, for tests of clients."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from tests.flow.mall import Mall, opened

from datong.web import create_app

__all__ = ["Shop", "serving", "shop"]


class Shop:
    """A mall that listens at `url`; `stop` and `start` cut the line and mend it."""

    def __init__(self, mall: Mall) -> None:
        self.mall, self.port = mall, 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, on the same port as before."""
        config = uvicorn.Config(create_app(self.mall.platform), host="127.0.0.1", port=self.port, log_level="warning")
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, daemon=True)
        self._thread.start()
        while not server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        self.port = server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Cut the line."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._server = None

    def caught_up(self) -> None:
        """Wait until the flow has taken all in."""
        until = time.monotonic() + 20
        while self.mall.platform.flow.behind or self.mall.store.facts.position() < self.mall.platform.flow.position:
            assert time.monotonic() < until, self.mall.platform.flow.failure or "the flow stands still"
            time.sleep(0.01)


@contextmanager
def serving(mall: Mall) -> Iterator[Shop]:
    """Serve an open mall."""
    found = Shop(mall)
    mall.platform.flow.start()
    found.start()
    try:
        yield found
    finally:
        found.stop()
        mall.platform.flow.stop()


@contextmanager
def shop(folder: Path, **settings: Any) -> Iterator[Shop]:
    """Serve a mall in which one member was sent a coupon for shoes."""
    with opened(folder, **settings) as mall:
        mall.show_card()
        mall.browse()
        mall.log_in()
        mall.log_in_to_wifi()
        mall.stay_among_shoes()
        with serving(mall) as found:
            yield found
