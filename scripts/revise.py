"""Writes the Alembic revision that brings the state from its last revision to what the packages declare now.

python scripts/revise.py "Add the tier of a member" [PACKAGE]

With a package, as `places`, only its tables are compared.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

import datong.platform  # noqa: F401 every package declares its tables
from datong.storage import State, migrate, migrations


def main() -> None:
    """Migrate an empty database to the last revision, compare, write."""
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        state = State("sqlite", Path(folder) / "state.sqlite")
        migrate(state.engine)
        with state.write() as tx:
            config = migrations(tx)
            config.attributes["only"] = sys.argv[2] if len(sys.argv) == 3 else ""
            number = len(list((Path(str(config.get_main_option("script_location"))) / "versions").glob("*.py"))) + 1
            command.revision(config, sys.argv[1], autogenerate=True, rev_id=f"{number:04d}")
        state.close()


if __name__ == "__main__":
    main()
