"""Observations: what one is about, when it was made, and its one fate."""

from __future__ import annotations

from collections.abc import Sequence

from concordant.contract_names import DISEASE_STATUS, LINE_OF_THERAPY
from concordant.errors import quote_word
from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval
from concordant.model.knowledge import CodeKind
from concordant.patient.events import Finding, Marker, Measurement
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.disease_observations import read_disease_observation
from concordant.record.fhir.ownership import explain_owner
from concordant.record.fhir.resources import CodeableConcept, Resource, Value, to_list
from concordant.record.fhir.results import ObservedValue, read_marker, read_measurement
from concordant.terminology.codes import NO_SYSTEM
from concordant.terminology.codes import CodeableConcept as Meaning

ABOUT: frozenset[CodeKind] = frozenset({"test", "measurement", "observation", "not_asked"})
RESULTS: tuple[CodeKind, ...] = ("test", "measurement")
OF_DISEASE = ("stage_group", "distant_metastases", "metastasis_site", DISEASE_STATUS, LINE_OF_THERAPY)
LONGEST_NAME = 200
UNSAID = {"entered-in-error": "entered in error", "cancelled": "cancelled", "registered": "no result yet"}


def read_observation(resource: Resource, chart: Chart) -> None:
    """One Observation: exactly one fate."""
    if resource.status in UNSAID:
        chart.mark_ignored(UNSAID[resource.status])
        return
    about = _find_meaning(resource.code, chart)
    if about is None and resource.component is None:  # most of a record: results that nobody asks for
        _add_unknown_result(resource, chart)
        return
    if about is not None and (why := _explain_contradiction(resource.code, about, chart)):
        if not _names_no_test_here(resource.code, about, chart):
            add_blank_results(resource.code, chart)
        chart.mark_set_aside(why)
        return
    parts = [(part, meaning) for part in resource.component or () if (meaning := _find_meaning(part.code, chart)) is not None]
    if about is None and not parts:
        _add_unknown_result(resource, chart)
    elif about is not None and about.kind == "not_asked" and not parts:
        chart.mark_ignored(about.says)
    else:
        _read_values(resource, [*([(resource, about)] if about is not None else []), *parts], chart)


def _read_values(resource: Resource, values: Sequence[tuple[Value, Meaning]], chart: Chart) -> None:
    """The values of an observation, each by what it is about; none of them where it is told to be of another cancer."""
    if _is_settled_by_owner(resource, [meaning for _, meaning in values], chart):
        return
    if resource.status == "preliminary":
        chart.notices.append(f"A preliminary result counts as it stands ({chart.place}).")
    date, wrong = find_observed_date(resource, chart)
    said: list[str] = []
    whys: list[str] = [wrong] if wrong else []
    for value, meaning in values:
        if meaning.kind != "not_asked":
            _read_value(ObservedValue(value, meaning, resource, date), chart, said, whys)
    _set_fate(said, whys, chart)


def _add_unknown_result(resource: Resource, chart: Chart) -> None:
    """A result of which nothing is known is only counted; one that its own source flags as abnormal is a finding."""
    chart.ignore_unmapped_code(resource.code)
    values: list[Value] = [resource, *(resource.component or ())]
    if not any(_is_flagged(value, chart) for value in values):
        return
    texts = [*_list_displays(resource.code), resource.code.text if resource.code is not None else ""]
    name = next((text for text in texts if text), "a result without a name")
    date, _ = find_observed_date(resource, chart)
    chart.found.append(Finding(chart.entry, name[:LONGEST_NAME], date))
    chart.mark_used(f"flagged as abnormal: {name[:LONGEST_NAME]}")


def _is_flagged(value: Value, chart: Chart) -> bool:
    for concept in to_list(value.interpretation) if value.interpretation is not None else ():
        words = (concept.text, *(word for coding in concept.coding or () for word in (coding.code, coding.display)))
        if any(word and word.strip().lower() in chart.tables.flags for word in words):
            return True
    return False


def _is_settled_by_owner(resource: Resource, meanings: Sequence[Meaning], chart: Chart) -> bool:
    """Whether it is told whose the entry is, and that is not this cancer, or open: then it is not counted, and that is said."""
    of_disease = [meaning for meaning in meanings if meaning.kind == "test" or meaning.name in OF_DISEASE]
    if not of_disease:
        return False
    why, is_open = explain_owner(resource, chart)
    if not why:
        return False
    tests = {meaning.name for meaning in of_disease if meaning.kind == "test"}
    named = ", ".join(sorted(chart.rules.tests[name].label for name in tests)) or of_disease[0].name.replace("_", " ")
    chart.notices.append(f"{named} is not counted: {why} ({chart.place}).")
    if not is_open:
        chart.mark_ignored(why)
        return True
    chart.found += [Marker(chart.entry, name, None, {}, None, None) for name in sorted(tests)]
    chart.mark_set_aside(why)
    return True


