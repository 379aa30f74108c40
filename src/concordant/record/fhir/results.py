"""Results: marker tests and measurements, of one value of an observation."""

from __future__ import annotations

import msgspec

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval
from concordant.model.knowledge import VocabularyField
from concordant.patient.events import Marker, Measurement
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.ownership import find_site, list_sites
from concordant.record.fhir.resources import Resource, Value
from concordant.record.fhir.values import (
    convert_unit,
    explain_unit_conflict,
    find_upper_limit,
    has_value,
    list_coded_values,
    lookup_code,
    quote_value,
    read_number,
)
from concordant.record.result_text import combine_words, explain_contradiction, parse_result_text
from concordant.terminology.codes import NO, YES
from concordant.terminology.codes import CodeableConcept as Meaning
from concordant.terminology.quantities import BARE, is_bare_unit

PERCENT, PERCENT_SIGNS = "percent", ("%", "percent", "{percent}")


class ObservedValue(msgspec.Struct, frozen=True, gc=False):
    """One value, what it is about, and the observation around it."""

    value: Value
    about: Meaning
    resource: Resource
    date: PartialDate | None


def read_marker(asked: ObservedValue, chart: Chart, *, spoilt: bool) -> str | None:
    """A result of a marker test; None when there is no result."""
    value, meaning = asked.value, asked.about
    field = chart.rules.tests[meaning.name]
    read = read_number(value, chart.tables.terms)
    score = _score_from_number(read, field, chart) if read is not None and not field.numbers else None
    word, conflict = read_result_word(value, chart, field, score)
    if word is None and read is None and not conflict and not spoilt and not _has_content(value, chart):
        return None
    specimen, entry = _find_specimen(asked.resource, chart), chart.entry
    numbers: dict[str, Interval] = {}
    if read is not None and (part := meaning.part or next(iter(field.numbers), "")):
        number, strange = _convert_part_number(read, field.numbers.get(part, ""), chart, told=bool(meaning.part))
        numbers[part] = number
        conflict = conflict or strange
        impossible = (field.high is not None and number.low > field.high) or (field.low is not None and number.high < field.low)
        if impossible and not strange:
            conflict = conflict or f"no patient has this {field.label}"
    test, word = _fit_word(meaning, word, field.words, chart)
    conflict = conflict or explain_contradiction(word, numbers, field)
    if numbers:
        chart.note_decimal_comma(value.valueString)
    if conflict or spoilt:
        chart.found.append(Marker(entry, meaning.name, None, {}, None if spoilt else asked.date, specimen))
        return f"{conflict}{quote_value(value)}" if conflict else ""
    if word is None and not numbers:
        chart.not_understood.append(f"{field.label}: a result{quote_value(value)} that is not understood ({chart.place})")
        chart.found.append(Marker(entry, meaning.name, None, {}, asked.date, specimen))
        return "its result is not understood"
    chart.found.append(Marker(entry, test, word, numbers, asked.date, specimen))
    return ""


def read_result_word(
    value: Value, chart: Chart, field: VocabularyField | None = None, score: str | None = None
) -> tuple[str | None, str]:
    """The word of a result: its value, a score that its number is, its interpretation; all have to agree. That of a test may also
    be a code that says its result, such as a tumour with a receptor.
    """
    test = field.name if field is not None else ""
    words: dict[str, None] = {} if score is None else {score: None}
    conflict = ""
    for concept in list_coded_values(value):
        met = lookup_code(concept, ("value", "implied") if test else ("value",), chart.tables.terms)
        conflict = conflict or met.conflict
        if met.meaning is not None and (said := met.meaning.find_word(test)):
            words[said] = None
        elif met.meaning is not None:
            conflict = conflict or f"its value is the result of another test ({quote_word(met.meaning.display)})"
        elif concept.text and (told := parse_result_text(concept.text, field, chart.tables.terms)) is not None:
            words |= dict.fromkeys(told.words)
        else:
            chart.record_unmapped_codes(met.unknown, "value")
    word, differing = combine_words(words, field, chart.rules.plain_words)
    return word, conflict or differing


