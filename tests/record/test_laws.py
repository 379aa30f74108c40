"""Laws of conditions: spelling, negation, causes, families of codes, and what was guessed near."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace

from concordant.model.knowledge import Knowledge, Term
from concordant.patient.account import Account
from concordant.patient.events import Comorbidity, DiseaseEvent, EntryLocation, Finding, PatientRecord
from concordant.record.casefile.read import read_case
from concordant.record.casefile.write import write_case
from concordant.record.condition_events import events_from_mentions
from concordant.record.conditions import (
    ConditionMention,
    mention_from_concept,
    merge_code_and_words,
    parse_condition_entry,
    parse_conditions,
)
from concordant.record.sources import Patient
from concordant.terminology.codes import Terminology, make_terminology
from concordant.terminology.names import Words
from concordant.texts import read_text
from tests.record.test_wordings import ROWS, fhir_of, told
from tests.shipped import failing

AS_OF = dt.date(2023, 6, 1)
OLD = ("taxane_hypersensitivity", "docetaxel_hypersensitivity", "paclitaxel_hypersensitivity")


def terms_of(knowledge: Knowledge) -> list[Term]:
    """Terms that a name can be negated of: a wish is not, and "another malignancy" says of which it is another."""
    return [term for term in knowledge.vocabulary.conditions if term.id not in OLD]


def test_every_name_is_understood_as_its_term(knowledge: Knowledge, words: Words) -> None:
    wrong = {}
    for term in terms_of(knowledge):
        for name in (term.name, term.id, *term.synonyms):
            found = parse_conditions(name, words)
            if [one.term for one in found] != [term.id] and found[0].sites is None:
                wrong[name] = [one.term for one in found]
    assert wrong == {}


def test_no_with_every_name_is_absent(knowledge: Knowledge, words: Words) -> None:
    wishes = set(words.lexicon.words.wishes.values()) if words.lexicon else set()
    wrong = {}
    for term in terms_of(knowledge):
        found = parse_conditions(f"no {term.name}", words)
        if term.id not in wishes and [(one.term, one.status) for one in found] != [(term.id, "absent")]:
            wrong[term.name] = found
    assert wrong == {}


def test_a_pneumonitis_due_to_a_drug_is_about_it(knowledge: Knowledge, words: Words) -> None:
    wrong = {}
    for drug in knowledge.drugs:
        for name in (drug.name, *drug.brands):
            for text in (
                f"pneumonitis due to {name}",
                f"{name}-induced pneumonitis",
                f"anaphylaxis to {name}",
                f"{name} allergy",
            ):
                found = parse_conditions(text, words)
                if [one.about for one in found] != [drug.contains or (drug.id,)]:
                    wrong[text] = found
    assert wrong == {}


def test_case_and_hyphens_do_not_matter(words: Words) -> None:
    def law(row: str) -> None:
        for other in (row.upper(), f"  {row}  ", row.replace("-", " ") if "-" in row[:-1] and not row.endswith("-") else row):
            again = parse_conditions(other, words)
            assert [replace_near(one) for one in again] == [replace_near(one) for one in told(row, words)]

    assert failing(law, [row for row in ROWS if ":" not in row and "c.1" not in row][::3]) == {}


def replace_near(one: ConditionMention) -> ConditionMention:
    """Without the question, which quotes a name."""
    return replace(one, near="")


@pytest.mark.long
def test_a_family_of_codes_says_the_same_in_a_case_file_and_in_fhir(knowledge: Knowledge, words: Words) -> None:
    wrong = {}
    for family in knowledge.vocabulary.code_families:
        if family.site is None and family.cancer in ("", "other"):
            code = family.codes[0].partition("-")[0]
            own = events_from_mentions(parse_condition_entry("", "icd10", code, words).found, ACTIVE, AS_OF, words_first=True)
            here = [(one.term, one.about, one.grade, one.status) for one in own if isinstance(one, Comorbidity)]
            record = fhir_of("icd10", code, knowledge, words)
            there = [(one.term, one.about, one.grade, one.status) for one in record.conditions]
            if here != there and here[0][3] not in ("resolved", "absent"):
                wrong[code] = (here, there)
    assert wrong == {}


ACTIVE = Comorbidity(EntryLocation("here"), None, "", "active", None)


def test_the_name_of_a_family_does_not_contradict_it(knowledge: Knowledge, words: Words) -> None:
    terms: Terminology = make_terminology(knowledge, words)
    wrong = []
    for family in knowledge.vocabulary.code_families:
        meaning = terms.find_concept("icd10", family.codes[0].partition("-")[0])
        coded = mention_from_concept(meaning, words.lexicon) if meaning else None
        if coded is None or not merge_code_and_words(coded, parse_conditions(family.name, words), words.lexicon):
            wrong.append((family.codes[0], family.name))
    assert wrong == []


def test_what_is_near_is_a_question_and_no_fact(words: Words) -> None:
    [one] = parse_conditions("hart failure", words)
    assert (one.term, one.near) == (None, "Did you mean 'heart failure'?")


def test_every_everyday_family_has_its_reason(knowledge: Knowledge) -> None:
    terms = {term.id: term for term in knowledge.vocabulary.conditions}
    assert all(family.term in terms for family in knowledge.vocabulary.code_families if family.term)
    assert sum(bool(term.no_bearing) for term in terms.values()) >= 30


def again_of(record: PatientRecord, knowledge: Knowledge, words: Words) -> PatientRecord:
    text = write_case(Patient("p", record, Account()), knowledge, words)
    return read_case(read_text(text, "again.yaml"), knowledge, words, AS_OF)


@pytest.mark.parametrize("status", ["active", "resolved", "absent", None])
def test_a_condition_written_and_read_again_is_the_same(status: str | None, knowledge: Knowledge, words: Words) -> None:
    def law(row: str) -> None:
        system, _, code = row.partition(":")
        told_ = (
            parse_condition_entry("", system, code, words)
            if system in ("icd10", "snomed")
            else parse_condition_entry(row, "", "", words)
        )
        events = events_from_mentions(
            told_.found, Comorbidity(EntryLocation("c"), None, told_.name, status, None, judged="seen by us"), AS_OF
        )
        conditions = tuple(one for one in events if isinstance(one, Comorbidity))
        found = tuple(one for one in events if isinstance(one, DiseaseEvent))
        again = again_of(PatientRecord(AS_OF, conditions=conditions, events=found), knowledge, words)
        assert [bare(one) for one in again.conditions] == [bare(one) for one in conditions]
        assert [(e.sites, e.brain, e.extent) for e in again.events] == [
            (e.sites, e.brain, e.extent) for e in events if isinstance(e, DiseaseEvent)
        ]

    assert failing(law, list(ROWS)[::4]) == {}


def bare(one: Comorbidity) -> Comorbidity:
    return replace(one, entry=EntryLocation("c"), name="", judged=one.judged)


def test_a_finding_written_and_read_again_is_the_same(knowledge: Knowledge, words: Words) -> None:
    record = PatientRecord(AS_OF, findings=(Finding(EntryLocation("o"), "Troponin I", None, "seen"),))
    [one] = again_of(record, knowledge, words).findings
    assert (one.name, one.judged) == ("Troponin I", "seen")
