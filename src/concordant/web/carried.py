"""What of a record that was read travels with the form beside its case, because a case file has no place for it."""

from __future__ import annotations

import msgspec

from concordant.patient.events import PatientRecord, Report
from concordant.present.page.account_table import AccountShown
from concordant.record.notes.reading import NoteOffer, NoteProposing


class Carried(msgspec.Struct, frozen=True):
    """The entries that a case came from, by their places in it, and what every answer has to say as that of the record does.

    `kept` is how many entries of the course of disease came with the record: no chip rewrites them. `whose` names the record on
    every sheet. `unread` is what somebody has to look at first, `account` what became of each entry.
    `note` is the text of a clinical note, read as of `note_day`; `offers` are what it may mean and nobody has answered yet: by
    their sentence the fact and its value. `proposed` are those that a language model proposed, and `proposing` what came of
    asking it: it was asked once, when the note came.
    """

    sources: dict[str, str] = {}
    kept: int = 0
    whose: str = ""
    unread: tuple[str, ...] = ()
    account: AccountShown | None = None
    reports: tuple[Report, ...] = ()
    set_aside: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    note: str = ""
    note_name: str = ""
    note_day: str = ""
    offers: dict[str, tuple[str, str]] = {}
    proposed: tuple[NoteOffer, ...] = ()
    proposing: NoteProposing | None = None

    def add_to(self, record: PatientRecord) -> PatientRecord:
        """The record of the case, with what the one that it was made from says beside its entries."""
        return msgspec.structs.replace(
            record,
            reports=(*record.reports, *self.reports),
            set_aside=(*record.set_aside, *self.set_aside),
            incomplete=self.incomplete or record.incomplete,
        )

    def without_entry(self, block: str, at: int) -> Carried:
        """The same after an entry of the case was taken out: those behind it moved up."""
        moved = {}
        for place, source in self.sources.items():
            of, _, number = place.partition(".")
            if of != block or not number.isdigit() or int(number) < at:
                moved[place] = source
            elif int(number) > at:
                moved[f"{of}.{int(number) - 1}"] = source
        kept = self.kept - (block == "disease" and at < self.kept)
        return msgspec.structs.replace(self, sources=moved, kept=kept) if block else self

    def encode(self) -> str:
        """As the form carries it."""
        return msgspec.json.encode(self).decode()


NOTHING = Carried()


def decode_carried(text: str) -> Carried:
    """What a form carried. What is none is nothing: only a form that somebody else made sends that."""
    try:
        return msgspec.json.decode(text or "{}", type=Carried)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return NOTHING
