"""What a row that contradicts itself, or cannot be read, would have said: that there is something, and nothing of it."""

from __future__ import annotations

from concordant.logic.intervals import Interval
from concordant.patient.events import Comorbidity, Marker, Measurement
from concordant.record.builder import RecordBuilder
from concordant.record.condition_events import events_from_mentions
from concordant.record.conditions import parse_conditions
from concordant.record.omop.codes import CodedColumn
from concordant.record.omop.disease import leave_disease_open
from concordant.record.omop.drugs import DrugExposures


def keep_blank_findings(record: RecordBuilder, coded: CodedColumn, table: str, drugs: DrugExposures) -> None:
    """The blank findings of the row at hand."""
    meaning, entry = coded.meaning, record.entry
    kinds = coded.kinds or frozenset({meaning.kind} if meaning is not None else ())
    leave_disease_open(record, kinds, coded.text or "a tumour")
    if table == "drug_exposure":
        record.keep_blank([drugs.treatment_from_name(coded.text or "no name")])
    elif meaning is not None and meaning.kind == "test":
        record.keep_blank([Marker(entry, meaning.name, None, {}, None, None)])
    elif table == "condition_occurrence":
        name = (spell_term(meaning.name) if meaning is not None and meaning.kind == "condition" else "") or coded.text
        plain = Comorbidity(entry, None, name or "a condition without a name", None, None)
        told = events_from_mentions(parse_conditions(plain.name, drugs.words), plain, record.as_of)
        record.keep_blank([event if isinstance(event, Comorbidity) else plain for event in told])
    elif meaning is not None and meaning.kind == "measurement":
        record.keep_blank([Measurement(entry, meaning.name, Interval(), None)])


def spell_term(term: str) -> str:
    """A term of the vocabulary in words."""
    return term.replace("_", " ")
