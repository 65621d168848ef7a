"""Builds the console into the wheel and the source distribution, so that whoever installs them needs no Node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs scripts/build_console.py where the console's sources are; an editable install does without."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build before the files are gathered."""
        root = Path(self.root)
        if version != "editable" and (root / "console" / "package.json").exists():
            subprocess.run([sys.executable, root / "scripts" / "build_console.py"], check=True)  # noqa: S603
