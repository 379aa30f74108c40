"""What a feature looks for in a record: where the record names none of it, the selector has nothing to say and is not asked.

A topic is a name of the vocabulary (a measurement, a test, a term, a site, a drug, a word for a class). One name in two
vocabularies only means that a selector is asked for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from concordant.derive.unread import Unread
from concordant.features import Feature
from concordant.record.events import PatientRecord

UNREAD = "(not read)"
Names = Mapping[str, frozenset[str]]
Looks = Callable[[Mapping[str, Any], Names, Names], Iterable[str]]


def topics_of(record: PatientRecord, unread: Iterable[Unread] = ()) -> frozenset[str]:
    """Every name that an entry of the record bears; a sign of its own where some entry was not read."""
    found: set[str | None] = {m.name for m in record.measurements}
    found.update([marker.test for marker in record.markers])
    found.update([condition.term for condition in record.conditions])
    found.update([medication.term for medication in record.medications])
    found.update(record.unavailable)
    found.update([UNREAD for _ in unread])
    for event in record.events:
        found.update(event.sites)
    for course in record.courses:
        found.update(course.drugs)
        found.update(course.classes)
    return frozenset(name for name in found if name is not None)


def wanted_topics(feature: Feature, members: Names, tags: Names) -> frozenset[str] | None:
    """The names without which the feature's selector claims nothing; None for one that has to be asked always.

    Of a feature without a selector no names: nothing in a record makes a claim.
    """
    if feature.derive is None:
        return frozenset()
    params = feature.derive
    looks = LOOKS.get(str(params["selector"]))
    return frozenset(looks(params, members, tags)) if looks is not None and "else" not in params else None


def _drugs(params: Mapping[str, Any], members: Names, _: Names) -> Iterable[str]:
    name = str(params["of"])
    return members.get(name, frozenset({name}))


def _drugs_or_classes(params: Mapping[str, Any], members: Names, tags: Names) -> Iterable[str]:
    drugs = frozenset(_drugs(params, members, tags))
    return {str(params["of"]), *drugs, *(name for name, some in members.items() if not drugs.isdisjoint(some))}


def _terms(params: Mapping[str, Any], _: Names, tags: Names) -> Iterable[str]:
    tag = params.get("tag")
    return {*params.get("terms", ()), *(term for term, its in tags.items() if tag in its)}


LOOKS: dict[str, Looks] = {
    **dict.fromkeys(("latest", "earliest", "lowest", "fall", "against_limit"), lambda params, *_: {params["measurement"]}),
    "marker": lambda params, *_: {params["test"]},
    "site_seen": lambda params, *_: {params["site"]},
    **dict.fromkeys(("condition", "condition_grade", "medication"), _terms),
    "unread": lambda *_: {UNREAD},
    "received": _drugs_or_classes,
    **dict.fromkeys(("received_early", "progressed_on", "stopped_for_toxicity", "unavailable"), _drugs),
    **dict.fromkeys(("months_to_recurrence", "running", "started"), _drugs),
}
