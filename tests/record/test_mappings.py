"""Shipped mappings: German profiles, SNOMED CT results, Cancer Modifiers of OMOP; small invented records in their shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine
from concordant.patient.events import PatientRecord
from concordant.record.omop.read import iter_patients
from tests.record.fhir.builders import AS_OF, LNC, SCT, Json, coded, read, resource, woman
from tests.record.omop import build

MII = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem"
DKTK = "http://dktk.dkfz.de/fhir/onco/core/CodeSystem"
UICC = "https://www.uicc.org/resources/tnm"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
ATC = "http://fhir.de/CodeSystem/bfarm/atc"


def value(system: str, code: str) -> Json:
    return {"valueCodeableConcept": coded(system, code)}


def seen(system: str, code: str, **more: Any) -> Json:
    base = {"status": "final", "code": coded(system, code), "effectiveDateTime": "2023-01-10"}
    return resource("Observation", "o1", **(base | more))


def part(system: str, code: str, **more: Any) -> Json:
    return {"code": coded(system, code), **more}


CANCER = resource("Condition", "c1", code=coded(GM, "C50.3"), recordedDate="2022-01-02", clinicalStatus=coded("x", "active"))


def marker(record: PatientRecord) -> Any:
    return sorted((item.test, item.word or item.numbers["value"].low) for item in record.markers)


def events(record: PatientRecord) -> Any:
    return sorted({(event.kind, event.extent, *event.sites) for event in record.events if event.kind != "diagnosis"})


def spread(record: PatientRecord) -> bool:
    return any(event.extent == "metastatic" for event in record.events)


def measured(record: PatientRecord) -> Any:
    return [(item.name, item.value.low) for item in record.measurements]


def menopause(record: PatientRecord) -> Any:
    return record.person.menopause


COURSE = "mii-cs-onko-verlauf-gesamtbeurteilung"
SPREAD = "mii-cs-onko-verlauf-fernmetastasen"
# What is told, how it is looked at, what the record says.
OBSERVED: list[tuple[str, Json, Any, Any]] = [
    (
        "MII ECOG",
        seen(SCT, "423740007", **value(f"{MII}/mii-cs-onko-allgemeiner-leistungszustand-ecog", "2")),
        measured,
        [("ecog", 2)],
    ),
    (
        "MII ECOG unknown",
        seen(SCT, "423740007", **value(f"{MII}/mii-cs-onko-allgemeiner-leistungszustand-ecog", "U")),
        measured,
        [],
    ),
    ("ECOG LOINC", seen(LNC, "89262-0", **value(LNC, "LA9623-5")), measured, [("ecog", 1)]),
    ("ECOG SNOMED", seen(SCT, "423740007", **value(SCT, "423053003")), measured, [("ecog", 3)]),
    (
        "MII ECOG beside Karnofsky",
        seen(
            SCT,
            "423690003",
            component=[
                part(SCT, "761869008", **value("x", "30%")),
                part(SCT, "423740007", **value(f"{MII}/mii-cs-onko-allgemeiner-leistungszustand-ecog", "3")),
            ],
        ),
        measured,
        [("ecog", 3)],
    ),
    ("LVEF SNOMED", seen(SCT, "250908004", valueQuantity={"value": 61, "unit": "%"}), measured, [("lvef", 61)]),
    ("MII menopause before", seen(SCT, "161712005", **value(SCT, "22636003")), menopause, "premenopausal"),
    ("MII menopause after", seen(SCT, "161712005", **value(SCT, "76498008")), menopause, "postmenopausal"),
    ("MII menopause unknown", seen(SCT, "161712005", **value(SCT, "261665006")), menopause, None),
    (
        "MII site",
        seen(SCT, "385421009", **value(f"{MII}/mii-cs-onko-fernmetastasen", "BRA")),
        lambda r: r.events[-1].sites,
        ("brain",),
    ),
    ("DKTK site", seen(SCT, "385421009", **value(f"{DKTK}/FMLokalisationCS", "HEP")), spread, True),
    ("MII skin is distant", seen(SCT, "385421009", **value(f"{MII}/mii-cs-onko-fernmetastasen", "SKI")), spread, True),
    ("MII lymph nodes", seen(SCT, "385421009", **value(f"{MII}/mii-cs-onko-fernmetastasen", "LYM")), spread, True),
    ("MII M1b", seen(SCT, "371497001", **value(UICC, "M1b")), spread, True),
    ("MII M0", seen(SCT, "399387003", **value(UICC, "M0")), spread, False),
    ("MII M1 by plain M", seen(SCT, "277208005", **value(UICC, "M1")), spread, True),
    ("MII stage IV", seen(SCT, "399390009", **value(UICC, "IV")), spread, True),
    (
        "MII stage IIB",
        seen(SCT, "399588009", effectiveDateTime="2022-01-05", **value(UICC, "IIB")),
        lambda r: r.events[0].extent,
        "early",
    ),
    ("MII course V", seen(SCT, "396432002", **value(f"{MII}/{COURSE}", "V")), events, [("response", None)]),
    ("MII course T", seen(SCT, "396432002", **value(f"{MII}/{COURSE}", "T")), events, [("response", None)]),
    ("MII course K", seen(SCT, "396432002", **value(f"{MII}/{COURSE}", "K")), events, [("stable", None)]),
    ("MII course P", seen(SCT, "396432002", **value(f"{MII}/{COURSE}", "P")), events, [("progression", None)]),
    ("MII course Y", seen(SCT, "396432002", **value(f"{MII}/{COURSE}", "Y")), events, [("recurrence", None)]),
    ("MII course U", seen(SCT, "396432002", **value(f"{MII}/{COURSE}", "U")), events, []),
    (
        "DKTK course P",
        seen(LNC, "21976-6", **value(f"{DKTK}/GesamtbeurteilungTumorstatusCS", "P")),
        events,
        [("progression", None)],
    ),
    ("course SNOMED", seen(SCT, "396432002", **value(SCT, "419835002")), events, [("progression", None)]),
    (
        "MII course with new metastases",
        seen(
            SCT,
            "396432002",
            **value(f"{MII}/{COURSE}", "P"),
            component=[
                part(SCT, "277062004", **value(f"{MII}/mii-cs-onko-verlauf-primaertumor", "T")),
                part(SCT, "399656008", **value(f"{MII}/mii-cs-onko-verlauf-lymphknoten", "P")),
                part(SCT, "399608002", **value(f"{MII}/{SPREAD}", "R")),
            ],
        ),
        spread,
        True,
    ),
    (
        "MII course without metastases",
        seen(
            SCT, "396432002", **value(f"{MII}/{COURSE}", "V"), component=[part(SCT, "399608002", **value(f"{MII}/{SPREAD}", "K"))]
        ),
        events,
        [("response", None)],
    ),
    (
        "MII HER2 P",
        seen(LNC, "48676-1", **value(f"{MII}/mii-cs-onko-mamma-her2neu-status-obds", "P")),
        marker,
        [("her2", "positive")],
    ),
    ("MII HER2 U", seen(LNC, "48676-1", **value(f"{MII}/mii-cs-onko-mamma-her2neu-status-obds", "U")), marker, []),
    (
        "MII HER2 N and low",
        seen(
            LNC,
            "48676-1",
            valueCodeableConcept={
                "coding": [
                    {"system": f"{MII}/mii-cs-onko-mamma-her2neu-status-obds", "code": "N", "display": "negativ"},
                    {"system": f"{MII}/mii-cs-onko-mamma-her2neu-status-leitlinie", "code": "low", "display": "HER2-low"},
                ]
            },
        ),
        marker,
        [("her2", "negative")],
    ),
    (
        "MII HER2 equivocal",
        seen(LNC, "48676-1", **value(f"{MII}/mii-cs-onko-mamma-her2neu-status-leitlinie", "equivocal")),
        marker,
        [("her2", "equivocal")],
    ),
    (
        "MII HER2 with its score and in situ hybridisation",
        seen(
            LNC,
            "48676-1",
            **value(f"{MII}/mii-cs-onko-mamma-her2neu-status-obds", "P"),
            component=[part(LNC, "85319-2", **value(LNC, "LA11842-4")), part(LNC, "96893-3", **value(LNC, "LA6576-8"))],
        ),
        marker,
        [("her2", "positive"), ("her2_ihc", "2+"), ("her2_ish", "positive")],
    ),
    (
        "MII ER with its percentage",
        seen(
            LNC,
            "40556-3",
            **value(LNC, "LA6576-8"),
            component=[part(SCT, "1234804006", valueQuantity={"value": 25, "unit": "%"})],
        ),
        lambda r: sorted((item.test, item.word or str(item.numbers["value"].low)) for item in r.markers),
        [("er", "25.0"), ("er", "positive")],
    ),
    (
        "MII weak receptor",
        seen(LNC, "40556-3", **value(f"{MII}/mii-cs-onko-mamma-rezeptorstatus", "gering-positiv")),
        marker,
        [("er", "positive")],
    ),
    ("ER SNOMED", seen(SCT, "445028008", **value(SCT, "416053008")), marker, [("er", "positive")]),
    ("ER SNOMED in LOINC", seen(LNC, "16112-5", **value(SCT, "441117001")), marker, [("er", "negative")]),
    ("PR SNOMED", seen(SCT, "445029000", **value(SCT, "441118006")), marker, [("pr", "negative")]),
    ("PR SNOMED as a condition", resource("Condition", "o1", code=coded(SCT, "416561008")), marker, [("pr", "positive")]),
    ("cirrhosis", resource("Condition", "o1", code=coded(GM, "K74.60")), lambda r: [c.term for c in r.conditions], ["cirrhosis"]),
]


@pytest.mark.parametrize(("what", "told", "look", "wanted"), OBSERVED, ids=[case[0] for case in OBSERVED])
def test_a_mapped_entry_is_read(what: str, told: Json, look: Any, wanted: Any) -> None:
    patient = read(woman(), CANCER, told)
    assert look(patient.record) == wanted, what
    assert len(patient.account.rows) == 3


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (seen(SCT, "396432002", **value(f"{MII}/{COURSE}", "D")), "disease status"),
        (seen(SCT, "445028008", **value(SCT, "441118006")), "another test"),
        (seen(SCT, "423740007", **value("x", "3")), "not understood"),
    ],
)
def test_what_is_not_mapped_for_a_reason_is_told(told: Json, word: str) -> None:
    patient = read(woman(), CANCER, told)
    row = next(row for row in patient.account.rows if row.place == "Observation/o1")
    assert row.fate == "set aside" and word in row.why
    assert all(not item.word for item in patient.record.markers)


def therapy(setting: Json | None, end: str = "", kind: str = "CI") -> Json:
    more = {"outcome": coded(f"{MII}/mii-cs-therapie-grund-ende", end)} if end else {}
    extensions = [setting] if setting else []
    period = {"start": "2022-02-01", "end": "2022-06-01"}
    code = coded(f"{MII}/mii-cs-onko-therapie-typ", kind)
    return resource("Procedure", "t1", status="completed", code=code, performedPeriod=period, extension=extensions, **more)


def extension(name: str, system: str, code: str) -> Json:
    return {"url": f"https://example.org/StructureDefinition/{name}", **value(system, code)}


POSITION = "mii-ex-onko-systemische-therapie-stellung-zur-op"
INTENT = "mii-ex-onko-systemische-therapie-intention"
DRUG = resource(
    "MedicationStatement",
    "m1",
    status="completed",
    medicationCodeableConcept={"text": "Trastuzumab"},
    effectivePeriod={"start": "2022-02-03", "end": "2022-05-30"},
    partOf=[{"reference": "Procedure/t1"}],
)


@pytest.mark.parametrize(
    ("whole", "setting", "stopped"),
    [
        (therapy(extension(POSITION, f"{MII}/mii-cs-therapie-stellung", "N"), "E"), "neoadjuvant", "completed"),
        (therapy(extension(POSITION, f"{MII}/mii-cs-therapie-stellung", "A"), "A"), "adjuvant", "toxicity"),
        (therapy(extension(INTENT, f"{MII}/mii-cs-onko-intention", "P"), "P"), "advanced", "progression"),
        (therapy(extension(INTENT, f"{MII}/mii-cs-onko-intention", "K"), "V"), None, "choice"),
        (therapy(None, "U"), None, None),
        (therapy(None), None, None),
    ],
)
def test_a_german_treatment_gives_its_drugs_setting_and_end(whole: Json, setting: str | None, stopped: str | None) -> None:
    record = read(woman(), CANCER, whole, DRUG).record
    [course] = record.courses
    assert (course.drugs, course.setting, course.stopped) == (("trastuzumab",), setting, stopped)


def test_a_german_treatment_without_its_drugs_is_one_of_unnamed_drugs() -> None:
    [course] = read(woman(), CANCER, therapy(None)).record.courses
    assert course.unknown_drugs and not course.drugs


MODIFIERS: list[tuple[int, str, dict[str, Any], Any]] = [
    (36770544, "Metastasis to liver", {}, ["liver"]),
    (36768862, "Metastasis to brain", {}, ["brain"]),
    (36769301, "Metastasis to bone", {}, ["bone"]),
    (36770283, "Metastasis to lung", {}, ["lung"]),
    (36769243, "Distant spread to lymph node", {}, ["distant_lymph_nodes"]),
    (36769180, "Metastasis", {}, []),
    (35225673, "Metastasis to skin", {}, []),
    (1635142, "AJCC/UICC M1 Category", {}, []),
    (1633308, "AJCC/UICC Stage 4", {}, []),
]


@pytest.mark.parametrize(("concept", "name", "more", "sites"), MODIFIERS, ids=[case[1] for case in MODIFIERS])
@pytest.mark.parametrize("by_name", [False, True])
def test_a_cancer_modifier_is_metastatic_disease(
    tmp_path: Path,
    concept: int,
    name: str,
    more: dict[str, Any],
    sites: list[str],
    by_name: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used = 2100000001 if by_name else concept
    if by_name:
        monkeypatch.setitem(build.CONCEPTS, used, ("Cancer Modifier", "OMOP1", name.replace("UICC", "UICC 8th clinical")))
    rows = {
        "person": [build.person(1)],
        "condition_occurrence": [build.condition(1, 1, build.CANCER, "2021-01-01")],
        "measurement": [
            build.measured(1, 1, used, "2022-05-01", **more),
            build.measured(2, 1, used, "2021-05-01", value_as_concept_id=build.NEGATIVE),
        ],
    }
    engine = Engine()
    path = build.database(tmp_path / "cdm.duckdb", rows)
    [patient] = iter_patients(path, engine.knowledge, engine.words, AS_OF, given=False)
    found = [event for event in patient.record.events if event.extent == "metastatic" or event.sites]
    assert found and all(event.date is None or event.date.first.year == 2022 for event in found)
    assert [site for event in found for site in event.sites] == sites
    assert next(row.fate for row in patient.account.rows if row.place == "measurement 2") == "ignored"


def test_an_ecog_by_concept_is_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(build.CONCEPTS, 2100000002, ("SNOMED", "423740007", "ECOG performance status"))
    monkeypatch.setitem(build.CONCEPTS, 2100000003, ("SNOMED", "422894000", "ECOG grade 2"))
    monkeypatch.setitem(build.CONCEPTS, 2100000004, ("SNOMED", "416053008", "Estrogen receptor positive tumor"))
    rows = {
        "person": [build.person(1)],
        "measurement": [
            build.measured(1, 1, 2100000002, "2023-05-01", value_as_concept_id=2100000003),
            build.measured(2, 1, build.ER, "2023-05-01", value_as_concept_id=2100000004),
        ],
    }
    engine = Engine()
    path = build.database(tmp_path / "cdm.duckdb", rows)
    [patient] = iter_patients(path, engine.knowledge, engine.words, AS_OF, given=False)
    assert measured(patient.record) == [("ecog", 2)] and marker(patient.record) == [("er", "positive")]
