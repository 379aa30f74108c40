"""The parts of a sentence that make claims of their own, each with a subject: what is said of one is not said of the other."""

from __future__ import annotations

import re
from dataclasses import replace

from concordant.audit.lexicon import ENDPOINT
from concordant.audit.reading import Reading

JOINT = re.compile(r";\s+|,\s+(?:whereas|while|but|and)\s+|\s+whereas\s+")


def split_reading(reading: Reading) -> tuple[Reading, ...]:
    """The parts of a sentence, where there are several and each stands by itself; nothing for one that is whole."""
    if reading.sentence.row or JOINT.search(reading.text, reading.start, reading.end) is None:
        return ()
    parts: list[Reading] = []
    start, cuts = reading.start, [met.span() for met in JOINT.finditer(reading.text, reading.start, reading.end)]
    for (low, high), (end, _) in zip(cuts, [*cuts[1:], (reading.end, reading.end)], strict=True):
        part = _take_part(reading, start, low)
        if _stands_alone(part) and _stands_alone(_take_part(reading, high, end)):
            parts.append(part)
            start = high
    parts.append(_take_part(reading, start, reading.end))
    return tuple(parts) if len(parts) > 1 and not _share_trial(parts) else ()


def _take_part(reading: Reading, low: int, high: int) -> Reading:
    """A part of a sentence as one of its own."""
    return Reading(
        reading.text,
        replace(reading.sentence, start=low, end=high),
        tuple(one for one in reading.mentions if low <= one.start and one.end <= high),
        tuple(one for one in reading.numbers if low <= one.start and one.end <= high),
        reading.lexicon,
    )


def _stands_alone(part: Reading) -> bool:
    """Whether it names what it speaks of: a drug, or the trial where it tells of an endpoint."""
    return bool(part.trials) or (bool(part.drug_mentions) and not part.list_mentions(ENDPOINT))


def _share_trial(parts: list[Reading]) -> bool:
    """Whether two parts speak of the same trial: their figures have to fit one analysis of it together."""
    named = [set(part.trials) for part in parts]
    return any(one & other for i, one in enumerate(named) for other in named[i + 1 :])
