"""What was given, held against what the guideline offers: a table of treatments, and stories of patients with their verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from concordant.api import Engine
from concordant.api.cohort_order import make_deciding_rules
from concordant.cohorts.deciding import decide_points
from concordant.cohorts.facts import write_point_facts
from concordant.cohorts.verdicts import is_same_treatment
from concordant.decide.column_facts import list_left_as_they_are
from concordant.decide.running import find_running_drugs
from concordant.derive.engine import FactsOnDemand
from concordant.patient.fact_table import join_words, make_fact_row
from concordant.record.courses.line_rules import make_line_rules
from tests.shares import share_of
from tests.shipped import CASES, failing, record_of, shipped_knowledge

SAME = [  # given, named, whether it is the same treatment
    ("trastuzumab pertuzumab docetaxel", "trastuzumab pertuzumab docetaxel", True),
    ("pertuzumab docetaxel trastuzumab", "trastuzumab pertuzumab docetaxel", True),
    ("trastuzumab pertuzumab nab_paclitaxel", "trastuzumab pertuzumab paclitaxel", True),
    ("trastuzumab pertuzumab docetaxel denosumab", "trastuzumab pertuzumab docetaxel", True),
    ("trastuzumab pertuzumab docetaxel letrozole", "trastuzumab pertuzumab docetaxel", True),
    ("trastuzumab docetaxel", "trastuzumab pertuzumab docetaxel", False),
    ("trastuzumab pertuzumab docetaxel carboplatin", "trastuzumab pertuzumab docetaxel", False),
    ("trastuzumab", "trastuzumab letrozole", False),
    ("trastuzumab anastrozole", "trastuzumab letrozole", False),
    ("trastuzumab_emtansine", "trastuzumab_deruxtecan", False),
    ("docetaxel paclitaxel", "docetaxel", False),
]


@pytest.mark.parametrize(("given", "named", "same"), SAME)
def test_whether_a_treatment_is_a_regimen(given: str, named: str, same: bool) -> None:
    rules = make_line_rules(shipped_knowledge())
    assert is_same_treatment(given.split(), named.split(), rules) == same


# Of whom (a shipped case), what was given, and the verdict with its reason and the number of its statement; written beforehand.
STORIES: list[tuple[str, str | None, str, tuple[str, str | None, str | None]]] = [
    ("A01", "trastuzumab_deruxtecan", "", ("preferred", None, "2.1")),
    ("A01", "trastuzumab_emtansine", "", ("against", "already_failed", None)),
    ("A01", "capecitabine", "", ("not_offered", None, "2.1")),
    ("A01", None, "", ("undecidable", "nothing_on_record", "2.1")),
    ("A01", "trastuzumab", "taxane", ("undecidable", "drugs_not_named", "2.1")),
    ("A01", "", "study drug", ("justified", "trial", "2.1")),
    ("A01", "trastuzumab_emtansine", "study drug", ("against", "already_failed", None)),
    ("A08", "trastuzumab_emtansine", "", ("offered", None, None)),
    ("A08", "capecitabine", "", ("justified", "unavailable", "2.1")),
    ("A10", "trastuzumab_deruxtecan", "", ("against", "precaution", None)),
    ("A10", "capecitabine", "", ("justified", "contraindication", "2.1")),
    ("A33", "trastuzumab_deruxtecan", "", ("out_of_scope", "cancer", None)),
    ("A33", None, "", ("out_of_scope", "cancer", None)),
    ("P01", "capecitabine", "", ("undecidable", "needs_data", None)),
]


def find_case(name: str) -> Path:
    return next(path for path in CASES if path.stem.startswith(f"{name}-"))


def rows_of(path: Path, given: list[tuple[str | None, str]], engine: Engine) -> Any:
    """A row of facts for each treatment, of the day of the case."""
    record, prepared = record_of(path), engine._prepared
    assert record is not None
    facts = FactsOnDemand(record, prepared.plan, prepared.bare)
    fact_row = make_fact_row(path.stem, find_running_drugs(record), prepared.plan.features, facts)
    fact_row["stated"] = join_words(record.stated) or None
    told = [
        {
            **fact_row,
            "point": "line_start",
            "date": record.as_of,
            "number": number,
            "given": None if drugs is None else "|".join(drugs.split()),
            "given_other": other,
            "trial": "study" in other,
        }
        for number, (drugs, other) in enumerate(given, 1)
    ]
    return write_point_facts(told, prepared.plan.features)


@pytest.mark.parametrize(("name", "given", "other", "wanted"), STORIES)
def test_the_verdict_of_a_story(
    name: str, given: str | None, other: str, wanted: tuple[str, str | None, str | None], engine: Engine
) -> None:
    rules = make_deciding_rules(engine, "", None)
    (row,) = decide_points(rows_of(find_case(name), [(given, other)], engine), rules).to_pylist()
    assert (row["verdict"], row["reason"]) == wanted[:2]
    if wanted[2] is not None:
        assert row["statement"].endswith(f"/{wanted[2]}")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(shipped_knowledge())


def needs_entries(feature: str) -> bool:
    """Whether what follows from a feature comes in part from entries of a record, which a table of facts has not."""
    return bool(list_left_as_they_are(Engine(shipped_knowledge())._prepared.plan, {feature: None}))


@pytest.mark.long  # an answer for every case
def test_points_say_what_the_answer_says(engine: Engine) -> None:
    rules = make_deciding_rules(engine, "", None)

    def check(path: Path) -> None:
        told = engine.recommend(path)
        answer, line = told.answer, told.to_dict()["line_of_therapy"]
        offered = [option for option in answer.options if option.status in ("applies", "applies_if_checked")]
        ids = {drug.name: drug.id for drug in engine.knowledge.drugs}
        treatments = [" ".join(ids[name] for name in option.drugs) for option in offered]
        rows = decide_points(rows_of(path, [(drugs, "") for drugs in [*treatments, "capecitabine"]], engine), rules).to_pylist()
        for row in rows:
            assert row["answer"] == answer.answer
            assert set(row["offered"]) == {option.regimen for option in offered}
            assert row["line"] == line
        for option, row in zip(offered, rows, strict=False):
            assert row["verdict"] in ("preferred", "offered")
            assert row["verdict"] == "preferred" or option.role != "preferred"
        if answer.answer == "out_of_scope":
            record = record_of(path)
            assert record is not None
            limits = engine.situation(record).decision.limits
            reason = limits[0].limit.topic if limits else "no_guideline_in_force"
            assert (rows[-1]["verdict"], rows[-1]["reason"]) == ("out_of_scope", reason)
        if answer.answer == "needs_data":
            assert rows[-1]["missing"] or all(map(needs_entries, (ask.feature for ask in answer.ask if not ask.together_with)))

    found = failing(check, [path for path in CASES if record_of(path) is not None])
    assert not found, found


TOLD = [path for path in CASES if record_of(path) is not None]
NOT_CONCORDANT = ("not_offered", "against")


@pytest.mark.long  # every fact that is read, of many cases
@pytest.mark.parametrize("path", share_of("verdicts with less on record", TOLD), ids=lambda path: path.stem)
def test_less_on_record_never_makes_a_concordant_treatment_discordant(path: Path, engine: Engine) -> None:
    """Each fact is taken away by itself: what was preferred or offered then is so, or cannot be decided."""
    record = record_of(path)
    assert record is not None
    rules, prepared = make_deciding_rules(engine, "", None), engine._prepared
    options = [one for one in engine.recommend(path).answer.options if one.status in ("applies", "applies_if_checked")]
    ids = {drug.name: drug.id for drug in engine.knowledge.drugs}
    treatments: list[tuple[str | None, str]] = [(" ".join(ids[name] for name in one.drugs), "") for one in options]
    whole = rows_of(path, treatments, engine)
    read = prepared.find_ruleset(record, "").decisive
    blanked = {name: blank_feature(whole, name) for name in sorted(read)}
    verdicts = decide_points(whole, rules).to_pylist()
    for name, table in blanked.items():
        for told, before in zip(decide_points(table, rules).to_pylist(), verdicts, strict=True):
            if before["verdict"] in ("preferred", "offered"):
                assert told["verdict"] not in NOT_CONCORDANT, (name, told["given"], told["reason"])


def blank_feature(table: Any, name: str) -> Any:
    """The table with nothing known of a feature."""
    for column in (name, f"{name}_low", f"{name}_high"):
        if column in table.column_names:
            place = table.column_names.index(column)
            table = table.set_column(place, column, pa.nulls(table.num_rows, table.schema.field(column).type))
    return table
