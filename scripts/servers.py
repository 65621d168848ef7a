"""The real servers the tests talk to: a private PostgreSQL, and the browser that drives the console.

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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CI = bool(os.environ.get("CI"))


def _install(*packages: str) -> None:
    """Install Debian packages where that is possible."""
    if os.geteuid() or not shutil.which("apt-get"):
        return
    print(f"· installing {' '.join(packages)} from Debian", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
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
    owner: dict[str, int] = {}
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


def browser() -> str:
    """Return the path of a Chromium, or an empty text."""
    def find() -> str:
        return os.environ.get("DATONG_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome") or ""

    if not find():
        _install("chromium", "fonts-noto-cjk")
    if not find():
        _missing("Chromium", "chromium")
    return find()
