"""What the answers say: each known error of the seed answer is impossible, each figure keeps to its data cut."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from concordant.answer.engine import answer_record
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.present.terminal import render_terminal
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_file, read_text
from tests.shares import share_of
from tests.shipped import CASES, case, failing, failing_answers, in_chunks, shown, told_as_json

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "answer.json").read_text(encoding="utf-8"))
CASE_SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "case-file.json").read_text(encoding="utf-8"))
VALIDATOR, CASE_VALIDATOR = (jsonschema.validators.validator_for(one)(one) for one in (SCHEMA, CASE_SCHEMA))
REVIEW = ("expect", "because", "origin", "difficulty", "confidence")
# an unknown key, an unknown word of a closed list
WRONG_SHAPE = {"A91-bad-key", "A95-bad-stopped", "Q96-unknown-key-in-a-course"}


@in_chunks
def test_every_answer_fits_the_schema_and_its_own_date(chunk: int, knowledge: Knowledge) -> None:
    def law(path: Path) -> None:
        answer, text = shown(path)
        if not answer:
            return
        VALIDATOR.validate(answer)
        cites = {ref["n"] for ref in answer["references"]}
        assert {
            int(n) for n in re.findall(r"\[(\d+)(?:[:\]])", json.dumps({k: answer[k] for k in ("disagreements", "newer")}))
        } <= cites
        known = {source.id: source.known_from for source in knowledge.sources}
        late = [r["ref"] for r in answer["references"] if (day := known[r["ref"]]) and day.isoformat() > answer["as_of"]]
        assert late == [], f"cites what was not yet published on {answer['as_of']}"
        assert "Traceback" not in text and "None" not in text.replace("Contraindications: None", "")

    assert failing(law, share_of("terminal pages", CASES), chunk) == {}


@in_chunks
def test_every_case_file_fits_its_schema(chunk: int) -> None:
    def law(path: Path) -> None:
        visible = {k: v for k, v in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader).items() if k not in REVIEW}
        if path.stem in WRONG_SHAPE:
            with pytest.raises(jsonschema.ValidationError):
                CASE_VALIDATOR.validate(visible)
        else:
            CASE_VALIDATOR.validate(visible)

    assert failing(law, CASES, chunk) == {}


def test_a_hazard_ratio_never_stands_beside_the_median_of_another_cut(knowledge: Knowledge) -> None:
    for trial in knowledge.trials:
        for analysis in trial.analyses:
            for estimate in analysis.estimates:
                figures = f"{estimate.values} {estimate.effect}"
                assert not ("28.8" in figures and "0.28" in figures), f"{trial.name} {analysis.name}"


def test_the_seed_answer_pairs_no_figures_of_two_analyses(knowledge: Knowledge, words: Words) -> None:
    text = read_text(case("A25").read_text(encoding="utf-8").replace("as_of: 2022-09-20", "as_of: 2026-06-01"), "seed")
    answer = answer_record(read_case(text, knowledge, words, dt.date(2026, 6, 1)), knowledge)
    rows = [row for row in answer.options[0].evidence if row.trial == "DESTINY-Breast03"]
    figures = {
        row.cut: {(e.values[0], e.effect) for e in row.estimates if e.endpoint == "progression-free survival"} for row in rows
    }
    with_28 = [cut for cut, pairs in figures.items() if any("28.8" in value for value, _ in pairs)]
    with_hr = [cut for cut, pairs in figures.items() if any("0.28 " in effect for _, effect in pairs)]
    assert with_28 and with_hr and set(with_28).isdisjoint(with_hr)
    for line in render_terminal(answer, colour=False, width=160).splitlines():
        assert not ("28.8" in line and "0.28" in line)


SEED_ERRORS = [
    ("S1", "A25", lambda a: a["options"][0]["grade"], {"strength": "strong", "evidence": "moderate"}),
    ("S4", "P01", lambda a: {"answer": a["answer"]}, {"answer": "needs_data"}),
    (
        "S6",
        "A25",
        lambda a: {"line": a["line_of_therapy"], "fit": a["options"][0]["label"]["fit"]},
        {"line": "second", "fit": "off"},
    ),
    (
        "S20",
        "A25",
        lambda a: next(c for c in a["options"][0]["chain"] if c["statement"].endswith("5.0"))["grade"],
        {"strength": "moderate", "evidence": "intermediate"},
    ),
]


@pytest.mark.parametrize(("row", "name", "read", "wanted"), SEED_ERRORS, ids=[row[0] for row in SEED_ERRORS])
def test_an_error_of_the_seed_answer_is_not_made(
    row: str, name: str, read: Any, wanted: Any, knowledge: Knowledge, words: Words
) -> None:
    answer, _ = shown(case(name))
    got = read(answer)
    assert {key: got[key] for key in wanted} == wanted


def test_lung_disease_is_a_precaution_and_no_way_to_the_other_conjugate(knowledge: Knowledge, words: Words) -> None:
    answer, _ = shown(case("A10"))
    kinds = {tuple(row["drugs"]): row["kind"] for row in answer["avoid"] if row["kind"] != "against"}
    assert kinds == {("trastuzumab deruxtecan",): "precaution", ("trastuzumab emtansine",): "precaution"}


def test_from_the_third_line_on_nothing_is_preferred(knowledge: Knowledge, words: Words) -> None:
    answer, text = shown(case("A07"))
    assert {o["role"] for o in answer["options"]} == {"option"}
    assert text.startswith("No regimen is preferred")
    assert all(o["grade"]["strength"] is None and o["grade"]["grade_note"] == "not seen" for o in answer["options"])


@in_chunks
def test_doses_agree_with_a_second_method(chunk: int) -> None:
    """mg from weight by hand; body surface by Du Bois must lie within 5 % of the formula used."""
    seen = []

    def law(path: Path) -> None:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")).get("patient", {})
        for dose in (d for o in told_as_json(path)["options"] for d in o["dose"] if d["calculated_mg"] is not None):
            if dose["unit"] == "mg/kg":
                kilos = float(str(raw["weight"]).split()[0])
                assert math.isclose(dose["calculated_mg"], dose["amount"] * kilos, rel_tol=0.001)
                seen.append(path)
            if dose["unit"] == "mg/m2":
                kilos, centimetres = float(str(raw["weight"]).split()[0]), float(str(raw["height"]).split()[0])
                du_bois = 0.007184 * kilos**0.425 * centimetres**0.725
                assert math.isclose(dose["calculated_mg"], dose["amount"] * du_bois, rel_tol=0.05)
                seen.append(path)

    assert failing_answers(law, chunk) == {}
    assert len(seen) > 5


NAMES = {"fact", "after", "check", "regimen", "statement", "statements", "feature", "then"}
IDENTIFIERS = NAMES | {"entries", "entry", "together_with"}


def prose(value: Any) -> list[str]:
    """Every text of an answer that a person reads."""
    if isinstance(value, dict):
        return [text for key, item in value.items() if key not in IDENTIFIERS for text in prose(item)]
    if isinstance(value, list):
        return [text for item in value for text in prose(item)]
    return [value] if isinstance(value, str) else []


DANGEROUS = (
    r"\bsafe\b(?!-heart)",  # the trial is called so
    "no adjustment needed",
    "failed therapy",
    "failed treatment",
    r"no brain metastases",
    r"\bresistance\b",
    r"(?<!trastuzumab )deruxtecan",
    r"(?<!trastuzumab )emtansine",
)


@in_chunks
def test_no_dangerous_word_is_said(chunk: int) -> None:
    def law(path: Path) -> None:
        answer = told_as_json(path)
        said = "\n".join(prose({k: v for k, v in answer.items() if k not in ("references", "name")})).lower()
        assert [word for word in DANGEROUS if re.search(word, said)] == []

    assert failing(law, CASES, chunk) == {}


def test_both_sides_are_shown_within_a_month_of_the_boundary(knowledge: Knowledge, words: Words) -> None:
    exactly, _ = shown(case("A03"))
    day_later, _ = shown(case("A04"))
    assert [s["if"] for s in exactly["other_sides"] if s["near"]] == ["> 12 months"]
    assert [s["if"] for s in day_later["other_sides"] if s["near"]] == ["<= 12 months"]
    assert exactly["other_sides"][0]["then"] == [o["regimen"] for o in day_later["options"] if o["role"] == "preferred"]


def test_what_comes_after_the_first_line_of_untreated_disease(knowledge: Knowledge, words: Words) -> None:
    """What silence says of the other drugs stays: the preferred second line is not lost on the way there (ASCO 2.1)."""
    path = next((FOLDER / "cases").rglob("V01-*.yaml"))
    answer = answer_record(read_case(read_file(path), knowledge, words, dt.date(2022, 9, 26)), knowledge)
    ahead = [step for step in answer.next if step.after == answer.options[0].regimen]
    assert ahead and all([o.role for o in step.options][:1] == ["preferred"] for step in ahead)
