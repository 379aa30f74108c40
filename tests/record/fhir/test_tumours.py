"""Tumours of a record: what is a distant metastasis, what may be one, which cancer it is, and of which one a result is."""

from __future__ import annotations

from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.patient.facts import Fact
from concordant.record.sources import Patient
from tests.record.fhir.builders import LNC, SCT, coded, diagnosis, dose, fates, observation, read, resource, why, woman

CM, GM, WHO = (
    f"http://{rest}" for rest in ("hl7.org/fhir/sid/icd-10-cm", "fhir.de/CodeSystem/bfarm/icd-10-gm", "hl7.org/fhir/sid/icd-10")
)
ICDO = "http://terminology.hl7.org/CodeSystem/icd-o-3"
NEW = "999000111"  # a code that is in no list
BREAST = diagnosis("breast", code=coded(CM, "C50.911"), onsetDateTime="2019-02-20")
EARLY = observation("stage", "21908-9", valueCodeableConcept={"text": "IIA"}, effectiveDateTime="2019-02-25")
POSITIVE, NEGATIVE = {"valueString": "Positive"}, {"valueString": "Negative"}
Json = dict[str, Any]


def condition(code: Json, id_: str = "t", **more: Any) -> Json:
    return diagnosis(id_, code=code, **({"onsetDateTime": "2023-02-10"} | more))


def fact(patient: Patient, name: str, plan: DerivationPlan) -> Fact:
    return derive_facts(patient.record, plan)[name]


METASTATIC = [
    (CM, code)
    for code in ("C78.00", "C78.89", "C78.39", "C79.31", "C79.32", "C79.2", "C79.81", "C79.89", "C79.9", "C77.2", "C77.4")
]
METASTATIC += [(GM, code) for code in ("C78.0", "C78", "C79.3", "C79.5", "C79.88", "C79.82", "C79", "C78.7")]
METASTATIC += [(WHO, code) for code in ("C78.8", "C79.8", "C79.2", "C79.3", "C785", "C79.7")]
METASTATIC += [(ICDO, code) for code in ("8500/6", "8140/6-C22.0", "8500/6 C71.9", "8010/6-C44.5", "8500/6-C77.4")]
OPEN = [(CM, "C77.0"), (CM, "C77.1"), (GM, "C77.8"), (WHO, "C77.9"), (GM, "C77"), (ICDO, "8010/9"), (ICDO, "8500/6-C77.9")]
NEAR = [(CM, "C77.3"), (GM, "C77.3"), (ICDO, "8500/6-C77.3"), (ICDO, "8500/3-C50.4")]


@pytest.mark.parametrize(
    ("system", "code", "extent"),
    [(*of, said) for some, said in ((METASTATIC, "metastatic"), (OPEN, None), (NEAR, "early")) for of in some],
)
def test_how_far_a_code_for_a_secondary_tumour_goes(system: str, code: str, extent: str | None, plan: DerivationPlan) -> None:
    patient = read(woman(), BREAST, EARLY, condition(coded(system, code)))
    assert fact(patient, "disease_extent", plan).value == extent
    assert fates(patient)["Condition/t"] == "used"


IN_WORDS = [
    ("Secondary malignant neoplasm of foot (disorder)", "metastatic"),
    ("Metastatic malignant neoplasm to adrenal gland (disorder)", "metastatic"),
    ("Metastasis to axillary lymph node (disorder)", "early"),
    ("Metastasis to supraclavicular lymph node (disorder)", "early"),
    ("Metastasis to lymph node (disorder)", None),
    ("Metastasis in the flurb of the left wug", None),
    ("Secondary malignant neoplasm of intrathoracic lymph nodes", None),
    ("Leberfiliae", None),
    ("suspected liver metastasis", None),
    ("skin metastases", "metastatic"),
    ("no distant metastases", "early"),
    ("migraine", "early"),
]


@pytest.mark.parametrize(("words", "extent"), IN_WORDS)
@pytest.mark.parametrize("code", [coded(SCT, NEW), {}])
def test_how_far_words_go(words: str, extent: str | None, code: Json, plan: DerivationPlan) -> None:
    written = {"coding": [code["coding"][0] | {"display": words}]} if code else {"text": words}
    patient = read(woman(), BREAST, EARLY, condition(written))
    assert fact(patient, "disease_extent", plan).value == extent


