"""Conditions as people write them: what each wording and each code says, in a case file and in FHIR."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from concordant.model.knowledge import Knowledge
from concordant.patient.events import Comorbidity, DiseaseEvent, EntryLocation
from concordant.record.condition_events import events_from_mentions
from concordant.record.conditions import ConditionMention, parse_condition_entry, parse_conditions
from concordant.record.fhir.read import read_document
from concordant.record.fhir.tables import make_fhir_tables
from concordant.terminology.codes import make_terminology
from concordant.terminology.names import Words
from concordant.texts import read_file
from tests.shipped import failing

AS_OF = dt.date(2023, 6, 1)
ROWS: dict[str, str] = read_file(Path(__file__).parent / "wordings.yaml").value
SYSTEMS = {"icd10": "http://hl7.org/fhir/sid/icd-10-cm", "snomed": "http://snomed.info/sct"}
PLAIN = Comorbidity(EntryLocation("here"), None, "", None, None)


def reading(one: ConditionMention) -> str:
    """A reading in the words of the table."""
    if one.sites is not None and one.status == "absent":
        return f"sites {one.brain}"
    if one.sites is not None:
        return " ".join(filter(None, ("sites", *(one.sites or ("-",)), one.brain)))
    if one.term is None or (one.narrow and one.status == "absent"):
        return "unread-absent" if one.status == "absent" else "unread"
    about = f"({' '.join(one.about)})" if one.about else ""
    grade = "" if one.grade is None else f"g{one.grade}"
    return " ".join(filter(None, ("" if one.sure else "suspected", one.term, about, grade, one.status)))


def told(row: str, words: Words) -> tuple[ConditionMention, ...]:
    system, colon, code = row.partition(":")
    return parse_condition_entry("", system, code, words).found if colon and system in SYSTEMS else parse_conditions(row, words)


def test_a_wording_says_what_it_says(words: Words) -> None:
    def law(row: str) -> None:
        assert " + ".join(map(reading, told(row, words))) == ROWS[row]

    assert failing(law, ROWS) == {}


def test_the_table_is_long() -> None:
    assert len(ROWS) >= 300


CODES = [row for row in ROWS if row.partition(":")[0] in SYSTEMS]


def fhir_of(system: str, code: str, knowledge: Knowledge, words: Words) -> Any:
    coding = {"system": SYSTEMS[system], "code": code}
    patient = {"resourceType": "Patient", "id": "p", "gender": "female"}
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "Patient/p"},
        "code": {"coding": [coding]},
        "clinicalStatus": {"coding": [{"code": "active"}]},
    }
    bundle = {"resourceType": "Bundle", "entry": [{"resource": patient}, {"resource": condition}]}
    kit = make_fhir_tables(knowledge, make_terminology(knowledge, words))
    return read_document(json.dumps(bundle).encode(), "b.json", kit, AS_OF).patients[0].record


def test_a_code_says_the_same_in_fhir(knowledge: Knowledge, words: Words) -> None:
    def law(row: str) -> None:
        system, _, code = row.partition(":")
        record = fhir_of(system, code, knowledge, words)
        own = events_from_mentions(told(row, words), Comorbidity(PLAIN.entry, None, "", "active", None), AS_OF, words_first=True)
        here = [(c.term, c.about, c.grade, c.status) for c in own if isinstance(c, Comorbidity) and c.term != "breast_cancer"]
        assert [(c.term, c.about, c.grade, c.status) for c in record.conditions] == here
        sites = [e.sites for e in own if isinstance(e, DiseaseEvent) and e.sites and e.sites != ("axilla",)]
        stated = {site for one in sites for site in one}
        assert not stated or record.stated.get("disease_extent") == "metastatic"

    assert failing(law, CODES) == {}
