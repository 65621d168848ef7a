"""Kinds that authenticate and answer in their own way: signature, handshake by GET, own reply, secrets, replays."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.touchpoints.test_asgi import NOW, Client

from datong.config import FixedClock, IntakeSettings, Settings, TouchpointSettings
from datong.errors import ConfigError, Rejected
from datong.privacy import Vault
from datong.storage import Store, open_store
from datong.touchpoints import Call, Heard, Intake, IntakeApp, Kind, Listening, Reply, Request
from datong.touchpoints.kinds import kinds
from datong.touchpoints.listening import listening
from datong.touchpoints.once import KEPT, Once
from datong.touchpoints.tables import ONCE


class Signed(Kind):
    """Signs the nonce only, as WeChat does; hears texts written backwards."""

    kind = "signed"
    secrets = ("token",)
    methods = ("GET", "POST")

    def admits(self, request: Request, frame: bytes, context: Listening) -> bool | None:
        if "sign" not in request.query:
            return None
        text = request.query.get("nonce", "") + request.headers.get("x-at", str(request.at))
        expected = hmac.new(context.secrets["token"].encode(), text.encode(), "sha256").hexdigest()
        return hmac.compare_digest(expected, request.query["sign"])

    def once(self, request: Request, context: Listening) -> str:
        return request.query.get("sign", "")

    def open(self, request: Request, frame: bytes, context: Listening) -> bytes:
        return frame[::-1]

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        if frame == b"nothing":
            raise Rejected("there is nothing", code="bad_json")
        return [Call("track", "Cart Viewed", frame.decode(), "u")]

    def reply(self, request: Request, frame: bytes, context: Listening) -> Reply | None:
        return Reply(200, request.query["echo"].encode() if request.method == "GET" else b"heard " + frame)


def sign(nonce: str, at: int = NOW) -> str:
    return hmac.new(b"s3cret", f"{nonce}{at}".encode(), "sha256").hexdigest()


class Plain(Client):
    """Returns the answer, or the code of its error."""

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, str]:
        reply = self.send(method, path, body, headers)
        return reply.status, reply.body if isinstance(reply.body, str) else reply.body["code"]


@pytest.fixture
def intake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    monkeypatch.setitem(kinds(), "signed", Signed())
    (tmp_path / "token").write_text("s3cret\n")
    touchpoints = {
        "door": TouchpointSettings("signed", "k-door", settings={"token": {"file": "token"}, "app": "wx1"}),
        "shop": TouchpointSettings("web", "k-shop"),
    }
    opened: Store = open_store(
        Settings(root=str(tmp_path), touchpoints=touchpoints, intake=IntakeSettings(requests_per_s=100)),
        FixedClock(NOW))
    yield Intake(opened, Vault(b"0123456789abcdef0123456789abcdef"))
    opened.close()


@pytest.fixture
def client(intake: Intake) -> Plain:
    return Plain(IntakeApp(intake))


def test_a_signature_stands_for_the_write_key(client: Plain, intake: Intake) -> None:
    assert client.ask("POST", f"/touchpoints/door?nonce=n&sign={sign('n')}", b"1-m") == (200, "heard m-1")
    assert [entry.topic for entry in intake.store.log.read(0, 10)] == [0]
    assert client.ask("GET", f"/touchpoints/door?nonce=g&sign={sign('g')}&echo=42") == (200, "42")
    assert len(intake.store.log.read(0, 10)) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_signature_is_refused_and_counted(client: Plain, intake: Intake, method: str) -> None:
    status, body = client.ask(method, f"/touchpoints/door?nonce=n&sign={sign('other')}&echo=1", b"m")
    assert (status, body) == (403, "bad_signature")
    assert intake.counts()["door", "refused"] == 1
    assert not intake.store.log.read(0, 10)


def test_no_signature_leaves_it_to_the_write_key(client: Plain, intake: Intake) -> None:
    assert client.ask("POST", "/touchpoints/door", b"1-m", {"authorization": "Bearer k-door"}) == (200, "heard m-1")
    assert client.ask("POST", "/touchpoints/door", b"1-m")[0] == 401
    assert client.ask("POST", "/touchpoints/door", b"1-m", {"authorization": "Bearer k-shop"})[0] == 404
    assert intake.counts()["door", "refused"] == 2


def test_a_signature_carries_one_body_only(client: Plain, intake: Intake) -> None:
    address = f"/touchpoints/door?nonce=n&sign={sign('n')}"
    assert client.ask("POST", address, b"1")[0] == 200
    assert client.ask("POST", address, b"1")[0] == 200  # the sender heard no answer and tries again
    assert client.ask("POST", address, b"2") == (403, "bad_signature")
    assert intake.counts()["door", "duplicate"] == 1
    assert intake.counts()["door", "refused"] == 1


def test_others_hear_no_get(client: Plain) -> None:
    assert client.ask("GET", "/touchpoints/shop?sign=1")[0] == 405
    assert client.ask("PUT", "/touchpoints/door?sign=1")[0] == 405
    assert client.ask("GET", "/touchpoints/nowhere?sign=1")[0] == 405


def test_a_query_of_many_fields_is_refused(client: Plain) -> None:
    assert client.ask("POST", "/touchpoints/door?" + "&".join(f"a{n}=1" for n in range(200)), b"m")[0] == 400


def test_secrets_are_resolved_and_never_shown(intake: Intake) -> None:
    _, context = intake.kind("door")
    assert context.secrets["token"] == "s3cret"
    assert context.settings == {"app": "wx1"}
    assert "s3cret" not in f"{context!r} {context} {context.secrets!r} {context.secrets}"


@pytest.mark.parametrize(("given", "code"), [
    ({"file": "nowhere"}, "secret_missing"), ({"env": "DATONG_NO_SUCH"}, "secret_missing"), ("", "config_value"),
    ({"file": "empty"}, "secret_missing"), ({"path": "x"}, "config_value"), (7, "config_value"),
])
def test_a_secret_that_is_none_names_its_setting(tmp_path: Path, given: Any, code: str) -> None:
    (tmp_path / "empty").write_text("\n")
    settings = Settings(root=str(tmp_path), touchpoints={"door": TouchpointSettings("x", settings={"token": given})})
    with pytest.raises(ConfigError) as caught:
        listening(settings, "door", Signed())
    assert (caught.value.code, caught.value.field) == (code, "touchpoints.door.settings.token")


def test_the_memory_of_signatures_outlives_a_restart_and_is_bounded_by_time(intake: Intake) -> None:
    clock = [NOW]
    once = Once(intake.store.state, lambda: clock[0])
    assert [once.fits("a", mark, b"1") for mark in ("x", "y")] == [True] * 2
    again = Once(intake.store.state, lambda: clock[0])
    assert [again.fits("a", "x", b"2"), again.fits("a", "y", b"1"), again.fits("b", "x", b"2")] == [False, True, True]
    clock[0] += KEPT + 1
    assert Once(intake.store.state, lambda: clock[0]).fits("a", "x", b"3")  # too old to be admitted by then
    with intake.store.state.read() as tx:
        assert tx.execute(sa.select(ONCE.c.at)).scalars().all() == [clock[0]]


def test_a_callback_replayed_after_a_restart_is_refused(intake: Intake) -> None:
    address = f"/touchpoints/door?nonce=n&sign={sign('n')}"
    assert Plain(IntakeApp(intake)).ask("POST", address, b"1")[0] == 200
    restarted = Plain(IntakeApp(intake))
    assert restarted.ask("POST", address, b"2") == (403, "bad_signature")
    assert restarted.ask("POST", address, b"1")[0] == 200
    assert intake.counts()["door", "refused"] == 1
