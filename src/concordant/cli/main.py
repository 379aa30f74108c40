"""The command line: parse, dispatch, and turn every error into one clear line and its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from concordant.cli.commands import app
from concordant.cli.streams import ReaderLeft, discard_output, prepare_streams
from concordant.errors import ConcordantError, describe_bug

BUG = 70
NO_MEMORY = "there is not enough memory for this source. Take fewer patients at once, or name one with --patient"


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    try:
        prepare_streams()
        return _run_command(arguments)
    except (BrokenPipeError, ReaderLeft):  # who reads has enough
        discard_output()
        return 0
    except (OSError, MemoryError) as error:
        _print_message(f"cannot read or write: {error.strerror or error}" if isinstance(error, OSError) else NO_MEMORY)
        discard_output()
        return 2


def _run_command(arguments: Sequence[str]) -> int:
    try:
        app.main(list(arguments), prog_name="concordant", standalone_mode=False)
        sys.stdout.flush()
        return 0
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    except ConcordantError as error:
        for complaint in error.complaints:
            _print_message(str(complaint))
        return error.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    except (click.exceptions.Abort, KeyboardInterrupt):
        return 2
    except (OSError, MemoryError, ReaderLeft):
        raise
    except Exception as error:  # the last resort: one line, no patient data, no traceback
        if os.environ.get("CONCORDANT_DEBUG"):
            raise
        _print_message(describe_bug(error))
        return BUG


def _print_message(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201
