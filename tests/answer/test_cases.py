"""Every story of knowledge/cases gets the answer that its reviewers expect."""

from __future__ import annotations

import datetime as dt
import json

from concordant.answer.engine import answer_record
from concordant.errors import ConcordantError
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.present.as_json import add_first_screen, render_json
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_text
from tests.acceptance.check_cases import Case, Run, find_cases, judge, without_hidden_blocks
from tests.acceptance.check_cases import read_case as expected_case
from tests.shipped import answer_to, failing, in_chunks, record_of

PATHS = {path.stem: path for path in find_cases([str(FOLDER / "cases")])}  # read when they are wanted: there are hundreds


def answered(case: Case, knowledge: Knowledge, words: Words) -> Run:
    """What the command would print for the visible part of the case."""
    try:
        text = read_text(without_hidden_blocks(case.text), "patient.yaml")
        record = read_case(text, knowledge, words, dt.date(2022, 9, 20))
        known = answer_to(case.path) if record == record_of(case.path) else None  # hidden blocks tell the reader nothing
        return Run(0, render_json(add_first_screen(known or answer_record(record, knowledge))), "")
    except ConcordantError as error:
        return Run(error.exit_code, "", str(error))


@in_chunks
def test_case(chunk: int, knowledge: Knowledge, words: Words) -> None:
    def law(name: str) -> None:
        case = expected_case(PATHS[name])
        assert judge(case.expect, answered(case, knowledge, words)) == []

    assert failing(law, PATHS, chunk) == {}


def test_a_wrong_answer_is_noticed(knowledge: Knowledge, words: Words) -> None:
    case = expected_case(next(path for name, path in PATHS.items() if name.startswith("A25-")))
    run = answered(case, knowledge, words)
    wrong = json.loads(run.out) | {"line_of_therapy": "first"}
    assert judge(case.expect, Run(0, json.dumps(wrong), "")) != []
