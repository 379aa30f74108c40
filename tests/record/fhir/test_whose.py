"""Whose entry it is: a subject by address, number or name; what may be another's decides nothing and is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concordant.record.fhir.stream import iter_patients
from tests.record.fhir.builders import AS_OF, Json, bundle, dose, fates, kit, observation, reading, why, woman

NEGATIVE = {"valueCodeableConcept": {"text": "Negative"}}
MRN = {"system": "http://h.org/mrn", "value": "123"}
NAMED = {"identifier": [MRN], "name": [{"family": "Doe", "given": ["Jane", "Ann"]}]}
HERE, THERE = "https://here.org/fhir", "https://there.org/fhir"
OWN, OTHER, OPEN = "used", "another's", "open"


def numbered(value: Any, system: str | None = "http://h.org/mrn") -> Json:
    return {"identifier": {"value": value} | ({"system": system} if system else {})}


# the subject of a result, what the only Patient tells of itself, and whose the result is
SUBJECTS: list[tuple[Json, Json, str]] = [
    (numbered("123"), NAMED, OWN),
    (numbered("999"), NAMED, OTHER),
    (numbered(123), NAMED, OWN),
    (numbered("123", None), NAMED, OWN),
    (numbered("999", None), NAMED, OPEN),
    (numbered("123", "http://other.org"), NAMED, OPEN),
    (numbered("123"), {"identifier": [{"value": "123"}]}, OWN),
    (numbered("123"), {}, OPEN),
    (numbered("999") | {"display": "Jane Doe"}, NAMED, OTHER),
    (numbered("123") | {"reference": "Patient/unknown-here"}, NAMED, OWN),
    ({"display": "Jane Doe"}, NAMED, OWN),
    ({"display": "DOE, Jane Ann"}, NAMED, OWN),
    ({"display": "Mrs Jane Doe (Ward 3)"}, NAMED, OWN),
    ({"display": "Somebody Else"}, NAMED, OTHER),
    ({"display": "Doe"}, NAMED, OPEN),
    ({"display": "Jane Doe"}, {}, OPEN),
    ({"reference": "Patient/p1"}, NAMED, OWN),
    ({"reference": "Patient/p1/_history/3"}, NAMED, OWN),
    ({"reference": "Patient/p2"}, NAMED, OTHER),
    ({"reference": f"{THERE}/Patient/p1"}, NAMED, OPEN),
    ({"reference": "Group/p1"}, NAMED, OTHER),
    ({}, NAMED, OWN),
]


def told(subject: Json, patient: Json) -> Json:
    her = woman(**patient)
    return bundle(her, dose("d1", "224905", "2022-01-10"), observation("o1", "48676-1") | NEGATIVE | {"subject": subject})


@pytest.mark.parametrize(("subject", "patient", "whose"), SUBJECTS, ids=lambda item: json.dumps(item)[:60])
def test_a_result_decides_only_for_whom_it_is_about(subject: Json, patient: Json, whose: str) -> None:
    (found,) = reading(told(subject, patient)).patients
    words = [marker.word for marker in found.record.markers]
    assert words == {OWN: ["negative"], OTHER: [], OPEN: [None]}[whose]
    assert fates(found)["Observation/o1"] == ("used" if whose == OWN else "set aside")
    if whose != OWN:
        said = (*found.record.notices, *found.record.set_aside)
        assert any("no patient of this file" in one or "Observation/o1" in one for one in said)


# where the Patient and its other entries stand, the subject of one result, and whose that is
SERVERS: list[tuple[str | None, str, str, str]] = [
    (HERE, f"{HERE}/Patient/p1", f"{HERE}/Patient/p1", OWN),
    (HERE, f"{HERE}/Patient/p1", f"{THERE}/Patient/p1", OTHER),
    (HERE, "Patient/p1", f"{HERE}/Patient/p1", OWN),
    (None, f"{HERE}/Patient/p1", f"{HERE}/Patient/p1", OWN),
    (None, f"{HERE}/Patient/p1", f"{THERE}/Patient/p1", OPEN),
    (None, "Patient/p1", f"{THERE}/Patient/p1", OPEN),
]


@pytest.mark.parametrize(("server", "usual", "subject", "whose"), SERVERS)
def test_the_same_id_on_another_server_is_another_patient(server: str | None, usual: str, subject: str, whose: str) -> None:
    resources = [woman(), dose("d1", "224905", "2022-01-10") | {"subject": {"reference": usual}}]
    resources.append(observation("o1", "48676-1") | NEGATIVE | {"subject": {"reference": subject}})
    entries = [
        {"resource": one} | ({"fullUrl": f"{server}/{one['resourceType']}/{one['id']}"} if server else {}) for one in resources
    ]
    (found,) = reading({"resourceType": "Bundle", "entry": entries}).patients
    assert [marker.word for marker in found.record.markers] == {OWN: ["negative"], OTHER: [], OPEN: [None]}[whose]


def linked(id_: str, other: str, kind: str) -> Json:
    return {"link": [{"other": {"reference": f"Patient/{other}"}, "type": kind}]}


LINKS = [("replaces", "new"), ("seealso", "new"), ("replaced-by", "old"), ("refer", "old")]


@pytest.mark.parametrize(("kind", "teller"), LINKS)
@pytest.mark.parametrize("how", ["bundle", "lines", "two files"])
def test_two_records_of_one_person_are_one(kind: str, teller: str, how: str, tmp_path: Path) -> None:
    """`new` governs, whoever tells of the link."""
    other = "old" if teller == "new" else "new"
    new = woman("new", **(linked("new", other, kind) if teller == "new" else {}))
    old = woman("old", **(linked("old", other, kind) if teller == "old" else {}))
    parts = [[new, dose("d1", "224905", "2022-01-10", "new")], [old, dose("d2", "1658084", "2022-03-10", "old")]]
    if how == "bundle":
        (found,) = reading(bundle(*parts[0], *parts[1])).patients
    else:
        for number, part in enumerate(parts):
            text = "\n".join(map(json.dumps, part)) if how == "lines" else json.dumps(bundle(*part))
            (tmp_path / f"{number}.{'ndjson' if how == 'lines' else 'json'}").write_text(text, encoding="utf-8")
        (found,) = iter_patients(tmp_path, kit(), AS_OF)
    assert found.id == "new"
    assert len({drug for course in found.record.courses for drug in course.drugs}) == 2
    assert found.record.incomplete == ()


@pytest.mark.parametrize("kind", ["replaced-by", "refer", "seealso"])
def test_a_linked_record_that_was_not_read_leaves_this_one_incomplete(kind: str) -> None:
    (found,) = reading(bundle(woman(**linked("p1", "elsewhere", kind)), dose("d1", "224905", "2022-01-10"))).patients
    assert any("another record of this person" in says for says in found.record.incomplete)


def test_a_link_between_people_who_differ_joins_nobody() -> None:
    found = reading(bundle(woman(**linked("p1", "p2", "seealso")), woman("p2", birthDate="1950-01-01"))).patients
    assert [patient.id for patient in found] == ["p1", "p2"]
    assert all("their birth dates differ" in patient.record.incomplete[0] for patient in found)


def test_what_is_set_aside_keeps_its_reason() -> None:
    (found,) = reading(told({"display": "Doe"}, NAMED)).patients
    assert "only in words" in why(found, "Observation/o1")
