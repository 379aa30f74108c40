"""The verb `mcp`: the tools for assistants, on standard input and output or at an address of this machine."""

from __future__ import annotations

import click

from concordant.cli.options import codes_option, knowledge_option
from concordant.errors import Complaint, Unreadable

HERE = "127.0.0.1"


@click.command()
@click.option(
    "--http",
    default="",
    metavar="[HOST:]PORT",
    help="Answer over HTTP (streamable) there, on this machine unless HOST is another; 0 takes any port that is free.",
)
@click.option("--name", "names", multiple=True, help="With --http: a name under which it is reached (may be repeated).")
@codes_option
@knowledge_option
def mcp(http: str, names: tuple[str, ...], codes: str, knowledge: str) -> None:
    """The tools for assistants (Model Context Protocol): on standard input and output, or over HTTP. Nothing is kept."""
    from concordant.cli.opening import make_engine, say_today

    host, port = read_address(http) if http else ("", 0)
    if names and not http:
        raise Unreadable(Complaint("names are for HTTP", "--name", way_out="Add --http PORT, or leave --name out"))
    _check_installed()
    from concordant.assistant.serving import serve_http, serve_stdio

    engine = make_engine(knowledge, codes)
    if http:
        serve_http(engine, say_today, host, port, names)
    else:
        serve_stdio(engine, say_today)


def read_address(text: str) -> tuple[str, int]:
    """The host and the port of `--http`; this machine where no host is named. Raises Unreadable for what is none."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise Unreadable(Complaint("this is no port", "--http", way_out="Write a port, as in --http 8765, or HOST:PORT"))
    return host.removeprefix("[").removesuffix("]") or HERE, int(port)


def _check_installed() -> None:
    """Raises Unreadable where the extra is not installed."""
    try:
        import mcp  # noqa: F401
    except ImportError:
        says = "the protocol for assistants is not installed here"
        raise Unreadable(Complaint(says, "concordant mcp", way_out="Run: pip install 'concordant[mcp]'")) from None
