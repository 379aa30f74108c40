"""Authors' sentences: what parses, what is said of what does not, and guards under every negation."""

from __future__ import annotations

from itertools import product
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concordant.author.compile import compile_condition
from concordant.author.sentence import parse_sentence
from concordant.logic.conditions import ALWAYS, NEVER, All, Any, AtLeast, Compare, Condition, Not, OneOf
from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, truth_from_bool
from concordant.model.features import Feature
from concordant.patient.facts import Facts
from concordant.readers.explain import explain
from tests.shares import examples
from tests.strategies import fact

GUARD = OneOf("treated", ("yes",))
FEATURES = {
    feature.name: feature
    for feature in (
        Feature(name="extent", label="Extent", type="enum", values=("early", "locally_advanced", "metastatic")),
        Feature(name="treated", label="Treated", type="yes_no", values=("yes", "no")),
        Feature(name="fraction", label="Fraction", type="number", unit="percent"),
        Feature(name="lines", label="Lines", type="count"),
        Feature(name="months", label="Months since treatment", type="number", unit="months", only_if=GUARD),
        Feature(name="outcome", label="Outcome of treatment", type="enum", values=("good", "bad"), only_if=GUARD),
    )
}

EARLY, LATE = Compare("months", "<=", 12.0), Compare("months", ">", 12.0)
GOOD = OneOf("outcome", ("good",))
METASTATIC, FEW = OneOf("extent", ("metastatic",)), Compare("lines", "<=", 2.0)

SENTENCES: list[tuple[str, Condition]] = [
    ("extent is metastatic", METASTATIC),
    ("extent is not metastatic", Not(METASTATIC)),
    ("extent is one of early, metastatic", OneOf("extent", ("early", "metastatic"))),
    ("extent is not one of early, metastatic", Not(OneOf("extent", ("early", "metastatic")))),
    ("  extent is early  ", OneOf("extent", ("early",))),
    ("treated is yes", GUARD),
    ("months <= 12 months", EARLY),
    ("months > 12 months", LATE),
    ("months<=12 months", EARLY),
    ("months < 6.5 months", Compare("months", "<", 6.5)),
    ("fraction >= 50 percent", Compare("fraction", ">=", 50.0)),
    ("lines <= 2", FEW),
    ("lines == 0", Compare("lines", "==", 0.0)),
    ("fraction > -1 percent", Compare("fraction", ">", -1.0)),
]

BAD_SENTENCES = [
    ("extnt is early", "'extnt is early' asks about the unknown feature 'extnt'. Did you mean 'extent'?"),
    ("month <= 12 months", "'month <= 12 months' asks about the unknown feature 'month'. Did you mean 'months'?"),
    (
        "qqq is yes",
        "'qqq is yes' asks about the unknown feature 'qqq'. Known here: extent, treated, fraction, lines, months, outcome",
    ),
    ("extent is metastatik", "'extent is metastatik': 'extent' has no value 'metastatik'. Did you mean 'metastatic'?"),
    (
        "extent is one of early, late",
        "'extent is one of early, late': 'extent' has no value 'late'. Known here: early, locally_advanced, metastatic",
    ),
    ("treated is not true", "'treated is not true': 'treated' has no value 'true'. Known here: yes, no"),
    ("months <= 12", "'months <= 12' must give the unit of 'months': months"),
    ("months <= 12 weeks", "'months <= 12 weeks' must give the unit of 'months': months"),
    ("fraction >= 50 %", "'fraction >= 50 %' must give the unit of 'fraction': percent"),
    ("lines <= 2 months", "'lines <= 2 months' must give the unit of 'lines': none"),
    ("extent > 3", "'extent > 3' compares 'extent', which is not a number"),
    ("treated == 1", "'treated == 1' compares 'treated', which is not a number"),
    ("fraction is high", "'fraction is high' must compare 'fraction' with a number, such as <= 12 percent"),
    ("lines is few", "'lines is few' must compare 'lines' with a number, such as <= 12"),
    ("metastatic", "'metastatic' is not a sentence; write `feature is value` or `feature <= 12 months`"),
    ("lines <= two", "'lines <= two' is not a sentence; write `feature is value` or `feature <= 12 months`"),
    ("lines => 2", "'lines => 2' is not a sentence; write `feature is value` or `feature <= 12 months`"),
    ("", "'' is not a sentence; write `feature is value` or `feature <= 12 months`"),
]

