"""The code systems of our own: in which role a regimen is offered, in which status, and the words of facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from concordant.logic.status import Status
from concordant.model.sources import Role
from concordant.patient.facts import format_value
from concordant.present.fhir.frame import ROLES, STATUSES, FhirFrame, Resource, name_words, start_definition

KIND = "CodeSystem"


def list_code_systems(frame: FhirFrame) -> list[Resource]:
    """All of them: two of options, and one for each fact that is told in words."""
    told = [one for one in frame.knowledge.features if one.type == "enum" and one.question]
    return [
        _make_system(ROLES, "Roles of regimens", {word: word.replace("_", " ") for word in get_args(Role)}, frame),
        _make_system(STATUSES, "Statuses of regimens", {word: word.replace("_", " ") for word in get_args(Status)}, frame),
        *(
            _make_system(name_words(one), one.label, {word: format_value(one, word) for word in one.values}, frame)
            for one in told
        ),
    ]


def _make_system(id_: str, title: str, words: Mapping[str, str], frame: FhirFrame) -> Resource:
    says = f"{title}: the words that Concordant has for it."
    concepts = [{"code": word, "display": display} for word, display in words.items()]
    made = start_definition(KIND, id_, (title, says), frame)
    return made | {"caseSensitive": True, "content": "complete", "concept": concepts}
