"""Answers of the server into a decision record, each before it is sent; without a record nothing is kept of any."""

from __future__ import annotations

import datetime as dt
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from concordant.api import Recommendation
from concordant.api.cards import NAME as PREFETCH
from concordant.api.cards import CardQuestion
from concordant.api.recording import CARDS, COMPACT, ELSEWHERE, Asked, Document, HookAsked, encode_cards, keep_answer
from concordant.decisions.record import DecisionRecord
from concordant.errors import ConcordantError, make_printable
from concordant.record.sources.asked import AsOf
from concordant.record.sources.opening import SourceContent
from concordant.web.case_text import write_case_text
from concordant.web.log import log_event
from concordant.web.problems import Problem

if TYPE_CHECKING:
    from concordant.present.cards.card import Card
    from concordant.web.pages import Page

asked_by: ContextVar[str] = ContextVar("asked_by", default="")  # who sends the request that is being answered
LONGEST_NAME = 200
FORM = "the form"


@dataclass(frozen=True, slots=True)
class WebKeeper:
    """The record, or none; `header` is where the proxy in front says who asks."""

    record: DecisionRecord | None = None
    header: str = ""

    def keep_page(self, page: Page, today: dt.date) -> None:
        """The answer that a page shows. Raises Problem where it cannot be kept."""
        if self.record is None or page.answer is None or page.is_empty:
            return
        self._keep(page.answer, Asked("page", ELSEWHERE, page.language.code, whose=page.carried.whose), _make_form(page, today))

    def keep_output(self, page: Page, kind: str, format_: str, shown: str | bytes, today: dt.date) -> None:
        """The answer of a page as it is taken along. Raises Problem where it cannot be kept."""
        if self.record is not None and page.answer is not None:
            asked = Asked(f"/out/{kind}", format_, page.language.code, full=True, whose=page.answer.patient)
            self._keep(page.answer, asked, _make_form(page, today), shown)

    def keep_service(self, found: Recommendation, path: str, source: SourceContent, asked: AsOf, *, named: bool) -> None:
        """An answer of the JSON API, or the one behind what it told; `named` says that a patient was named. Raises Problem."""
        if self.record is not None:
            document = Document(source.data, source.name, asked.asked, asked.today, bool(found.engine.codes))
            self._keep(found, Asked(path, COMPACT if path == "/answer" else ELSEWHERE), document, is_whole=not named)

    def keep_hook(
        self, question: CardQuestion, hook: str, today: dt.date, found: Recommendation, cards: tuple[Card, ...]
    ) -> None:
        """The answer behind the cards of a hook. Raises Problem where it cannot be kept."""
        if self.record is not None:
            q = question
            asked = HookAsked(q.patient, q.base, q.instance, today, q.missing, q.orders, q.selected)
            document = Document(q.resources, PREFETCH, None, today, bool(found.engine.codes), incomplete=q.missing)
            self._keep(found, Asked(hook, CARDS), document, encode_cards(cards), asked)

    def keep_plan(self, found: Recommendation, path: str) -> None:
        """The answer behind a plan of care; what was answered stands in its record. Raises Problem where it cannot be kept."""
        if self.record is not None:
            self._keep(found, Asked(path, ELSEWHERE), None)

    def _keep(
        self,
        found: Recommendation,
        asked: Asked,
        document: Document | None,
        shown: str | bytes | None = None,
        hook: HookAsked | None = None,
        *,
        is_whole: bool = False,
    ) -> None:
        assert self.record is not None
        try:
            who = asked_by.get()
            keep_answer(self.record, found, asked, shown, document=document, asked_by=who, hook=hook, is_whole=is_whole)
        except ConcordantError as error:
            log_event("record_failed", says=str(error.complaints[0]))
            says = "The decision record takes no entry, so no answer is given. Whoever runs this server finds why in its log."
            raise Problem(503, "The answer could not be recorded", says) from None

    def read_name(self, header: str) -> str:
        """Who asks, as the proxy said it."""
        return make_printable(header)[:LONGEST_NAME]


def open_keeper(place: str, header: str) -> WebKeeper:
    """The record of a server, looked at before anything is answered; none where none is named. Raises Unreadable or Refused."""
    if not place:
        return WebKeeper()
    record = DecisionRecord(place)
    record.prepare()
    return WebKeeper(record, header)


def _make_form(page: Page, today: dt.date) -> Document:
    """The case of a form, and what of its record travels beside it."""
    assert page.answer is not None
    carried = page.carried
    return Document(
        write_case_text(page.case).encode() or b"{}",
        FORM,
        None,
        today,
        bool(page.answer.engine.codes),
        carried.reports,
        carried.set_aside,
        carried.incomplete,
    )
