"""Conditions of the CDM: by their code with the words beside it, as conditions or as metastases."""

from __future__ import annotations

from collections.abc import Iterable

from concordant.logic.dates import PartialDate
from concordant.patient.events import ACTIVE, RESOLVED, Comorbidity, Status
from concordant.record.builder import RecordBuilder
from concordant.record.cancer_type import find_primaries_in_words, take_primaries
from concordant.record.condition_events import events_from_mentions
from concordant.record.conditions import (
    ConditionMention,
    is_understood,
    mention_from_concept,
    merge_code_and_words,
    parse_conditions,
)
from concordant.record.omop.codes import CodedColumn, ConceptLookup
from concordant.record.omop.disease import keep_spread
from concordant.record.omop.schema import Row, read_date, read_date_column
from concordant.terminology.certainty import OVER, PROVISIONAL, REFUTED
from concordant.terminology.names import Words
from concordant.terminology.tumours import may_be_tumour

STATUS_COLUMNS = ("condition_status_source_value", "stop_reason")


def read_condition(
    record: RecordBuilder, coded: CodedColumn, row: Row, words: Words, date: PartialDate | None, wrong: str
) -> None:
    """A row of a condition; what nobody understands counts as long as it is not over."""
    ended, _ = read_date(read_date_column(row, "condition_end_date"), "end", record.as_of)
    over = ended is not None and ended.first <= record.as_of  # one that ends later still holds on that day
    name, mentions = _read_mentions(coded, words)
    if coded.meaning is None or coded.meaning.kind == "condition":
        mentions = take_primaries(mentions, (name,), "", record.rules)
        record.found += [] if over else find_primaries_in_words(mentions, record.entry, None if wrong else date, record.rules)
    if not is_understood(mentions):
        if over and not (may_be_tumour(name, record.rules.tumours) or any(mention.may_spread for mention in mentions)):
            record.mark_ignored("it is not understood, and over")
            return
        record.record_unmapped("condition", name, near=next((mention.near for mention in mentions if mention.near), ""))
    spread = [
        site for mention in mentions if mention.sites is not None and mention.status is None for site in mention.sites or ("",)
    ]
    for site in spread:
        keep_spread(record, site, date, wrong)
    beside = tuple(mention for mention in mentions if mention.sites is None)
    keep_conditions(record, beside, name, RESOLVED if over else ACTIVE, date, wrong, words_first=True)


def read_certainty(record: RecordBuilder, codes: ConceptLookup, row: Row) -> str:
    """How sure a diagnosis is: by the letter behind its code, its status, why it ended. Words that are not known are counted."""
    letters = codes.terms.certainty
    said = [letters.split_code("", row.get("condition_source_value") or "")[1]]
    for text in (codes.find_name(row.get("condition_status_concept_id")), *map(row.get, STATUS_COLUMNS)):
        if text and not (word := letters.read_status(text)):
            record.unmapped.append(("condition status", text, ""))
        elif text:
            said.append(word)
    return next((one for one in (REFUTED, PROVISIONAL, OVER) if one in said), "")


def keep_conditions(
    record: RecordBuilder,
    mentions: Iterable[ConditionMention],
    name: str,
    status: Status | None,
    date: PartialDate | None,
    wrong: str,
    *,
    words_first: bool = False,
) -> None:
    """The conditions of the row at hand; blank ones where its date is none."""
    plain = Comorbidity(record.entry, None, name, status, date)
    events = events_from_mentions(mentions, plain, record.as_of, words_first=words_first)
    if wrong:
        record.mark_set_aside(wrong)
        record.keep_blank(events)
    else:
        for event in events:
            record.add_event(event)


def _read_mentions(coded: CodedColumn, words: Words) -> tuple[str, tuple[ConditionMention, ...]]:
    """The name of a condition and what it says."""
    display = coded.meaning.display if coded.meaning is not None else ""
    text = "" if display and coded.text in {code for _, code, _ in coded.met} else coded.text  # a code alone is no name
    name = text or display or (f"the code {coded.met[0][1]}" if coded.met else "a condition without a name")
    said = parse_conditions(name, words)
    read = mention_from_concept(coded.meaning, words.lexicon) if coded.meaning is not None else None
    if read is None or (read.term is None and read.sites is None):
        return name, said
    return name, merge_code_and_words(read, said, words.lexicon) or (read,)
