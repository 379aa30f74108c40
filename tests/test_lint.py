"""Faulty knowledge: each planted fault is reported with its file, its line and the way out, all at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concordant.author.lint import Report, lint
from concordant.author.lint_claims import figures_in
from concordant.author.lint_codes import SYSTEMS, luhn, verhoeff
from concordant.author.lint_ledger import covers
from concordant.cli.cases import answer_cases
from concordant.library import FOLDER

STATEMENT = "guidelines/asco-her2-abc/2022/2.1-second-line-trastuzumab-deruxtecan.yaml"
DERIVED = "guidelines/asco-her2-abc/2022/derived-toxicity-stop.yaml"
LEDGER = "guidelines/asco-her2-abc/ledger.yaml"
TRIAL = "trials/destiny-breast03.yaml"
REGIMEN = "regimens/trastuzumab-deruxtecan-5.4-q3w.yaml"
NEWER = "newer/destiny-breast03-second-interim.yaml"
DISEASE = "features/disease.yaml"
LISTED = "features/conditions.yaml"
TREATMENT = "features/treatment.yaml"
TRANSITION = "transitions/progression.yaml"
CONDITIONS_OF_USE = "classes/her2_targeted.yaml"
CONDITIONS = "vocabulary/conditions.yaml"
MEDICATIONS = "vocabulary/medications.yaml"
WITHOUT_BEARING = "vocabulary/medications-without-bearing.yaml"
TELITHROMYCIN = "name: telithromycin, tags: [strong_cyp3a4_inhibitor]"

# What is planted: file, text, replacement; and what the complaint must say.
FAULTS = [
    (
        "an unknown feature",
        STATEMENT,
        "her2_status is",
        "her2_statis is",
        "unknown feature 'her2_statis'. Did you mean 'her2_status'?",
    ),
    ("an unknown value", STATEMENT, "is second", "is secnd", "'line_of_therapy' has no value 'secnd'. Did you mean 'second'?"),
    ("an unknown key", STATEMENT, "title:", "titel:", "unknown field `titel`. Did you mean 'title'?"),
    ("an unknown role", STATEMENT, "role: preferred", "role: prefered", "value 'prefered'. Did you mean 'preferred'?"),
    ("another id", STATEMENT, "2022/2.1", "2022/2.2", "the id 'asco-her2-abc/2022/2.2' does not fit the place of the file"),
    (
        "a missing source",
        STATEMENT,
        "ref: asco-her2-abc-2022",
        "ref: asco-her2-abc-2023",
        "the source 'asco-her2-abc-2023' does not exist. Did you mean 'asco-her2-abc-2022'?",
    ),
    ("a mark too good", STATEMENT, "checked: secondary", "checked: primary", "was checked as 'secondary' only"),
    (
        "an unknown regimen",
        STATEMENT,
        "deruxtecan-5.4-q3w",
        "deruxtecan-6.4-q3w",
        "the regimen 'trastuzumab-deruxtecan-6.4-q3w' does not exist. Did you mean 'trastuzumab-deruxtecan-5.4-q3w'?",
    ),
    ("an overlong paraphrase", STATEMENT, 'says: "', 'says: "' + "word " * 40, "a paraphrase has at most 140"),
    (
        "an unknown parent",
        DERIVED,
        "parent: asco-her2-abc/2022/",
        "parent: asco-her2-abc/2021/",
        "the parent 'asco-her2-abc/2021/",
    ),
    ("a wrong unit", "features/treatment.yaml", "recurrence <= 12 months", "recurrence <= 12 weeks", "must give the unit"),
    ("an unknown unit", "features/organs.yaml", "unit: percent", "unit: percint", "the unit 'percint' is not known"),
    (
        "an unknown dose unit",
        REGIMEN,
        "unit: mg/kg",
        "unit: mg/kgg",
        "Invalid enum value 'mg/kgg'. Did you mean 'mg/kg'?",
    ),
    (
        "an unknown drug",
        REGIMEN,
        "drug: trastuzumab_deruxtecan",
        "drug: trastuzumab_deruxtecon",
        "the drug 'trastuzumab_deruxtecon' does not exist. Did you mean 'trastuzumab_deruxtecan'?",
    ),
    (
        "an unknown selector",
        "features/organs.yaml",
        "selector: latest",
        "selector: lastest",
        "the selector 'lastest' does not exist. Did you mean 'latest'?",
    ),
    # What the parameters of a selector name.
    ("a misspelt site", DISEASE, "site: brain", "site: brian", "the site 'brian' does not exist. Did you mean 'brain'?"),
    (
        "a misspelt measurement",
        "features/patient.yaml",
        "measurement: ecog",
        "measurement: ecogg",
        "the measurement 'ecogg' does not exist. Did you mean 'ecog'?",
    ),
    (
        "a misspelt test",
        "features/her2.yaml",
        "test: her2_ihc",
        "test: her2_ihcc",
        "the test 'her2_ihcc' does not exist. Did you mean 'her2_ihc'?",
    ),
    (
        "a number that the test does not have",
        "features/her2.yaml",
        "part: ratio",
        "part: rato",
        "'her2_ish' has no value 'rato'. Did you mean 'ratio'?",
    ),
    (
        "a misspelt term",
        LISTED,
        "terms: [mass_effect]",
        "terms: [mass_effct]",
        "the condition 'mass_effct' does not exist. Did you mean 'mass_effect'?",
    ),
    (
        "a condition caused by nothing",
        LISTED,
        "about: trastuzumab_deruxtecan",
        "about: trastuzumab_deruxtecon",
        "the drug, class or substance 'trastuzumab_deruxtecon' does not exist. Did you mean 'trastuzumab_deruxtecan'?",
    ),
    (
        "a misspelt tag of a medication",
        "features/organs.yaml",
        "tag: vitamin_k_antagonist",
        "tag: vitamin_k_antogonist",
        "the tag of a medication 'vitamin_k_antogonist' does not exist. Did you mean 'vitamin_k_antagonist'?",
    ),
    (
        "a misspelt class of a selector",
        TREATMENT,
        "selector: all_named, of: her2_targeted",
        "selector: all_named, of: her2_targetted",
        "the drug or class 'her2_targetted' does not exist. Did you mean 'her2_targeted'?",
    ),
    (
        "a misspelt formula",
        "features/patient.yaml",
        "name: mosteller",
        "name: mostler",
        "the formula 'mostler' does not exist. Did you mean 'mosteller'?",
    ),
    (
        "an unknown parameter",
        "features/organs.yaml",
        "measurement: lvef",
        "measurment: lvef",
        "unknown field `measurment`. Did you mean 'measurement'?",
    ),
    (
        "a parameter of another selector",
        DISEASE,
        "site: leptomeninges",
        "site: leptomeninges, worst_first: [yes]",
        "unknown field `worst_first`",
    ),
    (
        "a status that no entry has",
        LISTED,
        "map: {active: yes",
        "map: {activ: yes",
        "Invalid enum value 'activ'. Did you mean 'active'?",
    ),
    (
        "a word that the feature does not have",
        "features/organs.yaml",
        "{active: active, resolved: history",
        "{active: activ, resolved: history",
        "'interstitial_lung_disease' has no value 'activ'. Did you mean 'active'?",
    ),
    (
        "a missing reads",
        DISEASE,
        "of: her2_targeted, presentation: presentation",
        "of: her2_targeted",
        "Object missing required field `presentation`",
    ),
    (
        "a misspelt reads",
        TREATMENT,
        "status: disease_status",
        "status: disease_statis",
        "the feature 'disease_statis' does not exist. Did you mean 'disease_status'?",
    ),
    (
        "a reads that is written",
        "features/patient.yaml",
        "formula, name: mosteller}",
        "formula, name: mosteller}\n    reads: [height]",
        "`reads` is not written: the parameters of `derive` name what is read. Take it out",
    ),
    (
        "a misspelt feature that was stated",
        TREATMENT,
        "names: [disease_status]",
        "names: [disease_statis]",
        "the feature 'disease_statis' does not exist. Did you mean 'disease_status'?",
    ),
    # What other records name.
    (
        "a transition of an unknown feature",
        TRANSITION,
        "feature: disease_status",
        "feature: disease_statis",
        "the feature 'disease_statis' does not exist. Did you mean 'disease_status'?",
    ),
    (
        "a transition of a feature of no drug",
        TRANSITION,
        "progressed_on_{drug}",
        "progresed_on_{drug}",
        "the feature 'progresed_on_{drug}' does not exist. Did you mean 'progressed_on_{drug}'?",
    ),
    (
        "a transition by an unknown class",
        TRANSITION,
        "given: her2_targeted",
        "given: her2_targetted",
        "the class 'her2_targetted' does not exist. Did you mean 'her2_targeted'?",
    ),
    (
        "a transition by an unknown feature",
        TRANSITION,
        "by: has_brain_metastases",
        "by: has_brain_metastasis",
        "the feature 'has_brain_metastasis' does not exist. Did you mean 'has_brain_metastases'?",
    ),
    (
        "a transition to an unknown word",
        TRANSITION,
        "value: progressing",
        "value: progresing",
        "'disease_status' has no value 'progresing'. Did you mean 'progressing'?",
    ),
    (
        "a danger that holds nothing",
        "dangers/active_infection.yaml",
        "holds: [chemotherapy",
        "holds: [chemoterapy",
        "the drug or class 'chemoterapy' does not exist. Did you mean 'chemotherapy'?",
    ),
    (
        "a guard of an unknown feature",
        "features/organs.yaml",
        'only_if: "interstitial_lung_disease is',
        'only_if: "interstitial_lung_diseas is',
        "unknown feature 'interstitial_lung_diseas'",
    ),
    (
        "a wait for an unknown feature",
        TREATMENT,
        "feature: early_relapse",
        "feature: early_relaps",
        "the feature 'early_relaps' does not exist. Did you mean 'early_relapse'?",
    ),
    (
        "a wait of an unknown word",
        TREATMENT,
        "stated: [first]",
        "stated: [frist]",
        "'line_of_therapy' has no value 'frist'. Did you mean 'first'?",
    ),
    (
        "a reply about an unknown feature",
        "features/her2.yaml",
        "feature: her2_reported",
        "feature: her2_reportd",
        "the feature 'her2_reportd' does not exist. Did you mean 'her2_reported'?",
    ),
    (
        "a feature of an unknown drug",
        "features/reactions.yaml",
        "type: yes_no",
        "type: yes_no\n    drug: trastuzumob",
        "the drug 'trastuzumob' does not exist",
    ),
    (
        "a silence of an unknown word",
        "features/organs.yaml",
        "value: none, because",
        "value: non, because",
        "'nodular_regenerative_hyperplasia' has no value 'non'. Did you mean 'none'?",
    ),
    (
        "a trial that asks for an unknown feature",
        "trials/sophia.yaml",
        "- if: her2_regimens_received_total",
        "- if: her2_regimens_received_totel",
        "unknown feature 'her2_regimens_received_totel'. Did you mean 'her2_regimens_received_total'?",
    ),
    (
        "a formula of an unknown feature",
        "formulas/mosteller.yaml",
        "feature: height",
        "feature: heigth",
        "the feature 'heigth' does not exist. Did you mean 'height'?",
    ),
    (
        "a protocol of an unknown drug",
        "vocabulary/protocols.yaml",
        "TH: [taxane, trastuzumab]",
        "TH: [taxane, trastuzumob]",
        "the drug or class 'trastuzumob' does not exist. Did you mean 'trastuzumab'?",
    ),
    (
        "a family of codes of an unknown condition",
        "vocabulary/condition-families.yaml",
        "term: heart_failure",
        "term: hart_failure",
        "the condition 'hart_failure' does not exist. Did you mean 'heart_failure'?",
    ),
    (
        "codes of an unknown site",
        "vocabulary/codes-sites.yaml",
        'concept: "liver"',
        'concept: "livr"',
        "the site 'livr' does not exist. Did you mean 'liver'?",
    ),
    (
        "an unknown class",
        "drugs/lapatinib.yaml",
        "classes: [",
        "classes: [kinase, ",
        "the class 'kinase' does not exist",
    ),
    (
        "a check of an unknown feature",
        "classes/her2_targeted.yaml",
        "features: [lvef]",
        "features: [lvief]",
        "the feature 'lvief' does not exist. Did you mean 'lvef'?",
    ),
    ("a duplicate key", "regimens/trastuzumab-pertuzumab.yaml", "name:", "name: x\nname:", "the key 'name' stands twice"),
    (
        "one id twice",
        "drugs/lapatinib.yaml",
        "id: lapatinib",
        "id: letrozole",
        "two records have the id 'letrozole'. The other one is drugs/",
    ),
    # The ledger and the files.
    ("a lost row of the ledger", LEDGER, 'number: "2.1"', 'number: "2.9"', "the ledger has no row for '2.1'"),
    (
        "a computed row without its statement",
        LEDGER,
        'number: "2.1"',
        'number: "2.9"',
        "the row '2.9' says computed, and no statement has this number",
    ),
    (
        "a row for judgement with a statement",
        LEDGER,
        "title: Trastuzumab deruxtecan in second line, state: computed",
        "title: Trastuzumab deruxtecan in second line, state: judgement",
        "the row '2.1' says judgement, but a statement with this number is computed",
    ),
    (
        "a range without its statements",
        LEDGER,
        "number: 3.1.1 to 3.1.8",
        "number: 3.3.1 to 3.3.8",
        "the row '3.3.1 to 3.3.8' says computed, and no statement has this number",
    ),
    (
        "a row computed nowhere",
        LEDGER,
        'number: "2.1"',
        'where: her2_statis, number: "2.1"',
        "the row '2.1' names 'her2_statis', which does not exist. Did you mean 'her2_status'?",
    ),
    ("a row twice", LEDGER, 'number: "2.0"', 'number: "2.1"', "the ledger has two rows for '2.1'"),
    (
        "a line that no feature counts",
        "guidelines/asco-her2-abc/guideline.yaml",
        "feature: line_of_therapy",
        "feature: line_of_therpy",
        "the feature 'line_of_therpy' does not exist",
    ),
    (
        "a line by a feature that counts none",
        "guidelines/asco-her2-abc/guideline.yaml",
        "progressed: her2_lines_progressed",
        "progressed: her2_line_declared",
        "'her2_line_declared' does not count the lines that ended in progression",
    ),
    (
        "lines before those on record that are no yes or no",
        "guidelines/asco-her2-abc/guideline.yaml",
        "before: [early_relapse]",
        "before: [months_disease_free]",
        "'months_disease_free' is not answered by yes or no",
    ),
    (
        "a leading class that does not exist",
        "guidelines/asco-her2-abc/guideline.yaml",
        "classes: [her2_targeted]",
        "classes: [her2_targetd]",
        "the class 'her2_targetd' does not exist. Did you mean 'her2_targeted'?",
    ),
    (
        "a line that the feature has not",
        TREATMENT,
        "needs: {second: 1",
        "needs: {secnd: 1",
        "'line_of_therapy' has no value 'secnd'. Did you mean 'second'?",
    ),
    (
        "a tag that no site has",
        TREATMENT,
        "spared: cns",
        "spared: cms",
        "the tag of a site 'cms' does not exist. Did you mean 'cns'?",
    ),
    # Codes.
    (
        "an unknown system",
        CONDITIONS,
        'system: icd10, code: "J84.9"',
        'system: icd11, code: "J84.9"',
        "the code system 'icd11' is not known. Did you mean 'icd10'?",
    ),
    (
        "a code of the wrong form",
        CONDITIONS,
        'code: "J84.9",',
        'code: "84.9",',
        "'84.9' is no code of icd10. Write such as X12.3",
    ),
    (
        "a wrong check digit",
        CONDITIONS,
        'code: "233703007"',
        'code: "233703008"',
        "the check digit of the snomed code '233703008' is wrong",
    ),
    (
        "two digits that changed places",
        CONDITIONS,
        'code: "233703007"',
        'code: "233730007"',
        "the check digit of the snomed code '233730007' is wrong",
    ),
    (
        "a code of another system",
        CONDITIONS,
        'system: icd10, code: "J84.9"',
        "system: loinc, code: 718-8",
        "the check digit of the loinc code '718-8' is wrong",
    ),
    (
        "one code for two things",
        CONDITIONS,
        'code: "I50.9"',
        'code: "J84.9"',
        "the code icd10 J84.9 stands for 'heart_failure', and for 'interstitial_lung_disease' (vocabulary/conditions.yaml:",
    ),
    (
        "one code for two drugs",
        "drugs/letrozole.yaml",
        "codes:\n",
        'codes:\n  - {system: rxnorm, code: "84857", display: planted, checked: recalled}\n',
        "the code rxnorm 84857 stands for 'letrozole', and for 'anastrozole' (drugs/anastrozole.yaml:",
    ),
    # Figures of trials.
    ("a figure for one arm only", TRIAL, '"6.8 (5.6-8.2)"', "", "has 1 values for 2 arms"),
    ("a figure without its cut", TRIAL, "cut: ", "cut: ''  # ", "has no data cut"),
    (
        "a figure with a mark too good",
        "trials/sophia.yaml",
        "checked: secondary",
        "checked: primary",
        "'progression-free survival' is marked 'primary', but its publication was checked as 'secondary' only",
    ),
    (
        "a hazard ratio copied from another cut",
        TRIAL,
        "HR 0.33 (95 % CI 0.26-0.43)",
        "HR 0.28 (95 % CI 0.22-0.37)",
        "'progression-free survival' has the same effect HR 0.28 (95 % CI 0.22-0.37) as the analysis 'first-interim'",
    ),
    (
        "medians copied from another cut",
        TRIAL,
        '"29.0", "7.2"',
        '"25.1", "7.2"',
        "'progression-free survival' has the same values 25.1 v 7.2 as the analysis 'first-interim' of another data cut",
    ),
    (
        "a median with its interval copied",
        TRIAL,
        '"28.8 (22.4-37.9)", "6.8 (5.6-8.2)"',
        '"not reached (18.5-NE)", "6.8 (5.6-8.2)"',
        "has the same values not reached (18.5-NE) v 6.8 (5.6-8.2) as the analysis 'first-interim' of another data cut",
    ),
    (
        "an endpoint twice in one analysis",
        TRIAL,
        "- endpoint: objective response",
        "- endpoint: interstitial lung disease, any grade",
        "'interstitial lung disease, any grade' stands twice in the analysis 'first-interim'",
    ),
    # Figures in free text.
    (
        "a hazard ratio of no trial",
        NEWER,
        "HR 0.64 (0.47-0.87)",
        "HR 0.65 (0.47-0.87)",
        "no analysis of DESTINY-Breast03 holds HR 0.65 (0.47-0.87)",
    ),
    (
        "a hazard ratio of no trial in a short line",
        NEWER,
        "overall survival HR 0.64",
        "overall survival HR 0.65",
        "no analysis of DESTINY-Breast03 holds HR 0.65",
    ),
    (
        "medians of no trial",
        "newer/destiny-breast03-update.yaml",
        "52.6 v 42.7 months",
        "52.6 v 42.8 months",
        "no analysis of DESTINY-Breast03 holds 52.6 v 42.8 months",
    ),
    (
        "a hazard ratio of another trial",
        NEWER,
        "HR 0.64 (0.47-0.87)",
        "HR 0.76",
        "no analysis of DESTINY-Breast03 holds HR 0.76",
    ),
    (
        "a median and a hazard ratio of two cuts",
        NEWER,
        "HR 0.64 (0.47-0.87)",
        "HR 0.28 with 28.8 v 6.8 months",
        "mixes figures of two data cuts: HR 0.28 (DESTINY-Breast03, first-interim); "
        "28.8 v 6.8 months (DESTINY-Breast03, second-interim)",
    ),
    (
        "two cuts in a remark without a name",
        CONDITIONS_OF_USE,
        'says: "',
        'says: "Median 28.8 v 6.8 months, hazard ratio 0.28. ',
        "mixes figures of two data cuts: hazard ratio 0.28 (",
    ),
    # Days.
    (
        "a source without its day",
        "sources/cleopatra-nejm-2012.yaml",
        "known_from: ",
        "version: ",
        "the source 'cleopatra-nejm-2012' does not say since when it is known",
    ),
    (
        "an event before its source",
        NEWER,
        "date: 2022-12-07",
        "date: 2022-12-06",
        "the event is dated 2022-12-06, before its source 'destiny-breast03-lancet-2023' was known (2022-12-07)",
    ),
    (
        "an analysis before its publication",
        TRIAL,
        "known_from: 2022-12-07",
        "known_from: 2022-07-25",
        "'second-interim' is known from 2022-07-25, before its source 'destiny-breast03-lancet-2023' (2022-12-07)",
    ),
    # Terms that records are read with.
    (
        "a term that nothing reads",
        MEDICATIONS,
        TELITHROMYCIN,
        "name: telithromycin, tags: [strong]",
        "the term 'telithromycin' is read by no rule and says no no_bearing",
    ),
    (
        "a term that is read and of no bearing",
        MEDICATIONS,
        TELITHROMYCIN,
        TELITHROMYCIN + ", no_bearing: old",
        "the term 'telithromycin' is read by a rule, and says no_bearing too",
    ),
    (
        "a term that concerns no drug",
        MEDICATIONS,
        TELITHROMYCIN,
        TELITHROMYCIN + ", concerns: [tucatinb]",
        "the drug or class 'tucatinb' does not exist. Did you mean 'tucatinib'?",
    ),
    (
        "a condition that nothing reads",
        CONDITIONS,
        "{id: visceral_crisis,",
        "{id: visceral_crises,",
        "the term 'visceral_crises' is read by no rule and says no no_bearing",
    ),
    (
        "a family without its reason",
        WITHOUT_BEARING,
        "no_bearing: ",
        "concerns: [] # ",
        "the term 'family_ace_inhibitors' is read by no rule and says no no_bearing",
    ),
    ("a name of two terms", WITHOUT_BEARING, "[altace,", "[zestril,", "'zestril' names 'lisinopril', and 'ramipril' too"),
    (
        "a product of an unknown medicine",
        "vocabulary/medication-names.yaml",
        "[nirmatrelvir, ritonavir]",
        "[nirmatrelvir, ritonavr]",
        "the medication 'ritonavr' does not exist. Did you mean 'ritonavir'?",
    ),
    ("a family of no list", "vocabulary/genes.yaml", "genes:", "families: [{id: x}]\ngenes:", "families of no list of terms"),
]

# Faults that are told at another line than the one where they were planted, and where.
ELSEWHERE = {
    "a duplicate key": "at the second of the two",
    "one id twice": "in the second of the two files",
    "a row twice": "at the second of the two",
    "an endpoint twice in one analysis": "at the second of the two",
    "a lost row of the ledger": "at the statement that has no row",
    "a family without its reason": "at the family and at each of its terms",
    "a name of two terms": "at the second of the two",
    "a source without its day": "at the top of the source",
    "a hazard ratio of no trial": "where the folded text begins",
    "a hazard ratio of another trial": "where the folded text begins",
    "a median and a hazard ratio of two cuts": "where the folded text begins",
    "medians of no trial": "where the folded text begins",
}


def told(root: Path) -> Report:
    """The lint without the cases, which take longer."""
    return lint(root)


@pytest.fixture(scope="module")
def knowledge_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("knowledge") / "knowledge"
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("cases", "stories"))
    return target


def test_the_shipped_knowledge_is_clean() -> None:
    report = lint(FOLDER, answer_cases)
    assert [str(complaint) for complaint in report.complaints] == []
    for word in ("figures (", "citations (", " primary", " secondary", " recalled", " choice", " cases ("):
        assert word in report.summary


@pytest.mark.parametrize(("name", "file", "text", "planted", "says"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_planted_fault_is_found(name: str, file: str, text: str, planted: str, says: str, knowledge_copy: Path) -> None:
    path = knowledge_copy / file
    before = path.read_text(encoding="utf-8")
    assert text in before
    changed = before.replace(text, planted, 1)
    try:
        path.write_text(changed, encoding="utf-8")
        complaints = told(knowledge_copy).complaints
    finally:
        path.write_text(before, encoding="utf-8")
    found = [c for c in complaints if says in str(c)]
    assert found, [str(c) for c in complaints]
    assert found[0].line
    assert name in ELSEWHERE or (found[0].file, found[0].line) == (file, first_difference(before, changed))


def first_difference(before: str, after: str) -> int:
    lines = zip(before.splitlines(), after.splitlines(), strict=False)
    return next(i for i, (old, new) in enumerate(lines, 1) if old != new)


def test_all_faults_of_a_folder_are_told_at_once(knowledge_copy: Path) -> None:
    """What can be seen in a file is told even where another file, or another sentence, does not compile."""
    planted = {
        STATEMENT: [("her2_status is", "her2_statis is"), ("is second", "is secnd")],
        "features/organs.yaml": [("type: number", "type: nmber"), ("selector: latest", "selector: lastest")],
        CONDITIONS: [('code: "J84.9"', 'code: "84.9"'), ("system: snomed", "system: snowmed")],
        NEWER: [("ref: destiny", "ref: dstiny")],
    }
    before = {name: (knowledge_copy / name).read_text(encoding="utf-8") for name in planted}
    try:
        for name, faults in planted.items():
            changed = before[name]
            for text, fault in faults:
                changed = changed.replace(text, fault, 1)
            (knowledge_copy / name).write_text(changed, encoding="utf-8")
        report = told(knowledge_copy)
    finally:
        for name, text in before.items():
            (knowledge_copy / name).write_text(text, encoding="utf-8")
    for word in ("her2_statis", "'secnd'", "'nmber'", "'lastest'", "'84.9'", "'snowmed'", "'dstiny"):
        assert any(word in str(complaint) for complaint in report.complaints), word
    assert report.summary.endswith("the knowledge was not compiled")


def test_a_folder_without_cases_is_told(knowledge_copy: Path) -> None:
    found = [str(c) for c in lint(knowledge_copy, answer_cases).complaints]
    assert [says for says in found if "case" in says] == [
        "cases/: no cases are here. Write cases/NAME.yaml: a case file with its expected answer"
    ]


def test_a_folder_without_knowledge_is_told(tmp_path: Path) -> None:
    assert "no knowledge files are here" in str(lint(tmp_path).complaints[0])


@pytest.fixture(scope="module")
def copy_with_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The knowledge with a handful of cases: quick, and enough for the faults below."""
    target = tmp_path_factory.mktemp("with-cases") / "knowledge"
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("cases", "stories"))
    (target / "cases").mkdir()
    for name in ("A03-exactly-twelve-months.yaml", "A90-bad-feb30.yaml"):
        shutil.copy(FOLDER / "cases" / name, target / "cases" / name)
    return target


