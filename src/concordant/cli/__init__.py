"""One verb per room; messages to stderr, results to stdout, exit codes by contract 5."""

from __future__ import annotations

import sys


def run() -> None:
    """The console script: no person ever meets a traceback."""
    from concordant.cli.main import main

    sys.exit(main(sys.argv[1:]))
