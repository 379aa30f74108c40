"""A cell that the mapping does not list leaves open what it would have said; which cancer a cell names is told by its words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from concordant.api import Engine
from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.patient.events import PatientRecord
from tests.record.fhir.builders import AS_OF
from tests.record.table.test_cbioportal import FILES, HEAD

SAMPLE = HEAD + "PATIENT_ID\tSAMPLE_ID\tCANCER_TYPE\tCANCER_TYPE_DETAILED\nP1\tS1\t{type}\t{detailed}\n"
OWN = [
    "Breast Cancer", "BREAST CANCER", "Breast Carcinoma", "Invasive Breast Carcinoma", "Breast Invasive Ductal Carcinoma",
    "Breast Invasive Lobular Carcinoma", "Breast Mixed Ductal and Lobular Carcinoma", "Metaplastic Breast Cancer",
]  # fmt: skip
OTHER = [
    "Non-Small Cell Lung Cancer", "Colorectal Cancer", "Melanoma", "Esophagogastric Cancer", "Hepatobiliary Cancer", "Glioma",
    "Prostate Cancer", "Ovarian Cancer", "Leukemia", "Germ Cell Tumor", "Renal Cell Carcinoma", "Soft Tissue Sarcoma",
]  # fmt: skip
OPEN = [
    "Mixed Cancer Types", "Cancer of Unknown Primary", "Breast Sarcoma", "Breast", "Not a type", "Xyz",
    "Breast Implant-Associated Anaplastic Large-Cell Lymphoma", "Breast Cancer?",
]  # fmt: skip
ABSENT = "NA"


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., PatientRecord]:
    def write(**files: str) -> PatientRecord:
        for name, text in files.items():
            (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        return next(patient for patient in Engine().read(tmp_path, as_of=AS_OF) if patient.id == "P1").record

    return write


TYPES = [(name, ABSENT, "breast") for name in OWN] + [(name, ABSENT, "other") for name in OTHER]
TYPES += [(name, ABSENT, None) for name in OPEN]
TYPES += [(ABSENT, name, "breast") for name in OWN] + [(ABSENT, name, "other") for name in OTHER[:4]]
TYPES += [("Mixed Cancer Types", name, word) for name, word in ((OWN[3], "breast"), (OPEN[0], None))]
TYPES += [("Breast Cancer", "Breast Sarcoma", "breast"), ("Melanoma", "Xyz", "other")]


@pytest.mark.parametrize(("type_", "detailed", "word"), TYPES)
def test_which_cancer(
    type_: str, detailed: str, word: str | None, study: Callable[..., PatientRecord], plan: DerivationPlan
) -> None:
    record = study(data_clinical_sample=SAMPLE.format(type=type_, detailed=detailed))
    found = derive_facts(record, plan)["cancer_type"]
    assert (found.value, "cancer_type" in record.stated) == (word, True)
    if word is None:
        assert any(
            told in text for text in (*record.notices, *record.not_understood) for told in (type_, "which cancer", "Which")
        )


def progressions(*rows: tuple[int, str]) -> str:
    return "PATIENT_ID\tSTART_DATE\tPROGRESSION\n" + "".join(f"P1\t{day}\t{word}\n" for day, word in rows)


# What the scans say, and whether the disease grows now.
SCANS = [
    ([(210, "Y")], "progressing"),
    ([(210, "Y"), (260, "N")], "progressing"),
    ([(210, "Y"), (260, "Indeterminate")], None),
    ([(210, "Y"), (260, "Mixed response")], None),
    ([(210, "Y"), (210, "Indeterminate")], None),
    ([(210, "Indeterminate"), (260, "Y")], "progressing"),
    ([(210, "Yes"), (260, "NA")], "progressing"),
    ([(210, "Indeterminate")], None),
]


@pytest.mark.parametrize(("rows", "word"), SCANS)
def test_a_scan_that_is_not_understood_leaves_the_status_open(
    rows: list[tuple[int, str]], word: str | None, study: Callable[..., PatientRecord], plan: DerivationPlan
) -> None:
    record = study(data_clinical_sample=FILES["data_clinical_sample.txt"], data_timeline_progression=progressions(*rows))
    assert derive_facts(record, plan)["disease_status"].value == word
    unclear = [told for _, told in rows if told not in ("Y", "Yes", "N", "NA")]
    for told in unclear:
        assert any(told in text for text in record.not_understood)
        assert any(told in text for text in record.set_aside)


def receptors(*rows: tuple[str, str]) -> str:
    head = HEAD + "PATIENT_ID\tSAMPLE_ID\tCANCER_TYPE\tER_STATUS\tHER2_STATUS\n"
    return head + "".join(f"P1\tS{i}\tBreast Cancer\t{er}\t{her2}\n" for i, (er, her2) in enumerate(rows))


RESULTS = [
    ([("Positive", "Negative")], "positive", "negative"),
    ([("Positive", "Negative"), ("Weak?", "Pending review")], None, None),
    ([("Weak?", "Pending review")], None, None),
    ([("Positive", "Positive"), ("NA", "")], "positive", "positive"),
]


@pytest.mark.parametrize(("rows", "er", "her2"), RESULTS)
def test_a_result_that_is_not_understood_is_open(
    rows: list[tuple[str, str]], er: str | None, her2: str | None, study: Callable[..., PatientRecord], plan: DerivationPlan
) -> None:
    facts = derive_facts(study(data_clinical_sample=receptors(*rows)), plan)
    assert (facts["estrogen_receptor"].value, facts["her2_status"].value) == (er, her2)


def test_a_site_that_is_not_listed_is_looked_up_and_else_held(study: Callable[..., PatientRecord]) -> None:
    sites = "PATIENT_ID\tSTART_DATE\tTUMOR_SITE\nP1\t5\tLiver\nP1\t6\tKidney metastasis\nP1\t7\tQwert\nP1\t8\tLymph Nodes\n"
    record = study(data_clinical_sample=FILES["data_clinical_sample.txt"], data_timeline_tumor_sites=sites)
    assert {site for event in record.events for site in event.sites} >= {"liver"}
    assert [item.name for item in record.conditions if item.term is None] == ["Qwert"]


@pytest.mark.parametrize(("cell", "values"), [("1", [1.0]), ("80", []), ("NA", []), ("2.0", [2.0]), ("5", [5.0]), ("x", [None])])
def test_a_performance_status(cell: str, values: list[float | None], study: Callable[..., PatientRecord]) -> None:
    text = f"PATIENT_ID\tSTART_DATE\tECOG_KPS\nP1\t8\t{cell}\n"
    record = study(data_clinical_sample=FILES["data_clinical_sample.txt"], data_timeline_ecog_kps=text)
    assert [None if m.value.is_unknown else m.value.low for m in record.measurements] == values


TORN = """
table: torn
files:
  conditions: {path: conditions.csv, patient: id, entries: [{block: conditions, name: name, status: status}]}
  events: {path: events.csv, patient: id, entries: [{block: disease, event: event, date: day, sites: sites}]}
  medicines: {path: medicines.csv, patient: id, entries: [{block: medications, name: name}]}
"""
WHOLE = {
    "conditions": "id,name,status\n1,hypertension,active\n",
    "events": "id,event,day,sites\n1,diagnosis,2021-01-20,liver\n1,stable,2023-03-01,liver\n",
    "medicines": "id,name,dose\n1,paracetamol,1 g\n",
}
CUT = {"conditions": "1,interstitial lung dis\n", "events": "1,progress\n", "medicines": "1,ketocon\n"}


@pytest.mark.parametrize("cut", ["", *CUT])
def test_what_a_row_that_is_cut_would_have_told_is_open(cut: str, tmp_path: Path, plan: DerivationPlan) -> None:
    (tmp_path / "map.yaml").write_text(TORN, encoding="utf-8")
    for name, text in WHOLE.items():
        (tmp_path / f"{name}.csv").write_text(text + (CUT[name] if name == cut else ""), encoding="utf-8")
    [patient] = Engine().read(tmp_path / "map.yaml", as_of=AS_OF)
    unread = [item.name for item in (*patient.record.conditions, *patient.record.medications) if item.term is None]
    assert len(unread) == (cut in ("conditions", "medicines"))
    assert derive_facts(patient.record, plan)["disease_status"].value == (None if cut == "events" else "stable")
