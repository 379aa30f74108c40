"""The answer for one patient as a Python object: what a caller looks at first, why, what if, and every format."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from concordant.answer.schema import Answer, Ask, CheckShown, HeldUntil, NotRead, Option, ReportShown
from concordant.api.known_words import check_known_word
from concordant.api.shown import show_page
from concordant.errors import Complaint, Refused, Unreadable
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Value
from concordant.record.casefile.blocks import BlockReader
from concordant.record.sources import Patient
from concordant.record.sources.values import read_value
from concordant.terminology.names import Words

if TYPE_CHECKING:
    from concordant.api import Engine
    from concordant.present.pathway.formats import DrawFormat
    from concordant.present.pathway.graph import Paper

NARROWEST = 20  # columns of a printed reason


class Recommendation(msgspec.Struct, frozen=True, dict=True):
    """The answer for one patient, with the record and the engine it came from."""

    engine: Engine
    record: PatientRecord
    guideline: str
    patient: str
    built: Answer

    @cached_property
    def answer(self) -> Answer:
        """The typed answer, every key of the JSON as a field."""
        from concordant.present.as_json import add_first_screen

        return add_first_screen(self.built)

    @property
    def outcome(self) -> Literal["recommends", "needs_data", "out_of_scope"]:
        """Whether the guideline recommends, cannot decide yet, or does not speak of such a patient."""
        return self.built.answer

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        return self.answer.verdict

    @property
    def options(self) -> list[Option]:
        """The regimens, those that are offered first; `status` says whether one is."""
        return self.built.options

    @property
    def regimen(self) -> str | None:
        """The id of the first regimen that is offered; None when none is."""
        offered = (option for option in self.built.options if option.status in ("applies", "applies_if_checked"))
        return next((option.regimen for option in offered), None)

    @property
    def line(self) -> str | None:
        """The line of treatment that the next regimen would be: `first`, `second`, `third_or_later`; None when it is open."""
        return self.built.line

    @property
    def held_until(self) -> list[HeldUntil]:
        """What is on record and has to be settled before the first dose."""
        return self.built.held_until

    @property
    def missing(self) -> list[CheckShown]:
        """The checks before the first dose that nobody has made yet."""
        return [check for check in self.built.checks if check.state == "missing"]

    @property
    def assumed(self) -> list[str]:
        """What silence of the record was taken to mean, where it matters."""
        return self.built.assumed

    @property
    def not_read(self) -> list[NotRead]:
        """Entries that no rule reads; they hold back what they may concern."""
        return self.built.not_read

    @property
    def reports_not_read(self) -> list[ReportShown]:
        """Reports, notes and claims of which nothing is read, and what their words speak of."""
        return self.built.reports_not_read

    @property
    def questions(self) -> list[Ask]:
        """What is missing and would change the answer, the question that decides most first."""
        return self.built.ask

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON has it: the same keys and values as `concordant recommend --format json`."""
        decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self.answer))
        return decoded

    def explain(self, statement: str = "", *, whole: bool = False, width: int = 100, language: str = "en") -> str:
        """Why: what the decision, or one statement such as `2.1`, rests on; with `whole`, every tree with its feature names.

        Raises `Unreadable` for a statement that is not in force, a width on which no word fits, or a language that there is not.
        """
        from concordant.present.language import LANGUAGES, load_language

        check_known_word("language", language, LANGUAGES)
        if width < NARROWEST:
            raise Unreadable(Complaint(f"{width} columns are too few", "width", way_out=f"Take {NARROWEST} or more"))
        situation, told = self.engine.situation(self.record, self.guideline), load_language(language, self.engine.knowledge)
        if whole:
            from concordant.present.reasons.tree import render_reason_trees

            return render_reason_trees(situation, statement, told)
        from concordant.present.page.page import build_document
        from concordant.present.reasons.words import render_reason_path

        verdict = build_document(self.built, language, knowledge=self.engine.knowledge).verdict
        return render_reason_path(situation, statement, verdict, width, told)

    def what_if(self, **stated: Any) -> Recommendation:
        """The answer had these features been stated as well, as a case file writes them: `what_if(lvef="38 %")`.

        Raises `Refused` for a feature that is not known, or a value that is none of it.
        """
        values = read_supposed(stated, self.engine.knowledge, self.engine.words)
        record = msgspec.structs.replace(self.record, stated={**self.record.stated, **values})
        return self.engine.recommend(Patient(self.patient, record, Account()), guideline=self.guideline)

    def render(
        self,
        format: str = "md",  # noqa: A002
        *,
        language: str = "en",
        paper: Literal["a4", "letter"] = "a4",
        full: bool = True,
    ) -> str | bytes:
        """The answer as `terminal`, `md`, `html`, `pdf`, `docx`, `note` or `json`; bytes for PDF and DOCX.

        Raises `Unreadable` for a format, a language or a paper that there is not.
        """
        from concordant.present.formats import FORMATS, RenderOptions, render_answer
        from concordant.present.language import LANGUAGES
        from concordant.present.pdf.page import PAPERS

        check_known_word("format", format, FORMATS)
        check_known_word("language", language, LANGUAGES)
        check_known_word("paper", paper, PAPERS)
        wanted = RenderOptions(format, language, paper, full, self.patient, knowledge=self.engine.knowledge)
        return render_answer(self.built, wanted)

    def draw(
        self,
        format: DrawFormat = "svg",  # noqa: A002
        *,
        language: str = "en",
        size: Paper = "a4",
    ) -> str | bytes:
        """The guideline as a picture with this patient's way lit: `svg`, `png` (bytes) or `mermaid`; see the function `draw`."""
        from concordant.api.drawing import check_drawing, draw_patient

        check_drawing(format, language, size)
        return draw_patient(self, (format, language, size), self.patient)

    def _repr_html_(self) -> str:
        return show_page(self.verdict, str(self.render("html")))

    def __repr__(self) -> str:
        return f"<Recommendation as of {self.record.as_of}: {self.verdict}>"


def read_supposed(stated: Mapping[str, Any], knowledge: Knowledge, words: Words) -> dict[str, Value]:
    """The values of a what-if, written as a case file states them. Raises `Refused` for a feature or value that there is not."""
    blocks = BlockReader(read_value({"stated": stated}, "what_if"), knowledge, words)
    values = blocks.read_stated(read_value(stated, "what_if").value)
    if blocks.complaints:
        raise Refused(blocks.complaints)
    return values
