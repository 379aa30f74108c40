"""Quiet results: plainly told, under a code that nothing asks about and whose words speak of nothing. They are most of a record.

What a code and its words come to is worked out once, so that each further result under it costs one look-up. Whatever is unusual
about a result makes it a matter for its own reader, who comes to the same for every quiet one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from operator import attrgetter

from concordant.patient.account import RowTold
from concordant.record.fhir.chart import UNKNOWN_CODE, Chart
from concordant.record.fhir.decode import LocatedResource, entry_place
from concordant.record.fhir.elements import CodeableConcept
from concordant.record.fhir.observations import SPEAKING, find_meaning, list_words
from concordant.record.fhir.pages import is_reduced
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.values import MOST_REMEMBERED
from concordant.record.row_fate import QuietCode

KIND = "Observation"
# Elements that may make a result speak, or change what it means, whatever its code.
UNUSUAL = (
    "component",
    "interpretation",
    "modifierExtension",
    "implicitRules",
    "note",
    "comment",
    "comments",
    "reaction",
    "stage",
    "dosage",
    "dosageInstruction",
)
get_unusual = attrgetter(*UNUSUAL)
USUAL = get_unusual(Resource())


def iter_speaking(group: Sequence[LocatedResource], later: Set[int], chart: Chart) -> Iterator[tuple[int, LocatedResource]]:
    """The entries that are no quiet results, with their numbers. What becomes of the quiet ones before each is told by then."""
    rows, unmapped, known = chart.rows, chart.unmapped, chart.tables.quiet
    for number, entry in enumerate(group):
        resource = entry.resource
        if (  # inline, because a record has hundreds
            resource.resourceType == KIND
            and (code := resource.code) is not None
            and resource.status not in SPEAKING
            and get_unusual(resource) == USUAL
            and not (entry.passed or entry.why or number in later)
        ):
            key = make_key(code)
            quiet = known[key] if key in known else _learn_code(key, code, chart)
            if quiet is not None and not _may_speak(resource, chart) and (place := entry_place(entry)) not in rows:
                rows[place] = quiet.told
                unmapped += quiet.met
                continue
        yield number, entry


def make_key(code: CodeableConcept) -> object:
    """A code as it is written."""
    codings = code.coding or ()
    if len(codings) == 1:
        first = codings[0]
        return first.system, first.code, first.display, code.text
    return *((one.system, one.code, one.display) for one in codings), code.text


def _may_speak(resource: Resource, chart: Chart) -> bool:
    """Whether the words of a value speak of something, or the server left parts of the result out."""
    if resource.meta and is_reduced(resource.meta):
        return True
    coded, text = resource.valueCodeableConcept, resource.valueString
    return (coded is not None or text is not None) and _has_topic([*list_words(coded), text], chart)


def _learn_code(key: object, code: CodeableConcept, chart: Chart) -> QuietCode | None:
    """What is told of results under a code: remembered, for a record says the same ones again and again."""
    quiet, known = _judge_code(code, chart) if code.coding else None, chart.tables.quiet
    if len(known) < MOST_REMEMBERED:
        known[key] = quiet
    return quiet


def _judge_code(code: CodeableConcept, chart: Chart) -> QuietCode | None:
    words = list_words(code)
    if find_meaning(code, chart) is not None or chart.rules.test_names.find_mentioned(words) or _has_topic(words, chart):
        return None
    met = tuple((coding.system or "", coding.code or "", coding.display or "") for coding in code.coding or ())
    return QuietCode(met, RowTold(KIND, "ignored", UNKNOWN_CODE))


def _has_topic(texts: Iterable[str | None], chart: Chart) -> bool:
    return any(text and chart.rules.topics.find_written(text) for text in texts)
