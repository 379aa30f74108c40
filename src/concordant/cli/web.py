"""The verbs `web` and `serve`: the page on this machine, and the same application as a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from concordant.cli.cds_options import cds_options
from concordant.cli.configured import ConfiguredCommand, config_option
from concordant.cli.options import codes_option, knowledge_option, propose_options, record_option
from concordant.cli.smart_options import smart_options
from concordant.errors import Complaint, Unreadable

if TYPE_CHECKING:
    from concordant.api import LanguageModel  # loaded only when a verb runs
    from concordant.web.cds.settings import CdsSettings


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="any that is free", help="The port to take.")
@click.option("--no-browser", is_flag=True, help="Only say where the page is.")
@propose_options
@codes_option
@knowledge_option
def web(port: int, no_browser: bool, codes: str, knowledge: str, proposer: LanguageModel | None) -> None:
    """The page: tap what is known, read the answer beside it. On this machine alone; nothing is stored."""
    from concordant.cli.opening import make_engine

    _check_installed()
    from concordant.web.serving import serve_here

    serve_here(make_engine(knowledge, codes, proposer), port, open_browser=not no_browser)


@click.command(cls=ConfiguredCommand)
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port; 0 takes any that is free."
)
@click.option("--name", "names", multiple=True, help="A name under which browsers reach it (may be repeated).")
@click.option(
    "--metrics",
    default="",
    metavar="[HOST:]PORT",
    help="Hand out metrics (Prometheus) at a port of its own; of this machine alone.",
)
@cds_options
@smart_options
@record_option
@click.option(
    "--asked-by-header",
    envvar="CONCORDANT_ASKED_BY_HEADER",
    default="",
    metavar="NAME",
    help="The header in which the proxy in front says who asks, for the decision record.",
)
@propose_options
@codes_option
@knowledge_option
def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    metrics: str,
    record: str,
    asked_by_header: str,
    codes: str,
    knowledge: str,
    proposer: LanguageModel | None,
    cds: CdsSettings,
) -> None:
    """The page, the JSON API (/openapi.json), CDS Hooks and FHIR as a server. A line of log a request, nothing of a patient."""
    from concordant.cli.opening import make_engine

    _check_installed()
    from concordant.web.recording import open_keeper
    from concordant.web.serving import serve_others

    keeper = open_keeper(record, asked_by_header)
    serve_others(make_engine(knowledge, codes, proposer), host, port, names, cds=cds, metrics=metrics, keeper=keeper)


def _check_installed() -> None:
    """Raises Unreadable where the extra is not installed."""
    try:
        import jinja2  # noqa: F401
        import python_multipart  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        says = "the page is not installed here"
        raise Unreadable(Complaint(says, "concordant web", way_out="Run: pip install 'concordant[web]'")) from None
