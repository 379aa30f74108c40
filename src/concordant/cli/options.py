"""The options that several verbs share."""

from __future__ import annotations

import click

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
knowledge_option = click.option(
    "--knowledge", default="", metavar="DIR", help="A knowledge folder of your own, not the shipped one."
)