TWO = ["extent is metastatic", "lines <= 2"]
CONDITIONS: list[tuple[str, Anything, Condition]] = [
    ("always", "always", ALWAYS),
    ("never", "never", NEVER),
    ("none of always", {"none": ["always"]}, NEVER),
    ("one sentence", "extent is metastatic", METASTATIC),
    ("a list is all of it", TWO, All((METASTATIC, FEW))),
    ("all", {"all": TWO}, All((METASTATIC, FEW))),
    ("any", {"any": TWO}, Any((METASTATIC, FEW))),
    ("all of one", {"all": TWO[:1]}, METASTATIC),
    ("none", {"none": TWO}, All((Not(METASTATIC), Not(FEW)))),
    ("none of a list", {"none": [TWO]}, Any((Not(METASTATIC), Not(FEW)))),
    ("none of any", {"none": [{"any": TWO}]}, All((Not(METASTATIC), Not(FEW)))),
    ("none of none", {"none": [{"none": TWO}]}, Any((METASTATIC, FEW))),
    ("at least 2 of three", {"at least 2 of": [*TWO, "treated is yes"]}, AtLeast(2, (METASTATIC, FEW, GUARD))),
    (
        "none of at least 2 of three",
        {"none": [{"at least 2 of": [*TWO, "treated is yes"]}]},
        AtLeast(2, (Not(METASTATIC), Not(FEW), Not(GUARD))),
    ),
    (
        "none of at least 3 of three",
        {"none": [{"at least 3 of": [*TWO, "treated is yes"]}]},
        AtLeast(1, (Not(METASTATIC), Not(FEW), Not(GUARD))),
    ),
    ("a guarded number", "months <= 12 months", All((GUARD, EARLY))),
    ("a guarded word", "outcome is good", All((GUARD, GOOD))),
    ("a guarded word negated", "outcome is not good", All((GUARD, Not(GOOD)))),
    ("none of a guarded number", {"none": ["months <= 12 months"]}, All((GUARD, Not(EARLY)))),
    ("none of a negated guarded word", {"none": ["outcome is not good"]}, All((GUARD, GOOD))),
    ("none of none of a guarded word", {"none": [{"none": ["outcome is good"]}]}, All((GUARD, GOOD))),
    (
        "none of two guarded",
        {"none": ["months <= 12 months", "outcome is good"]},
        All((All((GUARD, Not(EARLY))), All((GUARD, Not(GOOD))))),
    ),
    (
        "none of all guarded",
        {"none": [{"all": ["months <= 12 months", "outcome is good"]}]},
        Any((All((GUARD, Not(EARLY))), All((GUARD, Not(GOOD))))),
    ),
    (
        "at least 2 of guarded",
        {"at least 2 of": ["months <= 12 months", "outcome is good"]},
        AtLeast(2, (All((GUARD, EARLY)), All((GUARD, GOOD)))),
    ),
    (
        "none of at least 2 of guarded",
        {"none": [{"at least 2 of": ["months <= 12 months", "outcome is good"]}]},
        AtLeast(1, (All((GUARD, Not(EARLY))), All((GUARD, Not(GOOD))))),
    ),
]

