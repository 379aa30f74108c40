"""Of which tissue a result is: the primary tumour or a metastasis, by the words before it."""

from __future__ import annotations

from functools import cached_property

from concordant.record.notes.agreement import has_conflict
from concordant.record.notes.facts_view import FactsView
from concordant.record.notes.mentions import Span


class Specimens(FactsView):
    """What a note says of the tissue of its results."""

    def settle_specimens(self) -> None:
        """A result that is told of the primary tumour, or of a metastasis, is told of that as well."""
        for fact in [fact for fact in self.gathered.facts if fact.fact in self.names.markers]:
            for span in fact.spans:
                if specimen := self.find_specimen(span):
                    self.gathered.tell_fact(f"{fact.fact}@{specimen}", fact.value, [span], fact.sure, fact.rule)
        for name in self.names.markers:
            self.choose_specimen(name)
        if any(has_conflict(self.gathered.find_values(f"{name}@metastasis")) for name in self.names.markers):
            for fact in [
                fact
                for fact in self.gathered.facts
                if fact.fact in self.names.markers and all(map(self.find_specimen, fact.spans))
            ]:
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.tell_fact(f"{fact.fact}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def find_specimen(self, span: Span) -> str:
        """Which tissue a result is of: the last word for one before it in its sentence."""
        sentence = self.context.text.find_sentence(span[0])
        found = [
            (match.end(), specimen)
            for specimen, pattern in self.order.specimens.items()
            for match in pattern.finditer(self.masked.text, sentence.start, span[1])
        ]
        return max(found)[1] if found else self.find_carried_specimen(span[0])

    def find_carried_specimen(self, place: int) -> str:
        """The tissue that a report names above its results: a metastasis where it is another organ."""
        above = [specimen for start, specimen in self.named if start < place]
        return above[-1] if above else ""

    @cached_property
    def named(self) -> list[tuple[int, str]]:
        """The specimens that the text names, each with its place."""
        found = list(self.order.named_specimen.finditer(self.masked.text))
        return [(match.start(), self.tell_tissue(match.start(), match.end())) for match in found]

    def tell_tissue(self, start: int, end: int) -> str:
        """Whether the organ between two places is another one than that of the primary tumour."""
        sites = {id_ for at, entity in self.masked.entities.items() if start <= at < end for id_ in entity.ids}
        return "metastasis" if sites & self.order.distant else ""

    def choose_specimen(self, name: str) -> None:
        """Of results that differ by the tissue the one of the metastasis counts; of those that contradict each other none."""
        plain = [fact for fact in self.gathered.facts if fact.fact == name]
        if not has_conflict([fact.value for fact in plain]):
            return
        spread = set(self.gathered.find_values(f"{name}@metastasis"))
        if all(any(self.find_specimen(span) for span in fact.spans) for fact in plain):
            for fact in plain:
                if fact.value not in spread or has_conflict(sorted(spread)):
                    self.gathered.take_back(name, fact.value)
                    self.gathered.tell_fact(f"{name}_optional", fact.value, fact.spans, fact.sure, fact.rule)
