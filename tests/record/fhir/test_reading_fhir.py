"""Statuses, references, several patients, impossible content, cutting, broken bytes."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from concordant.errors import ConcordantError, Refused, Unreadable
from concordant.record.fhir.read import read_fhir
from concordant.record.fhir.stream import iter_patients
from tests.record.fhir.builders import (
    AS_OF,
    RXN,
    SCT,
    bundle,
    coded,
    diagnosis,
    dose,
    fates,
    kit,
    observation,
    read,
    reading,
    resource,
    why,
    woman,
)

DATA = Path(__file__).parents[2] / "data" / "fhir"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "fhir"
POSITIVE = {"valueCodeableConcept": coded(SCT, "10828004")}
ILD = coded(SCT, "233703007")


def verified(word: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": word}]}


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_an_observation_that_was_taken_back_says_nothing(status: str) -> None:
    patient = read(woman(), observation("o", "48676-1", status=status, **POSITIVE))
    assert patient.record.markers == ()
    assert fates(patient)["Observation/o"] == "ignored"


@pytest.mark.parametrize(
    "more",
    [
        {"status": "entered-in-error"},
        {"status": "not-done"},
        {"status": "not-taken"},
        {"wasNotGiven": True},
        {"status": "active", "intent": "plan"},
        {"doNotPerform": True},
    ],
)
def test_a_drug_that_was_not_given_makes_no_course(more: dict[str, Any]) -> None:
    patient = read(woman(), diagnosis(), dose("m", "224905", "2023-02-01", **more))
    assert patient.record.courses == ()
    assert fates(patient)["MedicationAdministration/m"] == "ignored"


def test_conditions_count_as_they_are_verified() -> None:
    def status(**more: Any) -> list[str | None]:
        return [c.status for c in read(woman(), diagnosis("i", code=ILD, **more)).record.conditions]

    assert status() == ["active"]
    assert status(verificationStatus=verified("refuted")) == ["absent"]
    assert status(verificationStatus=verified("entered-in-error")) == []
    assert status(verificationStatus=verified("provisional")) == [None]
    assert status(clinicalStatus={"coding": [{"code": "resolved"}]}) == ["resolved"]
    assert status(clinicalStatus="active", verificationStatus="confirmed") == ["active"]
    refuted = read(woman(), diagnosis("b", code=coded(SCT, "94225005"), verificationStatus=verified("refuted")))
    assert refuted.record.events == ()
    assert "disease_extent" not in refuted.record.stated


@pytest.mark.parametrize(("ended", "status"), [("2023-03-01", "resolved"), ("2023-09-01", "active")])
def test_what_ends_after_the_question_is_not_over_on_its_day(ended: str, status: str) -> None:
    clinical = {"coding": [{"code": status}]}  # what has ended is no longer active: an invariant of FHIR
    lung = diagnosis("c2", code=coded(SCT, "233703007"), clinicalStatus=clinical, abatementDateTime=ended)
    (found,) = read(woman(), lung).record.conditions
    assert (found.term, found.status) == ("interstitial_lung_disease", status)


def test_an_allergy_that_contradicts_itself_is_open_and_never_silence() -> None:
    codings = coded(RXN, "72962", "docetaxel")["coding"] + coded(RXN, "56946", "paclitaxel")["coding"]
    both = {"resourceType": "AllergyIntolerance", "id": "a1", "patient": {"reference": "Patient/p1"}, "code": {"coding": codings}}
    found = read(woman(), both)
    told = {(one.term, one.about, one.status) for one in found.record.conditions}
    assert told >= {("hypersensitivity", (drug,), None) for drug in ("docetaxel", "paclitaxel")}
    assert found.account.counts["set aside"] == 1


def test_a_menopausal_status_of_later_is_not_known_on_the_day() -> None:
    status = observation("m", "42802-9", valueCodeableConcept={"text": "Postmenopausal"})
    assert read(woman(), status | {"effectiveDateTime": "2023-05-01"}).record.person.menopause == "postmenopausal"
    later = read(woman(), status | {"effectiveDateTime": "2024-05-01"})
    assert later.record.person.menopause is None
    assert "set aside" in fates(later).values()


def test_operations() -> None:
    operation = resource(
        "Procedure", "s", status="completed", code=coded(SCT, "392021009"), performedDateTime="2023-01-02T08:00:00Z"
    )
    (event,) = read(woman(), operation).record.events
    assert (event.kind, event.procedure, event.date and event.date.first) == ("surgery", "lumpectomy", dt.date(2023, 1, 2))
    assert read(woman(), operation | {"status": "not-done"}).record.events == ()


def test_entries_go_to_the_patient_they_name_and_to_nobody_else() -> None:
    mixed = [
        woman("a"),
        woman("b", gender="male"),
        observation("1", "48676-1", "a", **POSITIVE),
        observation("2", "89247-1", "b", valueInteger=2),
    ]
    stranger = observation("3", "48676-1", "c", **POSITIVE)
    nobody = {"resourceType": "Observation", "id": "4", "code": coded(SCT, "1")}
    found = reading(bundle(*mixed, stranger, nobody))
    first, second = found.patients
    assert (first.id, len(first.record.markers), len(first.record.measurements)) == ("a", 1, 0)
    assert (second.id, len(second.record.markers), len(second.record.measurements)) == ("b", 0, 1)
    assert {row.place: row.fate for row in found.rest.rows} == {"Observation/3": "set aside", "Observation/4": "set aside"}


def test_two_different_patients_of_one_id_get_nothing_of_each_other() -> None:
    twins = [woman("a"), observation("1", "48676-1", "a", **POSITIVE), woman("a", birthDate="1950-01-01")]
    found = reading(bundle(*twins, woman("b")))
    assert [(p.id, len(p.record.markers)) for p in found.patients] == [("b", 0)]
    assert {row.why for row in found.patients[0].account.rows} == {"two different patients have this id", "patient"}


def test_the_same_id_on_another_server_is_another_patient() -> None:
    here = {"fullUrl": "http://a.example/Patient/1", "resource": woman("1")}
    there = observation("o", "48676-1", **POSITIVE) | {"subject": {"reference": "http://b.example/Patient/1"}}
    (patient,) = reading({"resourceType": "Bundle", "entry": [here, {"resource": there}]}).patients
    assert patient.record.markers == ()
    assert fates(patient)["Observation/o"] == "set aside"
    assert "no patient of this file" in patient.record.notices[0]


def test_several_patients_by_address_version_and_contained() -> None:
    refs = ["urn:uuid:a", "Patient/a/_history/3", "http://x.example/fhir/Patient/a"]
    entries = [observation(str(n), "48676-1", **POSITIVE) | {"subject": {"reference": ref}} for n, ref in enumerate(refs)]
    inside = observation("9", "48676-1", **POSITIVE) | {"subject": {"reference": "#a"}, "contained": [woman("a")]}
    assert len(read(woman("a"), *entries, inside).record.markers) == 4


IMPOSSIBLE = [
    (dose("m", "224905", "") | {"effectivePeriod": {"start": "2023-03-01", "end": "2023-01-01"}}, "before it starts"),
    (dose("m", "224905", "2031-01-01"), "after the date of the question"),
    (dose("m", "224905", "1950-01-01"), "before the patient is born"),
    (dose("m", "224905", "2021-13"), "no month 13"),
    (dose("m", "224905", "soon"), "not a date"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "says"), IMPOSSIBLE)
def test_an_impossible_treatment_is_set_aside_and_leaves_open_what_was_given(entry: dict[str, Any], says: str) -> None:
    patient = read(woman(), diagnosis(), entry)
    assert says in why(patient, "MedicationAdministration/m")
    assert fates(patient)["MedicationAdministration/m"] == "set aside"
    assert any(says in sentence for sentence in patient.record.set_aside)
    (course,) = patient.record.courses
    assert course.drugs == ()
    assert course.unknown_drugs


@pytest.mark.parametrize("date", ["2021-13", "2031-01-01", "1950-01-01"])
def test_an_impossible_result_is_open_and_no_older_one_speaks_for_it(date: str, knowledge: Any) -> None:
    from concordant.derive.engine import derive_facts
    from concordant.derive.plan import make_plan

    older = observation("old", "10230-1", valueQuantity={"value": 62, "unit": "%"}, effectiveDateTime="2023-05-01")
    marker = observation("m1", "48676-1", **POSITIVE, effectiveDateTime="2023-05-01")
    newer = observation("new", "10230-1", valueQuantity={"value": 40, "unit": "%"}, effectiveDateTime=date)
    taken = observation("m2", "48676-1", valueCodeableConcept=coded(SCT, "260385009"), effectiveDateTime=date)
    plan = make_plan(knowledge)
    fine = derive_facts(read(woman(), older, marker).record, plan)
    assert fine["lvef"].is_known and fine["her2_status"].is_known
    facts = derive_facts(read(woman(), older, marker, newer, taken).record, plan)
    assert not facts["lvef"].is_known
    assert not facts["her2_status"].is_known


def test_birth_after_the_question_is_set_aside() -> None:
    patient = read(woman(birthDate="2030-01-01"))
    assert patient.record.person.birth_date is None
    assert fates(patient)["Patient/p1"] == "set aside"


def test_a_date_asked_for_cuts_the_record() -> None:
    late = observation("o", "48676-1", **POSITIVE, effectiveDateTime="2023-05-30")
    patient = read(woman(), late, as_of=dt.date(2023, 5, 1), given=True)
    assert patient.record.markers == ()
    assert patient.record.set_aside == ()
    assert patient.record.notices[-1].endswith("1 later entry left out.")
    assert fates(patient)["Observation/o"] == "ignored"


def test_the_order_of_entries_plays_no_part() -> None:
    for path in sorted(DATA.glob("*.json")):
        document = json.loads(path.read_bytes())
        first = reading(document)
        for seed in range(3):
            random.Random(seed).shuffle(document["entry"])
            again = reading(document)
            assert [p.record for p in again.patients] == [p.record for p in first.patients], path.name
            assert [p.account.counts for p in again.patients] == [p.account.counts for p in first.patients]


def test_unrelated_entries_change_nothing() -> None:
    entries = [woman(), diagnosis(), observation("o", "48676-1", **POSITIVE), dose("m", "224905", "2023-02-01")]
    beside = [observation("x", "8867-4", valueQuantity={"value": 70}), resource("Encounter", "e"), resource("Unheard", "u")]
    assert read(*entries, *beside).record == read(*entries).record
    assert why(read(*entries, *beside), "Unheard/u") == "nothing is read from Unheard"


def test_the_same_entry_twice_counts_once() -> None:
    entry = observation("o", "48676-1", **POSITIVE)
    patient = read(woman(), entry, entry)
    assert len(patient.record.markers) == 1
    assert sorted(row.why for row in patient.account.rows) == ["her2", "patient", "the same entry again"]


BROKEN = {
    "cut off": (b'{"resourceType": "Bundle", "entry": [\n{"resource": {', "the JSON ends in the middle (byte 52)", 2),
    "comma": (b'{"resourceType": "Bundle",\n "entry": [,]}', "JSON is malformed", 2),
    "deep": (b'{"entry":' + b"[" * 100_000, "nested too deeply", None),
    "utf-16": ('{"resourceType": "Bundle"}').encode("utf-16"),
    "latin": (b'{"resourceType": "\xe9"}', "not UTF-8 text", 1),
    "gzip": (gzip.compress(b'{"resourceType": "Patient"}' * 50)[:40], "gzip data is damaged", None),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_bytes_are_told_with_their_place(name: str) -> None:
    given = BROKEN[name]
    data, says, line = given if isinstance(given, tuple) else (given, "", None)
    with pytest.raises(Unreadable) as caught:
        reading(data, name="f.json")
    (complaint,) = caught.value.complaints
    assert says in complaint.says
    assert complaint.file == "f.json"
    if line is not None:
        assert complaint.line == line


def test_depth_inside_what_is_skipped() -> None:
    deep = b'{"resourceType": "Patient", "id": "p", "unheard": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(Unreadable):
        reading(deep)


def test_a_wrong_type_costs_one_entry() -> None:
    wrong = observation("w", "48676-1") | {"effectiveDateTime": 2021}
    patient = read(woman(), observation("o", "48676-1", **POSITIVE), wrong)
    assert [marker.word for marker in patient.record.markers] == ["positive", None], "what it would have said is open"
    assert "wrong type" in why(patient, "Observation/w")
    assert fates(patient)["Observation/w"] == "set aside"


@pytest.mark.parametrize("document", [{}, [], {"resourceType": "Bundle"}, {"resourceType": "Organization", "id": "o"}])
def test_nobody_in_it(document: Any) -> None:
    with pytest.raises(ConcordantError):
        reading(document)


def test_too_large_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from concordant.record.fhir import decode

    monkeypatch.setattr(decode, "MAX_BYTES", 100)
    with pytest.raises(Unreadable, match="NDJSON"):
        reading(bundle(woman()))
    with pytest.raises(Unreadable, match="NDJSON"):
        reading(gzip.compress(json.dumps(bundle(woman())).encode()))


def test_lines_go_on_after_a_bad_one(tmp_path: Path) -> None:
    lines = [
        json.dumps(observation("o", "48676-1", **POSITIVE)),
        '{"resourceType": "Observation", "id"',
        "[1]",
        json.dumps(woman()),
        json.dumps({"resourceType": "Observation", "id": 3, "subject": {"reference": "Patient/p1"}}),
    ]
    (tmp_path / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
    with gzip.open(tmp_path / "b.ndjson.gz", "wt", encoding="utf-8") as packed:
        packed.write(json.dumps(observation("x", "89247-1", valueInteger=1)))
    (tmp_path / "c.json").write_text(json.dumps(bundle(woman("q"))), encoding="utf-8")
    (tmp_path / "d.json").write_text('{"resourceType": "Bundle', encoding="utf-8")
    stream = iter_patients(tmp_path, kit(), AS_OF)
    found = {patient.id: patient for patient in stream}
    assert set(found) == {"p1", "q"}
    assert len(found["p1"].record.markers) == len(found["p1"].record.measurements) == 1
    aside = {row.place: row.why for row in stream.rest.rows}
    assert set(aside) == {"a.ndjson:2", "a.ndjson:3", "a.ndjson:5", "d.json"}
    assert "ends in the middle" in aside["a.ndjson:2"]


def test_a_patient_in_two_bundles_of_a_folder_is_one_record(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(
            json.dumps(bundle(woman(), observation(name, "48676-1", **POSITIVE))), encoding="utf-8"
        )
    stream = iter_patients(tmp_path, kit(), AS_OF)
    (patient,) = stream
    assert [marker.entry.place for marker in patient.record.markers] == ["Observation/a", "Observation/b"]
    assert (stream.rest.rows, patient.record.incomplete) == ([], ())


def test_the_entry_point_by_name(knowledge: Any) -> None:
    (patient,) = read_fhir(json.dumps(bundle(woman())).encode(), "f", knowledge, None, AS_OF)
    assert (patient.id, patient.record.person.sex) == ("p1", "female")


@pytest.mark.parametrize(
    ("name", "markers", "set_aside"),
    [("fluxnotes-patina", 2, 3), ("fluxnotes-pallas", 3, 3), ("ctms-eom", 6, 0), ("icare-message", 0, 2)],
)
def test_records_of_others(name: str, markers: int, set_aside: int) -> None:
    (patient,) = reading((DATA / f"{name}.json").read_bytes(), as_of=dt.date(2026, 8, 1)).patients
    assert (len(patient.record.markers), len(patient.record.set_aside)) == (markers, set_aside)


FILES = sorted(SHARED.glob("*/*.json")) if SHARED.is_dir() else []


@pytest.mark.long
@pytest.mark.skipif(not FILES and not os.environ.get("CI"), reason="the records of others do not lie beside this checkout")
def test_every_shared_bundle_is_answered_or_refused_and_accounts_for_its_entries(knowledge: Any) -> None:
    from tools.fuzz_fhir import entries_of

    from concordant.answer.engine import answer_record

    refused = []
    answered = 0
    for path in FILES:
        data = path.read_bytes()
        try:
            found = reading(data)
        except Refused:
            refused.append(path.name)
            continue
        counted = sum(len(p.account.rows) for p in found.patients) + len(found.rest.rows)
        assert counted == entries_of(json.loads(data)), path
        for patient in found.patients:
            assert answer_record(patient.record, knowledge, "").answer in ("recommends", "needs_data", "out_of_scope")
            answered += 1
    assert refused == ["PatinaEligibility.json", "data.json", "DefaultUploadedFiles.json"]
    assert answered > 80


def test_mutated_bundles_never_break_and_never_lose_an_entry() -> None:
    from tools.fuzz_fhir import run

    counts, faults = run(300, seed=3)
    assert faults == []
    assert counts["read"] > 100
    assert counts["refused"] > 20


def test_a_file_that_cannot_be_opened_is_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"cannot be opened \(No such file or directory\)"):
        list(iter_patients(tmp_path / "gone.json", kit(), AS_OF))
