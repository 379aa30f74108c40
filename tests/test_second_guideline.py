"""A second guideline, for another disease, answers beside the first: scope, line and cut-off belong to each of them.

It is invented (tests/second_guideline), so what it says is no medicine.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concordant.answer.model import Answer
from concordant.answer.recommend import recommend
from concordant.author.build import build
from concordant.author.lint import lint
from concordant.compiled import Knowledge
from concordant.library import FOLDER
from concordant.record.casefile import read_case
from concordant.record.vocabulary import Words, words_of
from concordant.texts import read_file, read_text
from tests.conftest import AS_OF
from tests.shipped import CASES, answer_to, case, record_of

INVENTED = Path(__file__).parent / "second_guideline"
ADVANCED = "disease: [{event: diagnosis, date: 2023-01-05, stage: IV, sites: [bone]}]\npatient: {sex: female, ecog: 1}\n"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = tmp_path_factory.mktemp("both") / "knowledge"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("cases", "stories"))
    shutil.copytree(INVENTED, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("README.md"))
    assert [str(complaint) for complaint in lint(folder).complaints] == []
    knowledge = build(folder).knowledge
    assert knowledge is not None
    return knowledge


@pytest.fixture(scope="module")
def words(both: Knowledge) -> Words:
    return words_of(both)


def asked(text: str, both: Knowledge, words: Words) -> Answer:
    return recommend(read_case(read_text(ADVANCED + text, "case.yaml"), both, words, AS_OF), both)


def said(answer: Answer) -> dict[str, str | None]:
    """What each guideline answers."""
    return {one.id: one.answer for one in answer.guidelines if one.id != "asco-her2-brain"}


NEGATIVE = "stated: {her2_status: negative, her2_low: no, hormone_receptor: positive, advanced_disease: yes, cancer_type: breast"
ROWS = [  # the record, what each guideline answers, who is heard, and the line that it counts
    (f"{NEGATIVE}, invented_line: first}}", "out_of_scope", "recommends", "invented-receptor-abc", "first"),
    (f"{NEGATIVE}, invented_line: second}}", "out_of_scope", "recommends", "invented-receptor-abc", "second"),
    (f"{NEGATIVE}}}", "out_of_scope", "needs_data", "invented-receptor-abc", None),
    ("stated: {her2_status: equivocal}", "out_of_scope", "out_of_scope", "asco-her2-abc", None),
]


@pytest.mark.parametrize(("text", "first", "second", "heard", "line"), ROWS, ids=[row[3] + "-" + row[2] for row in ROWS])
def test_each_guideline_has_its_verdict_and_one_is_heard(
    text: str, first: str, second: str, heard: str, line: str | None, both: Knowledge, words: Words
) -> None:
    answer = asked(text, both, words)
    assert said(answer) == {"asco-her2-abc": first, "invented-receptor-abc": second}
    assert [one.id for one in answer.guidelines if one.speaks and one.id != "asco-her2-brain"] == [heard]
    assert answer.answer == (second if heard == "invented-receptor-abc" else first)
    assert answer.line == line
    statements = {name for option in answer.options for name in option.statements}
    assert all(name.startswith((heard, "asco-her2-brain")) for name in statements)


def test_the_first_guideline_is_heard_of_its_own_patients(both: Knowledge, words: Words) -> None:
    answer = recommend(read_case(read_file(case("A02")), both, words, AS_OF), both)
    assert said(answer) == {"asco-her2-abc": "recommends", "invented-receptor-abc": "out_of_scope"}
    assert answer.line == "second"


def test_what_the_second_guideline_needs_is_asked(both: Knowledge, words: Words) -> None:
    answer = asked(f"{NEGATIVE}}}", both, words)
    assert answer.ask[0].feature == "invented_line" and answer.ask[0].blocking
    regimens = {name for change in answer.ask[0].changes for name in change.then}
    assert {"letrozole", "fulvestrant", "exemestane"} <= regimens


def test_an_open_subject_is_asked_and_leads_to_either_guideline(both: Knowledge, words: Words) -> None:
    answer = asked("stated: {hormone_receptor: positive, invented_line: first, her2_lines_progressed: 0}", both, words)
    assert answer.answer == "needs_data"
    question = next(q for q in answer.ask if q.feature in ("her2_status", "her2_reported", "her2_ihc"))
    assert "letrozole" in {name for change in question.changes for name in change.then}


def test_the_shipped_answers_stay_as_they_are(both: Knowledge) -> None:
    """But for those who are the invented guideline's own patients: outside the shipped one, receptor-positive and advanced."""
    changed = {}
    for path in CASES[::6]:
        record, before = record_of(path), answer_to(path)
        if record is None or before is None:
            continue
        after = recommend(record, both)
        if (after.answer, [o.regimen for o in after.options]) != (before.answer, [o.regimen for o in before.options]):
            changed[path.stem] = (before.answer, after.answer)
    assert {name: told for name, told in changed.items() if told[0] != "out_of_scope"} == {}
