"""What the coded columns of a CDM row stand for: pinned concept ids, the concept table, then the source value as code or text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from concordant.errors import quote_word
from concordant.model.knowledge import CodeKind
from concordant.record.conditions import read_known_conditions
from concordant.record.omop.schema import Row
from concordant.record.row_fate import QuietCode
from concordant.terminology.codes import CodeableConcept, Terminology
from concordant.terminology.names import medicines_from_name

MOST_REMEMBERED = 50_000
PINNED = "omop"
TUMOURS = {"cancer", "secondary"}  # a primary tumour and a metastasis are different things
VAGUE = {"unspecified", ""}
DISEASE: tuple[CodeKind, ...] = ("stage", "secondary")  # of which concepts are known by their name
NO_CONCEPT = (None, "", "0")
# A code alone tells its system only where its form does; a bare number may belong to several.
LOINC = re.compile(r"(?:LA)?\d{1,6}-\d")
ICD = re.compile(r"[A-Za-z]\d[0-9A-Za-z](?:\.?[0-9A-Za-z]{1,4})?")
TISSUE = re.compile(r"\d{4}/\d(?:[- ]?[A-Za-z]\d\d(?:\.\d)?)?")
TREATMENT = ("drug", "procedure")  # columns whose source values may be codes of bills, of products and of substances
TREATMENT_FORMS = {
    "hcpcs": re.compile(r"[A-Za-z]\d{4}"),
    "atc": re.compile(r"[A-Za-z]\d\d[A-Za-z]{2}\d\d"),
    "ndc": re.compile(r"\d{4,5}-\d{3,4}(?:-\d{1,2})?|\d{10,11}"),
}
PREFIXED = re.compile(r"([A-Za-z][\w -]{1,20})[:|^]\s*(\S+)")


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """The meaning of a coded column, the words for it, the codes that were met, and what contradicts itself in it; `kinds` are
    those of all its codes, `value` is what the source wrote.
    """

    meaning: CodeableConcept | None = None
    text: str = ""
    met: tuple[tuple[str, str, str], ...] = ()
    conflict: str = ""
    kinds: frozenset[str] = frozenset()
    value: str = ""


@dataclass(slots=True)
class ConceptLookup:
    """Looks up the coded columns of rows. `concepts` are vocabulary, code and name of concept ids, as the CDM tells them."""

    terms: Terminology
    concepts: Mapping[str, tuple[str, str, str]]
    quiet: dict[tuple[str | None, ...], QuietCode | None] = field(default_factory=dict)  # by table and columns of the code
    unnamed: dict[tuple[object, ...], bool | None] = field(default_factory=dict)
    remembered: dict[tuple[str | None, str | None, str | None, bool], CodedColumn] = field(default_factory=dict)

    def read_column(self, row: Row, stem: str) -> CodedColumn:
        """The columns `STEM_concept_id`, `STEM_source_concept_id` and `STEM_source_value` of a row together."""
        return self.match_codes(
            row.get(f"{stem}_concept_id"),
            row.get(f"{stem}_source_concept_id"),
            row.get(f"{stem}_source_value"),
            of_treatment=stem in TREATMENT,
        )

    def match_codes(
        self, standard: str | None, source: str | None = None, value: str | None = None, *, of_treatment: bool = False
    ) -> CodedColumn:
        """Look up a standard concept, a source concept and a source value together. The first that is understood counts;
        two concepts that differ are a conflict. `of_treatment`: a source value may be a code of bills and of products.
        """
        key = (standard, source, value, of_treatment)
        if key not in self.remembered:
            if len(self.remembered) >= MOST_REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = self._match_codes(standard, source, value, of_treatment=of_treatment)
        return self.remembered[key]

    def _match_codes(self, standard: str | None, source: str | None, value: str | None, *, of_treatment: bool) -> CodedColumn:
        ids = list(dict.fromkeys(id_ for id_ in (standard, source) if id_ not in NO_CONCEPT and id_ is not None))
        met = tuple(self._find_concept_row(id_) for id_ in ids)
        matches = [(row, meaning) for id_, row in zip(ids, met, strict=True) if (meaning := self._find_meaning(id_)) is not None]
        text = next((name for _, _, name in met if name), value or "")
        conflict = _explain_contradiction(matches)
        if matches:
            return CodedColumn(matches[0][1], text, met, conflict, frozenset(meaning.kind for _, meaning in matches), value or "")
        bare = self.terms.certainty.split_code("", value or "")[0]
        tried = list(_iter_possible_codes(bare, of_treatment=of_treatment))
        meaning = next((m for system, code in tried if (m := self.terms.find_concept(system, code)) is not None), None)
        known = met or tuple((system, code, "") for system, code in tried if system)[:1]
        read = meaning or self._match_texts(met, value)
        return CodedColumn(read, text, known or ((("", value, ""),) if value else ()), value=value or "")

    def _find_concept_row(self, id_: str) -> tuple[str, str, str]:
        return self.concepts.get(id_, (PINNED, id_, ""))

    def _find_meaning(self, id_: str) -> CodeableConcept | None:
        if (pinned := self.terms.find_concept(PINNED, id_)) is not None:
            return pinned
        system, code, _ = self.concepts.get(id_, ("", "", ""))
        return self.terms.find_concept(system, code)

    def _match_texts(self, met: tuple[tuple[str, str, str], ...], value: str | None) -> CodeableConcept | None:
        """What the names of the concepts, or else the source value, say in words."""
        for _, _, name in met:
            told = (self.terms.find_text_concept(kind, name) for kind in DISEASE) if name else ()
            if (meaning := next(filter(None, told), None)) is not None:
                return meaning
        for text in (*(name for _, _, name in met), value):
            if text and (drugs := self.terms.drugs_from_text(text)):
                return CodeableConcept("drug", drugs[0], text, drugs=drugs)
            if text and (mentions := read_known_conditions(text, self.terms.words)):
                return CodeableConcept("condition", next((mention.term for mention in mentions if mention.term), ""), text)
            if text and (parts := medicines_from_name(text, self.terms.words)):
                return CodeableConcept("medication", parts[0], text)
        return None

    def find_name(self, id_: str | None) -> str:
        """The name of a concept, or its code where the CDM's table has no name."""
        vocabulary, code, name = self.concepts.get(id_ or "", ("", "", ""))
        return name or (code if vocabulary else "")

    def find_code(self, id_: str | None, system: str) -> str:
        """The code of a concept of one system: the unit of UCUM, for example."""
        vocabulary, code, _ = self.concepts.get(id_ or "", ("", "", ""))
        return code if vocabulary == system else ""


def _explain_contradiction(matches: list[tuple[tuple[str, str, str], CodeableConcept]]) -> str:
    """Standard and source concept that stand for different things of one kind."""
    if len(matches) < 2:
        return ""
    (one, first), (two, second) = matches[0], matches[1]
    tumours = {first.kind, second.kind} == TUMOURS
    if not tumours and (first.kind != second.kind or first.name == second.name or VAGUE.intersection((first.name, second.name))):
        return ""
    names = (quote_word(name or code) for _, code, name in (one, two))
    return "its standard concept ({}) and its source concept ({}) stand for different things".format(*names)


def _iter_possible_codes(value: str, *, of_treatment: bool) -> Iterator[tuple[str, str]]:
    """The codes that a source value may be, with their systems."""
    value = value.strip()
    yield "", value
    if of_treatment:
        yield from ((system, value) for system, form in TREATMENT_FORMS.items() if form.fullmatch(value))
    if (match := PREFIXED.fullmatch(value)) is not None:
        yield match[1].strip(), match[2]
    if LOINC.fullmatch(value):
        yield "loinc", value
    if ICD.fullmatch(value):
        yield "icd10", value
    if TISSUE.fullmatch(value):
        yield "icdo3", value
