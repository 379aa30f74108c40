"""The log: one JSON object a line on standard error. It tells what was done and how long it took, never of whom."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys

from concordant.errors import describe_bug


def log_request(method: str, route: str, status: int, seconds: float) -> None:
    """One request: the route as it is written in the program, never the address that was asked for."""
    _write_line(event="request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def log_failure(error: Exception) -> None:
    """A mistake of the program: its kind and its place."""
    _write_line(event="failure", says=describe_bug(error))


def log_event(event: str, **told: object) -> None:
    """Something that the server did: it began, it ended."""
    _write_line(event=event, **told)


def tell_in_log(logger: str, event: str, says: str) -> None:
    """Have what a library would print become a line of the log, with our words in place of its own."""
    told = logging.getLogger(logger)
    told.handlers = [_OwnWords(event, says)]
    told.propagate = False


class _OwnWords(logging.Handler):
    def __init__(self, event: str, says: str) -> None:
        super().__init__(logging.WARNING)
        self._told = {"event": event, "says": says}

    def emit(self, record: logging.LogRecord) -> None:
        """One line, that holds nothing of what the library says; a mistake is told by its kind and place."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Exception):
            log_failure(error)
        else:
            _write_line(**self._told, by=record.name)


def _write_line(**told: object) -> None:
    at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    sys.stderr.write(json.dumps({"at": at, **told}) + "\n")
    sys.stderr.flush()
