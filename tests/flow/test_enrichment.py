"""A third party is asked about those who agreed, within the budget; what it told comes and goes with a source."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner
from tests.flow.mall import PHONE, Mall, opened

from datong.cli import main
from datong.errors import ConfigError, Unavailable
from datong.identity import enrichment, golden
from datong.model import DAY

PHONES = ["13800010001", "13800010002", "13800010003"]
FILE = {"kind": "file", "file": "data.csv", "fields": {"job": "occupation", "city": "city"}, "valid": "30d",
        "cost": "0.05"}


def shoppers(mall: Mall, agree: int = 3) -> None:
    """Let three shoppers show their cards, and the first so many agree to be asked about."""
    (Path(mall.store.settings.root) / "data.csv").write_text(
        "phone,job,city,salary\n138 0001 0001,nurse,Shanghai,9\n13800010002,,Suzhou,8\nnot a phone,x,y,z\n", "utf-8")
    for number, phone in enumerate(PHONES):
        who = {"context": {"externalIds": [{"type": "phone", "id": phone}]}}
        mall.receipt(100 + number, "10.00", customer={"phone": phone})
        if number < agree:
            mall.track("Consent Changed", {"purpose": "enrichment", "granted": True}, source="office", **who)
    mall.drain()


def told(mall: Mall, phone: str) -> dict[str, tuple[str, str]]:
    member = mall.member("phone", phone)
    assert member is not None
    with mall.store.state.read() as tx:
        return {g.field: (g.value, g.source) for g in golden(tx, mall.platform.vault, member)}


def run(mall: Mall, **more: Any) -> enrichment.Enriched:
    done = enrichment.enrich(mall.store, mall.platform.vault, "acme", **more)
    mall.drain()
    return done


def test_those_who_agreed_are_asked_about_and_what_is_told_has_a_source_and_an_end(tmp_path: Path) -> None:
    with opened(tmp_path, enrichment={"acme": FILE}) as mall:
        shoppers(mall, agree=2)
        assert run(mall, dry_run=True) == enrichment.Enriched("acme", asked=2, without_consent=1)
        assert told(mall, PHONES[0]) == {}
        assert run(mall) == enrichment.Enriched("acme", asked=2, found=2, without_consent=1, cost=0.1)
        assert told(mall, PHONES[0]) == {"occupation": ("nurse", "enrichment:acme"),
                                         "city": ("Shanghai", "enrichment:acme")}
        assert told(mall, PHONES[1]) == {"city": ("Suzhou", "enrichment:acme")}
        assert told(mall, PHONES[2]) == {}
        assert run(mall) == enrichment.Enriched("acme", without_consent=1)  # not asked about again
        with mall.store.state.read() as tx:
            (month,) = enrichment.spent(tx)
        assert (month.month, month.asked, month.found, month.cost) == ("2026-03", 2, 2, 0.1)

        mall.track("Consent Changed", {"purpose": "enrichment", "granted": False}, source="office",
                   context={"externalIds": [{"type": "phone", "id": PHONES[1]}]})
        mall.drain()
        assert mall.platform.age()["acme"] == 1
        assert told(mall, PHONES[1]) == {}
        assert told(mall, PHONES[0]) != {}
        mall.wait(31 * DAY)
        assert mall.platform.age()["acme"] == 2
        assert told(mall, PHONES[0]) == {}
        assert not [e for e in mall.events() if e.source == "enrichment:acme"]
        assert mall.platform.age() == {}


def test_a_month_never_costs_more_than_its_budget(tmp_path: Path) -> None:
    with opened(tmp_path, enrichment={"acme": {**FILE, "budget": "0.09", "batch": 1}}) as mall:
        shoppers(mall)
        first = run(mall)
        assert (first.found, first.cost, first.stopped) == (1, 0.05, "budget")
        assert run(mall) == enrichment.Enriched("acme", stopped="budget")
        with mall.store.state.read() as tx:
            assert [month.cost for month in enrichment.spent(tx)] == [0.05]
        mall.wait(31 * DAY)
        assert run(mall, limit=1).asked == 1  # another month


class _Service(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[dict[str, Any], str]]] = []
    status = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((body, self.headers.get("Authorization", "")))
        answer = json.dumps({"results": {body["values"][0]: {"job": "teacher"}, "unasked": {"job": "spy"}}}).encode()
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@contextmanager
def service() -> Iterator[str]:
    _Service.asked, _Service.status = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/lookup"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.network
def test_a_service_hears_hashes_only_and_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME", "token-1")
    with service() as url:
        acme = {"kind": "http", "url": url, "hashed": True, "secret": {"env": "ACME"}, "batch": 2,
                "fields": {"job": "occupation"}}
        with opened(tmp_path, enrichment={"acme": acme}) as mall:
            shoppers(mall)
            _Service.status = 503
            with pytest.raises(Unavailable, match="answered 503"):
                run(mall)
            _Service.status, _Service.asked = 200, []
            done = run(mall)
            assert (done.asked, done.found) == (3, 2)
            hashes = {sha256(f"+86{phone}".encode()).hexdigest() for phone in PHONES}
            assert {value for body, _ in _Service.asked for value in body["values"]} == hashes
            assert {key for _, key in _Service.asked} == {"Bearer token-1"}
            assert sum(told(mall, phone) != {} for phone in PHONES) == 2
            assert PHONE not in str(_Service.asked)


def test_what_is_wrong_with_a_provider_is_said(tmp_path: Path) -> None:
    wrong = [
        ({**FILE, "kind": "ftp"}, "kind", "write one of: file, http"), ({**FILE, "file": "none.csv"}, "file", ""),
        ({**FILE, "by": "shoe_size"}, "by", ""), ({**FILE, "cost": "cheap"}, "", ""), ({**FILE, "valid": "0d"}, "", ""),
        ({"kind": "http", "url": "acme"}, "url", "write it as https://"),
    ]
    for given, key, hint in wrong:
        with opened(tmp_path, enrichment={"acme": given}) as mall:
            shoppers(mall, 0)
            with pytest.raises(ConfigError) as found:
                run(mall)
            assert found.value.field.startswith("enrichment.acme" + (f".{key}" if key else ""))
            assert hint in (found.value.hint or "")


def test_the_command_asks_and_says_what_it_cost(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        shoppers(mall)
    config = tmp_path / "datong.toml"
    more = '[enrichment.acme]\nkind = "file"\nfile = "data.csv"\ncost = "0.05"\nfields = { job = "occupation" }\n'
    config.write_text(config.read_text() + more)
    for arguments, said in ((["--dry-run"], "Would ask about 3 members; 0 did not agree to it."),
                            ([], "Asked about 3 members, 2 found; 0 did not agree. It cost 0.1 CNY.")):
        done = CliRunner().invoke(main, ["enrich", "acme", *arguments, "--config", str(config)])
        assert done.exit_code == 0, done.output
        assert said in done.output
