"""The message gateway: the platform's webhook channel posts here, and shoppers hear of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Gateway"]

_LARGEST = 1_000_000


class Gateway:
    """An HTTP server that takes `POST /messages` and hands each message on once, by its Idempotency-Key."""

    def __init__(self, port: int, deliver: Callable[[dict[str, Any]], None], host: str = "127.0.0.1") -> None:
        """Listen on `port` (0 = any free one) in a thread of its own."""
        taken: set[str] = set()
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                if length > _LARGEST:
                    self.close_connection = True
                    self._answer(413)
                    return
                try:
                    message = json.loads(self.rfile.read(length))
                    key = self.headers.get("Idempotency-Key") or str(message["id"])
                except (ValueError, KeyError, TypeError):
                    self._answer(400)
                    return
                with lock:
                    new = key not in taken
                    taken.add(key)
                if new:
                    deliver(message)
                self._answer(204)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
