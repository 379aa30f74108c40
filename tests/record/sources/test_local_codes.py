"""The codes of a site: what they make of FHIR and OMOP, and every way in which such a file can be wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine, read, recommend
from concordant.errors import ConcordantError
from concordant.patient.events import PatientRecord
from tests.record.fhir.builders import AS_OF, Json, bundle, coded, diagnosis, resource, woman
from tests.record.omop import build

LAB = "http://hospital.example/lab"


def seen(code: Json, **more: Any) -> Json:
    return resource("Observation", "o1", **({"status": "final", "code": code, "effectiveDateTime": "2023-01-10"} | more))


def local(code: str, system: str = LAB) -> Json:
    return coded(system, code)


def given(code: Json) -> Json:
    return resource(
        "MedicationAdministration", "o1", status="completed", medicationCodeableConcept=code, effectiveDateTime="2023-01-10"
    )


def diagnosed(code: Json) -> Json:
    return resource("Condition", "o1", code=code, onsetDateTime="2022-01-02", clinicalStatus={"coding": [{"code": "active"}]})


def markers(record: PatientRecord) -> Any:
    return sorted((item.test, item.word or str(dict(item.numbers))) for item in record.markers)


# What the file says, an entry that holds the code, how the record is looked at, and what it then says.
KINDS: list[tuple[str, list[dict[str, str]], Json, Any, Any]] = [
    ("test", [{"code": "H", "test": "her2_ihc"}], seen(local("H"), valueString="3+"), markers, [("her2_ihc", "3+")]),
    (
        "test by its label",
        [{"code": "H", "test": "HER2 immunohistochemistry"}],
        seen(local("H"), valueString="3+"),
        markers,
        [("her2_ihc", "3+")],
    ),
    (
        "test and value",
        [{"code": "H", "test": "her2"}, {"code": "P", "value": "positive"}],
        seen(local("H"), valueCodeableConcept=local("P")),
        markers,
        [("her2", "positive")],
    ),
    (
        "a part",
        [{"code": "R", "test": "her2_ish", "part": "ratio"}],
        seen(local("R"), valueQuantity={"value": 2.4}),
        lambda r: [(m.test, m.numbers["ratio"].low) for m in r.markers],
        [("her2_ish", 2.4)],
    ),
    (
        "measurement",
        [{"code": "EF", "measurement": "lvef"}],
        seen(local("EF"), valueQuantity={"value": 55, "unit": "%"}),
        lambda r: [(m.name, m.value.low) for m in r.measurements],
        [("lvef", 55)],
    ),
    (
        "drug",
        [{"code": "4711", "drug": "Enhertu"}],
        given(local("4711")),
        lambda r: r.courses[0].drugs,
        ("trastuzumab_deruxtecan",),
    ),
    (
        "product",
        [{"code": "1", "drug": "Phesgo"}],
        given(local("1")),
        lambda r: sorted(r.courses[0].drugs),
        ["pertuzumab", "trastuzumab"],
    ),
    (
        "condition",
        [{"code": "ILD", "condition": "interstitial lung disease"}],
        diagnosed(local("ILD")),
        lambda r: [c.term for c in r.conditions],
        ["interstitial_lung_disease"],
    ),
    (
        "metastasis",
        [{"code": "M", "metastasis": "liver"}],
        diagnosed(local("M")),
        lambda r: [site for event in r.events for site in event.sites],
        ["liver"],
    ),
    (
        "status",
        [{"code": "V", "disease_status": "progressive disease"}],
        seen(coded("http://snomed.info/sct", "396432002"), valueCodeableConcept=local("V")),
        lambda r: [event.kind for event in r.events if event.kind != "diagnosis"],
        ["progression"],
    ),
    ("ignored", [{"code": "X", "ignored": "the weight of the specimen"}], seen(local("X"), valueInteger=3), markers, []),
]


@pytest.mark.parametrize(("what", "codes", "told", "look", "wanted"), KINDS, ids=[case[0] for case in KINDS])
@pytest.mark.parametrize("form", ["mapping", "yaml", "csv", "semicolons"])
def test_a_local_code_is_read(
    tmp_path: Path, what: str, codes: list[dict[str, str]], told: Json, look: Any, wanted: Any, form: str
) -> None:
    entries = [{"system": LAB, **entry} for entry in codes]
    record = read(bundle(woman(), diagnosis("c9"), told), as_of=AS_OF, codes=written(tmp_path, entries, form)).one().record
    assert look(record) == wanted, what
    assert "local code" in record.notices[0]
    before = read(bundle(woman(), diagnosis("c9"), told), as_of=AS_OF).one().record
    assert look(before) != wanted if wanted else True
    assert not any("local code" in notice for notice in before.notices)


def written(folder: Path, entries: list[dict[str, str]], form: str) -> Any:
    """The entries as a mapping, or in a file of this form."""
    if form == "mapping":
        return {"codes": entries}
    if form == "yaml":
        (folder / "codes.yaml").write_text(json.dumps({"codes": entries}, indent=1), encoding="utf-8")
        return folder / "codes.yaml"
    keys = list(dict.fromkeys(key for entry in entries for key in entry))
    sign = ";" if form == "semicolons" else ","
    rows = [keys, *([entry.get(key, "") for key in keys] for entry in entries)]
    (folder / "codes.csv").write_text("\ufeff" + "".join(f"{sign.join(row)}\n" for row in rows), encoding="utf-8")
    return folder / "codes.csv"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (seen({"coding": [{"code": "H"}]}, valueString="3+"), {"code": "H", "test": "her2_ihc"}),
        (seen(local("H", "urn:oid:1.2.3"), valueString="3+"), {"system": "1.2.3", "code": "H", "test": "her2_ihc"}),
        (seen(local("H", f"{LAB}/|2"), valueString="3+"), {"system": LAB, "code": "H", "test": "her2_ihc"}),
        (seen(local("77", "http://loinc.org"), valueString="3+"), {"system": "LOINC", "code": "77", "test": "her2_ihc"}),
    ],
)
def test_a_system_goes_by_its_names_or_by_none(told: Json, code: dict[str, str]) -> None:
    record = read(bundle(woman(), told), as_of=AS_OF, codes={"codes": [code]}).one().record
    assert markers(record) == [("her2_ihc", "3+")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"measurement_source_value": "LAB:HER2"}, {"system": "LAB", "code": "HER2"}),
        ({"measurement_source_value": "HX7"}, {"code": "HX7"}),
        ({"measurement_concept_id": 2100000009}, {"system": "Hospital", "code": "HX8"}),
        ({"measurement_concept_id": 2100000010}, {"system": "OMOP", "code": "2100000010"}),
    ],
)
def test_a_local_code_of_omop(tmp_path: Path, row: dict[str, Any], code: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(build.CONCEPTS, 2100000009, ("Hospital", "HX8", "A local test"))
    measured = {"measurement_id": 1, "person_id": 1, "measurement_date": "2023-01-01", "value_source_value": "3+", **row}
    path = build.database(tmp_path / "cdm.duckdb", {"person": [build.person(1)], "measurement": [measured]})
    codes = {"codes": [{**code, "test": "her2_ihc"}]}
    assert markers(read(str(path), as_of=AS_OF, codes=codes).one().record) == [("her2_ihc", "3+")]
    assert ("her2_ihc", "3+") not in markers(read(str(path), as_of=AS_OF).one().record)  # open at most


# What is wrong with a file, and what the message has to name beside file and line.
WRONG: list[tuple[str, str, list[str]]] = [
    ("codes:\n  - {code: A, test: her3}\n", "codes.yaml:2", ["no test is called 'her3'"]),
    ("codes:\n  - {code: A, drug: trastuzumap}\n", "codes.yaml:2", ["no drug is called", "trastuzumab"]),
    ("codes:\n  - {code: A, drug: taxane}\n", "codes.yaml:2", ["class"]),
    (
        "codes:\n  - {code: A, condition: intersticial lung disease}\n",
        "codes.yaml:2",
        ["no condition", "interstitial lung disease"],
    ),
    ("codes:\n  - {code: A, value: posative}\n", "codes.yaml:2", ["no value of a test", "positive"]),
    ("codes:\n  - {code: A, test: her2, part: ratio}\n", "codes.yaml:2", ["has no part 'ratio'"]),
    ("codes:\n  - {code: A}\n", "codes.yaml:2", ["stands for nothing"]),
    ("codes:\n  - {code: A, test: her2, drug: trastuzumab}\n", "codes.yaml:2", ["stands for drug and test"]),
    ("codes:\n  - {test: her2}\n", "codes.yaml:2", ["no code"]),
    ("codes:\n  - {code: A, tset: her2}\n", "codes.yaml:2", ["unknown key 'tset'", "test"]),
    ("codes:\n  - her2\n", "codes.yaml:2", ["no mapping"]),
    ("code: A\n", "codes.yaml", ["no file of local codes"]),
    ("codes:\n  - {code: A, test: her2}\n\n  - {code: A, test: er}\n", "codes.yaml:4", ["something else before (line 2)"]),
    (
        "codes:\n  - {system: LOINC, code: 85319-2, test: er}\n",
        "codes.yaml:2",
        ["stands for her2_ihc already", "changes none"],
    ),
    ("codes:\n  - {code: A, test: x1}\n  - {code: B, test: x2}\n", "codes.yaml:3", ["x1", "x2"]),
]


@pytest.mark.parametrize(("text", "place", "words"), WRONG, ids=[" ".join(words)[:40] for _, _, words in WRONG])
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, place: str, words: list[str]) -> None:
    (tmp_path / "codes.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConcordantError) as found:
        recommend(bundle(woman()), as_of=AS_OF, codes=tmp_path / "codes.yaml")
    said = "\n".join(map(str, found.value.complaints))
    assert found.value.exit_code == 3
    assert place in said and all(word in said for word in words), said


@pytest.mark.parametrize(
    ("data", "place", "word", "code"),
    [
        (b"system,code,tset\nx,A,her2\n", "codes.csv:1", "unknown column 'tset'", 3),
        (b"system,code,test\nx,A,her2\nx,B\n", "codes.csv:3", "the row has 2 cells", 3),
        (b"system,code,test\nx,A,\xff\n", "codes.csv:2", "not UTF-8", 2),
        (b"system,code,test\nx,A,her9\n", "codes.csv:2", "no test is called", 3),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path: Path, data: bytes, place: str, word: str, code: int) -> None:
    (tmp_path / "codes.csv").write_bytes(data)
    with pytest.raises(ConcordantError) as found:
        recommend(bundle(woman()), as_of=AS_OF, codes=tmp_path / "codes.csv")
    said = "\n".join(map(str, found.value.complaints))
    assert (found.value.exit_code, place in said, word in said) == (code, True, True), said


def test_a_code_that_says_the_same_as_the_knowledge_may_stand_there() -> None:
    codes = {"codes": [{"system": "LOINC", "code": "85319-2", "test": "her2_ihc"}]}
    assert Engine(codes=codes).read(bundle(woman()), as_of=AS_OF).one().record.notices[0].startswith("1 local code of codes")


def test_the_codes_of_one_engine_are_not_those_of_another() -> None:
    plain, told = Engine(), seen(local("H"), valueString="3+")
    own = plain.with_codes({"codes": [{"system": LAB, "code": "H", "test": "her2_ihc"}]})
    assert markers(own.read(bundle(woman(), told), as_of=AS_OF).one().record) == [("her2_ihc", "3+")]
    assert markers(plain.read(bundle(woman(), told), as_of=AS_OF).one().record) == []


@pytest.mark.parametrize("verb", ["recommend", "read"])
def test_the_verbs_take_a_file_of_codes(tmp_path: Path, verb: str) -> None:
    (tmp_path / "b.json").write_text(json.dumps(bundle(woman(), seen(local("H"), valueString="3+"))), encoding="utf-8")
    (tmp_path / "codes.csv").write_text(f"system,code,test\n{LAB},H,her2_ihc\n", encoding="utf-8")

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "concordant", verb, str(tmp_path / "b.json"), "--as-of", "2023-06-01", *more]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)

    done = run("--codes", str(tmp_path / "codes.csv"))
    assert done.returncode == 0 and "1 local code of" in done.stdout
    missing = run("--codes", str(tmp_path / "none.csv"))
    assert missing.returncode == 2 and "none.csv" in missing.stderr and "Traceback" not in missing.stderr
    over = run("--codes", str(tmp_path / "codes.csv"), "-o", str(tmp_path / "codes.csv"))
    assert over.returncode == 2 and "HER2" not in (tmp_path / "codes.csv").read_text(encoding="utf-8")
