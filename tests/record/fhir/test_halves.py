"""Half a record: in several files it is whole again; where a part is missing the answer says so and assumes nothing of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine
from concordant.record.fhir.stream import iter_patients
from concordant.record.sources import Patient
from concordant.record.sources.opening import SourceOpener
from tests.record.fhir.builders import AS_OF, SCT, Json, bundle, coded, diagnosis, dose, kit, observation, resource, woman

POSITIVE = {"valueCodeableConcept": {"text": "Positive"}}
LIVER = diagnosis("c2", code=coded(SCT, "94381002"), onsetDateTime="2022-12-05")
LUNG = diagnosis("c3", code={"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J84.9"}]})
WORSE = observation("o2", "97509-4", valueCodeableConcept=coded(SCT, "271299001"), effectiveDateTime="2023-04-20")
STORY: list[Json] = [
    woman(),
    diagnosis(stage=[{"summary": {"text": "IV"}}]),
    observation("o1", "48676-1", **POSITIVE),
    LIVER,
    dose("d1", "224905", "2023-01-10"),
    dose("d2", "224905", "2023-02-10"),
    WORSE,
    dose("d3", "1658084", "2023-05-10"),
    LUNG,
]
ENGINE = Engine()


def write_lines(path: Path, parts: list[list[Json]]) -> None:
    for number, part in enumerate(parts):
        (path / f"{number}.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in part), encoding="utf-8")


def write_bundles(path: Path, parts: list[list[Json]]) -> None:
    for number, part in enumerate(parts):
        (path / f"{number}.json").write_text(json.dumps(bundle(*part)), encoding="utf-8")


def write_bundle_lines(path: Path, parts: list[list[Json]]) -> None:
    (path / "all.ndjson").write_text("".join(f"{json.dumps(bundle(*part))}\n" for part in parts), encoding="utf-8")


def write_mixed(path: Path, parts: list[list[Json]]) -> None:
    write_bundles(path, parts[:1])
    write_lines(path, [[], *parts[1:]])


def write_single_files(path: Path, parts: list[list[Json]]) -> None:
    for number, one in enumerate(one for part in parts for one in part):
        (path / f"{number:02}.json").write_text(json.dumps(one), encoding="utf-8")


def write_pages(path: Path, parts: list[list[Json]]) -> None:
    for number, part in enumerate(parts):
        links = [{"relation": "self", "url": f"http://h/?page={number}"}]
        if number + 1 < len(parts):
            links.append({"relation": "next", "url": f"http://h/?page={number + 1}"})
        page = bundle(*part) | {"type": "searchset", "total": sum(map(len, parts)), "link": links}
        (path / f"{number}.json").write_text(json.dumps(page), encoding="utf-8")


def write_gzip(path: Path, parts: list[list[Json]]) -> None:
    for number, part in enumerate(parts):
        with gzip.open(path / f"{number}.ndjson.gz", "wt", encoding="utf-8") as out:
            out.writelines(f"{json.dumps(one)}\n" for one in part)


WAYS: list[Callable[[Path, list[list[Json]]], None]] = [
    write_lines,
    write_bundles,
    write_bundle_lines,
    write_mixed,
    write_single_files,
    write_pages,
    write_gzip,
]


def read_one(path: Path) -> Patient:
    (patient,) = iter_patients(path, kit(), AS_OF)
    return patient


def tables(patient: Patient) -> dict[str, Any]:
    """What the record says, whatever file it stands in."""
    record = patient.record
    return {
        "markers": [(one.test, one.word) for one in record.markers],
        "courses": [(one.drugs, one.start, one.stopped) for one in record.courses],
        "conditions": [(one.term, one.status) for one in record.conditions],
        "events": [(one.kind, one.date, one.sites) for one in record.events],
        "born": record.person.birth_date,
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("whole")
    write_bundles(path, [STORY])
    return tables(read_one(path))


@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("at", [1, 4, 7, 8])
def test_a_record_in_two_files_is_the_whole_record(
    write: Callable[[Path, list[list[Json]]], None], at: int, whole: dict[str, Any], tmp_path: Path
) -> None:
    for number, parts in enumerate(([STORY[:at], STORY[at:]], [[woman(), *STORY[at:]], STORY[:at]])):
        folder = tmp_path / str(number)
        folder.mkdir()
        write(folder, parts)
        patient = read_one(folder)
        assert tables(patient) == whole
        assert patient.record.incomplete == ()


def assumed(path: Path) -> tuple[list[str], dict[str, Any]]:
    """What is assumed from silence, and the answer."""
    answer = ENGINE.recommend(str(path), as_of=AS_OF).built
    return answer.assumed, {"says": answer.incomplete, "first": answer}


def lose_the_next_page(path: Path) -> None:
    write_pages(path, [STORY[:4], STORY[4:]])
    (path / "1.json").unlink()


def lose_the_page_before(path: Path) -> None:
    write_pages(path, [STORY[4:], STORY[:4]])
    page = json.loads((path / "1.json").read_text())
    page["link"].append({"relation": "previous", "url": "http://h/?page=0"})
    (path / "1.json").write_text(json.dumps(page))
    (path / "0.json").unlink()


def lose_what_the_total_counts(path: Path) -> None:
    page = bundle(*STORY[:4]) | {"type": "searchset", "total": 9}
    (path / "0.json").write_text(json.dumps(page))


def lose_a_failed_request(path: Path) -> None:
    page = bundle(*STORY[:4]) | {"type": "batch-response"}
    page["entry"].append({"response": {"status": "404 Not Found"}, "resource": {"resourceType": "OperationOutcome"}})
    (path / "0.json").write_text(json.dumps(page))


def lose_what_a_server_keeps(path: Path) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "suppressed"}]}
    page = bundle(*STORY[:4]) | {"type": "searchset"}
    page["entry"].append({"search": {"mode": "outcome"}, "resource": outcome})
    (path / "0.json").write_text(json.dumps(page))


def cut_gzip(path: Path) -> None:
    lines = [json.dumps(one | {"text": f"{number * 7919:040x}"}) for number, one in enumerate(STORY)]
    data = gzip.compress("\n".join(lines).encode())
    (path / "0.ndjson.gz").write_bytes(data[: len(data) - 12])


def cut_lines(path: Path) -> None:
    data = "".join(f"{json.dumps(one)}\n" for one in STORY).encode()
    (path / "0.ndjson").write_bytes(data[:-40])


def damage_a_line(path: Path) -> None:
    data = "".join(f"{json.dumps(one)}\n" for one in STORY).encode()
    (path / "0.ndjson").write_bytes(data.replace(b'"J84.9"', b'"J84.9'))


def damage_a_file(path: Path) -> None:
    write_bundles(path, [STORY[:4], STORY[4:]])
    (path / "1.json").write_bytes((path / "1.json").read_bytes()[:-30])


def name_a_linked_record(path: Path) -> None:
    link = [{"other": {"reference": "Patient/before"}, "type": "seealso"}]
    write_bundles(path, [[STORY[0] | {"link": link}, *STORY[1:4]]])


def tell_another_birth(path: Path) -> None:
    write_bundles(path, [STORY[:4], [woman(birthDate="1950-01-01"), *STORY[4:]]])


LOSSES: list[Callable[[Path], None]] = [
    lose_the_next_page,
    lose_the_page_before,
    lose_what_the_total_counts,
    lose_a_failed_request,
    lose_what_a_server_keeps,
    cut_gzip,
    cut_lines,
    damage_a_line,
    damage_a_file,
    name_a_linked_record,
    tell_another_birth,
]


@pytest.mark.parametrize("lose", LOSSES, ids=lambda way: way.__name__)
def test_where_a_part_is_missing_the_answer_says_so_and_assumes_nothing(lose: Callable[[Path], None], tmp_path: Path) -> None:
    lose(tmp_path)
    (patient,) = ENGINE.read(str(tmp_path), as_of=AS_OF)
    answer = ENGINE.recommend(patient)
    silent = [name for name, fact in answer_facts(patient) if fact.origin == "assumed" and fact.says not in OTHERWISE]
    assert patient.record.incomplete
    assert answer.built.incomplete
    assert answer.built.assumed == []
    assert silent == []


# what is assumed, though a part is missing: it rests on a fact, or is no matter of the patient's record
OTHERWISE = ("not listed as unavailable", "metastatic at first diagnosis")


def answer_facts(patient: Patient) -> Iterator[tuple[str, Any]]:
    return iter(ENGINE.situation(patient.record).facts.items())


def test_a_faulty_line_leaves_the_records_of_others_whole(tmp_path: Path) -> None:
    lines = [json.dumps(one) for one in (woman(), woman("q"), resource("Condition", "c9", "q"))]
    (tmp_path / "a.ndjson").write_text("\n".join([*lines, lines[2].replace('"c9"', '"c9'), ""]), encoding="utf-8")
    found = {patient.id: patient.record.incomplete for patient in iter_patients(tmp_path, kit(), AS_OF)}
    assert found["p1"] == ()
    assert "a.ndjson:4 cannot be read" in found["q"][0]


def test_two_people_with_one_id_are_not_mixed(tmp_path: Path) -> None:
    tell_another_birth(tmp_path)
    (patient,) = iter_patients(tmp_path, kit(), AS_OF)
    assert patient.record.courses == ()
    assert any("another patient of this id (their birth dates differ)" in says for says in patient.record.set_aside)


def test_a_case_file_says_it_again(tmp_path: Path) -> None:
    """What `read` writes of an incomplete record is incomplete when it is read."""
    from concordant.record.casefile.write import write_case

    lose_the_next_page(tmp_path)
    (patient,) = ENGINE.read(str(tmp_path), as_of=AS_OF)
    text = write_case(patient, ENGINE.knowledge)
    told = ENGINE.recommend(text).built
    assert "record_complete: no" in text
    assert "# Incomplete: 0.json: It is one page" in text
    assert (told.incomplete, told.assumed) == (["The record says that a part of it is missing."], [])
    assert told.answer == ENGINE.recommend(patient).built.answer


def test_every_first_screen_says_it(tmp_path: Path) -> None:
    from concordant.present.formats import RenderOptions, render_answer

    lose_the_next_page(tmp_path)
    (patient,) = ENGINE.read(str(tmp_path), as_of=AS_OF)
    built = ENGINE.recommend(patient).built
    for format_ in ("terminal", "md", "html", "note", "json"):
        shown = render_answer(built, RenderOptions(format_))  # type: ignore[arg-type]
        assert "one page of several" in " ".join(str(shown).split()), format_


def test_every_line_is_counted(tmp_path: Path) -> None:
    """A line never vanishes: it is a row of a patient, or of nobody."""
    lines: list[Json] = [
        woman(),
        {"resourceType": "Bundle", "id": "b", "subject": {"reference": "Patient/p1"}},
        {"resourceType": "List", "id": "l", "subject": {"reference": "Patient/p1"}, "entry": [{"item": {"display": "x"}}]},
        {"resourceType": "Encounter", "id": "e", "subject": {"reference": "Patient/p1"}},
        {"resourceType": "Encounter", "id": "e2", "subject": {"display": "somebody"}},
        {"resourceType": "Organization", "id": "org"},
        {"id": "x"},
    ]
    path = tmp_path / "a.ndjson"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    stream = iter_patients(path, kit(), AS_OF)
    rows = [row for patient in stream for row in patient.account.rows]
    assert len(rows) + len(stream.rest.rows) == len(lines)


def test_the_opener_reads_a_folder_as_one_patient(tmp_path: Path) -> None:
    write_pages(tmp_path, [STORY[:4], STORY[4:]])
    assert isinstance(ENGINE._opener, SourceOpener)
    assert ENGINE.read(str(tmp_path), as_of=AS_OF).one().record.incomplete == ()
