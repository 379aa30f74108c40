"""What the parts of an applied plan share: the answer, whose it is, and the resources that stand within the plan of care."""

from __future__ import annotations

from dataclasses import dataclass, field

from concordant.answer.schema import Answer
from concordant.export.plan_definition.parts import make_id
from concordant.present.cards.frame import CardFrame
from concordant.present.fhir.frame import FhirFrame, Resource, drop_empty, make_line, refer_within
from concordant.present.page.document import abbreviate_citations

INSTANCE = "apply"  # numbers of drafts are fragments of one plan of care: no other call has to differ


@dataclass(frozen=True)
class Applied:
    """`plan` is the canonical name of the plan definition that was applied, `questionnaire` that of its questions."""

    answer: Answer
    patient: str
    plan: str
    questionnaire: str
    frame: FhirFrame
    contained: dict[str, Resource] = field(default_factory=dict)

    @property
    def subject(self) -> Resource:
        """The patient."""
        return {"reference": f"Patient/{self.patient}"}

    @property
    def cards(self) -> CardFrame:
        """What draft orders are made with."""
        return CardFrame(self.frame.knowledge, self.frame.base, INSTANCE)

    def tell(self, text: str) -> str:
        """A text on one line, its sources in short: the numbers of an answer stand for nothing here."""
        return make_line(abbreviate_citations(text, {reference.n: reference.short for reference in self.answer.references}))

    def keep_resource(self, resource: Resource) -> Resource:
        """A reference to a resource that is put beside the others."""
        self.contained[resource["id"]] = resource
        return refer_within(resource["id"])

    def add_task(self, id_: str, code: Resource, description: str, **more: object) -> Resource:
        """A reference to a task that somebody may take up; it is proposed, unless `more` says otherwise."""
        task = {
            "resourceType": "Task",
            "id": make_id(f"task {id_}"),
            "status": "draft",
            "intent": "proposal",
            "code": code,
            "description": self.tell(description),
            "for": self.subject,
            "authoredOn": self.answer.as_of,
            **more,
        }
        return self.keep_resource(drop_empty(task))
