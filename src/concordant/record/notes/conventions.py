"""What follows from the facts of a note together, in the order in which each step finds what it needs."""

from __future__ import annotations

from collections.abc import Sequence

from concordant.record.notes.agreement import Agreement
from concordant.record.notes.condition_agreement import ConditionAgreement
from concordant.record.notes.context import NoteContext
from concordant.record.notes.course_facts import Course
from concordant.record.notes.facts_view import OrderWords
from concordant.record.notes.gathered import Gathered
from concordant.record.notes.mentions import MaskedText
from concordant.record.notes.order import TreatmentOrder
from concordant.record.notes.relapse import Relapse
from concordant.record.notes.specimens import Specimens


def draw_conventions(
    gathered: Gathered, courses: Sequence[Course], masked: MaskedText, context: NoteContext, order: OrderWords
) -> None:
    """Complete what the single forms found, and take back what the text contradicts."""
    parts = (gathered, courses, masked, context, order)
    agreement = Agreement(*parts)
    agreement.drop_old_ages()
    agreement.doubt_lesions()
    TreatmentOrder(*parts).settle_order()
    Relapse(*parts).settle_relapse()
    agreement.settle_repeated()
    ConditionAgreement(*parts).settle_conditions()
    Specimens(*parts).settle_specimens()
    agreement.settle_told()