DOUBTFUL: list[tuple[str, Json]] = [
    ("provisional", {"verificationStatus": {"coding": [{"code": "provisional"}]}}),
    ("differential", {"verificationStatus": {"coding": [{"code": "differential"}]}}),
    ("two codes", {"code": {"coding": [{"system": CM, "code": "C78.7"}, {"system": CM, "code": "C79.51"}]}}),
    ("a primary tumour too", {"code": {"coding": [{"system": CM, "code": "C78.7"}, {"system": CM, "code": "C22.0"}]}}),
    ("words, provisional", {"code": {"text": "liver metastases"}, "verificationStatus": {"coding": [{"code": "provisional"}]}}),
    ("words, over", {"code": {"text": "metastasis in the flurb"}, "clinicalStatus": {"coding": [{"code": "resolved"}]}}),
    ("beside a code", {"code": coded(CM, "K76.9", "Leberfiliae")}),
]


@pytest.mark.parametrize(("named", "more"), DOUBTFUL, ids=[name for name, _ in DOUBTFUL])
def test_what_may_be_a_metastasis_is_no_silence(named: str, more: Json, plan: DerivationPlan) -> None:
    patient = read(woman(), BREAST, EARLY, condition(**({"code": coded(CM, "C78.7")} | more)))
    assert fact(patient, "disease_extent", plan).value is None


