"""Traces for OpenTelemetry: one span a request, its route and its status; only where the variables OTEL_... ask for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from concordant.version import __version__
from concordant.web.log import log_event, tell_in_log
from concordant.web.watch import EndSpan, Tracer

NAME = "concordant"
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NOT_INSTALLED = "Traces are asked for (OTEL_...), and the extra is not installed: pip install 'concordant[otel]'."
NOT_SENT = "A trace could not be handed over."


def make_tracer(environment: Mapping[str, str] = os.environ, exporter: Any = None) -> Tracer:
    """What traces, as the variables ask for it; without them, or without the extra, what traces nothing."""
    kind = environment.get("OTEL_TRACES_EXPORTER", "otlp" if any(map(environment.get, ENDPOINTS)) else "none")
    if kind == "none" or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Tracer()
    try:
        return _make_tracer(kind, exporter)
    except ImportError:
        log_event("not_traced", says=NOT_INSTALLED)
        return Tracer()


def _make_tracer(kind: str, exporter: Any) -> Tracer:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    tell_in_log("opentelemetry", "not_traced", NOT_SENT)
    provider = TracerProvider(resource=Resource.create({"service.version": __version__, **_name_service()}))
    provider.add_span_processor(BatchSpanProcessor(exporter or _make_exporter(kind)))
    return OtelTracer(provider)


def _name_service() -> dict[str, str]:
    return {} if "OTEL_SERVICE_NAME" in os.environ else {"service.name": NAME}


def _make_exporter(kind: str) -> Any:
    if kind == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


@dataclass(frozen=True)
class OtelTracer(Tracer):
    """One span a request; of the header of a caller only the number of its trace is taken over."""

    provider: Any

    @contextmanager
    def trace_request(self, method: str, route: str, parent: str) -> Iterator[EndSpan]:
        """The span of a request."""
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        context = TraceContextTextMapPropagator().extract({"traceparent": parent} if parent else {})
        told = {"http.request.method": method, "http.route": route}
        with self.provider.get_tracer(NAME, __version__).start_as_current_span(
            f"{method} {route}", context, SpanKind.SERVER, told
        ) as span:

            def end_span(status: int) -> None:
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))

            yield end_span

    def close(self) -> None:
        """Hand over what has not been yet."""
        self.provider.shutdown()
