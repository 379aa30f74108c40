"""Doses: worked out again by a second method for every regimen; each limit from both sides; each planted fault is noticed."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from concordant.answer.dispensing import select_tablets, select_vials
from concordant.answer.doses import DoseCalculator
from concordant.answer.engine import answer_record
from concordant.answer.parts import AdjustedDose, Dose
from concordant.answer.references import References
from concordant.author.build import build_knowledge
from concordant.decide.ruleset import make_ruleset
from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan, make_plan
from concordant.library import FOLDER
from concordant.logic.intervals import Interval, make_exact_interval, step_above
from concordant.model.drugs import DoseAdjustment, Drug, Tablet, Vial
from concordant.model.formulas import Formula, calculate_formula
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Cite
from concordant.patient.facts import Facts
from concordant.present.page.page import build_document
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words, make_words
from concordant.texts import read_text
from tests.answer.second_method import AS_OF, Files, Patient, files, least_over, nearest_tablets, wanted
from tests.conftest import ReadCase
from tests.shares import examples
from tests.shipped import compiling
from tests.stories import Story, told_by, unlike

DAY = dt.date.fromisoformat(AS_OF)
KNOWN = files(FOLDER)
HALF = Decimal("0.05") + Decimal("1e-9")  # calculated_mg is exact to 0.1 mg


class Method:
    """The program's own way to a dose, with one knowledge."""

    def __init__(self, knowledge: Knowledge, words: Words) -> None:
        self.knowledge, self.words = knowledge, words
        self.plan: DerivationPlan = make_plan(knowledge)
        self.frame = make_ruleset(knowledge, DAY)
        self.derived: dict[Patient, Facts] = {}

    def facts(self, patient: Patient) -> Facts:
        if patient not in self.derived:
            self.derived[patient] = self.derive(patient)
        return self.derived[patient]

    def derive(self, patient: Patient) -> Facts:
        return derive_facts(read_case(read_text(patient.case(), "case.yaml"), self.knowledge, self.words, DAY), self.plan)

    def doses(self, patient: Patient, regimen: str) -> list[Dose]:
        references = References({source.id: source for source in self.knowledge.sources})
        facts = self.facts(patient)
        dosing = DoseCalculator(self.frame.drugs, facts, self.plan.by_name, self.knowledge.rounding, references)
        return dosing.build_doses(self.frame.regimens[regimen])


def differences(method: Method, known: Files, patients: list[Patient]) -> Iterator[str]:
    """Everything in which the two methods differ for these patients, over every regimen."""
    for patient in patients:
        for regimen, raw in known.regimens.items():
            for part, dose in zip(raw["components"], method.doses(patient, regimen), strict=True):
                where = f"{regimen}, {dose.drug} ({dose.phase}), {patient}"
                yield from (f"{where}: {says}" for says in _differs(part, dose, regimen, patient, known))


def _differs(part: dict, dose: Dose, regimen: str, patient: Patient, known: Files) -> Iterator[str]:
    want = wanted(part, regimen, patient, known)
    got = tuple((one.amount, one.calculated_mg) for one in dose.adjusted)
    if not _near(dose.calculated_mg, want.mg):
        yield f"{dose.calculated_mg} mg, by the second method {want.mg}"
    if len(got) != len(want.lowered) or not all(
        _near(a, b) and _near(c, d) for (a, c), (b, d) in zip(got, want.lowered, strict=True)
    ):
        yield f"lowered to {got}, by the second method {want.lowered}"
    if bool(dose.asks) != want.asks or bool(dose.held) != want.held:
        yield f"asks {dose.asks}, held {dose.held!r}, by the second method {want.asks}, {want.held}"
    if (dose.calculated_mg is None) != bool(dose.why_not_calculated):
        yield "neither mg nor a reason, or both"
    drug = known.drugs[part["drug"]]
    for amount in (dose, *dose.adjusted):
        yield from _packs_differ(amount, part["route"], drug)


