"""What was read in a note as JSON, in the shape that the contract fixes: offsets are characters of the text as given."""

from __future__ import annotations

import json
from typing import Any

from concordant.record.notes.reading import NoteFact, NoteOffer, NoteProposing, NoteReadings


def render_note_json(readings: NoteReadings) -> str:
    """Readings, offers and what was not understood, as text."""
    return json.dumps(make_note_json(readings), ensure_ascii=False, indent=1) + "\n"


def make_note_json(readings: NoteReadings) -> dict[str, Any]:
    """The same as a value; `refused` says why nothing was read, where that is so."""
    told: dict[str, Any] = {
        "readings": [_tell_fact(fact) for fact in readings.facts],
        "offers": [_tell_offer(offer) for offer in readings.offers],
        "unread": [{"span": list(one.span), "text": one.text} for one in readings.unread],
    }
    told |= {"refused": readings.refused} if readings.refused else {}
    return told | ({"proposing": _tell_proposing(readings.proposing)} if readings.proposing is not None else {})


def _tell_fact(fact: NoteFact) -> dict[str, Any]:
    spans = [list(span) for span in fact.spans]
    return {"fact": fact.fact, "value": fact.value, "spans": spans, "sure": fact.sure, "rule": fact.rule}


def _tell_offer(offer: NoteOffer) -> dict[str, Any]:
    return {"fact": offer.fact, "value": offer.value, "span": list(offer.span), "why": offer.why, "rule": offer.rule}


def _tell_proposing(proposing: NoteProposing) -> dict[str, Any]:
    """What came of asking a language model, where one was asked."""
    not_kept = [{"fact": one.fact, "value": one.value, "quote": one.quote, "why": one.why} for one in proposing.not_kept]
    told = {"model": proposing.model, "kept": proposing.kept, "not_kept": not_kept, "not_looked_at": proposing.beyond}
    return told | ({"failed": proposing.failed} if proposing.failed else {})
