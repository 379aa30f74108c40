"""A patient written in many ways and read again: which facts are not those of the plain bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.errors import ConcordantError
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Value
from concordant.record.sources.asked import AsOf
from concordant.record.sources.opening import NamedSource, SourceOpener
from tests.laws.test_three_ways import NOT_COMPARED, in_fhir
from tests.writers.as_fhir import bundle_of
from tests.writers.perturbed import Files, Way
from tests.writers.perturbed.files import dump


def read_files(files: Files, record: PatientRecord, opener: SourceOpener) -> list[PatientRecord]:
    """The patients of these files, through the door that every command goes through; a file alone is named by itself."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        path = Path(folder) / next(iter(files)) if len(files) == 1 else Path(folder)
        found = opener.iter_patients(NamedSource(str(path)), AsOf(today=record.as_of), Account())
        return [patient.record for patient in found]


def list_facts(record: PatientRecord, plan: DerivationPlan) -> dict[str, Value]:
    return {name: fact.value for name, fact in derive_facts(record, plan).items() if name not in NOT_COMPARED}


def find_apart(way: Way, name: str, opener: SourceOpener, plan: DerivationPlan) -> Iterator[tuple[str, Value, Value]]:
    """The facts of a case that differ when it is written in this way: name, value of the plain bundle, value of the way."""
    record = in_fhir()[name]
    plain = read_files({"bundle.json": dump(bundle_of(record, opener.knowledge))}, record, opener)[0]
    try:
        told = read_files(way.write(record, opener.knowledge), record, opener)
    except ConcordantError as error:
        yield "(refused)", None, str(error)
        return
    if len(told) != 1:
        yield "(patients)", "1", f"{len(told)}"
        return
    expected, found = list_facts(plain, plan), list_facts(told[0], plan)
    for feature, value in expected.items():
        if found[feature] != value and feature not in way.differs:
            yield feature, value, found[feature]
