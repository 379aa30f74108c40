"""What was read in a note as JSON, in the shape that the contract fixes: offsets are characters of the text as given."""

from __future__ import annotations

import json

from concordant.record.notes.reading import NoteReadings


def render_note_json(readings: NoteReadings) -> str:
    """Readings, offers and what was not understood."""
    value = {
        "readings": [
            {"fact": one.fact, "value": one.value, "spans": [list(span) for span in one.spans], "sure": one.sure, "rule": one.rule}
            for one in readings.facts
        ],
        "offers": [
            {"fact": one.fact, "value": one.value, "span": list(one.span), "why": one.why, "rule": one.rule} for one in readings.offers
        ],
        "unread": [{"span": list(one.span), "text": one.text} for one in readings.unread],
    }
    if readings.refused:
        value["refused"] = readings.refused  # type: ignore[assignment]
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
