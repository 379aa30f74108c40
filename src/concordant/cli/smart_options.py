"""The options by which `serve` is known at FHIR servers (SMART); each may stand in the environment instead."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from concordant.cli.cds_options import check_tokens_installed

if TYPE_CHECKING:
    from concordant.web.cds.settings import CdsSettings

OPTIONS = (
    click.option(
        "--smart-client",
        "smart_clients",
        envvar="CONCORDANT_SMART_CLIENTS",
        multiple=True,
        metavar="SERVER=ID",
        help="The client id of this service at a FHIR server, for its own reads (SMART Backend Services; may be repeated).",
    ),
    click.option(
        "--smart-key",
        envvar="CONCORDANT_SMART_KEY",
        default="",
        metavar="FILE",
        help="The private key that it signs with there (P-384 or RSA; PEM or JWK).",
    ),
    click.option(
        "--smart-app",
        "smart_apps",
        envvar="CONCORDANT_SMART_APPS",
        multiple=True,
        metavar="SERVER=ID",
        help="The client id of the page at a FHIR server, by which it is launched with a record (may be repeated).",
    ),
)


def smart_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options to a command that takes `cds`, and tells them there."""

    @functools.wraps(command)
    def with_settings(
        *args: Any, cds: CdsSettings, smart_clients: tuple[str, ...], smart_key: str, smart_apps: tuple[str, ...], **rest: Any
    ) -> None:
        from concordant.web.smart.settings import make_smart_settings

        if smart_clients or smart_apps or smart_key:
            check_tokens_installed("--smart-client")
        smart = make_smart_settings(smart_clients, smart_apps, smart_key, cds.servers, cds.base, is_open=cds.is_open)
        command(*args, cds=replace(cds, smart=smart), **rest)

    for option in reversed(OPTIONS):
        option(with_settings)
    return with_settings
