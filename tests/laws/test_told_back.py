"""What an answer prints can be told back under `stated`, and means the same (`tools/tell_back.py` does so for every case)."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import pytest

from concordant.answer.cells_shown import make_cell_shown
from concordant.answer.engine import answer_record, build_situation
from concordant.decide.partitions import make_cells
from concordant.errors import Refused
from concordant.library import FOLDER
from concordant.logic.intervals import Interval, make_exact_interval, step_above, step_below
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import PRINTED, Value, format_unit, format_value, value_from_words
from concordant.present.language import load_language
from concordant.terminology.names import Words, normalize_unit
from tests.conftest import ReadCase
from tests.laws.telling import Teller, printed, told_back
from tests.shares import share_of
from tests.stories import Story, told_by

CASES = sorted((FOLDER / "cases").rglob("*.yaml"))
SAMPLE = CASES[::12]
INTERVAL = "months_from_adjuvant_her2_therapy_to_recurrence"
INF = math.inf


@pytest.mark.long
@pytest.mark.parametrize("path", share_of("told back", SAMPLE), ids=lambda path: path.stem)
def test_what_an_answer_prints_means_the_same_when_it_is_told(path: Path, knowledge: Knowledge, words: Words) -> None:
    wrong = [told for told in told_back(path, knowledge, words) if told.problem and not told.where.endswith("in conflict")]
    assert wrong == []


def test_the_sample_holds_texts_of_every_kind(knowledge: Knowledge, words: Words) -> None:
    kinds = {told.where for path in SAMPLE[:8] for told in told_back(path, knowledge, words)}
    assert kinds >= {"changes", "other side", "now", "next", "next step"}


def stated(read: ReadCase, name: str, text: str) -> Value:
    return read(f"stated:\n  {name}: '{text}'").stated.get(name)


# what is printed, of which feature, and what it means
TOLD: list[tuple[str, str, Value]] = [
    ("total_bilirubin_xuln", "<= 1 x upper limit", Interval(high=1)),
    ("total_bilirubin_xuln", "> 1 to 1.5 x upper limit", Interval(step_above(1), 1.5)),
    ("neutrophils", ">= 1.5 x 10⁹/L", Interval(low=1.5)),
    ("platelets", "150 × 10⁹/L", make_exact_interval(150)),
    ("body_surface_area", "1.73 m²", make_exact_interval(1.73)),
    ("lvef", ">= 50 to < 60 %", Interval(50, step_below(60))),
    ("lvef", "at least 50 %", Interval(low=50)),
    (INTERVAL, "> 6 to 12 months", Interval(step_above(6), 12)),
    (INTERVAL, "more than 6 to less than 12 months", Interval(step_above(6), step_below(12))),
    (INTERVAL, "At  Most 12  Months", Interval(high=12)),
    (INTERVAL, "12 months or less", Interval(high=12)),
    (INTERVAL, "more than 6, up to 12 months", Interval(step_above(6), 12)),
    (INTERVAL, "more than 6, up to under 12 months", Interval(step_above(6), step_below(12))),
    (INTERVAL, "any value", None),
    ("her2_lines_progressed", ">= 2", Interval(low=2)),
    ("line_of_therapy", "second line", "second"),
    ("line_of_therapy", "third line or later", "third_or_later"),
    ("line_of_therapy", "Second line or third  line or later", ("second", "third_or_later")),
    ("line_of_therapy", "Line of therapy: first line", "first"),
    ("her2_status", "negative or equivocal", ("negative", "equivocal")),
    ("her2_status", "equivocal, negative", ("negative", "equivocal")),
    ("her2_status", "negative/equivocal or negative", ("negative", "equivocal")),
    ("her2_status", "positive or negative or equivocal", None),
    ("her2_ihc", "0 or 1+", ("0", "1+")),
    ("interstitial_lung_disease", "none or history", ("none", "history")),
    ("presentation", "metastatic at first diagnosis", "de_novo"),
    ("brain_metastases", "none found or stable", ("none", "stable")),
    ("disease_extent", "locally advanced, not operable", "locally_advanced_unresectable"),
    ("disease_extent", "locally advanced, not operable or metastatic", ("locally_advanced_unresectable", "metastatic")),
    ("pregnant", "Yes", "yes"),
    ("pregnant", "NO", "no"),
    ("pregnant", "yes or no", None),
]


@pytest.mark.parametrize(("name", "text", "value"), TOLD, ids=lambda item: str(item)[:40])
def test_a_text_means_what_was_printed(name: str, text: str, value: Value, read: ReadCase) -> None:
    assert stated(read, name, text) == value


REFUSED = [
    ("her2_status", "negative or high", "'high' is not a value of 'her2_status'. Known here: positive, negative, equivocal"),
    ("her2_status", "negativ or equivocal", "'negativ or equivocal' is not a value of 'her2_status'. Known here"),
    ("her2_status", "negative or", "'negative or' is not a value of 'her2_status'. Did you mean 'negative'?"),
    ("her2_status", "", "'' is not a value of 'her2_status'."),
    ("line_of_therapy", "third line", "'third line' is not a value of 'line_of_therapy'. Did you mean 'third line or later'?"),
    (INTERVAL, "< 6 to 12 months", "'< 6 to 12 months' has two ends on one side; write for example > 6 to < 12"),
    (INTERVAL, "> 6 to 6 months", "'> 6 to 6 months' leaves no number"),
    (INTERVAL, "> 12 to 6 months", "runs from the larger to the smaller number"),
    ("neutrophils", "2 x upper limit", "has the wrong unit 'x upper limit'; use 10*9/L"),
]


@pytest.mark.parametrize(("name", "text", "says"), REFUSED, ids=lambda item: item[:40])
def test_what_is_refused_says_why(name: str, text: str, says: str, read: ReadCase) -> None:
    with pytest.raises(Refused) as refused:
        stated(read, name, text)
    assert says in str(refused.value)


@pytest.mark.long
def test_every_word_and_any_two_of_them_are_read_as_printed(knowledge: Knowledge, words: Words, read: ReadCase) -> None:
    teller = Teller(build_situation(read("as_of: 2023-06-01"), knowledge), knowledge, words)
    for feature in share_of("told back", (one for one in knowledge.features if not one.is_numeric)):
        for some in (*combinations(feature.values, 1), *combinations(feature.values, 2)):
            value = value_from_words(feature, some)
            text = " or ".join(format_value(feature, word) for word in some)
            for spelling in (text, text.upper(), f"{feature.label}: {text}", " or ".join(some)):
                assert teller.read(feature.name, spelling) == value, f"{feature.name}: {spelling}"


def test_every_range_between_thresholds_is_read_as_printed(knowledge: Knowledge, words: Words, read: ReadCase) -> None:
    now = build_situation(read("as_of: 2026-06-01"), knowledge)
    teller, met = Teller(now, knowledge, words), 0
    for feature in (one for one in knowledge.features if one.is_numeric):
        for cell in make_cells(feature, now.frame.cuts.get(feature.name, ()), None):
            for text in (
                cell.name,
                cell.name.upper(),
                load_language("en").describe_cell(make_cell_shown(feature, cell), cell.name),
            ):
                assert printed(feature, teller.read(feature.name, text)) == cell.name, f"{feature.name}: {text}"
            met += 1
    assert met > 40


def test_every_unit_is_read_as_it_is_printed(knowledge: Knowledge, words: Words) -> None:
    units = {feature.unit for feature in knowledge.features if feature.unit}
    assert set(PRINTED) <= units
    for unit in units:
        assert words.units[unit][normalize_unit(format_unit(unit))] == 1


@told_by("words-left", "decides")
def test_the_words_that_are_left_decide_when_all_or_none_would(story: Story, knowledge: Knowledge, read: ReadCase) -> None:
    assert answer_record(read(story.record), knowledge).answer == story.expect


@told_by("words-left", "asks")
def test_words_that_lead_to_different_answers_are_asked_about(story: Story, knowledge: Knowledge, read: ReadCase) -> None:
    answer = answer_record(read(story.record), knowledge)
    asked = next(ask for ask in answer.ask if ask.feature == story.expect["feature"])
    assert answer.answer == story.expect["answer"]
    assert [change.if_ for change in asked.changes] == story.expect["branches"]


@told_by("words-left", "narrowed")
def test_words_that_the_record_narrows_contradict_nothing(story: Story, knowledge: Knowledge, read: ReadCase) -> None:
    fact = build_situation(read(story.record), knowledge).facts["her2_reported"]
    assert {"value": fact.value, "conflict": fact.conflict} == story.expect
    assert fact.conflict or fact.origin == "derived"


FEATURE = Feature(name="x", label="X", type="enum", values=("a", "b", "c"))


def test_words_have_one_form() -> None:
    assert value_from_words(FEATURE, ["c", "a"]) == value_from_words(FEATURE, ["a", "c", "a"]) == ("a", "c")
    assert value_from_words(FEATURE, ["b"]) == "b"
    assert value_from_words(FEATURE, "abc") is None
