"""The real servers the tests talk to: a private PostgreSQL, a private Mosquitto, and the browser for the console.

Where Debian's packages are missing and this is root, they are installed; where they cannot be, the tests that need them
are left out and say so, except under CI, which fails.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CI = bool(os.environ.get("CI"))


def _install(*packages: str) -> None:
    """Install Debian packages where that is possible."""
    if os.geteuid() or not shutil.which("apt-get"):
        return
    print(f"· installing {' '.join(packages)} from Debian", flush=True)
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=env, **quiet)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(install, check=False, env=env, **quiet)


def _missing(what: str, package: str) -> None:
    message = f"{what} is not on this machine and could not be installed. On Debian: apt-get install {package}"
    if CI:
        print(message, file=sys.stderr)
        raise SystemExit(2)
    print(f"  {message}\n  The tests that need it are left out.")


def _postgresql_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the URL of a private PostgreSQL that lives as long as the block, or an empty text."""
    if given := os.environ.get("DATONG_TEST_POSTGRESQL"):
        yield given
        return
    programs = _postgresql_programs()
    if programs is None:
        _install("postgresql")
        programs = _postgresql_programs()
    if programs is None:
        _missing("PostgreSQL", "postgresql")
        yield ""
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="datong-postgresql-"))
    owner: dict[str, Any] = {}
    if not os.geteuid():  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres" if programs.is_relative_to("/usr/lib") else "nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        owner = {"user": account.pw_uid, "group": account.pw_gid}
    data, log = folder / "data", folder / "log"
    options = f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off -c max_connections=200"
    try:
        subprocess.run([programs / "initdb", "-D", data, "-A", "trust", "-U", "datong", "-E", "UTF8"], check=True,
                       stdout=subprocess.DEVNULL, cwd="/", **owner)
        subprocess.run([programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"], check=True,
                       stdout=subprocess.DEVNULL, cwd="/", **owner)
        subprocess.run([programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "datong", "test"], check=True,
                       cwd="/", **owner)
        yield f"postgresql://datong@127.0.0.1:{port}/test"
    finally:
        subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **owner)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def mosquitto(folder: Path | None = None, *, port: int = 0, user: str = "", password: str = "") -> Iterator[str]:
    """Give the address (`host:port`) of a private Mosquitto that lives as long as the block, or an empty text.

    Sessions are kept in `folder`, so that another one on the same `port` goes on with them. With a `user` nobody else
    may connect.
    """
    program = _mosquitto()
    if not program:
        _install("mosquitto")
        program = _mosquitto()
    if not program:
        _missing("Mosquitto", "mosquitto")
        yield ""
        return
    home = folder or Path(tempfile.mkdtemp(prefix="datong-mosquitto-"))
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    lines = [f"listener {port} 127.0.0.1", "persistence true", f"persistence_location {home}/", "log_type none",
             "max_queued_messages 0", f"allow_anonymous {'false' if user else 'true'}"]
    if user:
        (home / "users").write_text(f"{user}:{password}\n")
        subprocess.run(["mosquitto_passwd", "-U", home / "users"], check=True)
        lines.append(f"password_file {home}/users")
    if not os.geteuid():
        lines.append("user root")
    (home / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    process = subprocess.Popen([program, "-c", home / "mosquitto.conf"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


def _mosquitto() -> str:
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin") or ""


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")


def browser() -> str:
    """Return the path of a Chromium, or an empty text."""
    def find() -> str:
        return os.environ.get("DATONG_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome") or ""

    if not find():
        _install("chromium", "fonts-noto-cjk")
    if not find():
        _missing("Chromium", "chromium")
    return find()
