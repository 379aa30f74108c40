"""One verb per room; messages to stderr, results to stdout, exit codes by contract 5."""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 2
SELDOM = 50_000  # new objects between two searches for rubbish: nearly all that is made at the start stays, so they find none


def run() -> None:
    """The console script: no person ever meets a traceback, not even on Ctrl-C before anything has begun."""
    gc.set_threshold(SELDOM)
    try:
        from concordant.cli.main import main

        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
