"""What a reader of FHIR needs of the knowledge, made once."""

from __future__ import annotations

from dataclasses import dataclass, field

from concordant.contract_names import MENOPAUSAL_STATUS
from concordant.model.knowledge import Knowledge
from concordant.record.fhir.elements import CodeableConcept
from concordant.record.row_fate import QuietCode
from concordant.record.rules import RecordRules, make_record_rules
from concordant.terminology.codes import Terminology, make_terminology
from concordant.terminology.quantities import lookup_unit_factor


@dataclass(slots=True)
class FhirTables:
    """Look-up tables and rules."""

    terms: Terminology
    rules: RecordRules
    menopause: frozenset[str]
    flags: frozenset[str] = frozenset()
    quiet: dict[object, QuietCode | None] = field(
        default_factory=dict
    )  # codes as they are written, and what is told of quiet results under them
    speaking: dict[bytes, bool] = field(default_factory=dict)  # strings of JSON that were met, and whether they may tell a topic

    def find_grade(self, severity: str | CodeableConcept | None) -> int | None:
        """The grade that a severity in a word or a code comes to."""
        lexicon = self.terms.words.lexicon
        if severity is None or lexicon is None:
            return None
        texts = [severity] if isinstance(severity, str) else [severity.text, *(c.display for c in severity.coding or ())]
        items = [item for text in texts if text for item in lexicon.read_items(text)]
        return next((item.grade for item in items if item.kind == "severity"), None)

    def find_unit_factor(self, name: str, unit: str) -> float | None:
        """What turns a number in this unit into the unit of the measurement; None for a unit that is not known."""
        wanted = self.rules.measured[name]
        factor = lookup_unit_factor(wanted, unit, self.terms.words)
        return factor if factor is not None else lookup_unit_factor(wanted, unit.strip("[]{}"), self.terms.words)


def make_fhir_tables(knowledge: Knowledge, terms: Terminology | None = None) -> FhirTables:
    """The tables of a Knowledge for reading FHIR."""
    vocabulary = knowledge.vocabulary
    features = {feature.name: feature for feature in knowledge.features}
    menopause = features[MENOPAUSAL_STATUS].values if MENOPAUSAL_STATUS in features else ()
    return FhirTables(
        terms or make_terminology(knowledge),
        make_record_rules(knowledge),
        frozenset(menopause),
        frozenset(flag.lower() for flag in vocabulary.abnormal_flags),
    )