def with_cases(root: Path, changes: dict[str, tuple[str, str]]) -> Report:
    before = {name: (root / name).read_text(encoding="utf-8") for name in changes}
    try:
        for name, (text, planted) in changes.items():
            assert text in before[name]
            (root / name).write_text(before[name].replace(text, planted, 1), encoding="utf-8")
        return lint(root, answer_cases)
    finally:
        for name, text in before.items():
            (root / name).write_text(text, encoding="utf-8")


def unreached(report: Report) -> dict[str, int | None]:
    return {c.file: c.line for c in report.complaints if c.says == "no case reaches this statement"}


def test_a_statement_without_a_case_is_told(copy_with_cases: Path) -> None:
    assert STATEMENT not in unreached(with_cases(copy_with_cases, {}))
    never = {STATEMENT: ("    - line_of_therapy is second", "    - line_of_therapy is second\n    - her2_status is negative")}
    assert unreached(with_cases(copy_with_cases, never))[STATEMENT] == 7


def test_an_incomplete_version_is_tried_by_name(copy_with_cases: Path) -> None:
    guideline = "guidelines/asco-her2-abc/guideline.yaml"
    incomplete = {guideline: ("valid_from: 2022-05-31\n    complete: true", "valid_from: 2022-05-31\n    complete: false")}
    assert STATEMENT not in unreached(with_cases(copy_with_cases, incomplete))


