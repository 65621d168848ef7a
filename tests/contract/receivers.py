"""Real receivers for tests: an HTTP server that takes webhooks and an SMTP server, both on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from aiosmtpd.controller import Controller

__all__ = ["Hook", "Post", "mail_server", "webhook_server"]


class Hook:
    """What a webhook server was sent, and what it is to answer: (status, headers) one after the other, then 200."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.connections = 0
        self.hang = threading.Event()
        self.hang.set()
        self.url = ""

    @property
    def by_key(self) -> dict[str, dict[str, Any]]:
        """Return what a receiver that honours idempotency keys would have kept."""
        return {h["Idempotency-Key"]: b for h, b in zip(reversed(self.headers), reversed(self.bodies), strict=True)}


@contextmanager
def webhook_server() -> Iterator[Hook]:
    """Run an HTTP/1.1 server that keeps connections open."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            hook.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.hang.wait(30)
            hook.raw.append(body)
            hook.bodies.append(msgspec.json.decode(body))
            hook.headers.append(dict(self.headers))
            status, headers = hook.answers.pop(0) if hook.answers else (200, {})
            self.send_response(status)
            for name, value in {"Content-Length": "2", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_args: Any) -> None:
            """Be quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A caller that was killed is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hook.url = f"http://127.0.0.1:{server.server_port}/messages?v=1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hook
    finally:
        hook.hang.set()
        server.shutdown()
        server.server_close()


class Post:
    """What a mail server took; an address in `refuse` gets its reply instead."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.to: list[list[str]] = []
        self.refuse: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(self, _s: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content))
        self.to.append(list(envelope.rcpt_tos))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[Post]:
    """Run an SMTP server."""
    post = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:  # the controller wants to know its port beforehand
        post.port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
