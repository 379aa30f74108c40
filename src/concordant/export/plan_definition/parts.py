"""What the resources share: where they are found, what is said of each, conditions, grades and citations."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from concordant.decide.ruleset import Ruleset
from concordant.export.cql.decision import DecisionDefinitions
from concordant.export.cql.library import CqlLibrary
from concordant.export.names import describe_sources
from concordant.export.plan_definition.conditions import PlanConditions
from concordant.model.guideline import Grade
from concordant.model.sources import Cite, Source

Json = dict[str, Any]
CPG = "http://hl7.org/fhir/uv/cpg"
CORE = "http://hl7.org/fhir/StructureDefinition"
XHTML = "http://www.w3.org/1999/xhtml"
TERMS = "http://terminology.hl7.org/CodeSystem"
LONGEST_ID = 64
DIGITS = 8
GUESSED = frozenset({"recalled", "choice"})
CAPABILITIES = ("shareable", "computable", "publishable", "executable")
DIRECTIONS = {"for": "For", "against": "Against"}
PROCESSES = {"guideline-based-care": "Guideline-based Care", "history-and-physical": "History and Physical"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What every resource is made of, and under which address it is published."""

    frame: Ruleset
    library: CqlLibrary
    made: DecisionDefinitions
    conditions: PlanConditions
    sources: Mapping[str, Source]
    canonical: str
    day: dt.date

    def name_resource(self, kind: str, id_: str) -> str:
        """The address of a resource."""
        return f"{self.canonical}/{kind}/{id_}"

    def refer_to(self, kind: str, id_: str) -> str:
        """The address of a resource in this version."""
        return f"{self.name_resource(kind, id_)}|{self.library.version}"


def make_id(text: str) -> str:
    """An id of FHIR for what this text names."""
    id_ = re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-")
    if len(id_) <= LONGEST_ID:
        return id_
    return f"{id_[: LONGEST_ID - DIGITS - 1]}-{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"


def make_name(text: str) -> str:
    """A name that programs can use for it."""
    return "Concordant" + "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", text))


def start_resource(kind: str, id_: str, setting: Setting, title: str, description: str, experimental: bool) -> Json:
    """What every resource says of itself: it is a draft, for nobody but its readers has approved it."""
    return {
        "resourceType": kind,
        "id": id_,
        "text": {"status": "generated", "div": f'<div xmlns="{XHTML}"><p>{escape(title)}</p><p>{escape(description)}</p></div>'},
        "extension": [{"url": f"{CORE}/cqf-knowledgeCapability", "valueCode": one} for one in CAPABILITIES],
        "url": setting.name_resource(kind, id_),
        "version": setting.library.version,
        "name": make_name(id_),
        "title": title,
        "status": "draft",
        "experimental": experimental,
        "date": setting.day.isoformat(),
        "description": description,
    }


def make_concept(system: str, code: str, display: str) -> Json:
    """A code of a terminology."""
    return {"coding": [{"system": system, "code": code, "display": display}]}


def make_process(code: str) -> list[Json]:
    """Which part of care an action is, in the words of CPG on FHIR."""
    return [make_concept(f"{CPG}/CodeSystem/cpg-common-process-cs", code, PROCESSES[code])]


def make_condition(name: str) -> list[Json]:
    """A definition that must be true. `$apply` reads null as false, so what is open needs an action of its own."""
    return [{"kind": "applicability", "expression": make_expression(name)}]


def make_expression(name: str) -> Json:
    """A definition of the library."""
    return {"language": "text/cql-identifier", "expression": name}


def make_grade(grade: Grade | None) -> list[Json]:
    """Strength and quality in the publisher's own words with their scale, not as codes; none where the rating was not seen.

    Where a rating was given to something else, the words say so.
    """
    if grade is None:
        return []
    told = (("strengthOfRecommendation", grade.strength), ("qualityOfEvidence", grade.evidence))
    scale = "; ".join(filter(None, (grade.scale, grade.note)))
    return [{"url": f"{CORE}/cqf-{name}", "valueCodeableConcept": {"text": f"{word} ({scale})"}} for name, word in told if word]


def make_direction(direction: str) -> Json:
    """Whether it is advised, or advised against."""
    concept = make_concept(f"{CPG}/CodeSystem/cpg-recommendation-direction-cs", direction, DIRECTIONS[direction])
    return {"url": f"{CPG}/StructureDefinition/cpg-directionOfRecommendation", "valueCodeableConcept": concept}


def make_citations(cites: Iterable[Cite], sources: Mapping[str, Source]) -> list[Json]:
    """The places, each with how far it was checked."""
    return [_make_citation(cite, sources.get(cite.ref)) for cite in cites]


def _make_citation(cite: Cite, source: Source | None) -> Json:
    told = {"type": "citation", "label": describe_sources([cite])}
    if source is not None:
        told |= {"citation": source.citation} | ({"url": f"https://doi.org/{source.doi}"} if source.doi else {})
    return told


def is_guessed(cites: Iterable[Cite]) -> bool:
    """Whether a place was recalled, or is a choice of this project."""
    return any(cite.checked in GUESSED for cite in cites)
