"""A study in the files of cBioPortal: the shipped mapping, on an invented study in the shape of the portal's description."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine, Patients
from concordant.errors import ConcordantError
from tests.record.fhir.builders import AS_OF

HEAD = "#Patient\tOther\n#Patient\tOther\n#STRING\tSTRING\n#1\t1\n"
SAMPLES = "PATIENT_ID\tSAMPLE_ID\tCANCER_TYPE\tSAMPLE_TYPE\tMETASTATIC_SITE\tER_STATUS\tHER2_STATUS\n"
TREATMENTS = "\t".join(["PATIENT_ID", "START_DATE", "STOP_DATE", "EVENT_TYPE", "SUBTYPE", "AGENT", "RX_INVESTIGATIVE"]) + "\n"
FILES = {
    "data_clinical_sample.txt": HEAD
    + SAMPLES
    + "P1\tS1\tBreast Cancer\tPrimary\tNA\tPositive\tNegative\nP1\tS2\tBreast Cancer\tMetastasis\tLiver\tPositive\tPositive\n"
    + "P2\tS3\tNon-Small Cell Lung Cancer\tPrimary\t\tNA\tNA\nP3\tS4\tBreast Cancer\tPrimary\t\tMaybe\tEquivocal\n",
    "data_clinical_patient.txt": HEAD
    + "PATIENT_ID\tGENDER\tHER2\tOS_STATUS\tPRIOR_MED_TO_MSK\nP1\tFemale\tYes\t0:LIVING\tNA\nP2\tMale\tNA\t1:DECEASED\tNA\n"
    + "P3\tFemale\tNo\t0:LIVING\tPrior medications to MSK\n",
    "data_timeline_diagnosis.txt": "PATIENT_ID\tSTART_DATE\tEVENT_TYPE\tSTAGE_CDM_DERIVED\nP1\t-400\tDiagnosis\tStage 1-3\n",
    "data_timeline_treatment.txt": TREATMENTS
    + "P1\t10\t200\tTreatment\tBiologic\tTRASTUZUMAB\tN\nP1\t10\t120\tTreatment\tChemo\tDOCETAXEL\tN\n"
    + "P1\t20\t20\tTreatment\tBone Treatment\tDENOSUMAB\tN\nP1\t300\t340\tTreatment\tInvestigational\tINVESTIGATIONAL\tY\n",
    "data_timeline_progression.txt": "PATIENT_ID\tSTART_DATE\tPROGRESSION\nP1\t210\tY\nP1\t250\tN\nP1\t260\tIndeterminate\n",
    "data_timeline_tumor_sites.txt": "PATIENT_ID\tSTART_DATE\tTUMOR_SITE\nP1\t5\tCNS/Brain\nP1\t5\tLymph Nodes\n",
    "data_timeline_ecog_kps.txt": "PATIENT_ID\tSTART_DATE\tECOG_KPS\nP1\t8\t1\nP1\t9\t80\n",
}


def study(folder: Path, without: tuple[str, ...] = (), **changed: str) -> Patients:
    for name, text in {**FILES, **changed}.items():
        if name not in without:
            (folder / name).write_text(text, encoding="utf-8")
    return Engine().read(folder, as_of=AS_OF)


def rows() -> int:
    return sum(len(text.replace(HEAD, "").splitlines()) - 1 for text in FILES.values())


def test_a_study_is_read_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    patients = {patient.id: patient for patient in study(tmp_path)}
    assert sorted(patients) == ["P1", "P2", "P3"]
    assert sum(len(patient.account.rows) for patient in patients.values()) == rows()
    record = patients["P1"].record
    assert record.person.sex == "female"
    told = {(m.test, m.word, m.specimen) for m in record.markers}
    assert told == {
        ("er", "positive", "primary"),
        ("er", "positive", "metastasis"),
        ("her2", "negative", "primary"),
        ("her2", "positive", "metastasis"),
        ("her2", "positive", None),
    }
    assert {drug for course in record.courses for drug in course.drugs} >= {"trastuzumab", "docetaxel"}
    assert any(course.unknown_drugs for course in record.courses)
    assert {site for event in record.events for site in event.sites} == {"brain", "liver"}
    assert [event.kind for event in record.events if event.kind == "progression"] == ["progression"]
    assert [(m.name, m.value.low) for m in record.measurements] == [("ecog", 1)]
    assert any("may have been read out of reports" in notice for notice in record.notices)


def test_another_cancer_of_a_mixed_study_is_not_taken_for_this_one(tmp_path: Path) -> None:
    engine = Engine()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    answer = engine.recommend(tmp_path, as_of=AS_OF, patient="P2")
    assert answer.built.answer == "out_of_scope"


NOT_TOLD = ("", "NA", "N/A", "n/a", "[Not Available]", "[Not Evaluated]", "Unknown", "null", "nan")


@pytest.mark.parametrize("word", NOT_TOLD)
def test_a_cancer_type_that_is_not_told_is_no_other_cancer(word: str, tmp_path: Path) -> None:
    """Every word for a missing value means the same in a condition: none of them is another value than those that are listed."""
    told, untold = (
        FILES["data_clinical_sample.txt"].replace("\tBreast Cancer\tPrimary\t", f"\t{type_}\tPrimary\t")
        for type_ in ("Breast Cancer", word)
    )
    for text, types in ((told, ["breast"]), (untold, [])):
        [patient] = [one for one in study(tmp_path, **{"data_clinical_sample.txt": text}) if one.id == "P3"]
        stated = patient.record.stated.get("cancer_type")
        assert [stated] == (types or [None])


def test_drugs_that_were_given_elsewhere_may_be_any(tmp_path: Path) -> None:
    record = next(patient for patient in study(tmp_path) if patient.id == "P3").record
    assert [course.unknown_drugs for course in record.courses] == [("drugs given elsewhere before",)]
    assert any("Maybe" in text for text in record.not_understood)


@pytest.mark.parametrize("left", [name for name in FILES if name != "data_clinical_sample.txt"])
def test_a_study_without_one_of_its_files_is_read(tmp_path: Path, left: str) -> None:
    patients = list(study(tmp_path, (left,)))
    assert [patient.id for patient in patients] == ["P1", "P2", "P3"]


def test_a_folder_without_the_file_of_samples_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(ConcordantError):
        list(study(tmp_path, ("data_clinical_sample.txt",)))


@pytest.mark.parametrize("column", ["ER_STATUS", "SAMPLE_TYPE", "CANCER_TYPE"])
def test_a_column_may_be_missing_but_not_that_of_the_patient(tmp_path: Path, column: str) -> None:
    less: Any = {"data_clinical_sample.txt": FILES["data_clinical_sample.txt"].replace(f"\t{column}", "\tOTHER")}
    assert len(list(study(tmp_path, **less))) == 3
    none: Any = {"data_clinical_sample.txt": FILES["data_clinical_sample.txt"].replace("PATIENT_ID", "WHO")}
    with pytest.raises(ConcordantError) as found:
        list(study(tmp_path, **none))
    assert "PATIENT_ID" in str(found.value.complaints[0])
