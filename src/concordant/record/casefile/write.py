"""A record as a case file that a person can check, correct and feed back: the same facts, each entry with its place.

What was set aside stands there twice: in words as a comment, and as an entry that tells nothing but that there was one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from concordant.contract_names import BRAIN_METASTASES, MENOPAUSAL_STATUS, SEX
from concordant.errors import make_printable
from concordant.logic.dates import format_date, make_exact_date
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.model.selectors.entries import WholeRecord
from concordant.patient.events import (
    FINDING,
    FLAGGED,
    UNCLEAR,
    Comorbidity,
    Course,
    DiseaseEvent,
    EntryLocation,
    Marker,
    Measurement,
    PatientRecord,
)
from concordant.patient.facts import Value, list_words_left
from concordant.record.casefile.blocks import OPEN
from concordant.record.casefile.condition_text import group_by_name, iter_named_entries
from concordant.record.casefile.note_block import NOTE, NOTE_KEYS
from concordant.record.casefile.scalars import LONGEST_NOTE, LONGEST_WORD
from concordant.record.casefile.yaml_text import quote_text, to_iso_date, to_number_text
from concordant.record.sources import Patient
from concordant.terminology.names import Words, drugs_from_name, make_words, medicines_from_name

Pairs = dict[str, str | list[str] | None]
TOLD_AS_CONDITIONS = (FINDING, UNCLEAR)


def write_case(patient: Patient, knowledge: Knowledge, vocabulary: Words | None = None) -> str:
    """The case file of a patient. `vocabulary` spares making the tables of the knowledge again for each of many.

    That of a note was made when it was read, with the words of the note beside its entries.
    """
    if patient.note is not None:
        return patient.note.case_text
    writer = _CaseWriter(patient.record, knowledge, vocabulary or make_words(knowledge))
    return "".join(
        f"{line}\n" for line in (*_iter_head_lines(patient), *writer.iter_lines(), *_iter_unread_lines(patient.record))
    )


def _iter_head_lines(patient: Patient) -> Iterator[str]:
    day = format_date(make_exact_date(patient.record.as_of))
    who = f" of {patient.id}" if patient.id else ""
    yield make_printable(
        f"# What was understood{who}, as of {day}. Correct what is wrong, then give this file to `concordant recommend`."
    )
    yield f"# {patient.account.sentence}"
    yield from (make_printable(f"# {notice}") for notice in patient.record.notices)
    yield from (make_printable(f"# Incomplete: {missing}") for missing in patient.record.incomplete)


def _iter_unread_lines(record: PatientRecord) -> Iterator[str]:
    """What no entry of a case file can say: in comments."""
    reports = [f"{report.entry.place}: it speaks of {', '.join(report.topics)}" for report in record.reports]
    for title, sentences in (
        ("Not read; words that are no facts here", reports),
        ("Set aside; what it would have said is unknown", record.set_aside),
        ("Not understood", record.not_understood),
    ):
        if sentences:
            yield f"# {title}:"
            yield from (make_printable(f"#   {sentence}") for sentence in sentences)


@dataclass(frozen=True, slots=True)
class _CaseWriter:
    record: PatientRecord
    knowledge: Knowledge
    words: Words

    def iter_lines(self) -> Iterator[str]:
        record = self.record
        yield f"as_of: {record.as_of}"
        if record.name:
            yield f"name: {quote_text(record.name[:LONGEST_NOTE])}"
        person = self.write_person()
        if person:
            yield f"patient: {_format_mapping(person)}"
        yield from self.iter_block("tumor_markers", (entry for m in record.markers for entry in self.write_marker(m)))
        yield from self.iter_block(
            "disease", (self.write_event(event) for event in record.events if event.kind not in TOLD_AS_CONDITIONS)
        )
        yield from self.iter_block("treatments", map(self.write_course, record.courses))
        yield from self.iter_block("conditions", self.write_conditions())
        yield from self.iter_block("measurements", map(self.write_measurement, record.measurements))
        yield from self.iter_block("medications", self.write_medications())
        if record.unavailable:
            yield f"unavailable: {_format_value([self.name_drug(drug) for drug in record.unavailable])}"
        stated = self.write_stated()
        if stated:
            yield "stated:"
            yield from (f"  {name}: {value}" for name, value in stated.items())
        yield from self.iter_note_lines()

    def iter_note_lines(self) -> Iterator[str]:
        """What a note says beside its entries; what was not understood stands in the comments, as for every source."""
        told = {key: texts for key in NOTE_KEYS[1:] if (texts := getattr(self.record, key))}
        if told:
            yield f"{NOTE}:"
        for key, texts in told.items():
            yield f"  {key}:"
            yield from (f"    - {quote_text(text)}" for text in texts)

    def iter_block(self, name: str, entries: Iterable[tuple[EntryLocation, Pairs]]) -> Iterator[str]:
        listed = list(entries)
        if listed:
            yield f"{name}:"
        for entry, pairs in listed:
            yield from (make_printable(f"  # {note}") for note in self.record.notes.get(entry.place, ()))
            place = f"{entry.place}, line {entry.line}" if entry.line else entry.place
            yield f"  - {_format_mapping(pairs)}  {make_printable(f'# {place}')}".rstrip()

    def write_person(self) -> Pairs:
        person = self.record.person
        born = to_iso_date(person.birth_date, self.record.as_of)
        return _drop_empty({SEX: person.sex, "birth_date": born, MENOPAUSAL_STATUS: person.menopause})

    def write_marker(self, item: Marker) -> Iterator[tuple[EntryLocation, Pairs]]:
        """One entry; two where a word and a number would need the same key."""
        field = next(field for field in self.knowledge.vocabulary.tests if field.name == item.test)
        rest = {"date": to_iso_date(item.date, self.record.as_of), "specimen": item.specimen}
        numbers = {name: self.format_quantity(value, field.numbers.get(name, "")) for name, value in item.numbers.items()}
        if item.word is not None and "value" in numbers:
            yield item.entry, _drop_empty({"test": item.test, "value": item.word, **rest})
            yield item.entry, _drop_empty({"test": item.test, **numbers, **rest})
        else:
            word = {} if item.word is None else {"value": item.word}
            yield item.entry, _drop_empty({"test": item.test, **word, **numbers, **rest})

    def write_event(self, item: DiseaseEvent) -> tuple[EntryLocation, Pairs]:
        return item.entry, _drop_empty(
            {
                "event": item.kind,
                "date": to_iso_date(item.date, self.record.as_of),
                "extent": item.extent,
                "sites": [_spell_id(site) for site in item.sites],
                "procedure": item.procedure[:LONGEST_NOTE],
                BRAIN_METASTASES: item.brain,
            }
        )

    def write_course(self, item: Course) -> tuple[EntryLocation, Pairs]:
        known = [self.name_drug(drug) for drug in item.drugs] + [_spell_id(name) for name in item.classes]
        return item.entry, _drop_empty(
            {
                "drugs": known + [self.name_unknown_drug(name) for name in item.unknown_drugs],
                "setting": item.setting,
                "line": None if item.line is None else str(item.line),
                "start": to_iso_date(item.start, self.record.as_of),
                "end": to_iso_date(item.end, self.record.as_of),
                "cycles": None if item.cycles is None else str(item.cycles),
                "stopped": item.stopped,
            }
        )

    def name_drug(self, drug: str) -> str:
        """A name by which the drug is found again."""
        name = next((known.name for known in self.knowledge.drugs if known.id == drug), drug)
        return name if drugs_from_name(name, self.words) == (drug,) else _spell_id(drug)

    def name_unknown_drug(self, name: str) -> str:
        """A name that stays unknown: one of a known drug, of an entry that was set aside, says so."""
        short = name[: LONGEST_WORD - 20]
        return f"{short} (set aside)" if drugs_from_name(short, self.words) else short

    def write_conditions(self) -> Iterator[tuple[EntryLocation, Pairs]]:
        """Conditions, metastases told among them, and flagged results; entries of one name and place are one again."""
        items: list[Comorbidity | DiseaseEvent] = [event for event in self.record.events if event.kind in TOLD_AS_CONDITIONS]
        items += self.record.conditions
        for (entry, _, date), group in group_by_name(items).items():
            for name, status, judged in iter_named_entries(group, self.words, self.record.as_of):
                yield (
                    entry,
                    _drop_empty({**name, "status": status, "date": to_iso_date(date, self.record.as_of), "judged": judged}),
                )
        for finding in self.record.findings:
            flagged = f"{finding.name[: LONGEST_WORD - 30]}{FLAGGED}"
            day = to_iso_date(finding.date, self.record.as_of)
            yield finding.entry, _drop_empty({"name": flagged, "date": day, "judged": finding.judged})

    def write_measurement(self, item: Measurement) -> tuple[EntryLocation, Pairs]:
        field = next(field for field in self.knowledge.vocabulary.measurements if field.name == item.name)
        limit = (
            None if item.upper_limit is None else self.format_quantity(Interval(item.upper_limit, item.upper_limit), field.unit)
        )
        value = OPEN if item.value.is_unknown else self.format_quantity(item.value, field.unit)
        date = to_iso_date(item.date, self.record.as_of)
        return item.entry, _drop_empty({"name": item.name, "value": value, "date": date, "upper_limit": limit})

    def write_medications(self) -> Iterator[tuple[EntryLocation, Pairs]]:
        """One entry for each name that is read again as it was; else one for each medicine in it."""
        by_name: dict[tuple[EntryLocation, str], list[str | None]] = {}
        for item in self.record.medications:
            by_name.setdefault((item.entry, item.name[:LONGEST_WORD]), []).append(item.term)
        for (entry, name), terms in by_name.items():
            read = medicines_from_name(name, self.words)
            if set(read or (None,)) == set(terms):
                yield entry, {"name": name}
            else:
                for term in terms:
                    yield entry, {"name": self.name_medicine(name, term)}

    def name_medicine(self, name: str, term: str | None) -> str:
        """A name by which it is read as this term, or not understood again."""
        return _spell_id(term) if term is not None else f"{name[: LONGEST_WORD - 20]} (set aside)"

    def format_quantity(self, value: Interval, unit: str) -> str:
        return f"{to_number_text(value)} {'%' if unit == 'percent' else unit}".strip()

    def write_stated(self) -> dict[str, str]:
        stated = {}
        features = {feature.name: feature for feature in self.knowledge.features}
        whole = next((f.name for f in self.knowledge.features if isinstance(f.derive, WholeRecord)), "")
        missing: dict[str, Value] = {whole: "no"} if whole and self.record.incomplete else {}
        for name, value in (self.record.stated | missing).items():
            if value is None:
                text = OPEN
            elif isinstance(value, Interval):
                text = "" if value.is_unknown else self.format_quantity(value, features[name].unit)
            else:
                text = " or ".join(list_words_left(value) or ())
            if text:
                stated[name] = quote_text(text)
        return stated


def _spell_id(id_: str) -> str:
    return id_.replace("_", " ")


def _drop_empty(pairs: Pairs) -> Pairs:
    return {key: value for key, value in pairs.items() if value not in (None, "", [])}


def _format_mapping(pairs: Pairs) -> str:
    return "{" + ", ".join(f"{key}: {_format_value(value)}" for key, value in pairs.items()) + "}"


def _format_value(value: str | list[str] | None) -> str:
    return f"[{', '.join(map(quote_text, value))}]" if isinstance(value, list) else quote_text(value or "")