BAD_CONDITIONS: list[tuple[Anything, str]] = [
    ({"some": TWO}, "'some' is not one of all, any, none, at least n of"),
    ({"at least two of": TWO}, "'at least two of' is not one of all, any, none, at least n of"),
    ({"all": []}, "'all' needs a list of sentences"),
    ({"at least 3 of": TWO}, "'at least 3 of' must count from 1 to 2: so many sentences stand under it"),
    ({"at least 0 of": TWO}, "'at least 0 of' must count from 1 to 2: so many sentences stand under it"),
    ([], "an empty condition; write `always` or `never`"),
    ({"none": "treated is yes"}, "'none' needs a list of sentences"),
    ({"all": TWO, "any": TWO}, f"{ {'all': TWO, 'any': TWO}!r} is not a condition; write a sentence, or one of all, any, none"),
    (None, "None is not a condition; write a sentence, or one of all, any, none"),
    ({"any": ["extent is metastatic", "lines <= 2 months"]}, "'lines <= 2 months' must give the unit of 'lines': none"),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_a_sentence_is_parsed(text: str, expected: Condition) -> None:
    assert parse_sentence(text, FEATURES) == expected


@pytest.mark.parametrize(("text", "says"), BAD_SENTENCES)
def test_a_bad_sentence_gets_its_message(text: str, says: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_sentence(text, FEATURES)
    assert str(error.value) == says


@pytest.mark.parametrize(("authored", "expected"), [row[1:] for row in CONDITIONS], ids=[row[0] for row in CONDITIONS])
def test_a_condition_is_compiled(authored: Anything, expected: Condition) -> None:
    assert compile_condition(authored, FEATURES) == expected


@pytest.mark.parametrize(("authored", "says"), BAD_CONDITIONS, ids=[says for _, says in BAD_CONDITIONS])
def test_a_bad_condition_gets_its_message(authored: Anything, says: str) -> None:
    with pytest.raises(ValueError) as error:
        compile_condition(authored, FEATURES)
    assert str(error.value) == says


def known(treated: str | None, months: float | None, outcome: str | None) -> Facts:
    held = None if months is None else Interval(months, months)
    return {"treated": fact("treated", treated), "months": fact("months", held), "outcome": fact("outcome", outcome)}


GUARDED = ["months <= 12 months", "months > 12 months", "outcome is good", "outcome is not good"]


@pytest.mark.parametrize("sentence", GUARDED)
@pytest.mark.parametrize(("months", "outcome"), [(8.0, "good"), (20.0, "bad"), (None, None)])
def test_without_its_guard_a_sentence_is_false_and_so_is_its_negation(
    sentence: str, months: float | None, outcome: str | None
) -> None:
    facts = known("no", months, outcome)
    for authored in (sentence, {"none": [sentence]}, {"none": [{"none": [sentence]}]}):
        assert explain(compile_condition(authored, FEATURES), facts).truth is FALSE


@pytest.mark.parametrize("sentence", GUARDED)
def test_with_an_unknown_guard_a_sentence_that_would_hold_is_unknown(sentence: str) -> None:
    truths = [explain(compile_condition(sentence, FEATURES), known(None, m, o)).truth for m, o in ((8.0, "good"), (20.0, "bad"))]
    assert sorted(t.value for t in truths) == ["false", "unknown"]


@pytest.mark.parametrize(("months", "is_early"), [(11.0, True), (12.0, True), (13.0, False)])
def test_with_its_guard_a_sentence_and_its_negation_are_opposites(months: float, is_early: bool) -> None:
    facts = known("yes", months, None)
    assert explain(compile_condition("months <= 12 months", FEATURES), facts).truth is truth_from_bool(is_early)
    assert explain(compile_condition({"none": ["months <= 12 months"]}, FEATURES), facts).truth is truth_from_bool(not is_early)


# A meaning of its own for authored trees: for each its truth and the truth of its negation, counted 0, 1/2, 1.
# A guarded sentence has neither where its guard fails, so negation is more than 1 minus.
Pair = tuple[float, float]
LEAVES: dict[str, tuple[str, bool]] = {
    "months <= 12 months": ("months", True),
    "outcome is good": ("outcome", True),
    "outcome is not good": ("outcome", False),
    "treated is yes": ("treated", True),
}
WORTH = {0.0: FALSE, 0.5: UNKNOWN, 1.0: TRUE}


def both_ways(authored: Anything, worth: dict[str, float]) -> Pair:
    if isinstance(authored, str):
        name, positive = LEAVES[authored]
        guard = 1.0 if name == "treated" else worth["treated"]
        yes, no = min(guard, worth[name]), min(guard, 1.0 - worth[name])
        return (yes, no) if positive else (no, yes)
    ((key, items),) = authored.items()
    yes_all, no_all = zip(*(both_ways(item, worth) for item in items), strict=True)
    match key:
        case "all":
            return min(yes_all), max(no_all)
        case "any":
            return max(yes_all), min(no_all)
        case "none":
            return min(no_all), max(yes_all)
        case _:
            n = int(key.split()[2])
            return nth(yes_all, n), nth(no_all, len(items) - n + 1)


def nth(values: tuple[float, ...], n: int) -> float:
    """How true it is that n of the values are true."""
    return 1.0 if n <= 0 else sorted(values, reverse=True)[n - 1] if n <= len(values) else 0.0


def reachable(key: str, items: list[Anything]) -> str:
    """`at least n of` with no larger n than there are sentences; more is refused."""
    return f"at least {min(int(key.split()[2]), len(items))} of" if key.startswith("at least") else key


def trees() -> st.SearchStrategy[Anything]:
    def around(inner: st.SearchStrategy[Anything]) -> st.SearchStrategy[Anything]:
        keys = st.sampled_from(("all", "any", "none", "at least 1 of", "at least 2 of", "at least 3 of"))
        return st.builds(lambda key, items: {reachable(key, items): items}, keys, st.lists(inner, min_size=1, max_size=3))

    return st.recursive(st.sampled_from(sorted(LEAVES)), around, max_leaves=8)


@settings(max_examples=examples(60))
@given(trees())
def test_every_tree_means_what_its_author_wrote_for_every_patient(authored: Anything) -> None:
    condition = compile_condition(authored, FEATURES)
    for treated, months, outcome in product(("yes", "no", None), (8.0, 20.0, None), ("good", "bad", None)):
        worth = {
            "treated": {"yes": 1.0, "no": 0.0, None: 0.5}[treated],
            "months": 0.5 if months is None else float(months <= 12),
            "outcome": {"good": 1.0, "bad": 0.0, None: 0.5}[outcome],
        }
        expected: Truth = WORTH[both_ways(authored, worth)[0]]
        assert explain(condition, known(treated, months, outcome)).truth is expected
