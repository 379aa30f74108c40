"""Procedures of the CDM: operations, and drug treatment, told with its drug or without."""

from __future__ import annotations

from concordant.logic.dates import PartialDate
from concordant.record.builder import RecordBuilder
from concordant.record.findings import UnnamedTreatment
from concordant.record.omop.codes import MOST_REMEMBERED, CodedColumn, ConceptLookup
from concordant.record.omop.disease import keep_event
from concordant.terminology.codes import CodeableConcept, Terminology

NOT_ASKED = "nothing here asks for it"


def is_treatment(coded: CodedColumn, terms: Terminology) -> bool:
    """Whether a procedure that is not known gives a cancer drug all the same: by its code, or by a name among other words."""
    listed = any(terms.is_treatment_code(system, code) for system, code, _ in coded.met)
    return listed or (bool(coded.text) and terms.holds_drug(coded.text))


def find_unnamed_treatment(coded: CodedColumn, codes: ConceptLookup, *, in_words: bool) -> bool | None:
    """Whether a row says that cancer drugs were given, and not which: True where that is past, None where it does not."""
    key = (in_words, coded.meaning is None or coded.meaning.kind, coded.met, coded.text, coded.value)
    if key not in codes.unnamed:
        if len(codes.unnamed) >= MOST_REMEMBERED:
            codes.unnamed.clear()
        codes.unnamed[key] = _find_unnamed_treatment(coded, codes.terms, in_words=in_words)
    return codes.unnamed[key]


def _find_unnamed_treatment(coded: CodedColumn, terms: Terminology, *, in_words: bool) -> bool | None:
    if (coded.meaning is not None and coded.meaning.kind != "condition") or is_treatment(coded, terms):
        return None
    forms = [(system, coded.value) for system in terms.unnamed_codes]
    past = terms.find_unnamed_treatment([*((system, code) for system, code, _ in coded.met), *forms])
    if past is None and in_words and coded.text and terms.says_treatment_given(coded.text):
        return False
    return past


def keep_unnamed_treatment(record: RecordBuilder, coded: CodedColumn, date: PartialDate | None, wrong: str) -> None:
    """Treatment of which only the day is known."""
    record.found.append(UnnamedTreatment(record.entry, coded.text or "treatment", None if wrong else date))
    if wrong:
        record.mark_set_aside(wrong)
    else:
        record.mark_used(f"treatment without its drugs: {coded.text or coded.value}")


def read_procedure(record: RecordBuilder, meaning: CodeableConcept, date: PartialDate | None, wrong: str) -> None:
    """An operation, or drug treatment that is told without its drugs."""
    if event := meaning.implies.get("event"):
        keep_event(record, event, date, wrong, procedure=meaning.name)
    elif "drugs" not in meaning.implies:
        record.mark_ignored(meaning.says or NOT_ASKED)
    else:
        record.found.append(UnnamedTreatment(record.entry, meaning.name, None if wrong else date))
        if wrong:
            record.mark_set_aside(wrong)
        else:
            record.mark_used(meaning.name)
