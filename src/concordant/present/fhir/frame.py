"""What all resources share: the address below which they are found, the knowledge they are made of, and small parts of FHIR."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from concordant.answer.parts import RefAt
from concordant.answer.schema import Answer
from concordant.errors import make_printable
from concordant.export.plan_definition.parts import CPG, XHTML, make_citations, make_concept, make_id, make_name
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Cite
from concordant.present.cards.text import escape_text

Resource = dict[str, Any]
UCUM = "http://unitsofmeasure.org"
ACTIVITY = f"{CPG}/CodeSystem/cpg-activity-type-cs"
COLLECT = ("collect-information", "Collect information")
ORDER_MEDICATION = ("order-medication", "Order a medication")
ROLES, STATUSES = "roles", "statuses"  # code systems of our own
PUBLISHER = "Concordant"
DIGITS = 8


@dataclass(frozen=True, slots=True)
class FhirFrame:
    """`base` is the address of the FHIR service, `day` the one as of which its definitions are."""

    knowledge: Knowledge
    base: str
    day: dt.date

    def name_resource(self, kind: str, id_: str) -> str:
        """The address of a resource, which is its canonical name as well."""
        return f"{self.base}/{kind}/{id_}"

    def make_version(self, version: str) -> str:
        """A version of a guideline as this knowledge has it."""
        return f"{version}-{self.knowledge.digest[:DIGITS]}".lstrip("-")

    def make_code(self, system: str, code: str, display: str) -> Resource:
        """A code of one of our own systems."""
        return make_concept(self.name_resource("CodeSystem", system), code, display)

    def cite_places(self, refs: Iterable[RefAt], answer: Answer) -> list[Resource]:
        """The numbered sources of an answer, each with its place and how far it was checked."""
        numbered = {reference.n: reference for reference in answer.references}
        cites = [Cite(ref=numbered[one.n].ref, checked=numbered[one.n].checked, at=one.at) for one in refs if one.n in numbered]
        return make_citations(cites, {source.id: source for source in self.knowledge.sources})


def start_definition(kind: str, id_: str, texts: Sequence[str], frame: FhirFrame, version: str = "") -> Resource:
    """What every definition says of itself: title and description are `texts`; a draft, for nobody has approved it."""
    title, says = texts
    return {
        "resourceType": kind,
        "id": id_,
        "text": make_narrative(texts),
        "url": frame.name_resource(kind, id_),
        "version": frame.make_version(version),
        "name": make_name(id_),
        "title": title,
        "status": "draft",
        "experimental": True,
        "date": frame.day.isoformat(),
        "publisher": PUBLISHER,
        "description": escape_text(says),
    }


def make_narrative(texts: Iterable[str]) -> Resource:
    """Texts as a narrative, in which none becomes a tag."""
    paragraphs = "".join(f"<p>{escape(make_printable(text), quote=False)}</p>" for text in texts)
    return {"status": "generated", "div": f'<div xmlns="{XHTML}">{paragraphs}</div>'}


def make_notes(texts: Iterable[str]) -> list[Resource]:
    """Texts as notes, each once: a note is Markdown in FHIR, in which no word of a record becomes a link or code."""
    return [{"text": escape_text(text)} for text in dict.fromkeys(texts) if text]


def make_line(text: str) -> str:
    """A text as a string of FHIR: one line, without signs that would steer a screen."""
    return " ".join(make_printable(text).split())


def name_words(feature: Feature) -> str:
    """The id of the code system that holds the words of a fact."""
    return make_id(feature.name)


def make_activity(activity: tuple[str, str]) -> Resource:
    """What is done, in the words of CPG on FHIR."""
    return make_concept(ACTIVITY, *activity)


def refer_within(id_: str) -> Resource:
    """A reference to a resource that stands in the same one."""
    return {"reference": f"#{id_}"}


def drop_empty(resource: Resource) -> Resource:
    """The resource without elements that hold nothing, which FHIR forbids."""
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}
