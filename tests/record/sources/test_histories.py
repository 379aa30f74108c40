"""A patient who is read again as of an earlier day is the patient of the source that is read as of that day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from concordant.api import Engine
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from tests.laws.test_three_ways import for_omop, in_omop
from tests.record.table import test_cbioportal
from tests.shipped import shipped_knowledge
from tests.writers.as_fhir import administrations_of, bundle_of
from tests.writers.as_omop import tables_of, write_csv

LATE = dt.date(2030, 1, 1)
MOST = 4
Writer = Callable[[PatientRecord, Knowledge, Path], Path]


def write_bundles(record: PatientRecord, knowledge: Knowledge, folder: Path) -> Path:
    """Two patients in files that have to be joined: the first in courses, the second in administrations."""
    one, other = (make(replace(record, as_of=LATE), knowledge) for make in (bundle_of, administrations_of))
    resources = [entry["resource"] for entry in one["entry"]]
    (folder / "half.ndjson").write_text("\n".join(map(json.dumps, resources[::2])), encoding="utf-8")
    (folder / "rest.ndjson").write_text("\n".join(map(json.dumps, resources[1::2])), encoding="utf-8")
    text = json.dumps(other).replace('"Patient/p1"', '"Patient/p2"').replace('"id": "p1"', '"id": "p2"')
    (folder / "other.json").write_text(text, encoding="utf-8")
    return folder


def write_tables(record: PatientRecord, knowledge: Knowledge, folder: Path) -> Path:
    return write_csv(tables_of(for_omop(replace(record, as_of=LATE)), knowledge), folder)


def write_study(_: PatientRecord, __: Knowledge, folder: Path) -> Path:
    test_cbioportal.study(folder)
    return folder


def days_within(record: PatientRecord) -> list[dt.date]:
    starts = [course.start.first for course in record.courses if course.start] + [e.date.first for e in record.events if e.date]
    return [*(day - dt.timedelta(days=1) for day in starts), dt.date(1900, 1, 1), LATE]


@pytest.mark.long  # to know which cases can be told, all are read
@pytest.mark.parametrize("write", [write_bundles, write_tables, write_study])
def test_read_again_is_read_as_of_that_day(write: Writer, tmp_path: Path) -> None:
    engine, knowledge = Engine(), shipped_knowledge()
    compared, dated = 0, {n: r for n, r in in_omop().items() if r.courses and all(course.start for course in r.courses)}
    for name, record in sorted(dated.items())[:: len(dated) // MOST]:
        folder = tmp_path / name
        folder.mkdir()
        source = write(record, knowledge, folder)
        patients = list(engine.read(source, as_of=LATE))
        for day in days_within(record):
            wanted = {patient.id: patient.record for patient in engine.read(source, as_of=day)}
            for patient in patients:
                assert patient.read_at is not None
                again = patient.read_at(day)
                assert not again.failure
                assert again.record == wanted[patient.id], (name, day)
                compared += 1
    assert compared > 10


def test_a_case_file_has_no_history() -> None:
    assert Engine().read({"as_of": "2024-01-01"}).one().read_at is None