def _packs_differ(dose: Dose | AdjustedDose, route: str, drug: dict) -> Iterator[str]:
    if dose.calculated_mg is None:
        return
    left = least_over(dose.calculated_mg, drug.get("vials", [])) if route == "IV" else None
    tablets = nearest_tablets(dose.calculated_mg, drug.get("tablets", [])) if route == "PO" else None
    if not _near(dose.left_over_mg, left) or not _near(dose.rounded_mg, tablets):
        yield f"{dose.left_over_mg} left over, {dose.rounded_mg} in tablets, by the second method {left} and {tablets}"
    held = sum(Decimal(str(piece.mg)) * piece.count for piece in dose.pieces)
    if dose.pieces and not _near(dose.rounded_mg or dose.calculated_mg + (dose.left_over_mg or 0), held):
        yield f"the pieces {dose.pieces} hold {held} mg"


def _near(got: float | None, want: Decimal | None) -> bool:
    if got is None or want is None:
        return got is None and want is None
    return abs(Decimal(str(got)) - want) <= HALF


@pytest.fixture(scope="session")
def method(knowledge: Knowledge, words: Words) -> Method:
    return Method(knowledge, words)


# -- by a second method ------------------------------------------------------------------------------------------------


def tenths(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low * 10, high * 10).map(lambda n: str(Decimal(n) / 10))


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | strategy


PATIENTS = st.builds(
    Patient,
    weight=maybe(tenths(30, 180)),
    height=maybe(tenths(130, 205)),
    sex=st.sampled_from([None, "female", "male"]),
    age=st.none() | st.integers(18, 99),
    creatinine=maybe(st.integers(30, 500).map(lambda n: str(Decimal(n) / 100))),
    clearance=maybe(tenths(5, 160)),
    bilirubin=maybe(tenths(0, 8)),
    ast=maybe(tenths(0, 15)),
    neutrophils=maybe(tenths(0, 9)),
    liver_failure=st.booleans(),
    medication=st.sampled_from(["", "ketoconazole"]),
)


@pytest.mark.long
@settings(max_examples=examples(200), deadline=None)
@given(patient=PATIENTS)
def test_every_regimen_agrees_with_a_second_method(patient: Patient, method: Method) -> None:
    if patient.sex is None and patient.clearance is None and patient.creatinine:  # an interval: see below
        patient = Patient(**{**vars(patient), "sex": "male"})
    assert list(differences(method, KNOWN, [patient])) == []


def test_every_regimen_and_every_lower_dose_was_reached(method: Method) -> None:
    """The grid below meets each adjustment of the files, so that agreement is not agreement about nothing."""
    told = {
        one.says for patient in GRID for regimen in KNOWN.regimens for d in method.doses(patient, regimen) for one in d.adjusted
    }
    given_ = {part["drug"] for raw in KNOWN.regimens.values() for part in raw["components"]}
    written = {one["says"] for name in given_ for one in KNOWN.drugs[name].get("adjustments", [])}
    assert told == written


# -- each limit, from below, on it and from above ----------------------------------------------------------------------

