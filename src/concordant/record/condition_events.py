"""What is said of conditions, as entries of a record: comorbidities, metastases, and what may be one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from concordant.contract_names import BRAIN
from concordant.logic.dates import PartialDate, parse_partial_date
from concordant.patient.events import ABSENT, FINDING, METASTATIC, RESOLVED, Comorbidity, DiseaseEvent, EntryLocation, Status
from concordant.record.conditions import ConditionMention


def events_from_mentions(
    mentions: Iterable[ConditionMention],
    plain: Comorbidity,
    as_of: dt.date,
    *,
    words_first: bool = False,
) -> list[Comorbidity | DiseaseEvent]:
    """Make the record entries for the conditions that were understood. `plain` carries the name, status, date and judgement
    given by the source.

    `words_first`: the status in the source is that of the list entry rather than of the illness, as in a problem list, so
    the words win.
    """
    events: list[Comorbidity | DiseaseEvent] = []
    for mention in mentions:
        event = _make_event(mention, plain, as_of, words_first=words_first)
        events.append(event)
        if mention.may_spread and isinstance(event, Comorbidity) and event.status != ABSENT:
            events.append(make_open_finding(event.entry, event.name, event.date))
    return events


def make_open_finding(entry: EntryLocation, name: str, date: PartialDate | None) -> DiseaseEvent:
    """What may be a metastasis: over it no silence, and no early stage, says that there is none."""
    return DiseaseEvent(entry, FINDING, date, None, (), None, "", name)


def doubt_mentions(mentions: Iterable[ConditionMention]) -> tuple[ConditionMention, ...]:
    """The same, where the source itself is not sure of them: a metastasis is one that may be."""
    return tuple(
        ConditionMention(sure=False, may_spread=True) if mention.sites is not None else replace(mention, sure=False)
        for mention in mentions
    )


def _make_event(
    mention: ConditionMention, plain: Comorbidity, as_of: dt.date, *, words_first: bool
) -> Comorbidity | DiseaseEvent:
    date = plain.date or _date_from_year(mention.year, as_of)
    status = _combine_status(mention, plain.status, words_first=words_first)
    if mention.sites is None:
        term = (
            None if mention.narrow and status == ABSENT else mention.term
        )  # without the narrower thing the wider one may be there
        return msgspec.structs.replace(plain, term=term, about=mention.about, grade=mention.grade, status=status, date=date)
    if status is None and mention.status == ABSENT:  # looked for, not found, and said to be over
        return msgspec.structs.replace(plain, status=None, date=date)
    if status != ABSENT:
        extent = None if mention.sites else METASTATIC
        return DiseaseEvent(plain.entry, FINDING, date, extent, mention.sites, mention.brain, "", plain.name)
    if mention.brain == "none" or BRAIN in mention.sites:
        return DiseaseEvent(plain.entry, FINDING, date, None, (), "none", "", plain.name)
    return msgspec.structs.replace(plain, term=None, status=ABSENT, date=date)


def _combine_status(mention: ConditionMention, status: Status | None, *, words_first: bool) -> Status | None:
    """The status by words and source together; unknown where they cannot both be."""
    if not mention.sure:
        return ABSENT if status == ABSENT else None
    if status is None or mention.status is None or ABSENT in (status, mention.status):
        return (
            None
            if (mention.status, status) == (ABSENT, RESOLVED)
            else ABSENT
            if ABSENT in (status, mention.status)
            else mention.status or status
        )
    return mention.status if words_first and mention.status == RESOLVED else status


def _date_from_year(year: int | None, as_of: dt.date) -> PartialDate | None:
    return parse_partial_date(str(year)).clip_to(as_of) if year is not None and year <= as_of.year else None
