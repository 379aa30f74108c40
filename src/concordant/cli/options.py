"""The options that several verbs share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from concordant.errors import Complaint, Unreadable
from concordant.present.language import LANGUAGES

as_of_option = click.option("--as-of", default="", metavar="DATE", help="Answer as of this day; cuts a record without one.")
guideline_option = click.option("--guideline", default="", metavar="ID/VERSION", help="Use this version, complete or not.")
id_option = click.option("--patient", "id_", default="", metavar="ID", help="The patient that is meant, where there are several.")
assume_option = click.option(
    "--assume", multiple=True, metavar="NAME=VALUE", help="Take a named default as given; every answer that rests on it says so."
)
output_option = click.option("-o", "--output", default="", metavar="FILE", help="Write to a file instead of the terminal.")
codes_option = click.option(
    "--codes", default="", metavar="FILE", help="What the codes of this site stand for (YAML or CSV), for FHIR and OMOP."
)
language_option = click.option(
    "--language",
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="What is said to you is said in it.",
)
knowledge_option = click.option(
    "--knowledge", default="", metavar="DIR", help="A knowledge folder of your own, not the shipped one."
)


record_option = click.option(
    "--record",
    default="",
    envvar="CONCORDANT_RECORD",
    metavar="URL",
    help="Keep every answer in this decision record: a file, or postgresql://HOST/DATABASE?head=FILE.",
)
asked_by_option = click.option(
    "--asked-by", default="", envvar="CONCORDANT_ASKED_BY", metavar="NAME", help="Who asks, for the decision record."
)


def record_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a decision record; the verb gets them as `keeper`, or None."""

    @record_option
    @asked_by_option
    @functools.wraps(command)
    def run(*args: Any, record: str, asked_by: str, **options: Any) -> Any:
        return command(*args, keeper=_make_keeper(record, asked_by), **options)

    return run


def _make_keeper(record: str, asked_by: str) -> Any:
    if not record:
        return None
    from concordant.cli.recording import make_keeper

    return make_keeper(record, asked_by)


def propose_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a language model that is asked about notes; the verb gets it as `proposer`, or None."""

    @click.option("--propose", default="", metavar="URL", help="A language model that may propose what a note says.")
    @click.option("--propose-model", default="", metavar="NAME", help="Which model is meant, where there are several at URL.")
    @click.option("--propose-remote", is_flag=True, help="Let URL be another machine: the text of the note is sent there.")
    @click.option("--propose-seconds", type=click.IntRange(1, 3600), default=120, show_default=True, help="How long to wait.")
    @functools.wraps(command)
    def run(*args: Any, propose: str, propose_model: str, propose_remote: bool, propose_seconds: int, **options: Any) -> Any:
        return command(*args, proposer=_make_proposer(propose, propose_model, propose_remote, propose_seconds), **options)

    return run


def _make_proposer(url: str, model: str, remote: bool, seconds: int) -> Any:
    """Raises Unreadable for an address that is none, or is not allowed."""
    if not url and (model or remote):
        way_out = "Add --propose URL, or leave the other options of it out"
        raise Unreadable(Complaint("no language model is named", "--propose", way_out=way_out))
    if not url:
        return None
    from concordant.api.language_model import LanguageModel

    return LanguageModel(url, model, remote, seconds)
