"""Fixtures every test may use: a store in a temporary folder, a vault, and state on each engine."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from tests.absent import absent
from tests.architecture import statements

from datong.config import FixedClock, Settings
from datong.model import from_iso
from datong.storage import METADATA, State, Store, migrate, open_store

statements.install()

NOW = from_iso("2026-03-01T04:00:00Z")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store on the embedded engines whose clock stands at 2026-03-01T04:00:00Z."""
    opened = open_store(Settings(root=str(tmp_path)), FixedClock(NOW))
    yield opened
    opened.close()


@pytest.fixture
def vault() -> Any:
    """A vault with a fixed secret."""
    from datong.privacy import Vault

    return Vault(b"0123456789abcdef0123456789abcdef")


@cache
def postgresql_url() -> str:
    """Return the URL of a database of this process on the PostgreSQL that scripts/test starts, or an empty text."""
    given = os.environ.get("DATONG_TEST_POSTGRESQL", "")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not (given and worker):
        return given
    server, name = given.rsplit("/", 1)
    with psycopg.connect(given, autocommit=True) as db:
        db.execute(f"DROP DATABASE IF EXISTS {name}_{worker}")
        db.execute(f"CREATE DATABASE {name}_{worker}")
    return f"{server}/{name}_{worker}"


@pytest.fixture(scope="session", autouse=True)
def _owners() -> Iterator[None]:
    """Fail at the end of the run when a statement of any test crossed a border between packages."""
    yield
    from tests.architecture.ownership import crossed

    assert crossed() == []


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """Operational state, migrated and empty, on each engine."""
    if request.param == "sqlite":
        opened = State("sqlite", tmp_path / "state.sqlite")
    else:
        url = postgresql_url()
        if not url:
            absent("no PostgreSQL on this machine; scripts/test starts one where Debian's package is installed")
        opened = State(url)
        with opened.engine.begin() as tx:
            tx.execute(sa.text("DROP SCHEMA public CASCADE"))
            tx.execute(sa.text("CREATE SCHEMA public"))
    migrate(opened.engine)
    assert set(sa.inspect(opened.engine).get_table_names()) >= set(METADATA.tables)
    yield opened
    opened.close()


@pytest.fixture
def state_store(state: State, tmp_path: Path) -> Iterator[Store]:
    """A store whose operational state is each engine in turn."""
    opened = open_store(Settings(root=str(tmp_path / "data")), FixedClock(NOW))
    opened.state.close()
    opened.state = state
    yield opened
    opened.facts.close()
    opened.log.close()
    if opened.lock:
        opened.lock.close()


@pytest.fixture(autouse=True)
def _no_sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit and property tests reach no network: a test that needs a server carries the marker `network`."""
    names = {mark.name for mark in request.node.iter_markers()}
    if names & {"network", "browser"} or "contract" in request.node.nodeid:
        return

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("this test opens a socket; mark it with @pytest.mark.network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser last, as its driver keeps an event loop running."""
    items.sort(key=lambda item: "tests/browser/" in item.nodeid)
