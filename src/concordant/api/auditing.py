"""A written answer checked through the API: the text, the day, and the patient whom it is about, if any."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from concordant.api.known_words import check_known_word
from concordant.api.shown import show_page
from concordant.audit.audit import make_auditor
from concordant.audit.report import AuditShown, Report
from concordant.errors import Complaint, Unreadable
from concordant.model.knowledge import Knowledge
from concordant.present.audit.formats import AuditFormat, render_audit
from concordant.present.language import LANGUAGES, load_language
from concordant.record.sources.asked import parse_day

if TYPE_CHECKING:
    from concordant.api import Engine
    from concordant.api.opened import Day
    from concordant.api.opened import Source as PatientSource
    from concordant.patient.events import PatientRecord
    from concordant.record.sources import Patient

MOST_SIGNS = 2_000_000
NAME = "the answer"


@dataclass(frozen=True, repr=False)
class Audit:
    """An answer with its claims and their verdicts."""

    report: Report
    knowledge: Knowledge

    @property
    def verdicts(self) -> AuditShown:
        """Every claim with its verdict, in the shape of the JSON."""
        return self.report.show()

    @property
    def is_wrong(self) -> bool:
        """Whether a claim is contradicted, mixes data cuts, is overstated or outdated."""
        return self.report.is_wrong

    def render(self, format: AuditFormat = "html", *, colour: bool = False, language: str = "en") -> str:  # noqa: A002
        """The text with its verdicts, as terminal text, Markdown, an HTML page or JSON.

        Raises `Unreadable` for a language that there is not.
        """
        check_known_word("language", language, LANGUAGES)
        return render_audit(self.report, format, load_language(language, self.knowledge), colour=colour)

    def __repr__(self) -> str:
        return f"<Audit as of {self.report.as_of}: {len(self.report.findings)} claims>"

    def _repr_html_(self) -> str:
        return show_page("A written answer, claim by claim", self.render("html"))


def audit_answer(
    engine: Engine,
    text: str,
    patient: PatientSource | PatientRecord | Patient | None,
    as_of: Day,
    today: dt.date | None,
    whose: str = "",
) -> Audit:
    """The audit of a text. Raises Unreadable for what is no text, and without a day."""
    asked = parse_day(as_of)
    check_text(text)
    found = (
        engine.recommend(patient, as_of=None if hasattr(patient, "as_of") else asked, today=today)
        if patient is not None
        else None
    )
    day = asked or (found.record.as_of if found else today)
    if day is None:
        raise Unreadable(Complaint("no day is told", NAME, way_out="Say as_of: what is right depends on the day"))
    answer = found.built if found else None
    findings = make_auditor(engine.knowledge).audit(text, day, answer)
    sources = {source.id: source for source in engine.knowledge.sources}
    return Audit(Report(text, day, findings, sources, whose), engine.knowledge)


def check_text(text: str, name: str = NAME) -> None:
    """Raises Unreadable for a text that is empty or too long."""
    if not text.strip():
        raise Unreadable(Complaint("there is nothing to check", name, way_out="Hand in the text of an answer"))
    if len(text) > MOST_SIGNS:
        says = f"an answer of more than {MOST_SIGNS // 1_000_000} million characters is too long"
        raise Unreadable(Complaint(says, name, way_out="Check it part by part"))
