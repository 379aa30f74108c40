"""Two primary cancers of one kind on record: to which of them a result belongs is open, unless all results say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from concordant.patient.events import Marker
from concordant.record.findings import PrimaryCancer
from concordant.record.rules import RecordRules

METASTASIS = "metastasis"


def list_two_cancers(primaries: Iterable[PrimaryCancer], told_of: Mapping[str, str], rules: RecordRules) -> list[str]:
    """The places of two primary cancers of the kind that is read for, by their sides or by the results that point at each;
    empty where one cancer, told once or several times, is on record.
    """
    sides = {one.side: one.entry.place for one in primaries if one.side and one.cancer in rules.subjects}
    pointed = sorted(set(told_of.values()))
    return sorted(sides.values()) if len(sides) > 1 else pointed if len(pointed) > 1 else []


def find_results_of_either(markers: Sequence[Marker]) -> list[Marker]:
    """The results of primary tumours that may be of either: all of a test of which there is one, or of which they differ."""
    by_test: dict[str, list[Marker]] = {}
    for marker in markers:
        if marker.specimen != METASTASIS:
            by_test.setdefault(marker.test, []).append(marker)
    return [marker for some in by_test.values() if not _agree(some) for marker in some]


def _agree(markers: Sequence[Marker]) -> bool:
    said = {(marker.word, tuple(sorted(marker.numbers.items(), key=lambda item: item[0]))) for marker in markers}
    return len(markers) > 1 and len(said) == 1
