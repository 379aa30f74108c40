"""The value of an observation: words of closed lists, numbers with units, texts, and what contradicts itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

from concordant.errors import quote_word
from concordant.logic.intervals import Interval, make_exact_interval, step_above, step_below, write_decimal_point
from concordant.model.knowledge import CodeKind, VocabularyField
from concordant.record.fhir.elements import CodeableConcept, Coding, Quantity, Range, Ratio, to_list
from concordant.record.fhir.resources import Value
from concordant.record.fhir.tables import FhirTables
from concordant.record.result_text import Quantity as WrittenNumber
from concordant.record.result_text import parse_number, parse_result_text
from concordant.terminology.codes import CodeableConcept as Meaning
from concordant.terminology.codes import Terminology
from concordant.terminology.quantities import BARE, explain_thousands

SIGNS = {"greater than or equal to": ">=", "less than or equal to": "<=", "greater than": ">", "less than": "<", "more than": ">"}
SIGNS |= {"at least": ">=", "at most": "<=", "over": ">", "below": "<", "above": ">", "under": "<"}
MOST_REMEMBERED = 20_000
VAGUE = "unspecified"
LONGEST_NUMBER = 60
LARGEST = 10**15
# Reasons for which there is no value because no test was made; with any other one there is a result that is not told.
NEVER_MADE = ("not-performed", "not-asked", "asked-declined", "not-applicable", "unsupported")


@dataclass(slots=True)
class CodeMatch:
    """What the codings of one value stand for; a conflict when code and words, or two codes, contradict each other."""

    meaning: Meaning | None = None
    code: str = ""
    conflict: str = ""
    unknown: tuple[Coding, ...] = ()


NOTHING = CodeMatch()


def lookup_code(concept: CodeableConcept | None, kinds: tuple[CodeKind, ...], terms: Terminology) -> CodeMatch:
    """The meaning of a coded value among some kinds; nobody changes what is returned, it is shared."""
    if concept is None:
        return NOTHING
    codings = concept.coding
    if codings is None or len(codings) != 1:
        return _lookup_code(concept, kinds, terms)
    coding = codings[0]
    key = (coding.system, coding.code, coding.display, concept.text, kinds)
    met = terms.remembered.get(key)
    if met is None:
        met = _lookup_code(concept, kinds, terms)
        if len(terms.remembered) < MOST_REMEMBERED:
            terms.remembered[key] = met
    return met


def _lookup_code(concept: CodeableConcept, kinds: tuple[CodeKind, ...], terms: Terminology) -> CodeMatch:
    met = CodeMatch()
    for coding in concept.coding or ():
        meaning = terms.find_concept(coding.system, coding.code)
        if meaning is None or meaning.kind not in kinds:
            met.unknown += (coding,) if meaning is None else ()
            continue
        _add_meaning(met, meaning, coding.code or "")
        if coding.display and coding.display != meaning.display:
            _check_words(met, terms.find_text_concept(meaning.kind, coding.display), meaning, coding.code or "", coding.display)
    if met.meaning is None:
        met.meaning = _match_texts(concept, kinds, terms)
    elif concept.text:
        _check_words(met, terms.find_text_concept(met.meaning.kind, concept.text), met.meaning, met.code, concept.text)
    return met


def _match_texts(concept: CodeableConcept, kinds: tuple[CodeKind, ...], terms: Terminology) -> Meaning | None:
    """What the words say where no code is understood."""
    texts = [concept.text, *(coding.display for coding in concept.coding or ())]
    for kind in kinds:
        for text in texts:
            if (meaning := terms.find_text_concept(kind, text)) is not None:
                return meaning
    return None


def _add_meaning(met: CodeMatch, meaning: Meaning, code: str) -> None:
    first = met.meaning
    if first is not None and (first.kind, first.name) != (meaning.kind, meaning.name):
        meanings = f"{quote_word(met.code)} is {first.name or first.kind}, {quote_word(code)} is {meaning.name or meaning.kind}"
        met.conflict = f"its codes stand for different things: {meanings}"
    if met.meaning is None:
        met.meaning, met.code = meaning, code


def _check_words(met: CodeMatch, words: Meaning | None, meaning: Meaning, code: str, text: str) -> None:
    if words is None or words.name == meaning.name:
        return
    if meaning.name == VAGUE:  # the words say which
        met.meaning = words
    elif words.name != VAGUE:
        met.conflict = f"the code {quote_word(code)} stands for {meaning.name}, and the words beside it say {quote_word(text)}"


def interval_from_quantity(quantity: Quantity | None) -> Interval | None:
    """The number of a quantity with its comparator."""
    if quantity is None or quantity.value is None or not math.isfinite(quantity.value):
        return None
    return interval_from_comparator(quantity.comparator, quantity.value)


def interval_from_comparator(comparator: str | None, value: float) -> Interval:
    """A number with a sign before it."""
    match comparator:
        case ">":
            return Interval(low=step_above(value))
        case "<":
            return Interval(high=step_below(value))
        case ">=":
            return Interval(low=value)
        case "<=":
            return Interval(high=value)
        case _:
            return make_exact_interval(value)


def _read_number_text(text: str | None, terms: Terminology) -> WrittenNumber | None:
    """The number that a text tells, with its unit: `greater than 2.2`, `>= 10 %`, `2,4 (amplified)`; a range as one."""
    if not text or len(text) > LONGEST_NUMBER:
        return None
    plain = " ".join(text.lower().split())
    for words, sign in SIGNS.items():
        if plain.startswith(words):
            plain = sign + plain.removeprefix(words)
            break
    told = parse_result_text(plain, None, terms)
    if told is not None:
        return told.quantities[0] if len(told.quantities) == 1 else None
    return parse_number(write_decimal_point(plain))


def read_number(value: Value, terms: Terminology) -> WrittenNumber | None:
    """The number of a value[x], and its unit."""
    if (quantity := value.valueQuantity) is not None and (read := interval_from_quantity(quantity)) is not None:
        return read, quantity.code or quantity.unit or ""
    if value.valueInteger is not None:
        return _interval_from_integer(value.valueInteger)
    if value.valueRange is not None:
        return _interval_from_range(value.valueRange)
    if value.valueRatio is not None:
        return _interval_from_ratio(value.valueRatio)
    coded = value.valueCodeableConcept
    return _read_number_text(value.valueString, terms) or _read_number_text(coded.text if coded is not None else None, terms)


def _interval_from_integer(value: int) -> WrittenNumber | None:
    """A whole number; none that is too large for one."""
    return (make_exact_interval(float(value)), "") if abs(value) < LARGEST else None


def _interval_from_ratio(ratio: Ratio) -> WrittenNumber | None:
    """One number for a ratio of two: of two with one unit a bare one, else so many of the one to one of the other."""
    over, under = ratio.numerator, interval_from_quantity(ratio.denominator)
    number = interval_from_quantity(over)
    if over is None or number is None or under is None or not under.is_exact or not 0 < under.low < LARGEST:
        return None
    units = [quantity.code or quantity.unit or "" for quantity in (over, ratio.denominator) if quantity is not None]
    unit = BARE if units[0] == units[1] else f"{units[0]}/{units[1]}".rstrip("/")
    return Interval(number.low / under.low, number.high / under.low), unit


def _interval_from_range(between: Range) -> tuple[Interval, str] | None:
    low, high = interval_from_quantity(between.low), interval_from_quantity(between.high)
    if low is None and high is None:
        return None
    start, end = low.low if low else -math.inf, high.high if high else math.inf
    unit = (between.low or between.high or Quantity()).unit or ""
    return (Interval(start, end), unit) if start <= end else None


def convert_unit(
    name: str, read: tuple[Interval, str], unit: str, tables: FhirTables, text: str | None = None
) -> tuple[Interval | None, str]:
    """A number in the unit of the measurement; or why it cannot be. `text` is how it is written, where it is one."""
    interval, written = read
    wanted: VocabularyField = tables.rules.measured[name]
    unit = written or unit
    factor = (
        tables.find_unit_factor(name, unit)
        if unit
        else (1.0 if not wanted.unit or wanted.unit in tables.terms.words.bare else None)
    )
    if factor is None:
        return None, f"the unit {quote_word(unit)} is not one of {wanted.label}" if unit else f"{wanted.label} has no unit"
    if why := explain_thousands(text, factor, wanted, tables.terms.words):
        return None, why
    value = Interval(interval.low * factor, interval.high * factor)
    if (wanted.low is not None and value.high < wanted.low) or (wanted.high is not None and value.low > wanted.high):
        return None, f"no patient has this {wanted.label}"
    return value, ""


def explain_unit_conflict(name: str, quantity: Quantity | None, tables: FhirTables) -> str:
    """Why the unit and the code of a quantity cannot both be: they turn the number into different ones."""
    if quantity is None or not quantity.unit or not quantity.code:
        return ""
    factors = {factor for unit in (quantity.unit, quantity.code) if (factor := tables.find_unit_factor(name, unit)) is not None}
    return f"its unit {quote_word(quantity.unit)} and the code {quote_word(quantity.code)} differ" if len(factors) > 1 else ""


def find_upper_limit(name: str, value: Value, tables: FhirTables) -> float | None:
    """The upper limit of normal that stands beside the value."""
    for normal in value.referenceRange or ():
        if (
            (high := interval_from_quantity(normal.high)) is not None
            and normal.high is not None
            and normal.high.comparator is None
        ):
            read, _ = convert_unit(name, (high, normal.high.code or normal.high.unit or ""), _find_unit(value), tables)
            return read.high if read is not None and read.high > 0 else None
    return None


def _find_unit(value: Value) -> str:
    quantity = value.valueQuantity
    return (quantity.code or quantity.unit or "") if quantity is not None else ""


def has_value(value: Value) -> bool:
    """Whether there is a value at all, understood or not."""
    if value.valueQuantity is not None and value.valueQuantity.value is not None:
        return True  # most of a record
    quantity, coded = value.valueQuantity, value.valueCodeableConcept
    numbers = (quantity is not None and quantity.value is not None, value.valueInteger is not None, value.valueRange is not None)
    words = (bool(value.valueString), coded is not None and bool(coded.text or coded.coding), value.valueBoolean is not None)
    unread = (value.valueRatio, value.valueSampledData, value.valueAttachment, value.valueReference, value.valuePeriod)
    others = (*unread, value.valueDateTime, value.valueTime)
    return (
        any((*numbers, *words, bool(value.interpretation)))
        or any(other is not None for other in others)
        or _is_withheld(value.dataAbsentReason)
    )


def _is_withheld(reason: CodeableConcept | None) -> bool:
    """Whether a result is on record, and not told: masked, unknown, an error."""
    codes = [coding.code for coding in reason.coding or ()] if reason is not None else []
    return bool(codes) and not any(code in NEVER_MADE for code in codes)


def list_coded_values(value: Value) -> list[CodeableConcept]:
    """The coded parts of a value, interpretation included; yes and no as words."""
    concepts = [value.valueCodeableConcept] if value.valueCodeableConcept is not None else []
    if value.valueString:
        concepts.append(CodeableConcept(text=value.valueString))
    if value.valueBoolean is not None:
        concepts.append(CodeableConcept(text="yes" if value.valueBoolean else "no"))
    return [*concepts, *to_list(value.interpretation)]


def quote_value(value: Value) -> str:
    """The value as it stands there, for a sentence about it; empty when it has no words of its own."""
    coded = value.valueCodeableConcept
    words = [coded.text, *(coding.display or coding.code for coding in coded.coding or ())] if coded is not None else []
    text = next((text for text in (value.valueString, *words) if text), "")
    return f" {quote_word(text)}" if text else ""
