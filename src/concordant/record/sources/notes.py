"""Clinical notes as a source: what a text says, as a case file, and so as a record like any other."""

from __future__ import annotations

import datetime as dt

from concordant.errors import Refused
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import read_case
from concordant.record.notes.case import NoteCase, make_case_text, make_note_case, take_out
from concordant.record.notes.opening import NoteReader
from concordant.record.notes.proposing.asking import Proposer
from concordant.record.notes.proposing.propose import NoteProposer
from concordant.record.notes.reading import NoteReadings
from concordant.record.notes.telling import NoteTeller, make_teller
from concordant.record.sources import NoteRead, Patient
from concordant.record.sources.asked import AsOf
from concordant.terminology.names import Words

MOST_ROUNDS = 6  # each takes out what the one before complained about
HEAD = "What was read in {name}, each entry with its words. Correct what is wrong, then give this file to `concordant recommend`."
TO_CONFIRM, NOT_UNDERSTOOD = "not said outright: to be confirmed", "not understood"


class NotePatients:
    """Reads texts to patients with one knowledge."""

    def __init__(self, knowledge: Knowledge, words: Words) -> None:
        self.knowledge, self.words = knowledge, words
        self.notes = NoteReader(knowledge.notes, words)
        self.proposals = NoteProposer(self.notes, knowledge)

    def read_patient(self, text: str, name: str, as_of: AsOf, model: Proposer | None = None) -> Patient:
        """The patient of a note; `model` may add to what is offered.

        Raises ConcordantError for a text that cannot be read, or is refused.
        """
        day = as_of.get_day(name)
        readings = self.notes.read_note(text, name, day)
        if model is not None:
            readings = self.proposals.add_offers(readings, day, model)
        return self.make_patient(readings, name, day, cuts=as_of.cuts_record)

    def make_patient(self, readings: NoteReadings, name: str, day: dt.date, *, cuts: bool = False) -> Patient:
        """The patient that readings tell of, which a person may have corrected."""
        case, record = self.settle_case(readings, name, day, cuts=cuts)
        account = make_note_account(readings, name, self.knowledge)
        return Patient("", record, account, note=_make_note_read(readings, case, name, account, self.knowledge))

    def settle_case(
        self, readings: NoteReadings, name: str, day: dt.date, *, cuts: bool = False
    ) -> tuple[NoteCase, PatientRecord]:
        """The case file of a note, without what cannot be, and its record. Raises Refused for what cannot be taken out."""
        case, teller = make_note_case(readings, self.knowledge, day), make_teller(readings, self.knowledge)
        for _ in range(MOST_ROUNDS):
            text = make_case_text(case, readings, self.knowledge, name)
            try:
                return case, read_case(text, self.knowledge, self.words, day)
            except Refused:
                if not take_out(case, text.complained, teller, whole=cuts):
                    raise
        text = make_case_text(case, readings, self.knowledge, name)
        return case, read_case(text, self.knowledge, self.words, day)


def make_note_account(readings: NoteReadings, name: str, knowledge: Knowledge) -> Account:
    """What became of every reading, offer and word of a note that was not understood."""
    account, teller = Account(), make_teller(readings, knowledge)
    for fact in readings.facts:
        account.mark_used(_place(name, teller, min(fact.spans)), fact.sure, teller.describe_fact(fact.fact, fact.value))
    for offer in readings.offers:
        says = f"{teller.describe_fact(offer.fact, offer.value)}: {TO_CONFIRM} ({offer.why})"
        account.mark_set_aside(_place(name, teller, offer.span), "offer", says)
    for mention in readings.mentions:
        account.mark_ignored(_place(name, teller, mention.span), "mention", mention.standing.replace("_", " "))
    for unread in readings.unread:
        account.mark_set_aside(_place(name, teller, unread.span), "words", f"{teller.quote_span(unread.span)}: {NOT_UNDERSTOOD}")
    return account


def _place(name: str, teller: NoteTeller, span: tuple[int, int]) -> str:
    return f"{name}:{teller.locate_span(span)}"


def _make_note_read(readings: NoteReadings, case: NoteCase, name: str, account: Account, knowledge: Knowledge) -> NoteRead:
    teller = make_teller(readings, knowledge)
    told = {place: spans for place, spans in case.spans.items() if spans}
    return NoteRead(
        name,
        readings,
        case.value,
        {place: f"{teller.quote_all(spans)}, line {teller.find_line(min(spans)[0])}" for place, spans in told.items()},
        (HEAD.format(name=name), account.sentence),
        {teller.describe_offer(offer): (offer.fact, offer.value) for offer in readings.offers},
    )
