"""One verb per room; messages to stderr, results to stdout, exit codes by contract 5."""

from __future__ import annotations

import sys

INTERRUPTED = 2


def run() -> None:
    """The console script: no person ever meets a traceback, not even on Ctrl-C before anything has begun."""
    try:
        from concordant.cli.main import main

        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