BODY = {"weight": "72", "height": "172", "sex": "male", "age": 60}  # 80 / creatinine; for a woman 68 / creatinine
XC, NC, LC, LL, LT = (
    "trastuzumab-capecitabine",
    "neratinib-capecitabine",
    "lapatinib-capecitabine",
    "lapatinib-letrozole",
    "lapatinib-trastuzumab",
)
TC, VI, PA, AB = (
    "tucatinib-trastuzumab-capecitabine",
    "trastuzumab-vinorelbine",
    "trastuzumab-pertuzumab-paclitaxel",
    "abemaciclib-trastuzumab-fulvestrant",
)
NONE = "no amount"
# Regimen, drug, what is told, and what the label makes of the starting amount: nothing, an amount, or no amount named.
LIMITS: list[tuple[str, str, dict, float | str | None]] = [
    (XC, "capecitabine", {"clearance": "29.9"}, None),
    (XC, "capecitabine", {"clearance": "30"}, 937.5),
    (XC, "capecitabine", {"clearance": "50"}, 937.5),
    (XC, "capecitabine", {"clearance": "50.1"}, None),
    (XC, "capecitabine", {"creatinine": "1.59"}, None),
    (XC, "capecitabine", {"creatinine": "1.6"}, 937.5),  # exactly 50
    (XC, "capecitabine", {"creatinine": "2.66"}, 937.5),
    (XC, "capecitabine", {"creatinine": "2.67"}, None),  # below 30, where no dose is established
    (XC, "capecitabine", {"creatinine": "1.35", "sex": "female"}, None),
    (XC, "capecitabine", {"creatinine": "1.36", "sex": "female"}, 937.5),  # exactly 50
    (TC, "capecitabine", {"clearance": "40"}, 750),
    (NC, "capecitabine", {"clearance": "40"}, 562.5),
    (NC, "neratinib", {"bilirubin": "3"}, None),
    (NC, "neratinib", {"bilirubin": "3.1"}, 80),
    (NC, "neratinib", {"liver_failure": True}, 80),
    (LC, "lapatinib", {"bilirubin": "3"}, None),
    (LC, "lapatinib", {"bilirubin": "3.1"}, 750),
    (LC, "lapatinib", {"liver_failure": True}, 750),
    (LL, "lapatinib", {"bilirubin": "3"}, None),
    (LL, "lapatinib", {"bilirubin": "3.1"}, 1000),
    (LT, "lapatinib", {"bilirubin": "3"}, None),
    (LT, "lapatinib", {"bilirubin": "3.1"}, NONE),
    (TC, "tucatinib", {"bilirubin": "3.1"}, None),
    (TC, "tucatinib", {"liver_failure": True}, 200),
    (VI, "vinorelbine", {"neutrophils": "0.9"}, None),  # not to be given at all
    (VI, "vinorelbine", {"neutrophils": "1"}, 15),
    (VI, "vinorelbine", {"neutrophils": "1.4"}, 15),
    (VI, "vinorelbine", {"neutrophils": "1.5"}, None),
    (VI, "vinorelbine", {"bilirubin": "2"}, None),
    (VI, "vinorelbine", {"bilirubin": "2.1"}, 15),
    (VI, "vinorelbine", {"bilirubin": "3"}, 15),
    (VI, "vinorelbine", {"bilirubin": "3.1"}, 7.5),
    (VI, "vinorelbine", {"bilirubin": "3.1", "neutrophils": "1.2"}, 7.5),  # the lower of the two
    (PA, "paclitaxel", {"bilirubin": "1.25", "ast": "1"}, None),
    (PA, "paclitaxel", {"bilirubin": "1.26", "ast": "1"}, NONE),
    (PA, "paclitaxel", {"bilirubin": "5", "ast": "1"}, NONE),
    (PA, "paclitaxel", {"bilirubin": "5.1", "ast": "1"}, NONE),
    (PA, "paclitaxel", {"bilirubin": "1", "ast": "9.9"}, None),
    (PA, "paclitaxel", {"bilirubin": "1", "ast": "10"}, NONE),
    (AB, "abemaciclib", {}, None),
    (AB, "abemaciclib", {"medication": "ketoconazole"}, 100),
]
GRID = [Patient(**{**BODY, **told}) for _, _, told, _ in LIMITS]


@pytest.mark.parametrize(("regimen", "drug", "told", "amount"), LIMITS, ids=lambda v: str(v).replace(" ", ""))
def test_a_limit(regimen: str, drug: str, told: dict, amount: float | str | None, method: Method) -> None:
    dose = next(d for d in method.doses(Patient(**{**BODY, **told}), regimen) if d.drug == drug)
    lowest = dose.adjusted[0] if dose.adjusted else None
    if amount is None:
        assert lowest is None
        return
    assert lowest is not None
    assert lowest.amount == (None if amount == NONE else amount)
    assert lowest.because and lowest.refs and lowest.says in dose.held
    assert (lowest.calculated_mg is None) == (amount == NONE)


