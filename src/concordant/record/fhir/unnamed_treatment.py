"""Cancer treatment that an entry tells without its drugs, by a code or in words: a procedure, a visit for it, a billed line."""

from __future__ import annotations

from concordant.logic.dates import PartialDate
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import CodeableConcept
from concordant.record.findings import UnnamedTreatment


def find_unnamed_treatment(code: CodeableConcept | None, chart: Chart, *, in_words: bool = False) -> bool | None:
    """Whether a code says that cancer drugs were given: True where that is past, None where it says no such thing."""
    if code is None:
        return None
    terms = chart.tables.terms
    past = terms.find_unnamed_treatment((coding.system, coding.code) for coding in code.coding or ())
    if past is None and in_words:
        texts = (code.text, *(coding.display for coding in code.coding or ()))
        return False if any(text and terms.says_treatment_given(text) for text in texts) else None
    return past


def add_unnamed_treatment(
    code: CodeableConcept | None, date: PartialDate | None, wrong: str, chart: Chart, *, past: bool = False
) -> None:
    """Treatment of which only the day is known; of past treatment not even that."""
    texts = (code.text, *(coding.display or coding.code for coding in code.coding or ())) if code is not None else ()
    name = next(filter(None, texts), "treatment")
    chart.found.append(UnnamedTreatment(chart.entry, name, None if wrong or past else date))
    if wrong:
        chart.mark_set_aside(wrong)
    else:
        chart.mark_used(f"treatment without its drugs: {name}")
