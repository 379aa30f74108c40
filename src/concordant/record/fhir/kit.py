"""What a reader of FHIR needs of the knowledge, made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from concordant.compiled import Field, Knowledge
from concordant.record.events import EXTENTS, Extent, word_of
from concordant.record.fhir.elements import Concept
from concordant.record.line_rules import LineRules, line_rules
from concordant.record.terminology import Terminology, terminology_of
from concordant.record.vocabulary import plain, squeezed

ROMAN = {"0": "0", "1": "i", "2": "ii", "3": "iii", "4": "iv"}


@dataclass(slots=True)
class Kit:
    """Look-up tables and rules."""

    terms: Terminology
    rules: LineRules
    tests: Mapping[str, Field]
    measured: Mapping[str, Field]
    stages: Mapping[str, str]
    tags: Mapping[str, tuple[str, ...]]
    menopause: frozenset[str]
    names: Mapping[str, str]
    de_novo_months: float
    single_receptors: frozenset[str]
    spread_words: tuple[str, ...]
    flags: frozenset[str] = frozenset()
    factors: dict[tuple[str, str], float | None] = field(default_factory=dict)

    def severity(self, told: str | Concept | None) -> int | None:
        """The grade that a severity in a word or a code comes to."""
        lexicon = self.terms.words.lexicon
        if told is None or lexicon is None:
            return None
        texts = [told] if isinstance(told, str) else [told.text, *(c.display for c in told.coding or ())]
        items = [item for text in texts if text for item in lexicon.read(text)]
        return next((item.grade for item in items if item.kind == "severity"), None)

    def factor(self, name: str, unit: str) -> float | None:
        """What turns a number in this unit into the unit of the measurement; None for a unit that is not known."""
        key = (name, unit)
        if key not in self.factors:
            if len(self.factors) > 5000:
                return self._factor(self.measured[name], unit)
            self.factors[key] = self._factor(self.measured[name], unit)
        return self.factors[key]

    def _factor(self, wanted: Field, unit: str) -> float | None:
        if not wanted.unit:
            return 1.0
        own = {squeezed(name): factor for name, factor in wanted.also.items()}
        units = self.terms.words.units.get(wanted.unit, {})
        known = {squeezed(wanted.unit): 1.0, **units, **own}
        spelling = squeezed(unit)
        return known.get(spelling, known.get(spelling.strip("[]{}")))

    def extent(self, stage: str) -> Extent | None:
        """The extent of disease that a stage tells; None when it leaves it open, or is no stage."""
        return word_of(self.stages.get(self.stage_name(stage)), EXTENTS)

    def stage_name(self, text: str) -> str:
        """`Stage 3A`, `IIIA` and `c3A` in one spelling."""
        name = plain(text).removeprefix("ajcc ").removeprefix("stage ").replace(" ", "")
        if name[:1] in "cp" and name[1:2].isdigit():
            name = name[1:]
        return ROMAN[name[0]] + name[1:] if name[:1] in ROMAN else name


def kit_of(knowledge: Knowledge, terms: Terminology | None = None) -> Kit:
    """The tables of a Knowledge for reading FHIR."""
    vocabulary = knowledge.vocabulary
    features = {feature.name: feature for feature in knowledge.features}
    menopause = features["menopausal_status"].values if "menopausal_status" in features else ()
    return Kit(
        terms or terminology_of(knowledge),
        line_rules(knowledge),
        {test.name: test for test in vocabulary.tests},
        {one.name: one for one in vocabulary.measurements},
        {plain(stage): extent for stage, extent in vocabulary.stages.items()},
        {site.id: site.tags for site in vocabulary.sites},
        frozenset(menopause),
        {drug.id: drug.name for drug in knowledge.drugs},
        vocabulary.reading.de_novo_months if vocabulary.reading else 0.0,
        frozenset(t.name for t in vocabulary.tests if "value" in t.numbers),
        vocabulary.spread_words,
        frozenset(flag.lower() for flag in vocabulary.abnormal_flags),
    )
