"""Would this patient have been in that trial: written from the published criteria, before the program was asked."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import pytest

from concordant.answer.eligibility import judge_eligibility
from concordant.answer.engine import answer_record, build_situation
from concordant.answer.references import References
from concordant.answer.schema import Answer
from concordant.author.build import build_knowledge
from concordant.author.lint.run import lint_folder
from concordant.decide.situation import Situation
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.model.trials import Trial
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_file
from tests.shipped import compiling

# Case, trial, verdict, and what the reason must name. DESTINY-Breast03: trastuzumab and a taxane for advanced disease or
# relapse during or within 6 months of (neo)adjuvant therapy (12 after pertuzumab, which counted as a line); no lung disease
# that needed steroids or at screening; LVEF 50 % or more; no active brain metastases; ECOG 0 or 1; no conjugate for
# metastatic disease. CLEOPATRA: 12 months or more after (neo)adjuvant therapy. DESTINY-Breast09: more than 6.
PAIRS = [
    ("A01", "destiny-breast03", "yes", []),  # relapse during adjuvant trastuzumab emtansine, which is not metastatic
    ("A02", "destiny-breast03", "no", ["within 6 months", "here 7.7 months"]),
    ("A02", "destiny-breast09", "yes", []),
    ("A02", "cleopatra", "no", ["at least 12 months", "7.7 months"]),
    ("A03", "cleopatra", "yes", []),  # twelve months to the day
    ("A04", "cleopatra", "yes", []),
    ("A05", "destiny-breast03", "no", ["within 6 months", "11"]),  # 11 to 13 months, on every reading more than 6
    ("A05", "cleopatra", "unknown", ["12 months"]),  # the same 11 to 13 months straddle 12
    ("A07", "her2climb", "no", ["trastuzumab emtansine"]),
    ("A07", "emilia", "no", ["trastuzumab deruxtecan"]),
    ("A09", "destiny-breast03", "unknown", ["steroids"]),
    ("A10", "destiny-breast03", "no", ["lung disease"]),
    ("A11", "destiny-breast03", "no", ["LVEF", "45 %"]),
    ("A11", "safe-heart", "yes", []),
    ("A17", "destiny-breast03", "no", ["brain metastases", "metastatic disease"]),
    ("A17", "destiny-breast02", "yes", []),
    ("A17", "her2climb", "unknown", ["mass effect"]),
    ("A20", "cleopatra", "yes", []),
    ("A20", "destiny-breast09", "yes", []),
    ("C03", "destiny-breast03", "unknown", ["LVEF"]),
    ("R01", "destiny-breast02", "yes", []),
    ("R01", "destiny-breast03", "no", ["antibody-drug conjugate"]),
    ("R01", "destiny-breast12", "yes", []),
    ("R01", "her2climb", "yes", []),
    ("R01", "nala", "yes", []),
    ("R01", "th3resa", "no", ["lapatinib"]),
    ("Q76", "destiny-breast02", "no", ["ECOG", "here 2"]),
    ("Q76", "sophia", "no", ["three lines"]),
]


def record_of(name: str, knowledge: Knowledge, words: Words) -> PatientRecord:
    path = next((FOLDER / "cases").glob(f"{name}-*.yaml"))
    return read_case(read_file(path), knowledge, words, dt.date(2022, 9, 20))


def situation_of(name: str, knowledge: Knowledge, words: Words) -> Situation:
    return build_situation(record_of(name, knowledge, words), knowledge)


def answer_of(name: str, knowledge: Knowledge, words: Words) -> Answer:
    return answer_record(record_of(name, knowledge, words), knowledge)


def trial_of(id_: str, knowledge: Knowledge) -> Trial:
    return next(trial for trial in knowledge.trials if trial.id == id_)


@pytest.mark.parametrize(("name", "trial", "verdict", "told"), PAIRS, ids=[f"{p[0]}-{p[1]}" for p in PAIRS])
def test_whether_the_patient_would_have_been_in_the_trial(
    name: str, trial: str, verdict: str, told: list[str], knowledge: Knowledge, words: Words
) -> None:
    now = situation_of(name, knowledge, words)
    references = References({source.id: source for source in knowledge.sources})
    found = judge_eligibility(trial_of(trial, knowledge), now.facts, now.plan.by_name, references)
    assert (found.verdict, [word for word in told if word not in found.because]) == (verdict, []), found.because
    assert found.refs
    assert found.because.startswith(trial_of(trial, knowledge).name) == (verdict != "yes")


def test_only_what_decides_is_told(knowledge: Knowledge, words: Words) -> None:
    """Nine criteria, one of them not met: the others are not in the way of the reason."""
    now = situation_of("A02", knowledge, words)
    references = References({source.id: source for source in knowledge.sources})
    found = judge_eligibility(trial_of("destiny-breast03", knowledge), now.facts, now.plan.by_name, references)
    assert found.because.count(", here ") == 1
    assert "LVEF" not in found.because


def test_every_row_of_evidence_says_it_with_its_source(knowledge: Knowledge, words: Words) -> None:
    for name in ("A02", "A20", "R01"):
        answer = answer_of(name, knowledge, words)
        numbers = {reference.n for reference in answer.references}
        rows = [row for option in answer.options for row in option.evidence]
        assert rows
        for row in rows:
            assert row.eligibility.because and {ref.n for ref in row.eligibility.refs} <= numbers
            assert row.eligibility.refs


def test_an_assumption_behind_a_verdict_is_named(knowledge: Knowledge, words: Words) -> None:
    """The only course on record holds no taxane, so it is assumed that none was given."""
    now = situation_of("A25", knowledge, words)
    find = partial(judge_eligibility, facts=now.facts, features=now.plan.by_name)
    found = find(trial_of("destiny-breast03", knowledge), references=References({s.id: s for s in knowledge.sources}))
    assert found.verdict == "no"
    assert "a taxane received: no (assumed)" in found.because


def test_a_trial_without_criteria_is_not_judged(knowledge: Knowledge, words: Words) -> None:
    now = situation_of("A02", knowledge, words)
    references = References({source.id: source for source in knowledge.sources})
    found = judge_eligibility(trial_of("katherine", knowledge), now.facts, now.plan.by_name, references)
    assert (found.verdict, found.refs) == ("unknown", [])


# -- hazard ratios -----------------------------------------------------------------------------------


def test_hazard_ratios_are_numbers_and_agree_with_their_words(knowledge: Knowledge) -> None:
    """Read a second time, by hand: the numbers of the words are those that a figure draws, and nothing else is."""
    seen = 0
    for one in (e for t in knowledge.trials for a in t.analyses for e in a.estimates):
        if not one.effect.startswith("HR"):
            assert one.hr is None
            continue
        assert one.hr is not None, one.effect
        told = one.effect.removeprefix("HR ").replace(" (95 % CI", "").replace(")", "").replace("-", " ").split()
        assert [float(part) for part in told] == [v for v in (one.hr.estimate, one.hr.low, one.hr.high) if v is not None]
        assert one.hr.level == (95 if len(told) == 3 else None)
        assert " at " not in one.hr.of
        seen += 1
    assert seen > 30


def test_the_ratio_of_a_share_at_a_point_in_time_is_that_of_the_whole_curve(knowledge: Knowledge) -> None:
    first = trial_of("destiny-breast03", knowledge).analyses[0]
    timed = next(e for e in first.estimates if e.endpoint == "overall survival at 12 months")
    assert timed.hr is not None and timed.hr.of == "overall survival"


# -- a trial that does not say whom it took ---------------------------------------------------------


@pytest.fixture(scope="module")
def trials_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    target = tmp_path_factory.mktemp("knowledge") / "knowledge"
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("cases", "stories"))
    return target


@compiling
@pytest.mark.long
def test_a_trial_of_a_regimen_must_say_whom_it_took(trials_folder: Path) -> None:
    path = trials_folder / "trials/egf104900.yaml"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.partition("eligible_if:")[0], encoding="utf-8")
        assert "eligible_if:" not in path.read_text(encoding="utf-8")
        complaints = [str(c) for c in lint_folder(trials_folder).complaints]
    finally:
        path.write_text(before, encoding="utf-8")
    assert [c for c in complaints if "does not say whom it took" in c], complaints


def test_the_folder_itself_builds() -> None:
    assert build_knowledge(FOLDER).complaints == []
