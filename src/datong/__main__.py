"""`python -m datong` is the `datong` command."""

from datong.cli import main

main()