def test_what_is_refuted_leaves_nothing_open(plan: DerivationPlan) -> None:
    refuted = {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    for code in (coded(CM, "C78.7"), {"text": "liver metastases"}, {"text": "metastasis in the flurb"}):
        assert fact(read(woman(), BREAST, EARLY, condition(code, **refuted)), "disease_extent", plan).value == "early"


# Which cancer: what a record with this one diagnosis is about. None is a question.
SITE = {"bodySite": [coded(SCT, "76752008", "Breast structure")]}
OTHERS = ("C15.5", "C16.9", "C22.0", "C34.90", "C43.9", "C56.1", "C61", "C71.9", "C83.3", "C92.0")
TYPES: list[tuple[Json, Json, str | None]] = [
    (coded(CM, "C50.911"), {}, "breast"),
    (coded(GM, "C50.4"), {}, "breast"),
    (coded(SCT, "254837009"), {}, "breast"),
    (coded(SCT, NEW, "Primary malignant neoplasm of upper outer quadrant of right breast (disorder)"), {}, "breast"),
    (coded(SCT, NEW, "Carcinoma of left breast (disorder)"), {}, "breast"),
    (coded(SCT, NEW, "Mucinous carcinoma of breast (disorder)"), {}, "breast"),
    ({"text": "Metastatic breast cancer"}, {}, "breast"),
    (coded(SCT, "363346000"), SITE, "breast"),
    (coded(SCT, NEW, "Adenocarcinoma (disorder)"), SITE, "breast"),
    (coded(ICDO, "8500/3-C50.9"), {}, "breast"),
    *[(coded(CM, code), {}, "other") for code in OTHERS],
    (coded(ICDO, "8140/3-C16.0"), {}, "other"),
    (coded(SCT, "363346000"), {}, None),
    (coded(SCT, "126817006", "Neoplasm of esophagus (disorder)"), {}, None),
    (coded(SCT, NEW, "Malignant tumor of stomach (disorder)"), {}, None),
    (coded(SCT, NEW, "Malignant neoplasm of stomach (disorder)"), {}, None),
    (coded(SCT, NEW, "Diffuse non-Hodgkin lymphoma of the flurb"), {}, None),
    (coded(SCT, NEW, "Hepatoblastoma"), {}, None),
    ({"text": "Magenkarzinom"}, {}, None),
    (coded(CM, "C80.1"), {}, None),
    (coded(CM, "C76.2"), {}, None),
    *[(coded(CM, code), {}, None) for code in ("D37.1", "D48.9", "D49.0", "D02.2", "D41.4")],
    (coded(CM, "C78.7"), {}, None),
    (coded(ICDO, "8140/3"), {}, None),
    (coded(ICDO, "C34.1"), {}, None),
    (coded(CM, "C50.911"), {"verificationStatus": {"coding": [{"code": "provisional"}]}}, None),
    (coded(SCT, NEW, "Neoplasm of the flurb"), {"clinicalStatus": {"coding": [{"code": "resolved"}]}}, None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "more", "cancer"), TYPES, ids=[str(code) for code, _, _ in TYPES])
def test_which_cancer_a_record_is_about(code: Json, more: Json, cancer: str | None, plan: DerivationPlan) -> None:
    told = fact(read(woman(), condition(code, **more)), "cancer_type", plan)
    assert (told.value, told.origin) == ((cancer, "stated") if cancer else (None, "unknown"))


@pytest.mark.parametrize(
    "text", ["Benign neoplasm of colon", "migraine", "Fear of cancer", "Family history of cancer", "Anaemia"]
)
def test_what_is_no_tumour_asks_nothing(text: str, plan: DerivationPlan) -> None:
    assert fact(read(woman(), condition({"text": text})), "cancer_type", plan).origin == "assumed"


def test_a_tumour_beside_the_known_cancer_asks_nothing(plan: DerivationPlan) -> None:
    patient = read(woman(), BREAST, condition(coded(SCT, "126817006", "Neoplasm of esophagus (disorder)")))
    assert fact(patient, "cancer_type", plan).value == "breast"
    assert [item.name for item in patient.record.conditions] == ["Neoplasm of esophagus (disorder)"]


def test_the_stage_of_another_cancer_is_none_of_this_one(plan: DerivationPlan) -> None:
    other = condition(coded(CM, "C16.9"), stage=[{"summary": {"text": "IV"}}])
    assert fact(read(woman(), BREAST, EARLY, other), "disease_extent", plan).value == "early"


# Whose a result is.
GASTRIC = condition(coded(CM, "C16.9", "Malignant neoplasm of stomach"), "gastric")
STRANGE = condition(coded(SCT, NEW, "Malignant tumor of the flurb"), "gastric")
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-related-condition"
STOMACH = coded(SCT, "69695003", "Stomach structure (body structure)")
SPREAD = condition(coded(CM, "C78.7"), "gastric2") | {
    "extension": [{"url": MCODE, "valueReference": {"reference": "Condition/gastric"}}]
}
TO_GASTRIC = {"reference": "Condition/gastric"}
POINTING: list[tuple[str, Json]] = [
    ("focus", {"focus": [TO_GASTRIC]}),
    ("focus by address", {"focus": [{"reference": "urn:uuid:gastric"}]}),
    ("focus on its metastasis", {"focus": [{"reference": "Condition/gastric2"}]}),
    ("related condition", {"extension": [{"url": MCODE, "valueReference": TO_GASTRIC}]}),
]


@pytest.mark.parametrize(("named", "points"), POINTING, ids=[name for name, _ in POINTING])
@pytest.mark.parametrize("other", [GASTRIC, STRANGE], ids=["listed", "in words"])
@pytest.mark.parametrize("code", ["48676-1", "16112-5", "85318-4"])
def test_a_result_of_another_cancer_is_not_counted(named: str, points: Json, other: Json, code: str) -> None:
    patient = read(woman(), BREAST, other, SPREAD, observation("o", code, **POSITIVE, **points))
    assert patient.record.markers == ()
    assert why(patient, "Observation/o") == "it is about another cancer"
    assert any("Observation/o" in notice for notice in patient.record.notices)


SITES: list[Json] = [{"bodySite": STOMACH}, {"specimen": {"reference": "Specimen/s"}}, {"bodySite": {"text": "liver"}}]


@pytest.mark.parametrize("place", SITES, ids=["site", "specimen", "liver"])
def test_a_specimen_from_elsewhere_leaves_open_whose_it_is(place: Json) -> None:
    specimen = {
        "resourceType": "Specimen",
        "id": "s",
        "subject": {"reference": "Patient/p1"},
        "collection": {"bodySite": STOMACH},
    }
    result = observation("o", "48676-1", **POSITIVE, **place)
    [marker] = read(woman(), BREAST, GASTRIC, specimen, result).record.markers
    assert marker.word is None
    [alone] = read(woman(), BREAST, specimen, result).record.markers
    assert alone.word == "positive"
    own = result | {"focus": [{"reference": "Condition/breast"}]}
    assert [item.word for item in read(woman(), BREAST, GASTRIC, specimen, own).record.markers] == ["positive"]


SPECIMENS: list[
    tuple[Json, Json, bool]
] = [  # what the result says of its specimen, the specimen, whether it stays open whose it is
    ({"display": "stomach biopsy"}, {}, True),
    ({"display": "gastric resection"}, {}, True),
    ({"display": "Magenbiopsie"}, {}, True),
    ({"display": "liver, core biopsy"}, {}, True),
    ({"display": "breast biopsy"}, {}, False),
    ({"display": "axillary lymph node biopsy"}, {}, False),
    ({"display": "FFPE tissue block 3"}, {}, False),
    ({"reference": "Specimen/s"}, {"type": {"text": "gastric biopsy"}}, True),
    ({"reference": "Specimen/s"}, {"type": coded(SCT, "119376003", "Tissue specimen")}, False),
    ({"reference": "Specimen/s"}, {"type": coded(SCT, "309201001", "Ascitic fluid sample")}, True),
]


@pytest.mark.parametrize(("named", "kept", "is_open"), SPECIMENS)
def test_the_words_of_a_specimen_say_where_it_is_from(named: Json, kept: Json, is_open: bool) -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/p1"}, **kept}
    result = observation("o", "48676-1", **POSITIVE, specimen=named)
    assert [item.word is None for item in read(woman(), BREAST, GASTRIC, specimen, result).record.markers] == [is_open]
    assert [item.word for item in read(woman(), BREAST, specimen, result).record.markers] == ["positive"]


PEOPLE = {
    "RelatedPerson/baby": True,
    "Group/g": True,
    "Person/x": True,
    "Patient/p2": True,
    "https://there.org/fhir/Patient/p9": True,
    "Patient/p1": False,
    "urn:uuid:p1": False,
    "Device/d": False,
    "Condition/breast": False,
}


@pytest.mark.parametrize("address", PEOPLE)
def test_a_result_about_somebody_else_is_not_the_patients(address: str) -> None:
    result = observation("o", "48676-1", **POSITIVE, focus=[{"reference": address}])
    assert [item.word is None for item in read(woman(), BREAST, result).record.markers] == [PEOPLE[address]]


def test_a_measurement_is_of_the_whole_person() -> None:
    ejection = observation("o", "10230-1", valueQuantity={"value": 60, "unit": "%"}, focus=[TO_GASTRIC])
    assert len(read(woman(), BREAST, GASTRIC, ejection).record.measurements) == 1


def test_a_circle_of_metastases_ends() -> None:
    first = condition(coded(CM, "C78.7"), "a") | {"extension": [{"url": MCODE, "valueReference": {"reference": "Condition/b"}}]}
    second = condition(coded(CM, "C78.7"), "b") | {"extension": [{"url": MCODE, "valueReference": {"reference": "Condition/a"}}]}
    result = observation("o", "48676-1", **POSITIVE, focus=[{"reference": "Condition/a"}])
    assert [item.word for item in read(woman(), BREAST, first, second, result).record.markers] == ["positive"]


# Lines that a source numbers.
def line(word: str, start: str) -> Json:
    mopa = "http://hl7.org/fhir/us/codex-mopa/CodeSystem"
    value, code = coded(f"{mopa}/treatment-line-cs", word), coded(f"{mopa}/ocpa-codes-cs", "line-of-therapy")
    return resource(
        "Observation", f"l{word}", status="final", code=code, effectivePeriod={"start": start}, valueCodeableConcept=value
    )


@pytest.mark.parametrize("word", ["1L", "2L", "3L-plus"])
@pytest.mark.parametrize("given", [[], [dose("m", "224905", "2022-02-01")]], ids=["alone", "with a drug"])
@pytest.mark.parametrize(
    ("beside", "counts"),
    [
        ([], False),
        ([EARLY], False),
        ([condition(coded(CM, "C77.3"))], False),
        ([condition(coded(CM, "C78.7"))], False),  # a year after the line
        ([condition(coded(CM, "C78.7"), onsetDateTime="2022-03-01")], True),
        ([condition(coded(CM, "C79.9"), onsetDateTime="2021-03-01")], True),
        ([condition(coded(CM, "C78.7"), onsetDateTime=None)], True),
        ([observation("m1", "21907-1", valueCodeableConcept={"text": "M1"}, effectiveDateTime="2022-01-20")], True),
    ],
)
def test_a_line_needs_a_word_of_advanced_disease(word: str, given: list[Json], beside: list[Json], counts: bool) -> None:
    patient = read(woman(), BREAST, *beside, line(word, "2022-01-15"), *given)
    courses = patient.record.courses
    assert len(courses) == 1
    assert [course.line for course in courses] == [int(word[0]) if counts else None]
    assert counts or all(course.setting != "advanced" for course in courses)
    assert counts != any("nothing says that the disease was advanced" in notice for notice in patient.record.notices)


# Two primary cancers of one kind.
LEFT = condition(coded(CM, "C50.912"), "left")
LEFT_IN_WORDS = condition(coded(SCT, NEW, "Carcinoma of left breast (disorder)"), "left")
LEFT_BY_SITE = condition(coded(SCT, "254837009"), "left", bodySite=[coded(SCT, "80248007", "Left breast structure")])
AGAIN = condition(coded(CM, "C50.911"), "left")


def to(id_: str) -> Json:
    return {"focus": [{"reference": f"Condition/{id_}"}]}


@pytest.mark.parametrize(
    ("second", "results", "words"),
    [
        (LEFT, [POSITIVE], [None]),
        (LEFT_IN_WORDS, [POSITIVE], [None]),
        (LEFT_BY_SITE, [POSITIVE], [None]),
        (LEFT, [POSITIVE, NEGATIVE], [None, None]),
        (LEFT, [POSITIVE | to("breast"), NEGATIVE | to("left")], [None, None]),
        (AGAIN, [POSITIVE | to("breast"), NEGATIVE | to("left")], [None, None]),
        (LEFT, [POSITIVE, POSITIVE], ["positive", "positive"]),
        (LEFT, [POSITIVE | {"bodySite": {"text": "liver"}}], ["positive"]),
        (AGAIN, [POSITIVE, NEGATIVE], ["positive", "negative"]),
        (AGAIN, [POSITIVE], ["positive"]),
    ],
)
def test_two_primary_cancers_leave_open_whose_a_result_is(second: Json, results: list[Json], words: list[str | None]) -> None:
    told = [observation(f"o{n}", "48676-1", effectiveDateTime=f"2023-03-0{n + 1}", **result) for n, result in enumerate(results)]
    patient = read(woman(), BREAST, second, *told)
    assert [marker.word for marker in patient.record.markers] == words
    assert (None in words) == any("two primary cancers are on record" in said for said in patient.record.set_aside)


# A code against the words beside it.
@pytest.mark.parametrize("words", ["Androgen Receptor", "AR", "Androgenrezeptor", "PD-L1 22C3", "Ki-67", "HER3 receptor"])
@pytest.mark.parametrize("as_text", [False, True], ids=["display", "text"])
@pytest.mark.parametrize("code", ["16112-5", "85339-0", "48676-1"])
def test_words_of_a_test_that_nobody_asks_for(words: str, as_text: bool, code: str) -> None:
    written = coded(LNC, code, None if as_text else words, words if as_text else None)
    good = observation("good", code, **POSITIVE)
    patient = read(woman(), BREAST, good, observation("bad", code, **NEGATIVE) | {"code": written})
    assert [marker.word for marker in patient.record.markers] == ["positive"]
    assert fates(patient)["Observation/bad"] == "set aside" and words in why(patient, "Observation/bad")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("16112-5", "Oestrogen Receptor Status"),
        ("16112-5", "Östrogenrezeptor"),
        ("16112-5", "ER (IHC)"),
        ("16112-5", "Receptores de estrógeno"),
        ("85339-0", "PgR"),
        ("85339-0", "Progesteronrezeptor"),
        ("48676-1", "HER-2/neu"),
        ("48676-1", "Human epidermal growth factor receptor 2"),
        ("48676-1", "c-erbB-2"),
        ("85318-4", "Fluorescence in situ hybridization"),
    ],
)
def test_other_words_for_the_same_test(code: str, words: str) -> None:
    result = observation("o", code, **POSITIVE) | {"code": coded(LNC, code, words, words)}
    assert [marker.word for marker in read(woman(), BREAST, result).record.markers] == ["positive"]


def test_a_drug_for_another_cancer_is_none_of_it() -> None:
    given = dose("m", "224905", "2023-02-01", reasonReference=[TO_GASTRIC])
    assert read(woman(), BREAST, GASTRIC, given).record.courses == ()


TISSUES = {"9680/3": True, "8720/3": True, "8800/3": True, "8500/3": False, "8520/3": False, "8980/3": False, "9020/3": False}
HISTOLOGY = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior"


@pytest.mark.parametrize("tissue", TISSUES)
def test_the_tissue_of_another_cancer_leaves_open_which_it_is(tissue: str, plan: DerivationPlan) -> None:
    told = {"url": HISTOLOGY, "valueCodeableConcept": coded("http://terminology.hl7.org/CodeSystem/icd-o-3", tissue)}
    patient = read(woman(), BREAST | {"extension": [told]})
    assert (fact(patient, "cancer_type", plan).value is None) is TISSUES[tissue]
    placed = condition(coded("http://terminology.hl7.org/CodeSystem/icd-o-3", f"{tissue}-C50.9"))
    assert (fact(read(woman(), placed), "cancer_type", plan).value != "breast") is TISSUES[tissue]
