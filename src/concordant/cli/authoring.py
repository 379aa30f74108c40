"""The verbs of who writes knowledge: `new` makes a file to fill in, `schema` tells an editor what may stand in it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from concordant.cli.options import knowledge_option, output_option
from concordant.cli.writing import write_output
from concordant.errors import Complaint, Unreadable


@click.command()
@click.argument("kind", type=click.Choice(("statement", "drug", "trial")))
@click.argument("name")
@click.option("-o", "--output", default="", metavar="FILE", help="Write to this file instead of the place where it belongs.")
@knowledge_option
def new(kind: str, name: str, output: str, knowledge: str) -> None:
    """A file of knowledge to fill in, with a comment at each key: a drug or trial NAME, a statement GUIDELINE/VERSION/NUMBER."""
    from concordant.author.new_file import make_new_file
    from concordant.library import FOLDER

    root = Path(knowledge) if knowledge else FOLDER
    if not root.is_dir():
        raise Unreadable(Complaint("no such folder", knowledge, way_out="Name a folder of knowledge files"))
    made = make_new_file(kind, name, root, output)
    if made.path.exists():
        raise Unreadable(Complaint("this file is there already", str(made.path), way_out="Name another one with -o"))
    made.path.parent.mkdir(parents=True, exist_ok=True)
    write_output(made.text, str(made.path))
    lint = f"concordant lint {knowledge}".rstrip()
    write_output("\n".join([f"{made.path} is written. Fill in the words in capitals, then: {lint}", *made.further]), "")


@click.command()
@click.argument("kind")
@output_option
def schema(kind: str, output: str) -> None:
    """The JSON Schema of a KIND of knowledge file, for editors: statement, drug, regimen, trial, source ..."""
    from concordant.author.schema import KINDS, build_knowledge_schema
    from concordant.errors import suggest_word

    if kind not in KINDS:
        raise Unreadable(Complaint(f"there is no schema of '{kind}'", way_out=suggest_word(kind, KINDS)))
    write_output(json.dumps(build_knowledge_schema(kind), indent=1, ensure_ascii=False), output)
