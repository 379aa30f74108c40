"""The command line: parse, dispatch, and turn every error into one clear line and its exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import click

from concordant.cli.commands import app
from concordant.errors import ConcordantError, describe_bug

BUG = 70


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    _set_utf8_output()
    try:
        app.main(list(arguments), prog_name="concordant", standalone_mode=False)
        sys.stdout.flush()
        return 0
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    except ConcordantError as error:
        for complaint in error.complaints:
            print(complaint, file=sys.stderr)  # noqa: T201
        return error.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    except (click.exceptions.Abort, KeyboardInterrupt):
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"cannot read or write: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    except Exception as error:  # the last resort: one line, no patient data, no traceback
        if os.environ.get("CONCORDANT_DEBUG"):
            raise
        print(describe_bug(error), file=sys.stderr)  # noqa: T201
        return BUG


def _set_utf8_output() -> None:
    """Answers hold signs that older encodings lack; one that cannot be shown is replaced."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