def _fit_word(meaning: Meaning, word: str | None, words: tuple[str, ...], chart: Chart) -> tuple[str, str | None]:
    """A word in the words of the test, or the word of the test that a plain positive or negative belongs to."""
    if word is None or word in words:
        return meaning.name, word
    word = "positive" if word in YES else "negative" if word in NO else word
    if word in words:
        return meaning.name, word
    if word in meaning.implies:
        return meaning.name, meaning.implies[word]
    other = meaning.implies.get("otherwise", "")
    if other in chart.rules.tests and word in chart.rules.tests[other].words:
        return other, word
    return meaning.name, None


def _convert_part_number(read: tuple[Interval, str], unit: str, chart: Chart, *, told: bool) -> tuple[Interval, str]:
    """The number of a part of a result in its unit; or why it is none: a score is no percentage, a percentage no ratio."""
    number, written = read
    plain = written.strip().lower()
    if unit != PERCENT and plain in PERCENT_SIGNS:
        return number, "its number is a percentage"
    if unit != PERCENT:
        return number, "" if is_bare_unit(written, chart.tables.terms.words) else f"its unit {quote_word(written)} is not known"
    if plain == "1":
        return Interval(number.low * 100, number.high * 100), ""
    if plain in PERCENT_SIGNS or (not plain and told):
        return number, ""
    return number, f"the unit {quote_word(written)} is no percentage" if plain else "its number has no unit"


def _score_from_number(read: tuple[Interval, str], field: VocabularyField, chart: Chart) -> str | None:
    """A score told as a number: 0, or 3 for `3+`. A percentage, or a ratio, is none."""
    number, unit = read
    if not number.is_exact or unit == BARE or not is_bare_unit(unit, chart.tables.terms.words):
        return None
    text = f"{number.low:g}"
    return text if text in field.words else f"{text}+" if f"{text}+" in field.words else None


def _find_specimen(resource: Resource, chart: Chart) -> str | None:
    """Primary or metastasis, by the site that the result or its specimen names."""
    names = {site for concept in list_sites(resource, chart) if (site := find_site(concept, chart))}
    kinds = {"metastasis" if site in chart.rules.lines.distant_sites else "primary" for site in names}
    return kinds.pop() if len(kinds) == 1 else None


def read_measurement(asked: ObservedValue, chart: Chart, *, spoilt: bool) -> str | None:
    """A measured number; set aside, and open in the record, when its unit or its size cannot be."""
    value, name, date = asked.value, asked.about.name, asked.date
    read = read_number(value, chart.tables.terms)
    if read is None and (word := read_result_word(value, chart)[0]) is not None and word.isdigit():
        read = (Interval(float(word), float(word)), "")
    if read is None and not spoilt and not _has_content(value, chart):
        return None
    if read is None and not spoilt:
        label = chart.rules.measured[name].label
        chart.not_understood.append(f"{label}: a result{quote_value(value)} that is not understood ({chart.place})")
        return _add_blank_measurement(name, chart, "its result is not understood", date)
    if read is None or spoilt:
        return _add_blank_measurement(name, chart, "")
    number, why = convert_unit(name, read, "", chart.tables, value.valueString)
    why = why or explain_unit_conflict(name, value.valueQuantity, chart.tables)
    if number is None or why:
        return _add_blank_measurement(name, chart, why, date)
    if date is None:
        label = chart.rules.measured[name].label
        chart.not_understood.append(f"{label} without a date: whether it still holds is not known ({chart.place})")
        return _add_blank_measurement(name, chart, "")
    chart.note_decimal_comma(value.valueString)
    limit = find_upper_limit(name, value, chart.tables) if value.referenceRange else None
    chart.found.append(Measurement(chart.entry, name, number, date, limit))
    return ""


def _has_content(value: Value, chart: Chart) -> bool:
    """Whether a value says something, understood or not; that a test was not done says nothing."""
    silent = (lookup_code(concept, ("not_asked",), chart.tables.terms).meaning for concept in list_coded_values(value))
    return has_value(value) and all(meaning is None for meaning in silent)


def _add_blank_measurement(name: str, chart: Chart, why: str, date: PartialDate | None = None) -> str:
    chart.found.append(Measurement(chart.entry, name, Interval(), date))
    return why
