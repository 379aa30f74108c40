"""Made-up patients: what a part of the simulation speaks of is drawn before it, and every word that it writes can be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint, suggest_word
from concordant.model.knowledge import Knowledge
from concordant.model.simulation import SIMULATION, Case, Draw, Simulation, When, load_simulation

FILE = f"cohort/{SIMULATION}.yaml"
# What the program adds to what is drawn: where a patient stands between two lines. docs/how-to/simulate.md lists it.
STATE = ("line", "number", "years_old", "months_since_early", "soon_relapsed", "lines_progressed", "regimens_given")
OF_STATE = (*STATE, "calendar_year", "grew", "untold", "regimen")
NEEDED = ("years_at_advanced", "months_to_recurrence", "site", "gap_days", "survival_days")
NEEDED_OF_LINES = ("in_trial", "ending", "days_on", "switches", "off_days", "goes_on")


def check_simulation(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """A name that nothing draws, a kind or a gap that there is not, a drug that nobody can write down."""
    made = load_simulation(knowledge.cohort)
    if made is None or FILE not in places.texts:
        return
    text = places.texts[FILE]
    node = Node(text, (), text.value)
    drawn = [draw.name for draw in (*made.draws, *made.lines.before, *made.lines.after)]
    yield from _check_names(node, "draw", [*NEEDED, *NEEDED_OF_LINES], drawn)
    yield from _check_names(node, "draw", _list_used(made), [*drawn, *OF_STATE])
    yield from _check_names(node, "kind", [entry.kind for entry in made.entries], [kind.id for kind in made.kinds])
    yield from _check_names(node, "gap", _list_gaps(made), [one.name for one in made.missing])
    regimens = [regimen.id for regimen in made.regimens]
    yield from _check_names(node, "regimen", [c.regimen for plan in made.early.plans for c in plan.courses], regimens)
    yield from _check_names(node, "drug to write down", _list_drugs(made), list(made.drugs))


def _check_names(node: Node, what: str, used: Sequence[str], known: Sequence[str]) -> Iterator[Complaint]:
    for name in dict.fromkeys(one for one in used if one not in known):
        yield node.make_complaint((), f"there is no {what} '{name}'", suggest_word(name, known, listing=False))


def _list_used(made: Simulation) -> list[str]:
    """Every name of a column that something looks at."""
    whens = [*_iter_whens(made)]
    cases = [case for draw in _list_draws(made) for case in draw.cases]
    facts = [name for rule in made.facts.rules for name in (rule.word, rule.number)]
    entries = [name for entry in made.entries for name in (entry.word, entry.number)]
    lines = [*made.lines.carried, *made.lines.carried.values(), *made.lines.kept, *made.lines.watched]
    named = [made.cdm.person, made.scored.word, *(case.plus for case in cases), *facts, *entries, *lines]
    return [name for name in (*named, *(name for when in whens for name in when)) if name]


def _list_draws(made: Simulation) -> list[Draw]:
    return [*made.draws, *made.lines.before, *made.lines.after]


def _iter_whens(made: Simulation) -> Iterator[When]:
    parts: list[Case] = [case for draw in _list_draws(made) for case in draw.cases]
    yield from (case.where for case in parts)
    yield from (weight.where for plan in made.early.plans for weight in plan.weights)
    yield from (course.where for plan in made.early.plans for course in plan.courses)
    for regimen in made.regimens:
        yield from (weight.where for weight in regimen.weights)
        yield from (factor.where for factor in regimen.factors)
        yield from (drug.where for drug in regimen.drugs)
    yield from (entry.where for entry in made.entries)
    yield from (rule.where for rule in made.facts.rules)


def _list_gaps(made: Simulation) -> list[str]:
    told = [*(entry.missing for entry in made.entries), *(name for rule in made.facts.rules for name in rule.missing)]
    return [name for name in (made.early.missing, *told) if name]


def _list_drugs(made: Simulation) -> list[str]:
    return [plan.drug for regimen in made.regimens for plan in regimen.drugs] + list(made.lines.leading)
