"""The guideline as a picture: without a patient, or with one whose way is lit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from concordant.api.known_words import check_known_word
from concordant.present.pathway.formats import DRAW_FORMATS, PAPERS, DrawFormat
from concordant.present.pathway.graph import Paper

if TYPE_CHECKING:
    from concordant.api import Engine
    from concordant.api.recommendation import Recommendation

Look = tuple[DrawFormat, str, Paper]  # the format, the language, and the paper


def check_drawing(format_: str, language: str, size: str) -> None:
    """Raises Unreadable for a format, a language or a paper that there is not."""
    from concordant.present.language import LANGUAGES

    check_known_word("format", format_, DRAW_FORMATS)
    check_known_word("language", language, LANGUAGES)
    check_known_word("size", size, PAPERS)


def draw_guideline(engine: Engine, day: dt.date | None, guideline: str, look: Look) -> str | bytes:
    """The whole guideline in force on a day. Raises Unreadable where none is, or several are and none is named."""
    from concordant.present.pathway.formats import render_pathway
    from concordant.present.pathway.pathway import make_guideline_pathway

    format_, language, size = look
    day, frame = engine.ruleset(day, guideline)
    pathway = make_guideline_pathway(engine.knowledge, frame, day.isoformat(), language, whole=size == "a2")
    return render_pathway(pathway, format_, size)


def draw_patient(found: Recommendation, look: Look, whose: str) -> str | bytes:
    """The guideline that speaks for a patient, with the patient's place in it; `whose` stands on the sheet."""
    from concordant.present.pathway.formats import render_pathway
    from concordant.present.pathway.pathway import make_patient_pathway

    format_, language, size = look
    situation = found.engine.situation(found.record, found.guideline)
    pathway = make_patient_pathway(found.engine.knowledge, situation, found.built, language, whose, whole=size == "a2")
    return render_pathway(pathway, format_, size)
