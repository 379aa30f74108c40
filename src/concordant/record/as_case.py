"""A record as a case file that a person can check, correct and feed back: the same facts, each entry with its place.

What was set aside stands there twice: in words as a comment, and as an entry that tells nothing but that there was one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from concordant.compiled import Knowledge
from concordant.complaints import printable
from concordant.contract_names import BRAIN_METASTASES, MENOPAUSAL_STATUS, SEX
from concordant.dates import exactly, words
from concordant.facts import words_left
from concordant.quantities import Interval
from concordant.record.blocks import OPEN
from concordant.record.events import (
    FINDING,
    FLAGGED,
    Comorbidity,
    Course,
    DiseaseEvent,
    Entry,
    Marker,
    Measurement,
    PatientRecord,
)
from concordant.record.scalars import LONGEST_NOTE, LONGEST_WORD
from concordant.record.sources import Patient
from concordant.record.vocabulary import Words, drug_parts, medicine_parts, words_of
from concordant.record.worded import together, worded
from concordant.record.yaml_text import flow, iso, number

Pairs = dict[str, str | list[str] | None]


def case_text(patient: Patient, knowledge: Knowledge, vocabulary: Words | None = None) -> str:
    """The case file of a patient. `vocabulary` spares making the tables of the knowledge again for each of many."""
    writer = _Writer(patient.record, knowledge, vocabulary or words_of(knowledge))
    return "".join(f"{line}\n" for line in (*_head(patient), *writer.lines(), *_left(patient.record)))


def _head(patient: Patient) -> Iterator[str]:
    day = words(exactly(patient.record.as_of))
    who = f" of {patient.id}" if patient.id else ""
    yield printable(
        f"# What was understood{who}, as of {day}. Correct what is wrong, then give this file to `concordant recommend`."
    )
    yield f"# {patient.account.sentence}"
    yield from (printable(f"# {notice}") for notice in patient.record.notices)


def _left(record: PatientRecord) -> Iterator[str]:
    """What no entry of a case file can say: in comments."""
    for title, told in (
        ("Set aside; what it would have said is unknown", record.set_aside),
        ("Not understood", record.not_understood),
    ):
        if told:
            yield f"# {title}:"
            yield from (printable(f"#   {sentence}") for sentence in told)


@dataclass(frozen=True, slots=True)
class _Writer:
    record: PatientRecord
    knowledge: Knowledge
    words: Words

    def lines(self) -> Iterator[str]:
        record = self.record
        yield f"as_of: {record.as_of}"
        if record.name:
            yield f"name: {flow(record.name[:LONGEST_NOTE])}"
        person = self.person()
        if person:
            yield f"patient: {_mapping(person)}"
        yield from self.block("tumor_markers", (told for m in record.markers for told in self.marker(m)))
        yield from self.block("disease", (self.event(event) for event in record.events if event.kind != FINDING))
        yield from self.block("treatments", map(self.course, record.courses))
        yield from self.block("conditions", self.conditions())
        yield from self.block("measurements", map(self.measurement, record.measurements))
        yield from self.block("medications", self.medications())
        if record.unavailable:
            yield f"unavailable: {_value([self.drug(drug) for drug in record.unavailable])}"
        stated = self.stated()
        if stated:
            yield "stated:"
            yield from (f"  {name}: {value}" for name, value in stated.items())

    def block(self, name: str, entries: Iterable[tuple[Entry, Pairs]]) -> Iterator[str]:
        found = list(entries)
        if found:
            yield f"{name}:"
        for entry, pairs in found:
            yield from (printable(f"  # {note}") for note in self.record.notes.get(entry.place, ()))
            place = f"{entry.place}, line {entry.line}" if entry.line else entry.place
            yield f"  - {_mapping(pairs)}  {printable(f'# {place}')}".rstrip()

    def person(self) -> Pairs:
        told = self.record.person
        born = iso(told.birth_date, self.record.as_of)
        return _told({SEX: told.sex, "birth_date": born, MENOPAUSAL_STATUS: told.menopause})

    def marker(self, item: Marker) -> Iterator[tuple[Entry, Pairs]]:
        """One entry; two where a word and a number would need the same key."""
        field = next(field for field in self.knowledge.vocabulary.tests if field.name == item.test)
        rest = {"date": iso(item.date, self.record.as_of), "specimen": item.specimen}
        numbers = {name: self.quantity(value, field.numbers.get(name, "")) for name, value in item.numbers.items()}
        if item.word is not None and "value" in numbers:
            yield item.entry, _told({"test": item.test, "value": item.word, **rest})
            yield item.entry, _told({"test": item.test, **numbers, **rest})
        else:
            word = {} if item.word is None else {"value": item.word}
            yield item.entry, _told({"test": item.test, **word, **numbers, **rest})

    def event(self, item: DiseaseEvent) -> tuple[Entry, Pairs]:
        return item.entry, _told(
            {
                "event": item.kind,
                "date": iso(item.date, self.record.as_of),
                "extent": item.extent,
                "sites": [_spelled(site) for site in item.sites],
                "procedure": item.procedure[:LONGEST_NOTE],
                BRAIN_METASTASES: item.brain,
            }
        )

    def course(self, item: Course) -> tuple[Entry, Pairs]:
        known = [self.drug(drug) for drug in item.drugs] + [_spelled(name) for name in item.classes]
        return item.entry, _told(
            {
                "drugs": known + [self.unknown(name) for name in item.unknown_drugs],
                "setting": item.setting,
                "line": None if item.line is None else str(item.line),
                "start": iso(item.start, self.record.as_of),
                "end": iso(item.end, self.record.as_of),
                "cycles": None if item.cycles is None else str(item.cycles),
                "stopped": item.stopped,
            }
        )

    def drug(self, drug: str) -> str:
        """A name by which the drug is found again."""
        name = next((known.name for known in self.knowledge.drugs if known.id == drug), drug)
        return name if drug_parts(name, self.words) == (drug,) else _spelled(drug)

    def unknown(self, name: str) -> str:
        """A name that stays unknown: one of a known drug, of an entry that was set aside, says so."""
        short = name[: LONGEST_WORD - 20]
        return f"{short} (set aside)" if drug_parts(short, self.words) else short

    def conditions(self) -> Iterator[tuple[Entry, Pairs]]:
        """Conditions, metastases told among them, and flagged results; entries of one name and place are one again."""
        items: list[Comorbidity | DiseaseEvent] = [event for event in self.record.events if event.kind == FINDING]
        items += self.record.conditions
        for (entry, _, date), told in together(items).items():
            for name, status, judged in worded(told, self.words, self.record.as_of):
                yield entry, _told({**name, "status": status, "date": iso(date, self.record.as_of), "judged": judged})
        for one in self.record.findings:
            flagged = f"{one.name[: LONGEST_WORD - 30]}{FLAGGED}"
            day = iso(one.date, self.record.as_of)
            yield one.entry, _told({"name": flagged, "date": day, "judged": one.judged})

    def measurement(self, item: Measurement) -> tuple[Entry, Pairs]:
        field = next(field for field in self.knowledge.vocabulary.measurements if field.name == item.name)
        limit = None if item.upper_limit is None else self.quantity(Interval(item.upper_limit, item.upper_limit), field.unit)
        value = OPEN if item.value.is_unknown else self.quantity(item.value, field.unit)
        date = iso(item.date, self.record.as_of)
        return item.entry, _told({"name": item.name, "value": value, "date": date, "upper_limit": limit})

    def medications(self) -> Iterator[tuple[Entry, Pairs]]:
        """One entry for each name that is read again as it was; else one for each medicine in it."""
        told: dict[tuple[Entry, str], list[str | None]] = {}
        for item in self.record.medications:
            told.setdefault((item.entry, item.name[:LONGEST_WORD]), []).append(item.term)
        for (entry, name), terms in told.items():
            read = medicine_parts(name, self.words)
            if set(read or (None,)) == set(terms):
                yield entry, {"name": name}
            else:
                for term in terms:
                    yield entry, {"name": self.medicine(name, term)}

    def medicine(self, name: str, term: str | None) -> str:
        """A name by which it is read as this term, or not understood again."""
        return _spelled(term) if term is not None else f"{name[: LONGEST_WORD - 20]} (set aside)"

    def quantity(self, value: Interval, unit: str) -> str:
        return f"{number(value)} {'%' if unit == 'percent' else unit}".strip()

    def stated(self) -> dict[str, str]:
        found = {}
        features = {feature.name: feature for feature in self.knowledge.features}
        for name, value in self.record.stated.items():
            if isinstance(value, Interval):
                told = "" if value.is_unknown else self.quantity(value, features[name].unit)
            else:
                told = " or ".join(words_left(value) or ())
            if told:
                found[name] = flow(told)
        return found


def _spelled(id_: str) -> str:
    return id_.replace("_", " ")


def _told(pairs: Pairs) -> Pairs:
    return {key: value for key, value in pairs.items() if value not in (None, "", [])}


def _mapping(pairs: Pairs) -> str:
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in pairs.items()) + "}"


def _value(value: str | list[str] | None) -> str:
    return f"[{', '.join(map(flow, value))}]" if isinstance(value, list) else flow(value or "")
