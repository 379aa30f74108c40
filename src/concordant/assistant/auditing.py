"""`audit`: a written answer checked claim by claim, what is wrong first."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from concordant.api import Engine
from concordant.api.auditing import audit_answer
from concordant.assistant.answers import Audited, ClaimTold
from concordant.assistant.fitting import finish_answer, fit_page
from concordant.assistant.foreign_words import ForeignWords, iter_record_texts
from concordant.assistant.patients import make_content
from concordant.assistant.questions import AuditQuestion
from concordant.audit.report import VerdictShown
from concordant.audit.verdicts import ORDER

NAME = "the text"
WAY_OUT = "Call audit again with `page` set to `next_page`."


def audit_claims(engine: Engine, question: AuditQuestion, today: dt.date) -> Audited:
    """The claims of the text with their verdicts, page by page; those of one verdict in the order of the text."""
    patient, texts = None, []
    if question.record is not None:
        content, as_of = make_content(question.record), question.as_of or None
        patient = engine.read(content, as_of=as_of, patient=question.patient, today=today).one()
        texts = [*iter_record_texts(patient.record)]
    done = audit_answer(engine, question.text, patient, question.as_of or None, today)
    shown = sorted(done.verdicts.verdicts, key=lambda one: ORDER.index(one.verdict))
    words = ForeignWords(texts, engine.knowledge)
    claims = [_tell_claim(one, words) for one in shown]
    counts = Counter(one.verdict for one in shown)

    def make(chosen: list[ClaimTold], next_page: int | None) -> Audited:
        made = Audited(
            is_wrong=done.is_wrong,
            counts={verdict: counts[verdict] for verdict in ORDER if counts[verdict]},
            as_of=done.report.as_of.isoformat(),
            claims=chosen,
            next_page=next_page,
            how_to_get_more=WAY_OUT if next_page is not None else "",
        )
        return finish_answer(made, words, (), made.how_to_get_more)

    return fit_page(claims, question.page, make)


def _tell_claim(found: VerdictShown, words: ForeignWords) -> ClaimTold:
    """The words of the text behind a pointer; what is right is told by the knowledge."""
    return ClaimTold(
        verdict=found.verdict,
        claim=words.quote(found.text),
        kind=found.kind,
        right=words.take_out(found.right),
        source=found.source,
    )
