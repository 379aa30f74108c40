"""What single forms and tables found, as facts and offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from concordant.model.notes import NoteConventions
from concordant.record.notes.context import NoteContext
from concordant.record.notes.gathered import Gathered
from concordant.record.notes.mentions import Hit, Span
from concordant.record.notes.reading import NoteMention
from concordant.record.notes.tables import TableFact

WHY = {True: "the text names it and says no more", False: "the text doubts it"}


def gather_grounded(hits: Sequence[Hit], gathered: Gathered, context: NoteContext, names: NoteConventions) -> Sequence[Hit]:
    """Gather the hits that have what they rest on, those that rest on nothing first; return the others."""
    gather_hits([hit for hit in hits if not hit.rule.needs], gathered)
    resting = [hit for hit in hits if hit.rule.needs]
    is_ready = [is_grounded(hit.rule.needs, gathered, context, names) for hit in resting]
    gather_hits([hit for hit, ready in zip(resting, is_ready, strict=True) if ready], gathered)
    return [hit for hit, ready in zip(resting, is_ready, strict=True) if not ready]


def gather_hits(hits: Sequence[Hit], gathered: Gathered) -> None:
    """The facts of single rules; of several that tell the same fact at one place the first in the order of the knowledge."""
    taken: dict[str, list[Span]] = {}
    for hit in hits:
        if hit.standing != "said" and (hit.standing != "uncertain" or not (hit.facts or hit.offers)):
            cue = (hit.cue.start, hit.cue.end) if hit.cue else None
            gathered.mentions.append(NoteMention(hit.span, hit.standing, cue, hit.rule.id))
        for fact, value in hit.facts:
            if not _overlaps_any(hit.span, taken.get(fact, ())):
                gathered.tell_fact(fact, value, [hit.span], hit.rule.sure, hit.rule.id)
        for fact, value in hit.offers:
            if not _overlaps_any(hit.span, taken.get(fact, ())):
                gathered.offer_fact(fact, value, hit.span, hit.rule.why or WHY[hit.cue is None], hit.rule.id)
        for fact, _ in (*hit.facts, *hit.offers):
            taken.setdefault(fact, []).append(hit.span)


def _overlaps_any(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def tell_table_fact(told: TableFact, gathered: Gathered, dated: Sequence[str]) -> None:
    """The value of a flow sheet, with the date of its row where the fact has one."""
    gathered.tell_fact(told.fact, told.value, [told.span], "said", "table")
    if told.date is not None and told.fact in dated:
        gathered.tell_fact(f"{told.fact}.date", told.date.value, [(told.date.start, told.date.end)], "said", "table")


def is_grounded(needs: Sequence[str], gathered: Gathered, context: NoteContext, names: NoteConventions) -> bool:
    """Whether a rule has what it rests on: facts, or what is told of the text."""
    known = {
        "subject_is_relative": bool(context.subject),
        "course_told": any(fact.fact.startswith("course[") for fact in gathered.facts),
        "recurrence_or_site": any(fact.fact in (names.recurrence, names.site, *names.spread) for fact in gathered.facts),
    }
    return all(known.get(need) or gathered.has_fact(need) for need in needs)
