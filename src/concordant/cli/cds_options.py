"""The options by which `serve` answers CDS Hooks; each may stand in the environment instead."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from concordant.errors import Complaint, Unreadable

OPTIONS = (
    click.option("--cds-url", envvar="CONCORDANT_CDS_URL", default="", help="The address under which clients call CDS Hooks."),
    click.option(
        "--cds-client",
        "cds_clients",
        envvar="CONCORDANT_CDS_CLIENTS",
        multiple=True,
        metavar="ISSUER=KEYS",
        help="A client that may ask: the `iss` of its tokens, and the address or file of its JWK Set (may be repeated).",
    ),
    click.option(
        "--fhir-server",
        "fhir_servers",
        envvar="CONCORDANT_FHIR_SERVERS",
        multiple=True,
        help="A FHIR server that may be asked for what a client does not hand over (may be repeated).",
    ),
    click.option(
        "--cds-origin", "cds_origins", envvar="CONCORDANT_CDS_ORIGINS", multiple=True, help="An origin whose pages may ask."
    ),
    click.option(
        "--cds-private",
        envvar="CONCORDANT_CDS_PRIVATE",
        is_flag=True,
        help="Servers of clients may have addresses of a private network.",
    ),
    click.option(
        "--cds-open",
        envvar="CONCORDANT_CDS_OPEN",
        is_flag=True,
        help="Ask nobody for a token, answer every page, allow http. For development only.",
    ),
)


def cds_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options to a command, and hands it what they come to as `cds`."""

    @functools.wraps(command)
    def with_settings(
        *args: Any,
        cds_url: str,
        cds_clients: tuple[str, ...],
        fhir_servers: tuple[str, ...],
        cds_origins: tuple[str, ...],
        cds_private: bool,
        cds_open: bool,
        **rest: Any,
    ) -> None:
        from concordant.web.cds.settings import make_settings

        if cds_clients:
            check_tokens_installed("--cds-client")
        cds = make_settings(cds_url, cds_clients, fhir_servers, cds_origins, private=cds_private, is_open=cds_open)
        command(*args, cds=cds, **rest)

    for option in reversed(OPTIONS):
        option(with_settings)
    return with_settings


def check_tokens_installed(option: str) -> None:
    """Raises Unreadable where the extra is not installed that an option needs."""
    try:
        import joserfc  # noqa: F401
    except ImportError:
        says = "tokens cannot be made or checked here"
        raise Unreadable(Complaint(says, option, way_out="Run: pip install 'concordant[ehr]'")) from None
