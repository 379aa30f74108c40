"""Runs the application: on this machine with a browser, or as a server that stops without dropping what it is answering."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from concordant.api import Engine
from concordant.errors import Complaint, Unreadable
from concordant.listening import listen, make_config, run_server, write_host
from concordant.version import __version__
from concordant.web.app import LOCAL, make_app
from concordant.web.cds.settings import CdsSettings
from concordant.web.limits import Limits
from concordant.web.log import log_event, tell_in_log
from concordant.web.recording import WebKeeper
from concordant.web.tracing import make_tracer
from concordant.web.watch import Meter, Watch

CDS_OPEN = "CDS Hooks asks nobody for a token and answers every page (--cds-open): for development, never with real patients."
NOT_HTTP = "What came is no request of HTTP, or the server is stopping."
OPEN_AFTER = 0.3  # seconds until the server listens


def serve_here(engine: Engine, port: int, *, open_browser: bool) -> None:
    """The page for whoever sits at this machine, until Ctrl-C. Raises Unreadable for a port that cannot be had."""
    listening = listen("127.0.0.1", port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    print(f"Concordant is at {address}\nCtrl-C ends it. Nothing is stored.", flush=True)  # noqa: T201
    if open_browser:
        threading.Timer(OPEN_AFTER, webbrowser.open, (address,)).start()
    run_server(configure_server(make_app(engine, local=True)), listening)


def serve_others(
    engine: Engine,
    host: str,
    port: int,
    names: Sequence[str] = (),
    limits: Limits | None = None,
    cds: CdsSettings | None = None,
    metrics: str = "",
    keeper: WebKeeper | None = None,
) -> None:
    """The page, the JSON API and CDS Hooks for others, until the process is told to stop; `names` are those under which it is
    reached, `metrics` is where it hands out what it counts, if anywhere, `keeper` keeps the
    answers.

    Raises Unreadable for an address that cannot be had.
    """
    listening = listen(host, port)
    address = f"http://{write_host(host)}:{listening.getsockname()[1]}/"
    log_event("started", address=address, version=__version__, knowledge=engine.knowledge.digest)
    if cds is not None and cds.is_open:
        log_event("cds_open", says=CDS_OPEN)
    if keeper is not None and keeper.record is not None:
        log_event("recording", record=keeper.record.address.name)
    cds = replace(cds, base=cds.base or address.rstrip("/")) if cds is not None else None
    reached = [urlsplit(cds.base).hostname or ""] if cds is not None else []
    watch = Watch(_make_meter(metrics, engine), make_tracer())
    hosts = [*LOCAL, write_host(host), *names, *reached]
    app = make_app(engine, hosts=hosts, limits=limits, cds=cds, watch=watch, keeper=keeper)
    run_server(configure_server(app), listening)
    watch.tracer.close()
    log_event("stopped")


def _make_meter(where: str, engine: Engine) -> Meter:
    """What counts, with its own address; nothing is counted where none is named. Raises Unreadable."""
    if not where:
        return Meter()
    try:
        from concordant.web.metrics import make_meter, serve_metrics
    except ImportError:
        way_out = "Run: pip install 'concordant[metrics]'"
        raise Unreadable(Complaint("metrics are not installed here", "--metrics", way_out=way_out)) from None
    meter = make_meter(engine.knowledge.digest)
    log_event("metrics", port=serve_metrics(meter, where))
    return meter


def configure_server(app: Starlette) -> uvicorn.Config:
    """How connections are kept and left; what is no request stands in the log."""
    tell_in_log("uvicorn.error", "not_http", NOT_HTTP)
    return make_config(app)
