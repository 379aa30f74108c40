"""What a feature looks for in a record: where the record names none of it, the selector has nothing to say and is not asked.

A topic is a name of the vocabulary (a measurement, a test, a term, a site, a drug, a word for a class). One name in two
vocabularies only means that a selector is asked for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from concordant.derive.unread import UnreadItem
from concordant.model.features import Feature
from concordant.model.selectors.base import UNREAD, Members, Tags
from concordant.patient.events import PatientRecord


def collect_topics(record: PatientRecord, unread: Iterable[UnreadItem] = ()) -> frozenset[str]:
    """Every name that an entry of the record bears; a sign of its own where some entry was not read."""
    topics: set[str | None] = {m.name for m in record.measurements}
    topics.update([marker.test for marker in record.markers])
    topics.update([condition.term for condition in record.conditions])
    topics.update([medication.term for medication in record.medications])
    topics.update(record.unavailable)
    topics.update([UNREAD for _ in unread])
    for event in record.events:
        topics.update(event.sites)
    for course in record.courses:
        topics.update(course.drugs)
        topics.update(course.classes)
    return frozenset(name for name in topics if name is not None)


def find_wanted_topics(feature: Feature, members: Members, tags: Tags) -> frozenset[str] | None:
    """Return the topics (drugs, tests, terms, sites) a feature's selector looks for; None when the selector must always run.

    A feature without a selector has no topics, because no record entry can make a claim about it.
    """
    if feature.derive is None:
        return frozenset()
    return feature.derive.looks_for(members, tags)
