"""Answers of the command line into a decision record, each before it is printed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from concordant.api import Engine, Patients, Recommendation
from concordant.api.recording import ELSEWHERE, LINE, Asked, keep_answer, offer_document
from concordant.decisions.record import DecisionRecord
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.present.formats import RenderOptions
from concordant.record.sources import Patient


@dataclass(frozen=True, slots=True)
class Keeper:
    """The record that was named, and who asks. An answer that cannot be kept is not printed."""

    record: DecisionRecord
    asked_by: str

    def keep_shown(self, found: Recommendation, patients: Patients, options: RenderOptions, shown: str | bytes) -> None:
        """Keep an answer that is printed in a format. Raises Unreadable or Refused."""
        document = offer_document(found.engine, patients.source, patients.as_of)
        asked, plain = _describe_asking("recommend", options), None if options.colour else shown
        keep_answer(self.record, found, asked, plain, document=document, asked_by=self.asked_by)

    def keep_line(self, found: Recommendation) -> None:
        """Keep an answer that is printed as one line of many. Raises Unreadable or Refused."""
        keep_answer(self.record, found, Asked("recommend --all", LINE), asked_by=self.asked_by)

    def keep_behind(self, found: Recommendation, verb: str, whose: str, patients: Patients) -> None:
        """Keep the answer of which a part is printed, or why it is so. Raises Unreadable or Refused."""
        document = offer_document(found.engine, patients.source, patients.as_of)
        keep_answer(self.record, found, Asked(verb, ELSEWHERE, whose=whose), document=document, asked_by=self.asked_by)

    def keep_interview(self, engine: Engine, record: PatientRecord, guideline: str, options: RenderOptions) -> None:
        """Keep the answer at the end of an interview. Raises Unreadable or Refused."""
        found = engine.recommend(Patient("", record, Account()), guideline=guideline)
        keep_answer(self.record, found, _describe_asking("ask", options), asked_by=self.asked_by)


def _describe_asking(door: str, options: RenderOptions) -> Asked:
    """What the wording depends on; colours are left out, and replayed without."""
    width = shutil.get_terminal_size((100, 40)).columns if options.format == "terminal" else 0
    return Asked(door, options.format, options.language, options.paper, options.full, options.whose, width)


def make_keeper(place: str, asked_by: str) -> Keeper:
    """The record, ready to be written to before anything is answered. Raises Unreadable or Refused."""
    record = DecisionRecord(place)
    record.prepare()
    return Keeper(record, asked_by)
