"""Metrics and traces: what was done is counted, only where it was asked for, and nothing of a patient is in it."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from concordant.errors import Unreadable
from concordant.listening import listen
from concordant.web.metrics import make_meter, serve_metrics
from concordant.web.tracing import OtelTracer, make_tracer
from concordant.web.watch import Tracer, Watch
from tests.web.cds.calls import call
from tests.web.cds.test_service import OPEN, PREFETCH, SIGN, VIEW, loads, signing
from tests.web.serving import ask, running

SECRET = "Erika-Mustermann-1966"
CASE = {"tumor_markers": [{"test": "her2", "value": "positive"}]}


def read_metrics(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    return connection.getresponse().read().decode()


def use(port: int) -> None:
    """Some of everything, with a name of a patient wherever one could stand."""
    ask(port, f"/answer?patient={SECRET}", {"record": {"name": SECRET, **CASE}}, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    ask(port, "/answer", b"{", tracestate=f"x={SECRET}", baggage=f"patient={SECRET}", **{"user-agent": SECRET})
    ask(port, f"/{SECRET}")
    ask(port, VIEW, call("patient-view", PREFETCH), authorization=f"Bearer {SECRET}")
    card = loads(ask(port, SIGN, signing())[2])["cards"][0]
    reason = {"reason": {"code": SECRET}, "userComment": SECRET}
    feedback = [
        {"card": card["uuid"], "outcome": "accepted"},
        {"card": SECRET, "outcome": "overridden", "overrideReason": reason},
    ]
    ask(port, f"{SIGN}/feedback", {"feedback": feedback})


def test_what_was_done_is_counted() -> None:
    meter = make_meter("abc")
    where = serve_metrics(meter, "0")
    with running(cds=OPEN, watch=Watch(meter)) as port:
        use(port)
    told = read_metrics(where)
    lines = dict(line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#"))
    assert lines['concordant_requests_total{method="POST",outcome="answered",route="/answer"}'] == "1.0"
    assert lines['concordant_requests_total{method="POST",outcome="refused",route="/answer"}'] == "1.0"
    assert lines['concordant_request_seconds_count{route="/cds-services/{id}"}'] == "2.0"
    assert lines['concordant_cards_total{indicator="warning",kind="order"}'] == "1.0"
    assert sum(float(value) for name, value in lines.items() if name.startswith("concordant_cards_total")) == 2
    assert lines['concordant_feedback_total{kind="order",outcome="accepted",reason="none"}'] == "1.0"
    assert lines['concordant_feedback_total{kind="other",outcome="overridden",reason="other"}'] == "1.0"
    assert 'knowledge="abc"' in told
    assert "process_resident_memory_bytes" in lines
    assert SECRET not in told
    assert "p1" not in told


def test_the_port_of_the_service_hands_out_no_metrics() -> None:
    with running(watch=Watch(make_meter(""))) as port:
        assert ask(port, "/metrics")[0] == 404


@pytest.mark.parametrize(("where", "says"), [("x", "is no port"), ("1.2.3.4:x", "is no port"), ("99999", "cannot be used")])
def test_a_port_for_metrics_that_cannot_be_is_refused(where: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        serve_metrics(make_meter(""), where)


def test_a_port_that_is_taken_is_told_so() -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(Unreadable, match="Choose another port for --metrics"):
            serve_metrics(make_meter(""), str(taken.getsockname()[1]))


def test_metrics_are_for_this_machine_unless_a_host_is_named() -> None:
    with listen("127.0.0.1", 0) as one:
        port = int(one.getsockname()[1])
    serve_metrics(make_meter(""), str(port))
    listening = [line.split()[1] for line in open("/proc/net/tcp").readlines()[1:] if line.split()[3] == "0A"]  # noqa: SIM115, PTH123
    assert [one for one in listening if one.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


class Kept(SpanExporter):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.spans: list[Any] = []

    def export(self, spans: Any) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def test_a_request_is_a_span_and_nothing_of_a_patient_is_in_it() -> None:
    kept = Kept()
    tracer = make_tracer({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, kept)
    with running(cds=OPEN, watch=Watch(tracer=tracer)) as port:
        use(port)
    tracer.close()
    told = [(span.name, dict(span.attributes), span.parent) for span in kept.spans]
    assert told[0][0] == "POST /answer"
    assert told[0][1] == {"http.request.method": "POST", "http.route": "/answer", "http.response.status_code": 200}
    assert f"{told[0][2].trace_id:x}" == "a" * 32
    assert [name for name, _, _ in told] == [
        "POST /answer", "POST /answer", "POST /cds-services/{id}", "POST /cds-services/{id}", "POST /cds-services/{id}/feedback",
    ]  # fmt: skip
    assert SECRET not in "".join(span.to_json() for span in kept.spans)


def test_a_failure_is_a_failed_span() -> None:
    kept = Kept()
    tracer = make_tracer({"OTEL_TRACES_EXPORTER": "otlp"}, kept)
    with tracer.trace_request("GET", "/x", "no parent") as end_span:
        end_span(500)
    tracer.close()
    assert kept.spans[0].status.status_code.name == "ERROR"


@pytest.mark.parametrize(
    ("environment", "traces"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_it_is_traced_only_where_the_variables_ask_for_it(environment: dict[str, str], traces: bool) -> None:
    tracer = make_tracer(environment)
    assert isinstance(tracer, OtelTracer) is traces
    tracer.close()


def test_without_the_extra_it_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    assert type(make_tracer({"OTEL_TRACES_EXPORTER": "otlp"})) is Tracer
    assert "concordant[otel]" in json.loads(capsys.readouterr().err)["says"]


def test_a_server_that_is_told_to_count_says_where_and_one_that_is_not_loads_nothing() -> None:
    with listen("127.0.0.1", 0) as one, listen("127.0.0.1", 0) as other:
        port, where = int(one.getsockname()[1]), int(other.getsockname()[1])
    command = [sys.executable, "-m", "concordant", "serve", "--port", str(port), "--metrics", str(where)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        events = [json.loads(server.stderr.readline()) for _ in range(2)]
        for _ in range(600):
            try:
                ask(port, "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        told = read_metrics(where)
    finally:
        server.terminate()
        server.wait(60)
    assert {event["event"] for event in events} == {"started", "metrics"}
    assert 'concordant_requests_total{method="GET",outcome="answered",route="/healthz"} 1.0' in told
    heavy = "('prometheus_client', 'opentelemetry')"
    code = f"import sys, concordant.web.app; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
