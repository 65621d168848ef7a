"""Makes what a source checkout needs: a virtual environment with locked packages, and Datong itself in it.

Needs Python 3.11 or later and its venv module, and nothing else. Quick when nothing has changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stop(message: str) -> None:
    """Say what is missing and end."""
    print(f"\n{message}", file=sys.stderr)
    raise SystemExit(2)


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command from the root of the checkout; end with its exit code when it fails."""
    done = subprocess.run([str(c) for c in command], cwd=ROOT, env={**os.environ, **(env or {})}, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def prepare(lock: str) -> Path:
    """Return the Python of a virtual environment that holds exactly what the lock file names."""
    if sys.version_info < (3, 11):  # noqa: UP036 the one place that meets an older Python
        stop(f"Datong needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    file = ROOT / "requirements" / f"{lock}.txt"
    stamp = VENV / f".{lock}"
    wanted = hashlib.sha256(file.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()).hexdigest()
    linked = any(VENV.glob("[Ll]ib/**/site-packages/_editable_impl_datong.pth"))  # not so after `pip install .`
    if not (stamp.exists() and stamp.read_text() == wanted and PYTHON.exists() and linked):
        if not PYTHON.exists():
            print("· making a virtual environment in .venv")
            command = [sys.executable, "-m", "venv", str(VENV)]
            made = subprocess.run(command, capture_output=True, text=True, check=False)
            if made.returncode:
                shutil.rmtree(VENV, ignore_errors=True)
                hint = "On Debian and Ubuntu: apt-get install python3-venv"
                stop(f"Python's venv module is missing. {hint}\n{made.stderr}")
        print(f"· installing the packages of requirements/{lock}.txt (a minute the first time)")
        run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", file)
        run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--no-build-isolation",
            "-e", ".")
        stamp.write_text(wanted)
    run(PYTHON, ROOT / "scripts" / "build_console.py")
    return PYTHON
