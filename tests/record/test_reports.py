"""Reports, notes and claims: no fact is read from their words, and what they speak of is named on the first screen."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine
from concordant.record.omop.read import iter_patients
from concordant.record.sources import Patient
from concordant.terminology.topics import WordsSaid, make_topic_finder
from tests.record.fhir.builders import AS_OF, LNC, SCT, Json, coded, diagnosis, observation, read, reading, resource, woman
from tests.record.omop import build

HER2, SPREAD, WENT_ON, CAME_BACK, DRUG = "HER2", "metastasis", "progression", "recurrence", "a HER2 drug"
# A wording, and what it speaks of; a denial speaks of it as well, because nobody reads what it says.
WORDINGS: list[tuple[str, tuple[str, ...]]] = [
    ("HER2 3+", (HER2,)),
    ("her2neu positiv", (HER2,)),
    ("HER-2/neu: 2+", (HER2,)),
    ("c-erbB-2 score 3", (HER2,)),
    ("anti-HER2 staining", (HER2,)),
    ("HER 2 amplified", (HER2,)),
    ("ERBB2 amplification", (HER2,)),
    ("HER\u20112 negative", (HER2,)),
    ("human epidermal growth factor\n receptor 2", (HER2,)),
    ("no evidence of metastasis", (SPREAD,)),
    ("Neue Lebermetastasen", (SPREAD,)),
    ("m\u00e9tastases osseuses", (SPREAD,)),
    ("bone mets", (SPREAD,)),
    ("Filiae in der Leber", (SPREAD,)),
    ("leptomeningeal enhancement", (SPREAD,)),
    ("progressive disease", (WENT_ON,)),
    ("Tumorprogression", (WENT_ON,)),
    ("hat progredient", (WENT_ON,)),
    ("she progressed in May", (WENT_ON,)),
    ("Lokalrezidiv", (CAME_BACK,)),
    ("recurrent carcinoma", (CAME_BACK,)),
    ("started on Kadcyla", (DRUG,)),
    ("T-DM1 stopped", (DRUG,)),
    ("trastuzumab-dkst weekly", (DRUG,)),
    ("six cycles of TCHP", (DRUG,)),
    ("HER2 3+, liver metastasis, progression on Enhertu", (HER2, SPREAD, WENT_ON, DRUG)),
    ("gave her 2 tablets", ()),
    ("her mother-2 sisters", ()),
    ("a progress note; progesterone", ()),
    ("leaves the metabolism as it is; metro", ()),
    ("th pathology", ()),
    ("", ()),
]


def encoded(text: str, kind: str = "text/plain", encoding: str = "utf-8") -> Json:
    return {"attachment": {"contentType": kind, "data": base64.b64encode(text.encode(encoding, "replace")).decode()}}


def html(text: str) -> str:
    return f"<div xmlns='http://www.w3.org/1999/xhtml'><p><b>{text}</b>&nbsp;</p></div>"


def local(code: Json, **more: Any) -> Json:
    return resource("Observation", "x", status="final", code=code, **more)


# Every place of FHIR where words stand, with what the answer calls it.
PLACES: list[tuple[str, Any]] = [
    ("report", lambda t: resource("DiagnosticReport", "x", conclusion=t)),
    ("report", lambda t: resource("DiagnosticReport", "x", conclusionCode=[{"text": t}])),
    ("report", lambda t: resource("DiagnosticReport", "x", codedDiagnosis=[coded(SCT, "1", t)])),
    ("report", lambda t: resource("DiagnosticReport", "x", presentedForm=[encoded(t)["attachment"]])),
    ("report", lambda t: resource("DiagnosticReport", "x", text={"status": "generated", "div": html(t)})),
    ("report", lambda t: resource("DiagnosticReport", "x", code={"text": t})),
    ("report", lambda t: resource("DiagnosticReport", "x", conclusion=t, code="no concept")),
    ("report", lambda t: resource("ImagingStudy", "x", description=t)),
    ("note", lambda t: resource("DocumentReference", "x", content=[encoded(t)])),
    ("note", lambda t: resource("DocumentReference", "x", content=[encoded(html(t), "text/html; charset=utf-8")])),
    ("note", lambda t: resource("DocumentReference", "x", content=[encoded(t, "application/hl7-cda+xml", "utf-16")])),
    ("note", lambda t: resource("DocumentReference", "x", description=t)),
    ("note", lambda t: resource("Composition", "x", section=[{"section": [{"text": {"div": html(t)}}]}])),
    ("note", lambda t: resource("Communication", "x", payload=[{"contentString": t}])),
    ("note", lambda t: resource("QuestionnaireResponse", "x", item=[{"answer": [{"valueString": t}]}])),
    ("note", lambda t: resource("ClinicalImpression", "x", summary=t)),
    ("note", lambda t: resource("Encounter", "x", note=[{"text": t}])),
    ("note", lambda t: observation("x", "10230-1", note=[{"text": t}])),
    ("note", lambda t: observation("x", "8480-6", comments=t)),
    ("note", lambda t: diagnosis("x", note=[{"text": t}])),
    ("claim", lambda t: resource("Claim", "x", diagnosis=[{"diagnosisCodeableConcept": {"text": t}}])),
    ("claim", lambda t: resource("ExplanationOfBenefit", "x", procedure=[{"procedureCodeableConcept": {"text": t}}])),
    ("result", lambda t: local(coded("http://local.example", "X1", t), valueString="3+")),
    ("result", lambda t: local(coded("http://local.example", "X1", "a result"), valueString=t)),
    ("result", lambda t: local(coded("http://local.example", "X1"), valueCodeableConcept={"text": t})),
]


def topics(patient: Patient) -> list[tuple[str, tuple[str, ...]]]:
    return [(report.kind, report.topics) for report in patient.record.reports]


@pytest.mark.parametrize(("kind", "make"), PLACES, ids=[f"{i}-{kind}" for i, (kind, _) in enumerate(PLACES)])
def test_words_of_fhir_are_named_and_not_read(kind: str, make: Any) -> None:
    for text, spoken in WORDINGS:
        patient = read(woman(), diagnosis(), make(text))
        assert topics(patient) == ([(kind, spoken)] if spoken else []), text
        assert all(marker.word is None and not marker.numbers for marker in patient.record.markers)  # of an unknown code: open
        assert not patient.record.courses
        assert all(event.kind == "diagnosis" for event in patient.record.events)
        assert len(patient.account.rows) == 3


@pytest.mark.parametrize(
    ("coding", "spoken"),
    [
        ((SCT, "94381002"), (SPREAD,)),
        ((LNC, "85319-2"), (HER2,)),
        (("http://www.nlm.nih.gov/research/umls/rxnorm", "224905"), (DRUG,)),
        (("http://www.nlm.nih.gov/research/umls/rxnorm", "72962"), ()),
        ((SCT, "271299001"), (WENT_ON,)),
        ((SCT, "359746009"), ()),
    ],
)
def test_a_code_without_words_speaks_as_well(coding: tuple[str, str], spoken: tuple[str, ...]) -> None:
    for made in (
        resource("DiagnosticReport", "x", conclusionCode=[coded(*coding)]),
        resource("Claim", "x", diagnosis=[{"diagnosisCodeableConcept": coded(*coding)}]),
    ):
        assert [found for _, found in topics(read(woman(), diagnosis(), made))] == ([spoken] if spoken else [])


@pytest.mark.parametrize(
    "made",
    [
        resource("DiagnosticReport", "x", status="entered-in-error", conclusion="HER2 3+"),
        resource("FamilyMemberHistory", "x", note=[{"text": "her mother had HER2 disease"}]),
        resource("DocumentReference", "x", content=[encoded("HER2 3+", "application/pdf")]),
        resource("DocumentReference", "x", content=[{"attachment": {"contentType": "text/plain", "data": "%"}}]),
        observation("x", "85319-2", valueString="3+"),
    ],
)
def test_what_is_void_of_another_person_or_read_is_not_named(made: Json) -> None:
    assert topics(read(woman(), diagnosis(), made)) == []


@pytest.mark.parametrize("date", ["effectiveDateTime", "issued", "date", "created", "indexed"])
def test_a_report_after_the_question_is_left_out_with_a_count(date: str) -> None:
    made = [resource("DiagnosticReport", f"r{day}", conclusion="HER2 3+", **{date: day}) for day in ("2023-05-31", "2023-06-02")]
    patient = read(woman(), diagnosis(), *made, given=True)
    assert [report.entry.place for report in patient.record.reports] == ["DiagnosticReport/r2023-05-31"]
    assert "1 later entry left out" in patient.record.notices[-1]


def test_a_bulk_export_names_them_too(tmp_path: Path) -> None:
    lines = [woman(), diagnosis(), *(make("HER2 3+") | {"id": f"x{i}"} for i, (_, make) in enumerate(PLACES))]
    (tmp_path / "all.ndjson").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    [patient] = Engine().read(tmp_path, as_of=AS_OF)
    assert sorted(kind for kind, _ in topics(patient)) == sorted(kind for kind, _ in PLACES)


@pytest.mark.parametrize(("text", "spoken"), WORDINGS)
def test_words_of_omop(tmp_path: Path, text: str, spoken: tuple[str, ...]) -> None:
    engine = Engine()
    person = {"person_id": 1, "gender_concept_id": 8532, "year_of_birth": 1970}
    about = {"person_id": 1, "note_date": "2023-01-01", "observation_date": "2023-01-01", "measurement_date": "2023-01-01"}
    rows = {
        "note": [{"note_id": 1, "note_text": text}, {"note_id": 2, "note_text": "", "note_title": text}],
        "observation": [{"observation_id": 1, "value_as_string": text}],
        "measurement": [{"measurement_id": 1, "measurement_source_value": "LOCAL-7", "value_source_value": text}],
    }
    kept = {
        name: [{key: value for key, value in {**about, **row}.items() if key in columns} for row in listed]
        for name, listed in rows.items()
        if (columns := {column for column, _ in build.tables()[name]})
    }
    path = build.database(tmp_path / "cdm.duckdb", {"person": [person], **kept})
    [patient] = iter_patients(path, engine.knowledge, engine.words, AS_OF, given=False)
    named = [report.entry.place for report in patient.record.reports]
    assert named == (["measurement 1", "note 1", "note 2", "observation 1"] if spoken else [])
    assert {found for _, found in topics(patient)} == ({spoken} if spoken else set())
    assert {row.fate for row in patient.account.rows if row.kind == "note"} == {"ignored"}


def test_words_of_a_table(tmp_path: Path) -> None:
    entries = "[{block: reports, text: words, date: day}]"
    mapping = f"table: notes\nfiles:\n  notes:\n    path: notes.csv\n    patient: id\n    entries: {entries}\n"
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "notes.csv").write_text(
        'id,day,words\n1,2023-01-02,"HER2 3+, liver metastasis"\n1,,nothing new\n', encoding="utf-8"
    )
    [patient] = Engine().read(tmp_path / "map.yaml", as_of=AS_OF)
    assert topics(patient) == [("report", (HER2, SPREAD))]
    assert patient.account.counts == {"used": 0, "ignored": 2, "set aside": 0}


FORMATS = ("terminal", "md", "html", "note", "json", "pdf", "docx")


@pytest.mark.parametrize("form", FORMATS)
def test_the_first_screen_of_every_format_names_them(form: Any) -> None:
    document = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": one}
            for one in (
                woman(),
                diagnosis(),
                resource("DiagnosticReport", "r1", conclusion="HER2 3+", effectiveDateTime="2023-01-02"),
                resource("DiagnosticReport", "r2", conclusion="liver metastasis"),
                resource("Claim", "c9", diagnosis=[{"diagnosisCodeableConcept": {"text": "Kadcyla"}}]),
            )
        ],
    }
    answer = Engine().recommend(document, as_of=AS_OF)
    shown = answer.to_dict()
    [line] = [line for line in shown["first_screen"] if "2 reports and 1 claim that speak of" in line]
    assert all(word in line for word in ("HER2", "a HER2 drug", "metastasis", "Claim/c9"))
    assert shown["reports_not_read"] == [
        {"entry": "DiagnosticReport/r1", "kind": "report", "date": "2 Jan 2023", "speaks_of": ["HER2"]},
        {"entry": "Claim/c9", "kind": "claim", "date": "", "speaks_of": ["a HER2 drug"]},
        {"entry": "DiagnosticReport/r2", "kind": "report", "date": "", "speaks_of": ["metastasis"]},
    ]
    assert not answer.not_read
    if form not in ("pdf", "docx", "json"):
        text = re.sub(r"<[^>]*>", "", str(answer.render(form))).replace("\u00a0", " ")
        assert "2 reports and 1 claim that speak of" in " ".join(text.split())


def test_the_case_file_says_in_a_comment_what_was_not_read() -> None:
    from concordant.record.casefile.write import write_case

    patient = read(woman(), resource("DiagnosticReport", "r1", conclusion="HER2 3+"), diagnosis())
    assert "#   DiagnosticReport/r1: it speaks of HER2" in write_case(patient, Engine().knowledge)


def test_time_grows_in_a_straight_line_with_the_words() -> None:
    import time

    finder = make_topic_finder(Engine().knowledge)

    def spent(words: int) -> float:
        said = WordsSaid(("the quick brown fox her 2 tra metas " * words,))
        begun = time.perf_counter()
        finder.find_topics(said)
        return time.perf_counter() - begun

    spent(10)
    assert min(spent(40_000) for _ in range(3)) < 12 * min(spent(10_000) for _ in range(3))


def test_a_report_of_nobody_in_a_file_of_several_is_counted() -> None:
    found = reading(
        {
            "resourceType": "Bundle",
            "entry": [{"resource": one} for one in (woman("p1"), woman("p2"), {"resourceType": "DiagnosticReport", "id": "r"})],
        },
        as_of=dt.date(2023, 6, 1),
    )
    assert sum(len(patient.account.rows) for patient in found.patients) + len(found.rest.rows) == 3
