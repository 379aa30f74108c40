"""The decision as a library of CQL: its name and version, and a head that says what it is and how it is run."""

from __future__ import annotations

import datetime as dt

from concordant.decide.ruleset import Ruleset
from concordant.export.cql.decision import DecisionDefinitions
from concordant.export.cql.library import CqlLibrary
from concordant.export.offers import list_leading
from concordant.model.knowledge import Knowledge
from concordant.version import __version__


def make_library(knowledge: Knowledge, frame: Ruleset, day: dt.date) -> tuple[CqlLibrary, DecisionDefinitions]:
    """The decision as a library over the facts of one patient, and what its definitions are called.

    The ruleset proposes to continue what runs, whatever drug that is. Raises Refused for what CQL cannot express.
    """
    made = DecisionDefinitions(frame, {feature.name: feature for feature in knowledge.features})
    definitions = tuple(made.build_definitions())
    notes = (*_list_header(knowledge, frame, day), *_list_statuses(made.statuses))
    version = f"{day:%Y.%m.%d}-{knowledge.digest[:12]}"
    return CqlLibrary(_name_library(frame), version, notes, tuple(made.list_parameters()), definitions), made


def _name_library(frame: Ruleset) -> str:
    """A name that is an identifier: of the guideline that leads, where there is only one."""
    leading = list_leading(frame)
    words = leading[0].id.split("-") if len(leading) == 1 else ()
    return "Concordant" + "".join(word.capitalize() for word in words)


def _list_header(knowledge: Knowledge, frame: Ruleset, day: dt.date) -> list[str]:
    """What the library is, by what it was made, and how it is run."""
    guidelines = [f"{one.guideline.short_title} {one.version.version} ({one.guideline.id})" for one in frame.in_force]
    return [
        f"What the guideline says of a patient, as of {day}.",
        f"Concordant {__version__}, knowledge {knowledge.digest[:12]}; in force: {', '.join(guidelines) or 'no guideline'}.",
        "Licence: Apache-2.0. Statements are paraphrased and cited; the guidelines themselves are their publishers'.",
        "No clinician has reviewed this.",
        "How to run: hand over the facts of one patient as parameters (concordant export PATIENTS --to parameters).",
        "A fact that is not known is null, and so is what depends on it: `answer` says needs_data where that matters.",
        "`running` alone is none when it is null: the ids of the drugs taken now, parted by a bar.",
        "What is recommended may wait for checks: a status of applies_if_checked, and the list in `..._checks`.",
        "Words that are left are one text, parted by a bar; a number is the closed interval from _low to _high.",
        "Membership is a chain of `=`, for `in` makes false of a null.",
    ]


def _list_statuses(statuses: dict[str, str]) -> list[str]:
    return ["Definitions with the status of a regimen of a statement:", *(f"  {name} = {id_}" for id_, name in statuses.items())]
