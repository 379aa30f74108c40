"""Metrics for Prometheus: counts and durations, on a port of their own, because what may be read there is not for everybody."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, start_http_server

from concordant.errors import Complaint, Unreadable, quote_word
from concordant.version import __version__
from concordant.web.watch import Meter

HERE = "127.0.0.1"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
OUTCOMES = {2: "answered", 3: "sent on", 4: "refused", 5: "failed"}
OPTION = "--metrics"


@dataclass(frozen=True)
class PrometheusMeter(Meter):
    """Counts in a registry."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    cards: Counter
    feedback: Counter

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count it, by what came of it."""
        self.requests.labels(method, route, OUTCOMES.get(status // 100, "failed")).inc()
        self.seconds.labels(route).observe(seconds)

    def count_card(self, kind: str, indicator: str) -> None:
        """Count it, by what it is and how grave."""
        self.cards.labels(kind, indicator).inc()

    def count_feedback(self, kind: str, outcome: str, reason: str) -> None:
        """Count it; a reason is one of ours, or "other"."""
        self.feedback.labels(kind, outcome, reason).inc()


def make_meter(digest: str) -> PrometheusMeter:
    """A meter that has counted nothing yet; `digest` is the fingerprint of the knowledge."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    Info("concordant", "Version and fingerprint of the knowledge.", registry=registry).info(
        {"version": __version__, "knowledge": digest}
    )
    return PrometheusMeter(
        registry,
        Counter("concordant_requests", "Requests by route and outcome.", ("method", "route", "outcome"), registry=registry),
        Histogram("concordant_request_seconds", "Seconds to answer.", ("route",), registry=registry, buckets=BUCKETS),
        Counter("concordant_cards", "Cards by kind and indicator.", ("kind", "indicator"), registry=registry),
        Counter("concordant_feedback", "What became of cards.", ("kind", "outcome", "reason"), registry=registry),
    )


def serve_metrics(meter: PrometheusMeter, where: str) -> int:
    """Hand the counts out at `[HOST:]PORT`; on this machine alone where no host is named. Gives the port. Raises Unreadable."""
    host, _, port = where.rpartition(":")
    if not port.isdigit():
        raise Unreadable(Complaint(f"{quote_word(where)} is no port", OPTION, way_out="Write PORT, or HOST:PORT"))
    try:
        server, _ = start_http_server(int(port), host.strip("[]") or HERE, meter.registry)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "it is no port"
        says = f"the address cannot be used: {reason}"
        raise Unreadable(Complaint(says, where, way_out=f"Choose another port for {OPTION}")) from None
    return int(server.server_port)
