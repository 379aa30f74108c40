"""Which patient of a source is meant: the only one, the one that is named, or all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from concordant.complaints import Complaint, Unreadable, did_you_mean, quoted
from concordant.record.sources import Patient

MOST_NAMED = 20


def choose(patients: Iterable[Patient], source: str, id_: str, *, every: bool) -> Iterator[Patient]:
    """The patients that are meant, one after the other. Raises Unreadable when the source leaves open which one is."""
    stream = iter(patients)
    if every and not id_:
        yield from stream
        return
    if id_:
        yield _named(stream, source, id_)
        return
    first = list(islice(stream, MOST_NAMED + 1))
    if not first:
        raise Unreadable(
            Complaint("no patient was found", source, way_out="`concordant read --report` says what became of each entry")
        )
    if len(first) > 1:
        more = " and more" if len(first) > MOST_NAMED else ""
        names = ", ".join(patient.id for patient in first[:MOST_NAMED])
        way_out = f"Pick one with --patient, or take them all with --all: {names}{more}"
        raise Unreadable(Complaint("there are several patients", source, way_out=way_out))
    yield first[0]


def _named(patients: Iterator[Patient], source: str, id_: str) -> Patient:
    met: list[str] = []
    for patient in patients:
        if patient.id == id_:
            return patient
        met.append(patient.id)
    named = [name for name in met if name]
    near = did_you_mean(id_, named[:1000], listing=False)
    way_out = near or (f"There: {', '.join(named[:MOST_NAMED])}" if named else "It names none; leave out --patient")
    raise Unreadable(Complaint(f"there is no patient {quoted(id_)}", source, way_out=way_out))
