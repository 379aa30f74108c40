"""Which cancer a record is about: known where a diagnosis tells it, a question where a tumour on record may be another one.

Silence is only taken for the cancer of the knowledge where the record names no tumour at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from concordant.contract_names import OTHER_CANCER
from concordant.errors import quote_word
from concordant.logic.dates import PartialDate
from concordant.patient.events import ABSENT, RESOLVED, Comorbidity, DiseaseEvent, EntryLocation
from concordant.record.conditions import ConditionMention
from concordant.record.findings import PrimaryCancer, SecondaryCancer
from concordant.record.rules import RecordRules
from concordant.terminology.tumours import may_be_tumour, names_own_cancer

DIAGNOSIS = "diagnosis"


class CancerType(msgspec.Struct, frozen=True):
    """What the record comes to: a cancer, or (`is_open`) a question; and the sentence that says why."""

    cancer: str | None = None
    is_open: bool = False
    notice: str = ""


def find_cancer_type(
    primaries: Sequence[PrimaryCancer], spread: Sequence[SecondaryCancer], conditions: Sequence[Comorbidity], rules: RecordRules
) -> CancerType:
    """The cancer of the record, by its diagnoses and by the conditions that may be one."""
    own = [primary for primary in primaries if primary.cancer in rules.subjects]
    others = [primary.entry.place for primary in primaries if primary.cancer == OTHER_CANCER]
    unclear = [f"the diagnosis in {one.entry.place}" for one in primaries if one.cancer not in (*rules.subjects, OTHER_CANCER)]
    told = {primary.entry.place for primary in primaries}
    listed = [item for item in conditions if item.status != ABSENT and item.entry.place not in told]
    unclear += [f"{quote_word(item.name)} ({item.entry.place})" for item in listed if _may_be_cancer(item, rules)]
    if own:
        places = ", ".join(others)
        return CancerType(own[0].cancer, notice=f"The record names another cancer as well ({places})." if others else "")
    before = any(item.term == rules.own_cancer for item in listed)
    if others and not unclear and not before:
        return CancerType(OTHER_CANCER)
    if unclear or others:
        return CancerType(is_open=True, notice=_describe_open([*unclear, *others]))
    if spread and not before:
        return CancerType(is_open=True, notice=_describe_open([f"a metastasis ({spread[0].entry.place})"]))
    return CancerType()


def _describe_open(tumours: Sequence[str]) -> str:
    return f"Which cancer this is is not known: no diagnosis names it, and on record is {', '.join(tumours)}."


def _may_be_cancer(item: Comorbidity, rules: RecordRules) -> bool:
    """Whether a condition is another cancer, or is not understood and speaks of a tumour."""
    return item.term == rules.other_cancer or (item.term is None and may_be_tumour(item.name, rules.tumours))


def tells_own_course(events: Iterable[DiseaseEvent]) -> bool:
    """Whether a source tells the diagnosis as an event of this cancer, as a case file does: then it names no other one."""
    return any(event.kind == DIAGNOSIS for event in events)


def take_primaries(
    mentions: tuple[ConditionMention, ...], names: Sequence[str], subject: str, rules: RecordRules
) -> tuple[ConditionMention, ...]:
    """What words say where no code does, a cancer without a site of its own as that of the `subject` that the entry names."""
    named = subject or next((rules.subjects[0] for text in names if names_own_cancer(text, rules.tumours)), "")
    vague = (rules.other_cancer, None) if not subject else (rules.other_cancer,)
    if named not in rules.subjects or any(mention.sites is not None for mention in mentions):
        return mentions
    return tuple(
        ConditionMention(rules.own_cancer) if mention.term in vague and mention.sure and mention.status is None else mention
        for mention in mentions
    )


def find_primaries_in_words(
    mentions: Iterable[ConditionMention], entry: EntryLocation, date: PartialDate | None, rules: RecordRules
) -> list[PrimaryCancer]:
    """The primary cancer that words name where no code does; of a metastasis that names it only which cancer it is."""
    if len(rules.subjects) != 1:
        return []
    found = []
    for mention in mentions:
        if mention.sure and mention.status not in (ABSENT, RESOLVED):
            if mention.term == rules.own_cancer and mention.sites is None:
                found.append(PrimaryCancer(entry, rules.subjects[0], date))
            elif mention.of_own:
                found.append(PrimaryCancer(entry, rules.subjects[0], None, of_spread=True))
    return found
