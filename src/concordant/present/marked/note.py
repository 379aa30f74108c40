"""What was read in a note, as a marked text: a number for each reading, a letter for each offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from concordant.errors import make_printable
from concordant.model.knowledge import Knowledge
from concordant.present.language import Language
from concordant.present.language.quoting import show_quotations
from concordant.present.marked.model import Kind, Mark, MarkedRow, MarkedText, RowGroup, Span
from concordant.record.notes.reading import NoteFact, NoteMention, NoteOffer, NoteProposing, NoteReadings, NoteUnread
from concordant.record.notes.telling import LONGEST_QUOTE, MOST_LINES, NoteTeller, make_teller


def mark_note(readings: NoteReadings, knowledge: Knowledge, name: str, language: Language) -> MarkedText:
    """The marked text of a note; the text itself, and words of it, stay as they are."""
    teller = _Rows(make_teller(readings, knowledge), language)
    groups = list(_group_facts(readings.facts, teller.teller))
    said = [(str(n), facts) for n, facts in enumerate(groups, 1)]
    offers = [(f"?{_letter(n)}", offer) for n, offer in enumerate(sorted(readings.offers, key=lambda one: one.span))]
    marks = [
        *(Mark(span, fact.sure, sign) for sign, facts in said for fact in facts for span in fact.spans),
        *(Mark(offer.span, "offer", sign) for sign, offer in offers),
        *(
            Mark(one.span, "other", title=show_quotations(teller.describe_standing(one.standing, one.cue)))
            for one in readings.mentions
            if one.standing != "said"
        ),
        *(Mark(one.span, "unread", title=language.say("marked.unread")) for one in readings.unread),
    ]
    return MarkedText(
        language.say("marked.title", name=language.mark_typed(make_printable(PurePath(name).name))),
        readings.text,
        tuple(dict.fromkeys(marks)),
        tuple(group for group in teller.iter_groups(readings, said, offers) if group.rows),
        teller.count(readings),
        language.list_phrases("marked."),
        language.code,
        language.tell(readings.refused or _describe_failure(readings.proposing)),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Makes the rows of the tables in one language, with nothing in them that steers a screen."""

    teller: NoteTeller
    language: Language

    def iter_groups(
        self, readings: NoteReadings, said: Sequence[tuple[str, list[NoteFact]]], offers: Sequence[tuple[str, NoteOffer]]
    ) -> Iterator[RowGroup]:
        """The tables: what is asked first, then what was read, what is told of somebody else, what was left."""
        say = self.language.say
        rows = tuple(self.make_offer_row(sign, offer) for sign, offer in offers)
        yield RowGroup(say("marked.group.offer"), rows, say("marked.confirm"))
        yield RowGroup(say("marked.group.said"), tuple(self.make_row(sign, facts) for sign, facts in said))
        yield RowGroup(say("marked.group.other"), tuple(self.iter_other_rows(readings.mentions)))
        yield RowGroup(say("marked.group.unread"), tuple(self.iter_unread_rows(readings.unread)), say("marked.left"))

        if readings.proposing is not None:
            dropped = tuple(self.iter_dropped_rows(readings.proposing))
            yield RowGroup(say("marked.group.dropped"), dropped, say("marked.dropped"))

    def count(self, readings: NoteReadings) -> str:
        """How much was read, is to be confirmed, was not read, and what a model proposed in vain."""
        numbers = {"read": len(readings.facts), "offers": len(readings.offers), "unread": len(readings.unread)}
        counted, proposing = self.language.say("marked.count", **numbers), readings.proposing
        if proposing is None or proposing.failed:
            return counted
        return self.language.say("marked.count.dropped", counted=counted, dropped=proposing.dropped)

    def make_offer_row(self, sign: str, offer: NoteOffer) -> MarkedRow:
        """What is asked, and why it is."""
        told = self.language.tell(make_printable(f"{self.teller.describe_fact(offer.fact, offer.value)}? {offer.why}"))
        return MarkedRow(sign, "offer", self.quote(offer.span), told)

    def make_row(self, sign: str, facts: Sequence[NoteFact]) -> MarkedRow:
        """What was read of one thing, or of one place."""
        spans = _join_spans(span for fact in facts for span in fact.spans)
        kind: Kind = "convention" if all(fact.sure == "convention" for fact in facts) else "said"
        told = self.language.tell(make_printable(self.teller.describe_all(facts)))
        return MarkedRow(sign, kind, ", ".join(map(self.quote, spans)), told)

    def iter_other_rows(self, mentions: Sequence[NoteMention]) -> Iterator[MarkedRow]:
        """What is not told of this patient now, and of whom or how it is."""
        once = {(one.span, one.standing): one for one in sorted(mentions, key=lambda one: one.span) if one.standing != "said"}
        for one in once.values():
            yield MarkedRow("", "other", self.quote(one.span), self.describe_standing(one.standing, one.cue))

    def iter_unread_rows(self, unread: Sequence[NoteUnread]) -> Iterator[MarkedRow]:
        """The words of each line; of a long text with little that is understood the first lines."""
        lines = self.teller.list_unread_lines(unread)
        for line, words in lines[:MOST_LINES]:
            shown = self.language.mark_words(make_printable(words))
            yield MarkedRow("", "unread", shown, self.language.say("marked.line", n=line))
        if len(lines) > MOST_LINES:
            yield MarkedRow("", "unread", "", self.language.say("marked.more", n=len(lines) - MOST_LINES))

    def iter_dropped_rows(self, proposing: NoteProposing) -> Iterator[MarkedRow]:
        """What a model wrote, in its own words, and why nothing was made of it; what came more than once, counted."""
        for one, times in Counter(proposing.not_kept).items():
            told = f"{_cut(one.fact)}: {_cut(one.value)}" if one.fact else ""
            words = self.language.mark_words(f'"{make_printable(_cut(one.quote))}"') if one.quote else ""
            again = self.language.say("marked.times", n=times) if times > 1 else ""
            parts = (f"{self.language.quote_typed(make_printable(told))}." if told else "", self.language.tell(one.why), again)
            yield MarkedRow("", "other", words, " ".join(filter(None, parts)))
        if proposing.beyond:
            yield MarkedRow("", "other", "", self.language.say("marked.beyond", n=proposing.beyond))

    def quote(self, span: Span) -> str:
        """Words of the note."""
        return self.language.mark_words(make_printable(self.teller.quote_span(span)))

    def describe_standing(self, standing: str, cue: Span | None) -> str:
        """How it is meant, with the words that say so."""
        says = self.language.say(f"marked.{standing}")
        return f"{says}: {self.quote(cue)}" if cue is not None else says


def _describe_failure(proposing: NoteProposing | None) -> str:
    return proposing.sentence if proposing is not None and proposing.failed else ""


def _cut(text: str) -> str:
    """What a model wrote, not too long."""
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


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
