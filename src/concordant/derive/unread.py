"""What a record holds and no rule reads: it is named, it holds back, and nothing is assumed over it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from concordant.logic.dates import make_exact_date
from concordant.model.features import Feature
from concordant.model.knowledge import Term, Vocabulary
from concordant.model.selectors.base import Block
from concordant.model.selectors.entries import Listed, MedicationTaken
from concordant.patient.events import Comorbidity, Finding, Medication, PatientRecord

RECORD = "record"  # the place of what is missing from it
MISSING_PART = "a missing part of the record"
NO_RULE, NOT_UNDERSTOOD, FLAGGED = "no rule here reads it", "it was not understood", "its source flags it as abnormal"
GRAVE = 3  # from this grade on, what has no bearing when it is mild is looked at


class UnreadItem(msgspec.Struct, frozen=True):
    """An entry that no rule reads: its name, its place, why, and the drugs that it holds back (all, where none is named)."""

    name: str
    entry: str
    why: str
    block: Block
    concerns: tuple[str, ...] = ()
    wish: bool = False

    def holds_back(self, names: Iterable[str]) -> bool:
        """Whether it holds back a drug that goes by these names: its own, and those of its classes."""
        return not self.concerns or not set(self.concerns).isdisjoint(names)


class ReadTerms(msgspec.Struct, frozen=True):
    """What the rules of a Knowledge read of the open vocabularies, worked out once."""

    terms: Mapping[str, Term]
    read: frozenset[str]
    read_about: Mapping[str, frozenset[str]]
    substances: Mapping[str, Term]
    wish_words: frozenset[str]
    flagged_days: int


def collect_read_terms(features: Iterable[Feature], vocabulary: Vocabulary) -> ReadTerms:
    """The terms that a feature looks for, by name or by tag; of those that it takes `about` something, also of what."""
    read: set[str] = set()
    about: dict[str, set[str]] = {}
    derived = [f.derive for f in features if isinstance(f.derive, Listed | MedicationTaken)]
    tags = {selector.tag for selector in derived if isinstance(selector, MedicationTaken)}
    for selector in derived:
        if isinstance(selector, Listed) and selector.about is not None:
            for term in selector.terms:
                about.setdefault(term, set()).add(selector.about)
        else:
            read.update(selector.terms)
    medications = vocabulary.medications
    read |= {term.id for term in medications if not tags.isdisjoint(term.tags)}
    return ReadTerms(
        terms={term.id: term for term in (*vocabulary.conditions, *medications)},
        read=frozenset(read),
        read_about={term: frozenset(names) for term, names in about.items()},
        substances={term.id: term for term in vocabulary.substances},
        wish_words=frozenset(vocabulary.wish_words),
        flagged_days=vocabulary.flagged_days,
    )


def find_unread_entries(record: PatientRecord, reads: ReadTerms, members: Mapping[str, frozenset[str]]) -> tuple[UnreadItem, ...]:
    """Find every current entry that no rule reads and that no clinician has judged, in record order."""
    entries = [entry for item in record.conditions if (entry := _check_condition(item, reads, members)) is not None]
    entries += [entry for item in record.medications if (entry := _check_medication(item, reads)) is not None]
    entries += [entry for item in _find_flagged_findings(record, reads) if (entry := _check_finding(item)) is not None]
    return tuple(entries)


def make_missing_item(says: str) -> UnreadItem:
    """A part of the record that is missing: it may speak of anything, so it holds back every drug."""
    return UnreadItem(MISSING_PART, RECORD, says, "conditions")


def _check_condition(item: Comorbidity, reads: ReadTerms, members: Mapping[str, frozenset[str]]) -> UnreadItem | None:
    if item.judged or item.status == "absent" or _is_condition_read(item, reads, members):
        return None
    term = reads.terms.get(item.term or "")
    wish = not reads.wish_words.isdisjoint(item.name.lower().replace(",", " ").split())
    if item.status == "resolved" and not (item.about or wish):
        return None
    if term is None:
        return UnreadItem(item.name, item.entry.place, NOT_UNDERSTOOD, "conditions", item.about, wish)
    return UnreadItem(item.name, item.entry.place, NO_RULE, "conditions", item.about or term.concerns, wish)


def _is_condition_read(item: Comorbidity, reads: ReadTerms, members: Mapping[str, frozenset[str]]) -> bool:
    """Whether a rule reads the entry, or the vocabulary says why it does not matter here."""
    term = reads.terms.get(item.term or "")
    if term is None:
        return False
    if term.no_bearing and (item.grade or 0) < GRAVE:
        return True
    if item.term in reads.read:
        return True
    return bool(item.about) and all(_is_read_about(term.id, name, reads, members) for name in item.about)


def _is_read_about(term: str, name: str, reads: ReadTerms, members: Mapping[str, frozenset[str]]) -> bool:
    substance = reads.substances.get(name)
    if substance is not None and substance.no_bearing:
        return True
    read = reads.read_about.get(term, frozenset())
    return name in read or not read.isdisjoint(members.get(name, ()))


def _check_medication(item: Medication, reads: ReadTerms) -> UnreadItem | None:
    term = reads.terms.get(item.term or "")
    if item.judged or (term is not None and (term.no_bearing or term.id in reads.read)):
        return None
    if term is None:
        return UnreadItem(item.name, item.entry.place, NOT_UNDERSTOOD, "medications")
    return UnreadItem(item.name, item.entry.place, NO_RULE, "medications", term.concerns)


def _find_flagged_findings(record: PatientRecord, reads: ReadTerms) -> Iterator[Finding]:
    """Of the flagged observations those that may still hold today: not long ago, and none of the same name after it."""
    since = record.as_of - dt.timedelta(days=reads.flagged_days)
    last: dict[str, dt.date] = {}
    for item in record.findings:
        if item.date is not None:
            last[item.name] = max(item.date.first, last.get(item.name, item.date.first))
    for item in record.findings:
        until = (item.date or make_exact_date(record.as_of)).last
        if until >= since and until >= last.get(item.name, until):
            yield item


def _check_finding(item: Finding) -> UnreadItem | None:
    return None if item.judged else UnreadItem(item.name, item.entry.place, FLAGGED, "measurements")