def test_the_limits_hold_for_the_second_method_too(method: Method) -> None:
    assert list(differences(method, KNOWN, GRID)) == []


def test_a_lower_dose_is_a_caution_in_its_regimens_and_in_no_other(knowledge: Knowledge) -> None:
    drugs = {drug.id: drug for drug in knowledge.drugs}
    for regimen in knowledge.regimens:
        cautions = {bar.says for bar in (*regimen.unless, *(bar for d in regimen.drugs for bar in drugs[d].unless))}
        for one in (one for d in regimen.drugs for one in drugs[d].adjustments):
            assert (one.says in cautions) == (not one.regimens or regimen.id in one.regimens)


# -- planted faults ----------------------------------------------------------------------------------------------------

Plant = Callable[[Knowledge], Knowledge]


def with_formula(name: str, change: Callable[[Formula], Formula]) -> Plant:
    return lambda k: replace(k, formulas=tuple(change(f) if f.id == name else f for f in k.formulas))


def with_drug(name: str, change: Callable[[Drug], Drug]) -> Plant:
    return lambda k: replace(k, drugs=tuple(change(d) if d.id == name else d for d in k.drugs))


def adjusted(change: Callable[[DoseAdjustment], DoseAdjustment]) -> Callable[[Drug], Drug]:
    return lambda drug: replace(drug, adjustments=tuple(change(one) for one in drug.adjustments))


def swapped(formula: Formula) -> Formula:
    (factor,) = formula.factors
    words = list(factor.values)
    turned = dict(zip(words, reversed(list(factor.values.values())), strict=True))
    return replace(formula, factors=(replace(factor, values=turned),))


def other_power(formula: Formula) -> Formula:
    first, *rest = formula.terms
    return replace(formula, terms=(replace(first, power=first.power + 0.225), *rest))


def no_loading(knowledge: Knowledge) -> Knowledge:
    """The maintenance amount in every loading dose."""
    return replace(
        knowledge,
        regimens=tuple(
            replace(r, components=tuple(replace(c, amount=c.amount / 2) if c.phase == "loading" else c for c in r.components))
            for r in knowledge.regimens
        ),
    )


def strict_limit(one: DoseAdjustment) -> DoseAdjustment:
    """50 itself no longer belongs to 30 to 50."""
    parts = tuple(replace(part, op="<") if getattr(part, "op", "") == "<=" else part for part in getattr(one.if_, "args", ()))
    return replace(one, if_=replace(one.if_, args=parts))


PLANTED: dict[str, Plant] = {
    "a wrong factor of the body surface": with_formula("mosteller", lambda f: replace(f, over=59)),
    "another power in the body surface": with_formula("mosteller", other_power),
    "the sex factors changed places": with_formula("cockcroft-gault", swapped),
    "another number to take the age from": with_formula(
        "cockcroft-gault",
        lambda f: replace(f, terms=tuple(replace(t, taken_from=150 if t.taken_from else None) for t in f.terms)),
    ),
    "another percentage": with_drug("capecitabine", adjusted(lambda one: replace(one, percent=80))),
    "a limit without the limit itself": with_drug("capecitabine", adjusted(strict_limit)),
    "a lower dose for every regimen": with_drug("lapatinib", adjusted(lambda one: replace(one, regimens=()))),
    "a lower dose left out": with_drug("neratinib", lambda drug: replace(drug, adjustments=())),
    "a vial of another size": with_drug(
        "trastuzumab_deruxtecan", lambda d: replace(d, vials=tuple(replace(v, mg=120) for v in d.vials))
    ),
    "a tablet of another size": with_drug(
        "capecitabine", lambda d: replace(d, tablets=tuple(replace(t, mg=200) for t in d.tablets))
    ),
    "no tablets": with_drug("capecitabine", lambda d: replace(d, tablets=())),
    "the checks left out": with_drug("trastuzumab_emtansine", lambda d: replace(d, checks=())),
    "no loading dose": no_loading,
}


