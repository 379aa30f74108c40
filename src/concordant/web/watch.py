"""Who watches the service: what is counted and traced. Nothing is, unless it was asked for; never anything of a patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EndSpan = Callable[[int], None]


class Meter:
    """Counts what was done; this one counts nothing."""

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request that was answered: its route as it is written in the program."""

    def count_card(self, kind: str, indicator: str) -> None:
        """A card that went out."""

    def count_feedback(self, kind: str, outcome: str, reason: str) -> None:
        """What became of a card."""


class Tracer:
    """Traces requests; this one traces nothing."""

    @contextmanager
    def trace_request(self, method: str, route: str, parent: str) -> Iterator[EndSpan]:
        """The time of one request; `parent` is the header `traceparent`. Yields what is told the status."""
        del method, route, parent
        yield lambda _: None

    def close(self) -> None:
        """Hand over what has not been yet."""


@dataclass(frozen=True)
class Watch:
    """Both of them."""

    meter: Meter = field(default_factory=Meter)
    tracer: Tracer = field(default_factory=Tracer)
