"""Which patient of a source is meant: the only one, the one that is named, or all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from concordant.errors import Complaint, Unreadable, quote_word, suggest_word
from concordant.record.sources import Patient

MOST_NAMED = 20


class WaysOut(msgspec.Struct, frozen=True):
    """What a caller can do about a source that leaves the patient open; each door has other words for it."""

    nobody: str = "`read` says in its account what became of each entry"
    several: str = "Name one with patient='ID', or go through `read`"
    no_id: str = "It names none; leave out `patient`"


def choose_patients(
    patients: Iterable[Patient], source: str, id_: str, *, every: bool, ways_out: WaysOut | None = None
) -> Iterator[Patient]:
    """The patients that are meant, one after the other. Raises Unreadable when the source leaves open which one is."""
    stream, ways_out = iter(patients), ways_out or WaysOut()
    if every and not id_:
        yield from stream
        return
    if id_:
        yield _find_named(stream, source, id_, ways_out)
        return
    first = list(islice(stream, MOST_NAMED + 1))
    if not first:
        raise Unreadable(Complaint("no patient was found", source, way_out=ways_out.nobody))
    if len(first) > 1:
        more = " and more" if len(first) > MOST_NAMED else ""
        names = ", ".join(patient.id for patient in first[:MOST_NAMED])
        way_out = f"{ways_out.several}: {names}{more}"
        raise Unreadable(Complaint("there are several patients", source, way_out=way_out))
    yield first[0]


def _find_named(patients: Iterator[Patient], source: str, id_: str, ways_out: WaysOut) -> Patient:
    met: list[str] = []
    for patient in patients:
        if patient.id == id_:
            return patient
        met.append(patient.id)
    named = [name for name in met if name]
    near = suggest_word(id_, named[:1000], listing=False)
    way_out = near or (f"There: {', '.join(named[:MOST_NAMED])}" if named else ways_out.no_id)
    raise Unreadable(Complaint(f"there is no patient {quote_word(id_)}", source, way_out=way_out))
