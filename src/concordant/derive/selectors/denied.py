"""A condition that is told and denied: what is told later governs; where no order is known, the two contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from concordant.patient.events import ABSENT, FINDING, RESOLVED, Comorbidity, DiseaseEvent, PatientRecord
from concordant.terminology.names import ends_with_name


class SettledConditions(msgspec.Struct, frozen=True):
    """The entries of a condition as they stand together, and those that contradict each other: what was told, what denies it."""

    standing: tuple[Comorbidity, ...]
    affirmed: tuple[Comorbidity, ...] = ()
    denials: tuple[Comorbidity, ...] = ()

    @property
    def contradicting(self) -> tuple[Comorbidity, ...]:
        """The entries that contradict each other."""
        return (*self.affirmed, *self.denials)


def settle_denials(listed: Sequence[Comorbidity], record: Sequence[Comorbidity], *, keeps_past: bool) -> SettledConditions:
    """The entries of one kind of condition, read together with all that the conditions of the record deny of it.

    What is denied later is over. With `keeps_past` that it was there says more than the denial, which then falls away.
    """
    terms = {item.term for item in listed}
    denials = [item for item in record if item.status == ABSENT and (item.term is None or item.term in terms)]
    if not denials:
        return SettledConditions(tuple(listed))
    against = {item: [one for one in denials if _is_about(one, item)] for item in listed if item.status != ABSENT}
    open_ = {item: [one for one in ones if not _is_before(one, item)] for item, ones in against.items()}
    held = [item for item in against if item.status != RESOLVED]
    over = {item for item in held if any(_is_before(item, one) for one in against[item])}
    clashing = [item for item in held if item not in over and open_[item]]
    spent = {one for item, ones in against.items() for one in ones if keeps_past or _is_before(one, item)}
    denied = dict.fromkeys(one for item in clashing for one in open_[item])
    left_out = {*clashing, *denied, *spent, *(() if keeps_past else over)}
    standing = [replace(item, status=RESOLVED) if item in over else item for item in listed if item not in left_out]
    return SettledConditions(tuple(standing), tuple(clashing), tuple(denied))


def find_denied_findings(record: PatientRecord) -> dict[DiseaseEvent, Comorbidity]:
    """The metastases of which another entry of the same time says that they are not there, each with that entry."""
    denials = [item for item in record.conditions if item.status == ABSENT and item.term is None]
    found = [event for event in record.events if event.kind == FINDING and event.told] if denials else []
    return {event: one for event in found for one in denials if one.date == event.date and ends_with_name(one.name, event.told)}


def _is_about(denial: Comorbidity, told: Comorbidity) -> bool:
    """Whether a denial is of what an entry tells; of a narrower thing, which has no term of its own, where the names are one."""
    if denial.term is None:
        return ends_with_name(denial.name, told.name)
    return denial.term == told.term and (not denial.about or (bool(told.about) and set(told.about) <= set(denial.about)))


def _is_before(one: Comorbidity, other: Comorbidity) -> bool:
    return one.date is not None and other.date is not None and one.date.is_certainly_before(other.date)
