"""What every card of one call shares: its source, its links, the reasons for which it may be overridden, and its numbers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from concordant.answer.schema import Answer
from concordant.model.cohort import ConcordanceRules, unpack_cohort_file
from concordant.model.knowledge import Knowledge
from concordant.present.cards.card import Coding, Link, Source

SPACE = uuid.UUID("5c1f3e0e-6f5d-4e0e-9d2f-6a2f0f6a7c11")  # of this project, for names of cards
DOI = "https://doi.org/"
PAGE = "Open Concordant"
NOBODY = "No clinician has reviewed this knowledge."


@dataclass(frozen=True, slots=True)
class CardFrame:
    """`base` is the address under which the service is reached, `instance` the number of the call."""

    knowledge: Knowledge
    base: str
    instance: str

    def make_uuid(self, *names: str) -> str:
        """The number of a card or suggestion: another one in each call, and the same whenever that call is answered."""
        return str(uuid.uuid5(SPACE, "/".join((self.instance, *names))))

    def make_source(self, answer: Answer, topic: str) -> Source:
        """The guideline that speaks, as the source of a card."""
        heard = next((one for one in answer.guidelines if one.speaks), None)
        label = f"{heard.title} {heard.version}" if heard is not None else "Concordant"
        coding = Coding(system=f"{self.base}/cds-services/topics", code=topic, display=TOPICS[topic])
        return Source(label=label, url=self._find_address(answer), topic=coding)

    def make_links(self, answer: Answer) -> tuple[Link, ...]:
        """The guideline itself, and the page of this server."""
        return tuple(self._iter_links(answer))

    def _iter_links(self, answer: Answer) -> Iterator[Link]:
        if address := self._find_address(answer):
            yield Link(label="The guideline", url=address, type="absolute")
        yield Link(label=PAGE, url=f"{self.base}/", type="absolute")

    def _find_address(self, answer: Answer) -> str:
        heard = next((one for one in answer.guidelines if one.speaks), None)
        versions = (
            version
            for guideline in self.knowledge.guidelines
            for version in guideline.versions
            if heard is not None and (guideline.id, version.version) == (heard.id, heard.version)
        )
        name = next((version.source for version in versions), "")
        source = next((source for source in self.knowledge.sources if source.id == name), None)
        return f"{DOI}{source.doi}" if source is not None and source.doi else ""

    def list_override_reasons(self) -> tuple[Coding, ...]:
        """The reasons that the knowledge accepts for another treatment."""
        rules = unpack_cohort_file(self.knowledge.cohort, "concordance", ConcordanceRules)
        system = f"{self.base}/cds-services/override-reasons"
        return tuple(Coding(system=system, code=one.reason, display=one.label) for one in rules.accepted_reasons) if rules else ()


TOPICS = {"answer": "What the guideline says", "question": "A missing fact that decides", "order": "An order"}
