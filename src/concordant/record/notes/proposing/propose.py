"""Ask a language model about a note that was read, and add what passes to its offers. The facts stay as they were."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from concordant.errors import ConcordantError
from concordant.model.knowledge import Knowledge
from concordant.record.notes.opening import NoteReader
from concordant.record.notes.proposing.asking import Proposal, Proposer, decode_proposals, write_instructions
from concordant.record.notes.proposing.checking import ProposalChecker
from concordant.record.notes.proposing.grammar import NoteGrammar, make_note_grammar
from concordant.record.notes.reading import NoteOffer, NoteProposing, NoteReadings, NotKept
from concordant.record.notes.telling import make_teller

MOST_CHARACTERS = 100_000  # of a note that is sent
MOST_PROPOSALS, MOST_KEPT = 200, 40
RUBBISH = "what it wrote cannot be used"
NO_FORM = "it is not of the form that was asked for"
TOO_MANY = f"more than {MOST_KEPT} are not asked"


class NoteProposer:
    """Asks language models about notes. What may be proposed is worked out once for each language."""

    def __init__(self, notes: NoteReader, knowledge: Knowledge) -> None:
        self.notes, self.knowledge = notes, knowledge
        self._grammars: dict[str, NoteGrammar] = {}

    def add_offers(self, readings: NoteReadings, today: dt.date | None, model: Proposer) -> NoteReadings:
        """The readings with what a model proposes and the rules let pass, as offers; and what came of asking."""
        if readings.refused or not readings.language:
            return readings
        if len(readings.text) > MOST_CHARACTERS:
            says = f"a note of more than {MOST_CHARACTERS} characters is not sent to a language model"
            return replace(readings, proposing=NoteProposing(model.name, failed=says))
        try:
            proposals, malformed = self._ask_model(readings, model)
        except ConcordantError as error:
            says = "; ".join(complaint.says for complaint in error.complaints)
            return replace(readings, proposing=NoteProposing(model.name, failed=says))
        except ValueError as error:
            return replace(readings, proposing=NoteProposing(model.name, failed=f"{RUBBISH}: {error}"))
        offers, proposing = self._check_proposals(readings, proposals, malformed, today)
        return replace(readings, offers=(*readings.offers, *offers), proposing=replace(proposing, model=model.name))

    def _ask_model(self, readings: NoteReadings, model: Proposer) -> tuple[list[Proposal], int]:
        """What it proposes, and how many entries of its answer are none. Raises ConcordantError, or ValueError."""
        instructions = write_instructions(self.get_grammar(readings.language), self.knowledge)
        return decode_proposals(model.complete(instructions, readings.text))

    def _check_proposals(
        self, readings: NoteReadings, proposals: list[Proposal], malformed: int, today: dt.date | None
    ) -> tuple[list[NoteOffer], NoteProposing]:
        """What passes, and what came of all."""
        reader = self.notes.get_reader(readings.language)
        note = reader.scan_note(self.notes.blank_foreign(readings.text), today)
        grammar, teller = self.get_grammar(readings.language), make_teller(readings, self.knowledge)
        checker = ProposalChecker(readings, note, reader, grammar, teller)
        kept: list[NoteOffer] = []
        refused = [NotKept("", "", "", NO_FORM)] * min(malformed, MOST_PROPOSALS)
        for proposal in proposals[:MOST_PROPOSALS]:
            found = checker.check(proposal)
            if isinstance(found, NotKept):
                refused.append(found)
            elif len(kept) == MOST_KEPT:
                refused.append(NotKept(proposal.fact, proposal.value, proposal.quote, TOO_MANY))
            else:
                kept.append(found)
        beyond = len(proposals) + malformed - len(kept) - len(refused)
        return kept, NoteProposing("", len(kept), tuple(refused), beyond)

    def get_grammar(self, language: str) -> NoteGrammar:
        """What may be proposed about notes of a language."""
        if language not in self._grammars:
            self._grammars[language] = make_note_grammar(self.notes.get_reader(language), self.knowledge)
        return self._grammars[language]
