"""What holds whatever the claim: a changed digit, swapped arms, sentences around it, another spelling of its numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from concordant.audit.audit import Auditor, make_auditor
from concordant.audit.verdicts import Finding
from concordant.model.audit import FigureRow
from concordant.model.knowledge import Knowledge
from tests.shipped import shipped_knowledge

DAY = dt.date(2026, 11, 27)
NAMES = {trial.id: trial for trial in shipped_knowledge().trials}


def iter_pairs(knowledge: Knowledge) -> Iterator[FigureRow]:
    """The rows with two values, a ratio and no patients of their own."""
    for row in knowledge.audit.rows:
        if len(row.values) == 2 and all(v.value is not None for v in row.values) and row.hr and row.unit == "months":
            yield row


ROWS = list(iter_pairs(shipped_knowledge()))


def tell(row: FigureRow, *, arms: bool = False, swapped: bool = False) -> str:
    """A row as a sentence, with the values of the arms in their order or swapped."""
    first, second = ((row.values[1], row.values[0]) if swapped else row.values)[:2]
    trial, where = NAMES[row.trial], f", {row.population}" if row.population else ""
    values = f"{first.value:g} months versus {second.value:g} months"
    if arms:
        values = f"{first.value:g} months with {trial.arms[0]} versus {second.value:g} months with {trial.arms[1]}"
    name = trial.name.partition(" (")[0]
    by = f" by {row.assessor}" if row.assessor else ""
    assert row.hr is not None
    return f"{name}: median {row.endpoint}{by} {values}, HR {row.hr.estimate:g}{where}."


@pytest.fixture(scope="module")
def auditor(knowledge: Knowledge) -> Auditor:
    return make_auditor(knowledge)


def judge(auditor: Auditor, text: str) -> set[str]:
    return {finding.verdict for finding in auditor.audit(text, DAY)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.trial}-{row.told}-{row.analysis}")
def test_every_row_of_the_knowledge_is_supported_as_it_is(row: FigureRow, auditor: Auditor) -> None:
    assert judge(auditor, tell(row)) == {"supported"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.trial}-{row.told}-{row.analysis}")
def test_a_changed_digit_never_stays_supported(row: FigureRow, auditor: Auditor) -> None:
    sentence = tell(row)
    start = sentence.index("median")
    for met in re.finditer(r"\d", sentence[start:]):
        at = start + met.start()
        for digit in "0123456789":
            if digit != met[0]:
                changed = sentence[:at] + digit + sentence[at + 1 :]
                assert "supported" not in judge(auditor, changed), changed


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.trial}-{row.told}-{row.analysis}")
def test_swapped_arms_are_contradicted(row: FigureRow, auditor: Auditor) -> None:
    assert judge(auditor, tell(row, arms=True)) == {"supported"}
    assert judge(auditor, tell(row, arms=True, swapped=True)) == {"contradicted"}


BEFORE = "The weather in Lisbon is mild in May. Nobody knows why."
BEHIND = "Costs differ between countries. Patients value time at home."


@pytest.mark.parametrize("row", ROWS[::3], ids=lambda row: f"{row.trial}-{row.told}")
def test_sentences_around_it_change_nothing(row: FigureRow, auditor: Auditor) -> None:
    alone = auditor.audit(tell(row), DAY)
    among = auditor.audit(f"{BEFORE}\n{tell(row)}\n{BEHIND}\n", DAY)
    assert [strip(finding) for finding in alone] == [strip(finding) for finding in among]


def strip(finding: Finding) -> tuple[str, str, str]:
    return finding.kind, finding.verdict, finding.right


SPELLINGS = {
    "mo": "DESTINY-Breast03: median PFS 28.8 mo versus 6.8 mo, HR 0.33.",
    "a raised point": "DESTINY-Breast03: median PFS 28·8 months versus 6·8 months, HR 0·33.",
    "a comma": "DESTINY-Breast03: medianes PFS 28,8 Monate versus 6,8 Monate, HR 0,33.",
    "no zero": "DESTINY-Breast03: median PFS 28.8 v 6.8 months, HR .33.",
    "narrow blanks": "DESTINY‑Breast03: median PFS 28.8 months vs 6.8 months; HR 0.33.",
    "another name": "DB-03: median PFS 28.8 vs. 6.8 months; hazard ratio 0.33.",
    "markdown": "**DESTINY-Breast03**: median PFS **28.8** vs **6.8** months, HR **0.33**.",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_another_spelling_is_the_same_claim(text: str, auditor: Auditor) -> None:
    assert judge(auditor, text) == {"supported"}


OTHERS = (
    "DESTINY-Gastric01: median OS 12.5 v 8.4 months with T-DXd.",
    "In gastric cancer T-DXd improved OS to 12.5 months.",
    "Capecitabine 825 mg/m2 twice daily with radiotherapy in rectal cancer.",
    "Ribociclib 600 mg once daily for 21 days of 28.",
    "DESTINY-Breast04: PFS 9.9 v 5.1 months, HR 0.50.",
    "Pembrolizumab 200 mg every 3 weeks.",
)


@pytest.mark.parametrize("text", OTHERS)
def test_another_cancer_drug_or_trial_is_not_judged(text: str, auditor: Auditor) -> None:
    assert judge(auditor, text) <= {"not_in_knowledge"}


def test_what_was_not_yet_published_is_not_judged(auditor: Auditor) -> None:
    told = "DESTINY-Breast03: median PFS 28.8 v 6.8 months, HR 0.33."
    early = {finding.verdict for finding in auditor.audit(told, dt.date(2022, 6, 1))}
    assert early <= {"not_in_knowledge"}