def test_the_cases_are_counted(copy_with_cases: Path) -> None:
    assert "; 2 cases (1 of them bad input): " in with_cases(copy_with_cases, {}).summary


def test_a_case_that_is_bad_input_without_saying_so_is_told(copy_with_cases: Path) -> None:
    report = with_cases(copy_with_cases, {"cases/A90-bad-feb30.yaml": ("error: true", "answer: recommends")})
    assert [c.file for c in report.complaints if c.file.startswith("cases/")] == ["cases/A90-bad-feb30.yaml"]


def test_knowledge_that_cannot_answer_is_a_complaint(copy_with_cases: Path) -> None:
    report = with_cases(copy_with_cases, {"features/patient.yaml": ("name: mosteller", "name: mostler")})
    assert any("this case cannot be answered with this knowledge (KeyError" in str(c) for c in report.complaints)


@pytest.mark.parametrize("code", ["718-7", "2951-2", "94500-6"])
def test_the_check_digit_by_luhn(code: str) -> None:
    assert [digit for digit in "0123456789" if luhn(code[:-1] + digit)] == [code[-1]]


@pytest.mark.parametrize("code", ["233703007", "84114007", "2363"])
def test_the_check_digit_by_verhoeff(code: str) -> None:
    assert [digit for digit in "0123456789" if verhoeff(code[:-1] + digit)] == [code[-1]]


