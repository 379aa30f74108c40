"""Observations: what one is about, when it was made, and its one fate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from concordant.contract_names import DISEASE_STATUS, LINE_OF_THERAPY
from concordant.errors import quote_word
from concordant.logic.dates import PartialDate
from concordant.model.knowledge import CodeKind
from concordant.patient.events import Comorbidity, Finding
from concordant.record.fhir.addresses import strip_version
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.disease_observations import read_disease_observation
from concordant.record.fhir.elements import CodeableConcept, to_list
from concordant.record.fhir.ownership import explain_owner
from concordant.record.fhir.resources import Resource, Value
from concordant.record.fhir.results import ObservedValue, read_marker, read_measurement
from concordant.record.fhir.values import MOST_REMEMBERED, has_value, quote_value
from concordant.terminology.codes import NO_CODES, NO_SYSTEM
from concordant.terminology.codes import CodeableConcept as Meaning

ABOUT: frozenset[CodeKind] = frozenset({"test", "measurement", "observation", "not_asked"})
RESULTS: tuple[CodeKind, ...] = ("test", "measurement")
OF_DISEASE = ("stage_group", "distant_metastases", "metastasis_site", DISEASE_STATUS, LINE_OF_THERAPY)
LONGEST_NAME = 200
UNSAID = {"entered-in-error": "entered in error", "cancelled": "cancelled"}
REGISTERED = "registered"
SPEAKING = frozenset({*UNSAID, REGISTERED})  # statuses that tell what becomes of a result, whatever it is about


def read_observation(resource: Resource, chart: Chart) -> None:
    """One Observation: exactly one fate."""
    if resource.status in UNSAID:
        chart.mark_ignored(UNSAID[resource.status])
        return
    about = find_meaning(resource.code, chart)
    if resource.status == REGISTERED:
        _leave_expected_open(resource, about, chart)
        return
    if about is None and resource.component is None:  # most of a record: results that nobody asks for
        _add_unknown_result(resource, chart)
        return
    if about is not None and (why := _explain_contradiction(resource.code, about, chart)):
        if not _names_no_test_here(resource.code, about, chart):
            add_blank_results(resource.code, chart)
        chart.mark_set_aside(why)
        return
    parts, strange = _sort_parts(resource.component or (), chart)
    if about is None and not parts:
        _add_unknown_result(resource, chart)
    elif about is not None and about.kind == "not_asked" and not parts:
        chart.mark_ignored(about.says)
    else:
        _read_values(resource, about, parts, strange, chart)


def _leave_expected_open(resource: Resource, about: Meaning | None, chart: Chart) -> None:
    """A result that is still to come: of a test of the tumour what it will say is open, of anything else the last one stands."""
    date, _ = find_observed_date(resource, chart)
    if about is not None and about.kind == "test" and explain_owner(resource, chart) == ("", False):
        chart.leave_result_open(about.name, date)
        chart.mark_set_aside("no result yet: what it will say is not known")
    else:
        chart.mark_ignored("no result yet")


def _read_values(
    resource: Resource, about: Meaning | None, parts: Sequence[tuple[Value, Meaning]], strange: Sequence[Value], chart: Chart
) -> None:
    """The values of an observation, each by what it is about; none of them where it is told to be of another cancer."""
    values = [*([(resource, about)] if about is not None else []), *parts]
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
    _leave_unread_open(resource, strange, about, date, chart, said, whys)
    _set_fate(said, whys, chart)


def _sort_parts(components: Iterable[Value], chart: Chart) -> tuple[list[tuple[Value, Meaning]], list[Value]]:
    """The parts of a panel that are known with what they are about, and those with a value that are not."""
    meanings = [(part, find_meaning(part.code, chart)) for part in components]
    parts = [(part, meaning) for part, meaning in meanings if meaning is not None]
    return parts, [part for part, meaning in meanings if meaning is None and has_value(part)]


def _leave_unread_open(
    resource: Resource,
    strange: Sequence[Value],
    about: Meaning | None,
    date: PartialDate | None,
    chart: Chart,
    said: list[str],
    whys: list[str],
) -> None:
    """Parts of a panel under codes that are not known: they are named, and where nothing else was read, the panel is open."""
    for part in strange:
        name = next(filter(None, list_words(part.code)), "without a name")
        chart.not_understood.append(f"a part of a result, {quote_word(name)}{quote_value(part)} ({chart.place})")
    if said or whys or not (strange or _lacks_member(resource, chart)):
        return
    if about is not None and about.kind in RESULTS:
        chart.leave_result_open(about.name, date)
    elif not chart.leave_mentioned_open((word for part in strange for word in list_words(part.code)), date):
        return
    whys.append("its parts stand under codes that are not known" if strange else "not all of its parts are here, or are known")


def _lacks_member(resource: Resource, chart: Chart) -> bool:
    """Whether a panel points at results that are not here, or are about nothing that is known; the others stand by themselves."""
    for reference in resource.hasMember or ():
        member = chart.find_observation(strip_version(reference.reference or ""))
        if member is None or (find_meaning(member.code, chart) is None and not member.component):
            return True
    return False


def _add_unknown_result(resource: Resource, chart: Chart) -> None:
    """A result of which nothing is known is only counted; one that its own source flags as abnormal is a finding."""
    chart.ignore_unmapped_code(resource.code)
    values: list[Value] = [resource, *(resource.component or ())]
    told = [value for value in values if has_value(value)]
    parts = [value for value in told if value is not resource]
    words = [word for value in (resource, *parts) for word in list_words(value.code)] if told else []
    if words and _leave_named_tests_open(words, resource, chart):
        return
    if not any(_is_flagged(value, chart) for value in values):
        return
    name = next(iter(list_words(resource.code)), "a result without a name")
    chart.found.append(Finding(chart.entry, name[:LONGEST_NAME], find_observed_date(resource, chart)[0]))
    chart.mark_used(f"flagged as abnormal: {name[:LONGEST_NAME]}")


def _leave_named_tests_open(words: Sequence[str], resource: Resource, chart: Chart) -> bool:
    """A result whose words name a test leaves it open, unless it is told to be of another cancer."""
    if not chart.rules.test_names.find_mentioned(words):
        return False
    why, is_open = explain_owner(resource, chart)
    if why and not is_open:
        return False
    chart.leave_mentioned_open(words, find_observed_date(resource, chart)[0])
    chart.mark_set_aside("it names a test, under a code that is not known")
    return True


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
    for name in sorted(tests):
        chart.leave_result_open(name, None)
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
    return chart.rules.test_names.find_strange(about.name, texts, about.part) if others else ""


def _names_no_test_here(code: CodeableConcept | None, about: Meaning, chart: Chart) -> bool:
    """Whether the words beside the code name a test of which nothing here asks: then it says nothing of the others."""
    strange = _find_strange_name(code, about, chart)
    return bool(strange) and not chart.rules.test_names.list_named(strange)


def list_words(code: CodeableConcept | None) -> list[str]:
    """The words of a code: its displays, then its text."""
    return [*_list_displays(code), *([code.text] if code is not None and code.text else [])]


def _list_displays(code: CodeableConcept | None) -> list[str]:
    return [coding.display for coding in code.coding or () if coding.display] if code is not None else []


def add_blank_results(code: CodeableConcept | None, chart: Chart) -> None:
    """The results that an observation which cannot be read may have told, by its code and by its words."""
    about = find_meaning(code, chart)
    said = [chart.tables.terms.find_text_concept(kind, words) for kind in RESULTS for words in _list_displays(code)]
    for name in sorted({meaning.name for meaning in (about, *said) if meaning is not None and meaning.kind in RESULTS}):
        chart.leave_result_open(name, None)
    if about is None:
        chart.leave_mentioned_open(list_words(code), None)
    elif about.kind == "observation" and about.part:
        chart.found.append(Comorbidity(chart.entry, about.part, about.part.replace("_", " "), None, None))


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


def find_meaning(code: CodeableConcept | None, chart: Chart) -> Meaning | None:
    """What the observation is about; None when no code of it is known."""
    if code is None:
        return None
    terms = chart.tables.terms
    local = True
    for coding in code.coding or ():
        if coding.code:
            table = terms.systems[coding.system or NO_SYSTEM]
            meaning = table[coding.code]
            if meaning is not None and meaning.kind in ABOUT:
                return meaning
            local = local and table is NO_CODES
    if not local:
        return None
    # A site's own code says nothing by itself: its words do, when they are those of a known one.
    return next((meaning for words in list_words(code) if (meaning := _find_named_test(words, chart)) is not None), None)


def _find_named_test(words: str, chart: Chart) -> Meaning | None:
    """The test or measurement that words are the name of; remembered, as a site's own codes come again and again."""
    terms = chart.tables.terms
    key = ("test named", words)
    if key in terms.remembered:
        return terms.remembered[key]  # type: ignore[no-any-return]
    said = (terms.find_text_concept(kind, words) for kind in RESULTS)
    named = next((meaning for meaning in said if meaning is not None), None)
    if len(terms.remembered) < MOST_REMEMBERED:
        terms.remembered[key] = named
    return named


def find_observed_date(resource: Resource, chart: Chart) -> tuple[PartialDate | None, str]:
    """When it was observed; why the date is none."""
    date, wrong = chart.parse_moment(resource.effectiveDateTime, resource.effectivePeriod)
    if date is None and not wrong:
        return chart.parse_date(resource.issued)  # it was made no later than it was issued
    return date, wrong
