"""What was read in a note, as a marked text: a number for each reading, a letter for each offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from concordant.model.knowledge import Knowledge
from concordant.present.marked.model import Kind, Mark, MarkedRow, MarkedText, RowGroup, Span
from concordant.record.notes.reading import NoteFact, NoteMention, NoteOffer, NoteProposing, NoteReadings, NoteUnread
from concordant.record.notes.telling import LONGEST_QUOTE, NoteTeller, make_teller

STANDING = {
    "other_person": "of another person",
    "other_cancer": "of another cancer",
    "general": "of patients in general",
    "asked": "asked",
    "planned": "planned",
    "conditional": "only if",
    "denied": "denied",
    "uncertain": "uncertain",
    "stale": "no longer so",
}
CONFIRM = "Not taken as told. 'concordant ask' asks each of them first; or write it into the case file."
DROPPED = "Nothing was made of these: each has to be quoted from the text, where it is said of this patient."
LEFT = "Nothing was made of these words: look whether one of them matters."


def mark_note(readings: NoteReadings, knowledge: Knowledge, name: str) -> MarkedText:
    """The marked text of a note."""
    teller = make_teller(readings, knowledge)
    groups = list(_group_facts(readings.facts, teller))
    said = [(str(n), facts) for n, facts in enumerate(groups, 1)]
    offers = [(f"?{_letter(n)}", offer) for n, offer in enumerate(sorted(readings.offers, key=lambda one: one.span))]
    marks = [
        *(Mark(span, fact.sure, sign) for sign, facts in said for fact in facts for span in fact.spans),
        *(Mark(offer.span, "offer", sign) for sign, offer in offers),
        *(
            Mark(one.span, "other", title=_describe_standing(one.standing, one.cue, teller))
            for one in readings.mentions
            if one.standing != "said"
        ),
        *(Mark(one.span, "unread", title="not read") for one in readings.unread),
    ]
    return MarkedText(
        f"What was read in {PurePath(name).name}",
        readings.text,
        tuple(dict.fromkeys(marks)),
        tuple(group for group in _make_groups(readings, said, offers, teller) if group.rows),
        _count(readings),
        readings.refused or (readings.proposing.sentence if readings.proposing is not None and readings.proposing.failed else ""),
    )


def _make_groups(
    readings: NoteReadings,
    said: Sequence[tuple[str, list[NoteFact]]],
    offers: Sequence[tuple[str, NoteOffer]],
    teller: NoteTeller,
) -> Iterator[RowGroup]:
    """The tables: what is asked first, then what was read, what is told of somebody else, what was left."""
    yield RowGroup("To confirm", tuple(_make_offer_row(sign, offer, teller) for sign, offer in offers), CONFIRM)
    yield RowGroup("Read", tuple(_make_row(sign, facts, teller) for sign, facts in said))
    yield RowGroup("Understood, and not told of this patient now", tuple(_iter_other_rows(readings.mentions, teller)))
    yield RowGroup("Not read", tuple(_iter_unread_rows(readings.unread, teller)), LEFT)
    if readings.proposing is not None:
        yield RowGroup("Proposed by a language model, not kept", tuple(_iter_dropped_rows(readings.proposing)), DROPPED)


def _make_offer_row(sign: str, offer: NoteOffer, teller: NoteTeller) -> MarkedRow:
    return MarkedRow(
        sign, "offer", teller.quote_span(offer.span), f"{teller.describe_fact(offer.fact, offer.value)}? {offer.why}"
    )


def _iter_other_rows(mentions: Sequence[NoteMention], teller: NoteTeller) -> Iterator[MarkedRow]:
    once = {(one.span, one.standing): one for one in sorted(mentions, key=lambda one: one.span) if one.standing != "said"}
    for one in once.values():
        yield MarkedRow("", "other", teller.quote_span(one.span), _describe_standing(one.standing, one.cue, teller))


def _iter_unread_rows(unread: Sequence[NoteUnread], teller: NoteTeller) -> Iterator[MarkedRow]:
    for where, words in teller.list_unread_lines(unread):
        yield MarkedRow("", "unread", words, where)


def _iter_dropped_rows(proposing: NoteProposing) -> Iterator[MarkedRow]:
    """What it wrote, in its own words, and why nothing was made of it; what came more than once, counted."""
    for one, times in Counter(proposing.not_kept).items():
        told = f"{_cut(one.fact)}: {_cut(one.value)}. " if one.fact else ""
        again = f" ({times} times)" if times > 1 else ""
        yield MarkedRow("", "other", f'"{_cut(one.quote)}"' if one.quote else "", f"{told}{one.why}{again}")
    if proposing.beyond:
        yield MarkedRow("", "other", "", f"{proposing.beyond} more were not looked at")


def _cut(text: str) -> str:
    """What a model wrote, not too long."""
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def _make_row(sign: str, facts: Sequence[NoteFact], teller: NoteTeller) -> MarkedRow:
    spans = _join_spans(span for fact in facts for span in fact.spans)
    kind: Kind = "convention" if all(fact.sure == "convention" for fact in facts) else "said"
    return MarkedRow(sign, kind, ", ".join(teller.quote_span(span) for span in spans), teller.describe_all(facts))


def _describe_standing(standing: str, cue: Span | None, teller: NoteTeller) -> str:
    says = STANDING.get(standing, standing.replace("_", " "))
    return f"{says}: {teller.quote_span(cue)}" if cue is not None else says


def _count(readings: NoteReadings) -> str:
    numbers = ((len(readings.facts), "read"), (len(readings.offers), "to confirm"), (len(readings.unread), "not read"))
    counted = ", ".join(f"{number} {what}" for number, what in numbers)
    proposing = readings.proposing
    return counted if proposing is None or proposing.failed else f"{counted}, {proposing.dropped} proposed and not kept"


def _letter(number: int) -> str:
    """A, B, ... Z, AA."""
    return (_letter(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _group_facts(facts: Sequence[NoteFact], teller: NoteTeller) -> Iterator[list[NoteFact]]:
    """All that is told of one thing together, and what else the same words tell; in the order of the text."""
    things: dict[str, list[NoteFact]] = {}
    others: list[tuple[int, list[NoteFact]]] = []  # where the words of each group end
    for fact in sorted(facts, key=lambda one: min(one.spans)):
        if thing := teller.find_thing(fact.fact):
            things.setdefault(thing, []).append(fact)
        elif others and min(fact.spans)[0] < others[-1][0]:
            others[-1] = (max(others[-1][0], min(fact.spans)[1]), [*others[-1][1], fact])
        else:
            others.append((min(fact.spans)[1], [fact]))
    for group in things.values():
        group.sort(key=lambda fact: "." in fact.fact)
    groups = [*things.values(), *(group for _, group in others)]
    yield from sorted(groups, key=lambda group: min(span for fact in group for span in fact.spans))


def _join_spans(spans: Iterator[Span]) -> list[Span]:
    """The spans in order, those that overlap as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