def test_the_shipped_codes_use_systems_that_are_known() -> None:
    assert {"rxnorm", "icd10", "hcpcs", "atc", "loinc", "snomed", "ndc", "ncit", "omop", "cvx"} <= set(SYSTEMS)


@pytest.mark.parametrize(
    ("row", "number", "speaks"),
    [
        ("2.1", "2.1", True),
        ("2.10", "2.1", False),
        ("3.1.1 to 3.1.8", "3.1.x-name", True),
        ("3.1.1 to 3.1.8", "3.1.8", True),
        ("3.1.1 to 3.1.8", "3.1.9", False),
        ("3.1.1 to 3.1.8", "3.1", False),
        ("3.1.x", "3.1.x-name", True),
        ("first-line", "first-line-name", False),
        ("scope", "2.1", False),
    ],
)
def test_a_row_speaks_of_its_statements(row: str, number: str, speaks: bool) -> None:
    assert covers(row, number) is speaks


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("HR 0.64 (0.47-0.87), tested", [("HR", "0.64", "0.47", "0.87")]),
        ("hazard ratio of 0.640 (95 % CI 0.47-0.87)", [("HR", "0.64", "0.47", "0.87")]),
        ("median 28.8 v 6.8 months", [("v", "28.8", "6.8")]),
        ("not reached (18.5-NE) v 6.8 (5.6-8.2)", [("v", "6.8", "not reached")]),
        ("28.8 months versus 6.8 months", [("v", "28.8", "6.8")]),
        ("5.4 v 6.4 mg/kg, every 3 weeks, within 6 to 12 months", []),
    ],
)
def test_figures_are_found_in_free_text(said: str, figures: list[tuple[str, ...]]) -> None:
    assert sorted(figures_in(said)) == figures