def _explain_contradiction(code: CodeableConcept | None, about: Meaning, chart: Chart) -> str:
    """Why the code and the words beside it cannot both be: they name different tests."""
    for words in _list_displays(code):
        said = chart.tables.terms.find_text_concept(about.kind, words) if words != about.display else None
        if said is not None and said.name != about.name:
            return f"its code stands for {about.name}, and the words beside it say {quote_word(words)}"
    strange = _find_strange_name(code, about, chart)
    return f"its code stands for {about.name}, and the words beside it say {quote_word(strange)}" if strange else ""


def _find_strange_name(code: CodeableConcept | None, about: Meaning, chart: Chart) -> str:
    """The words beside the code of a test that name another one, also one that is in no list."""
    if about.kind != "test":
        return ""
    texts = [*_list_displays(code), *([code.text] if code is not None and code.text else [])]
    others = [text for text in texts if text != about.display]
    return chart.rules.test_names.find_strange(about.name, texts) if others else ""


def _names_no_test_here(code: CodeableConcept | None, about: Meaning, chart: Chart) -> bool:
    """Whether the words beside the code name a test of which nothing here asks: then it says nothing of the others."""
    strange = _find_strange_name(code, about, chart)
    return bool(strange) and not chart.rules.test_names.list_named(strange)


def _list_displays(code: CodeableConcept | None) -> list[str]:
    return [coding.display for coding in code.coding or () if coding.display] if code is not None else []


def add_blank_results(code: CodeableConcept | None, chart: Chart) -> None:
    """The results that an observation which cannot be read may have told, by its code and by its words."""
    about = _find_meaning(code, chart)
    said = [chart.tables.terms.find_text_concept(kind, words) for kind in RESULTS for words in _list_displays(code)]
    for name, kind in {(meaning.name, meaning.kind) for meaning in (about, *said) if meaning is not None}:
        if kind == "test":
            chart.found.append(Marker(chart.entry, name, None, {}, None, None))
        elif kind == "measurement":
            chart.found.append(Measurement(chart.entry, name, Interval(), None))


def _set_fate(said: list[str], whys: list[str], chart: Chart) -> None:
    if whys:
        chart.mark_set_aside("; ".join(whys))
    elif said:
        chart.mark_used(", ".join(said))
    else:
        chart.mark_ignored("it has no result")


def _read_value(asked: ObservedValue, chart: Chart, said: list[str], whys: list[str]) -> None:
    """One value of an observation, by what it is about."""
    spoilt, about = bool(whys), asked.about
    if about.kind == "test":
        why = read_marker(asked, chart, spoilt=spoilt)
    elif about.kind == "measurement":
        why = read_measurement(asked, chart, spoilt=spoilt)
    else:
        why = "" if spoilt else read_disease_observation(asked, chart)
    if why is None:
        return
    if why:
        whys.append(why)
    said.append(about.name)


def _find_meaning(code: CodeableConcept | None, chart: Chart) -> Meaning | None:
    """What the observation is about; None when no code of it is known."""
    if code is None:
        return None
    systems = chart.tables.terms.systems
    if not code.coding and code.text:
        return next(
            (said for kind in RESULTS if (said := chart.tables.terms.find_text_concept(kind, code.text)) is not None), None
        )
    for coding in code.coding or ():
        if coding.code:
            meaning = systems[coding.system or NO_SYSTEM][coding.code]
            if meaning is not None and meaning.kind in ABOUT:
                return meaning
    return None


def find_observed_date(resource: Resource, chart: Chart) -> tuple[PartialDate | None, str]:
    """When it was observed; why the date is none."""
    period = resource.effectivePeriod
    if resource.effectiveDateTime is not None or period is None:
        return chart.parse_date(resource.effectiveDateTime or resource.issued)  # it was made no later than it was issued
    start, wrong = chart.parse_date(period.start)
    end, also = chart.parse_date(period.end)
    if start is not None and end is not None and end.is_certainly_before(start):
        return None, "it ends before it starts"
    return end or start, wrong or also
