"""FHIR to patients: every entry goes to the patient whom its subject names, and to nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from concordant.errors import Complaint, Refused
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.fhir.charting import READ_BY_REFERENCE, READERS, read_entries
from concordant.record.fhir.decode import LocatedResource, decode_resources, entry_place, unzip_data
from concordant.record.fhir.incoming import refuse_repeated_keys
from concordant.record.fhir.known_shapes import SHAPES
from concordant.record.fhir.pages import describe_missing_pages, read_pages
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.subjects import Subjects, index_subjects
from concordant.record.fhir.tables import FhirTables, make_fhir_tables
from concordant.record.fhir.versions import pass_over_old_versions
from concordant.record.sources import Patient, build_history, change_record
from concordant.terminology.codes import Terminology
from concordant.visible import make_json_visible


@dataclass(slots=True)
class PatientBatch:
    """The patients of a source, and what became of entries that belong to none of them."""

    patients: list[Patient]
    rest: Account = field(default_factory=Account)


def read_fhir(
    data: bytes, name: str, knowledge: Knowledge, terms: Terminology | None, as_of: dt.date, *, given: bool = False
) -> list[Patient]:
    """Every patient of a bundle, a list of resources or one resource. Raises Unreadable, or Refused when nobody is in it."""
    return read_document(data, name, make_fhir_tables(knowledge, terms), as_of, given=given).patients


def read_document(
    data: bytes, name: str, tables: FhirTables, as_of: dt.date, *, given: bool = False, is_all: bool = True
) -> PatientBatch:
    """The same with the tables made before, for many files. `is_all`: no other file holds pages of it; one of several was looked
    through before.
    """
    data = unzip_data(data, name)
    is_single, is_unmarked = SHAPES.look_through(data) if is_all else (True, True)
    if not is_single:
        refuse_repeated_keys(data, name)
    missing = () if is_unmarked else describe_missing_pages(read_pages(data))
    return build_patients(decode_resources(make_json_visible(data), name), name, tables, as_of, given=given, missing=missing)


def build_patients(
    entries: list[LocatedResource],
    name: str,
    tables: FhirTables,
    as_of: dt.date,
    *,
    given: bool,
    missing: Sequence[str] = (),
    deleted: Mapping[str, str] | None = None,
) -> PatientBatch:
    """The patients that some resources make up.

    `missing` says what is known to be missing from the source, `deleted` what it deleted (by `Type/id`; when).
    """
    pass_over_old_versions(entries, deleted, as_of if given else None)
    subjects = index_subjects(entries)
    groups, nobody, silent = _group_by_owner(entries, subjects)
    if not groups:
        raise Refused(Complaint(_describe_no_patient(entries), name, 1, "A record needs a Patient, or entries with a subject"))
    shared = [entry for entry, why in nobody if not why]

    def build(id_: str, group: list[LocatedResource], day: dt.date, cuts: bool) -> Patient:
        chart = read_entries(id_, group, shared, tables, day, cuts=cuts)
        chart.incomplete += [*missing, *subjects.missing.get(id_, ())]
        chart.notices += subjects.notices.get(id_, ())
        return chart.build_record()

    patients = [build_history(id_, as_of, given, partial(build, id_, group)) for id_, group in sorted(groups.items())]
    alone = len(patients) == 1
    rest = patients[0].account if alone else Account()
    for entry, why in nobody:
        _add_unowned_row(entry, why, rest)
    if alone and (notices := _make_owner_notices(silent, nobody)):
        patients = [change_record(patients[0], lambda record: replace(record, notices=(*record.notices, *notices)))]
    return PatientBatch(patients, Account() if alone else rest)


Unowned = list[tuple[LocatedResource, str]]


def _group_by_owner(entries: list[LocatedResource], subjects: Subjects) -> tuple[dict[str, list[LocatedResource]], Unowned, int]:
    """The entries of each patient; those of nobody, with why; how many name nobody."""
    plainly = {} if subjects.ambiguous or subjects.removed else subjects.addresses
    groups: dict[str, list[LocatedResource]] = {}
    nobody: Unowned = []
    silent = 0
    for entry in entries:
        resource = entry.resource
        if (subject := resource.subject) is not None and (direct := plainly.get(subject.reference or "")):
            if resource.resourceType != "Patient":
                (groups.get(direct) or groups.setdefault(direct, [])).append(entry)  # as nearly all; the rest needs a closer look
                continue
        elif subject is None and _has_no_subject(resource):
            silent += 1
        owner, why = subjects.find_owner(entry)
        if owner in subjects.removed:
            owner, why = None, "its source deleted this patient"
        if owner is None:
            nobody.append((entry, why))
        else:
            entry.why = entry.why or why  # it may be another's: what it would have said is unknown
            groups.setdefault(owner, []).append(entry)
    return groups, nobody, silent


def _make_owner_notices(silent: int, nobody: Unowned) -> list[str]:
    """What has to be said where entries name another patient, or (`silent` of them) none."""
    strangers = sum(bool(why) for _, why in nobody)
    silent -= sum(_has_no_subject(entry.resource) for entry, _ in nobody)
    notices = []
    if strangers:
        notices.append(f"{_count_entries(strangers, 'names', 'name')} no patient of this file, and count for nobody.")
    if silent:
        notices.append(f"{_count_entries(silent, 'names', 'name')} no patient, and count for the only one of this file.")
    return notices


def _has_no_subject(resource: Resource) -> bool:
    return resource.resourceType in READERS and resource.resourceType != "Patient" and not (resource.subject or resource.patient)


def _count_entries(number: int, one: str, many: str) -> str:
    return f"1 entry {one}" if number == 1 else f"{number} entries {many}"


def _describe_no_patient(entries: list[LocatedResource]) -> str:
    kinds = sorted({entry.resource.resourceType or "no type" for entry in entries})
    return f"no patient is in this FHIR data ({', '.join(kinds[:5]) or 'no entries'})"


def _add_unowned_row(entry: LocatedResource, why: str, rest: Account) -> None:
    kind = entry.resource.resourceType or "?"
    if entry.why or why:
        rest.mark_set_aside(entry_place(entry), kind, entry.why or why)
    else:
        rest.mark_ignored(entry_place(entry), kind, READ_BY_REFERENCE.get(kind) or "it is about no patient")
