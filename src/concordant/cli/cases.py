"""Answer every case of a knowledge folder, to see which statements they reach, and try the examples of notes; for the lint."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from concordant.answer.engine import build_situation, decide_record
from concordant.author.lint.cases import CaseSummary
from concordant.author.lint.notes import ExampleFailure
from concordant.errors import Complaint, ConcordantError
from concordant.logic.truth import TRUE
from concordant.model.knowledge import Knowledge
from concordant.record.casefile.read import read_case
from concordant.record.notes.examples import find_failed_examples
from concordant.terminology.names import Words, make_words
from concordant.texts import SourceText, read_file


def answer_cases(knowledge: Knowledge, folder: Path) -> CaseSummary:
    """Decide each case as of its own day, and once more for each incomplete version that has statements."""
    paths = sorted((folder / "cases").glob("*.yaml"))
    newest = max((v.valid_from for g in knowledge.guidelines for v in g.versions), default=dt.date.max)
    run = _CaseRun(knowledge, make_words(knowledge), newest, _list_versions(knowledge))
    for path in paths:
        run.run_case(path, path.relative_to(folder).as_posix())
    return CaseSummary(len(paths), run.refused, frozenset(run.reached), tuple(run.complaints))


def try_note_examples(knowledge: Knowledge) -> Iterator[ExampleFailure]:
    """Try the examples beside the rules for notes."""
    for failed in find_failed_examples(knowledge, make_words(knowledge)):
        yield ExampleFailure(failed.code, failed.block, failed.rule, failed.says)


def _list_versions(knowledge: Knowledge) -> list[str]:
    """The incomplete versions, of which none is in force on any day."""
    spoken = {(s.guideline, s.version) for s in knowledge.statements}
    versions = ((g.id, v) for g in knowledge.guidelines for v in g.versions)
    return [f"{id_}/{v.version}" for id_, v in versions if not v.complete and (id_, v.version) in spoken]


@dataclass(slots=True)
class _CaseRun:
    """What has come of the cases so far; a case without a day of its own is answered as of `undated`."""

    knowledge: Knowledge
    words: Words
    undated: dt.date
    versions: list[str]
    refused: int = 0
    reached: set[str] = field(default_factory=set)
    complaints: list[Complaint] = field(default_factory=list)

    def run_case(self, path: Path, name: str) -> None:
        """Read and decide one case; bad input is right where the case expects it."""
        text = SourceText(name, None)
        try:
            text = read_file(path, name=name)
            self.decide_case(text)
        except ConcordantError as error:
            self.refused += _is_error_expected(text)
            self.complaints += () if _is_error_expected(text) else error.complaints
        except Exception as error:  # faulty knowledge is a complaint, never a traceback
            problem = f"{type(error).__name__}: {error}"
            self.complaints.append(text.make_complaint((), f"this case cannot be answered with this knowledge ({problem})"))

    def decide_case(self, text: SourceText) -> None:
        """Note the statements that are true of the case. Raises ConcordantError for bad input."""
        record = read_case(text, self.knowledge, self.words, self.undated)
        whole = build_situation(record, self.knowledge).decision  # every fact of it, so that a faulty one is met
        for decision in (whole, *(decide_record(record, self.knowledge, version) for version in self.versions)):
            self.reached |= {id_ for id_, reason in decision.statements.items() if reason.truth is TRUE}


def _is_error_expected(text: SourceText) -> bool:
    expect = text.value.get("expect") if isinstance(text.value, dict) else None
    return isinstance(expect, dict) and expect.get("error") == "true"