@pytest.mark.long
@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_noticed(fault: str, knowledge: Knowledge, words: Words) -> None:
    assert list(differences(Method(PLANTED[fault](knowledge), words), KNOWN, GRID)) != []


@pytest.fixture(scope="session")
def capped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The knowledge with a maximum for one drug: no regimen of today has one."""
    folder = tmp_path_factory.mktemp("capped") / "knowledge"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("cases", "stories"))
    file = folder / "regimens" / "trastuzumab-vinorelbine.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("amount: 30, unit: mg/m2,") == 1
    file.write_text(text.replace("amount: 30, unit: mg/m2,", "amount: 30, unit: mg/m2, maximum: 45,"), encoding="utf-8")
    return folder


@pytest.mark.long
@compiling
def test_a_maximum_is_kept_and_a_dropped_one_noticed(capped: Path) -> None:
    knowledge = build_knowledge(capped).knowledge
    assert knowledge is not None
    known, words = files(capped), make_words(knowledge)
    assert list(differences(Method(knowledge, words), known, GRID)) == []
    dose = next(d for d in Method(knowledge, words).doses(GRID[0], VI) if d.unit == "mg/m2")
    assert (dose.calculated_mg, dose.capped) == (45.0, "limited to 45 mg, the most for one dose")
    dropped = replace(
        knowledge,
        regimens=tuple(replace(r, components=tuple(replace(c, maximum=None) for c in r.components)) for r in knowledge.regimens),
    )
    assert any("mg, by the second method 45" in says for says in differences(Method(dropped, words), known, GRID))


# -- formulas ----------------------------------------------------------------------------------------------------------


def formula(knowledge: Knowledge, name: str) -> Formula:
    return next(f for f in knowledge.formulas if f.id == name)


def test_the_two_body_surfaces_are_close_and_not_the_same(knowledge: Knowledge) -> None:
    given_ = {"height": make_exact_interval(168), "weight": make_exact_interval(64)}
    mosteller, du_bois = (calculate_formula(formula(knowledge, name), given_) for name in ("mosteller", "du-bois"))
    assert mosteller is not None and du_bois is not None
    assert (round(mosteller.low, 2), round(du_bois.low, 2)) == (1.73, 1.73)
    assert 0 < abs(mosteller.low - du_bois.low) < 0.01


ENDS = st.tuples(st.integers(1, 300), st.integers(1, 300)).map(sorted)


@settings(deadline=None)
@given(spans=st.tuples(ENDS, ENDS, ENDS), within=st.tuples(*[st.floats(0, 1)] * 6), sex=st.sampled_from([None, "female", "male"]))
def test_a_formula_of_less_holds_what_a_formula_of_more_gives(
    spans: tuple[list[int], ...], within: tuple[float, ...], sex: str | None, knowledge: Knowledge
) -> None:
    """Knowing an input better narrows the result and never moves it: the law of the facts."""
    names = ("creatinine", "weight", "age")
    rough = {name: Interval(low / 3, high / 3) for name, (low, high) in zip(names, spans, strict=True)}
    fine = {}
    for i, (name, span) in enumerate(rough.items()):
        a, b = sorted(span.low + (span.high - span.low) * part for part in within[2 * i : 2 * i + 2])
        fine[name] = Interval(min(max(a, span.low), span.high), min(max(b, span.low), span.high))
    less = calculate_formula(formula(knowledge, "cockcroft-gault"), {**rough, "sex": sex})
    more = calculate_formula(formula(knowledge, "cockcroft-gault"), {**fine, "sex": sex or "female"})
    assert less is not None and more is not None
    assert less.low <= more.low and more.high <= less.high


def test_a_clearance_of_somebody_of_unknown_sex_is_a_range(method: Method) -> None:
    facts = method.facts(Patient(**{**BODY, "sex": None, "creatinine": "1.5"}))
    value = facts["creatinine_clearance"].value
    assert isinstance(value, Interval)
    assert (round(value.low, 3), round(value.high, 3)) == (45.333, 53.333)
    told = next(d for d in method.doses(Patient(**{**BODY, "sex": None, "creatinine": "1.5"}), XC) if d.drug == "capecitabine")
    assert not told.adjusted
    assert "known only as 45.3 to 53.3 mL/min" in told.asks[0].says


@told_by("doses", "clearance")
def test_which_clearance_governs(story: Story, read: ReadCase, plan: DerivationPlan) -> None:
    facts = derive_facts(read(story.record), plan)
    assert list(unlike(story.expect, facts, plan)) == []
    calculated_ = facts["creatinine_clearance"].says.startswith("calculated: Cockcroft-Gault")
    assert calculated_ == (story.expect["creatinine_clearance"] == "40")


@told_by("doses", "calculation told")
def test_what_was_calculated_can_be_calculated_again_from_what_is_told(
    story: Story, read: ReadCase, plan: DerivationPlan
) -> None:
    assert derive_facts(read(story.record), plan)["creatinine_clearance"].says == story.expect


@told_by("doses", "stated clearance")
def test_a_stated_clearance_is_not_contradicted_by_a_calculated_one(story: Story, read: ReadCase, plan: DerivationPlan) -> None:
    facts = derive_facts(read(story.record), plan)
    assert list(unlike(story.expect, facts, plan)) == []
    assert (facts["creatinine_clearance"].origin, facts["creatinine_clearance"].conflict) == ("stated", "")


# -- vials and tablets -------------------------------------------------------------------------------------------------

HERE, THERE = Cite(ref="here", checked="choice"), Cite(ref="there", checked="choice")


def vials(*sizes: float, source: Cite = HERE) -> list[Vial]:
    return [Vial(mg=size, source=source) for size in sizes]


def test_vials_that_were_seen_in_print(method: Method) -> None:
    """70 kg at 5.4 mg/kg: 378 mg, 4 vials of 100 mg, 22 mg wasted."""
    (dose,) = method.doses(Patient(weight="70"), "trastuzumab-deruxtecan-5.4-q3w")
    assert (dose.calculated_mg, dose.vials, dose.left_over_mg) == (378.0, "4 vials of 100 mg, 22 mg left over", 22.0)


@pytest.mark.parametrize(
    ("mg", "sizes", "pieces", "over"),
    [
        (208.8, vials(100, 160), ((1, 160), (1, 100)), 51.2),
        (320, vials(100, 160), ((2, 160),), 0),
        (100, vials(100), ((1, 100),), 0),
        (100.1, vials(100), ((2, 100),), 99.9),
        (500, [*vials(150), *vials(420, source=THERE)], ((4, 150),), 100),  # never 420 and 150 of two products
        (384, [*vials(150), *vials(420, source=THERE)], ((1, 420),), 36),
    ],
)
def test_the_vials_with_the_least_left_over(mg: float, sizes: list[Vial], pieces: tuple, over: float) -> None:
    packed = select_vials(mg, sizes)
    assert packed is not None and (packed.pieces, packed.over) == (pieces, over)


@pytest.mark.parametrize(
    ("mg", "sizes", "pieces"),
    [
        (1660, (150, 500), ((3, 500), (1, 150))),
        (1725, (150, 500), ((3, 500), (1, 150))),  # as near to 1650 as to 1800: the lower
        (1726, (150, 500), ((3, 500), (2, 150))),
        (950, (150, 500), ((1, 500), (3, 150))),
        (250, (50, 150), ((1, 150), (2, 50))),
        (1250, (250,), ((5, 250),)),
        (20, (250,), ((1, 250),)),  # never none at all
    ],
)
def test_the_nearest_whole_tablets(mg: float, sizes: tuple[float, ...], pieces: tuple) -> None:
    packed = select_tablets(mg, [Tablet(mg=size, source=HERE) for size in sizes])
    assert packed is not None and packed.pieces == pieces


# -- in words ----------------------------------------------------------------------------------------------------------


def doses_of(story: Story, method: Method, read: ReadCase) -> list[Dose]:
    """The doses of trastuzumab (by weight) and capecitabine (by surface), as the record of a story makes them."""
    references = References({source.id: source for source in method.knowledge.sources})
    facts = derive_facts(read(story.record), method.plan)
    dosing = DoseCalculator(method.frame.drugs, facts, method.plan.by_name, method.knowledge.rounding, references)
    return dosing.build_doses(method.frame.regimens[XC])


@told_by("doses", "basis")
def test_the_basis_names_the_formula_and_its_inputs_with_their_days(story: Story, method: Method, read: ReadCase) -> None:
    told = {dose.unit: dose for dose in doses_of(story, method, read)}
    assert {"by weight": told["mg/kg"].basis, "by surface": told["mg/m2"].basis} == story.expect
    assert told["mg/m2"].basis_refs and not told["mg/kg"].basis_refs


@told_by("doses", "not calculated")
def test_what_is_not_calculated_says_why(story: Story, method: Method, read: ReadCase) -> None:
    told = {dose.unit: dose.why_not_calculated or None for dose in doses_of(story, method, read)}
    assert {"by weight": told["mg/kg"], "by surface": told["mg/m2"]} == story.expect


@told_by("doses", "loading")
def test_a_drug_given_before_says_when_it_is_loaded_again_and_never_guesses(story: Story, method: Method, read: ReadCase) -> None:
    loading, maintenance, *_ = doses_of(story, method, read)
    assert bool(loading.loaded_again) == (story.expect["loaded again"] == "yes")
    assert not maintenance.loaded_again


def test_no_mg_stands_in_the_verdict_beside_a_check_that_is_not_met(knowledge: Knowledge, read: ReadCase) -> None:
    story = (FOLDER / "cases" / "P12-first-cycle-dose.yaml").read_text(encoding="utf-8").split("\nexpect:")[0]
    as_told = build_document(answer_record(read(story), knowledge))
    assert "378 mg" in as_told.verdict
    waiting = build_document(
        answer_record(
            read(story + "\nmeasurements: [{name: total_bilirubin, value: 4 mg/dL, upper_limit: 1 mg/dL}]\n"), knowledge
        )
    )
    assert " mg" not in waiting.verdict


@told_by("doses", "head")
def test_no_dose_stands_in_the_head_while_a_label_lowers_it(story: Story, knowledge: Knowledge, read: ReadCase) -> None:
    failing_liver = {**story.record, "conditions": [{"name": "liver failure", "status": "active"}]}
    plain, lowered = (build_document(answer_record(read(record), knowledge)).first for record in (story.record, failing_liver))
    assert any(story.expect in line.text for line in plain if line.title == "Dose")
    assert "Dose" not in {line.title for line in lowered}
    assert [c for c in answer_record(read(failing_liver), knowledge).checks if c.state == "unmet"] == []


def test_more_than_nothing_is_no_number_that_breaks_a_formula(knowledge: Knowledge) -> None:
    values = {"age": Interval(60, 60), "weight": Interval(70, 70), "creatinine": Interval(low=step_above(0.0)), "sex": "female"}
    value = calculate_formula(formula(knowledge, "cockcroft-gault"), values)
    assert value is not None
    assert value.is_unknown or value.low == 0
