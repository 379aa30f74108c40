"""Made-up patients from Python: a folder of them in one form, and the truth about them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from concordant.api.engine import Engine, get_engine
from concordant.api.known_words import check_known_word
from concordant.api.shown import show_table
from concordant.api.tables import check_tables_installed
from concordant.errors import Complaint, Unreadable
from concordant.model.knowledge import Knowledge
from concordant.model.simulation import SimulatedForm, Simulation, load_simulation
from concordant.version import __version__

if TYPE_CHECKING:
    from concordant.cohorts.simulate.plan import SimulationPlan
    from concordant.cohorts.simulate.recovery import Recovery
    from concordant.cohorts.simulate.run import SimulationSummary

FORMS: tuple[SimulatedForm, ...] = get_args(SimulatedForm)
Report = Callable[[int], None]


@dataclass(frozen=True, repr=False)
class SimulatedCohort:
    """Made-up patients on disk: `source` is what `read` takes, the tables of the truth are those of Arrow."""

    folder: Path

    @cached_property
    def summary(self) -> SimulationSummary:
        """What stands in `simulation.json`: what was made, and what was drawn from what."""
        from concordant.cohorts.simulate.run import read_summary

        return read_summary(self.folder)

    @property
    def source(self) -> Path:
        """Where the patients stand in their form."""
        return self.folder / self.summary.form

    def truth(self, name: str = "courses") -> Any:
        """A table of the truth: `patients`, `courses`, `orders` or `facts`."""
        from concordant.cohorts.simulate.run import TRUTHS, read_truth

        check_known_word("name", name, TRUTHS)
        return read_truth(self.folder, name)

    def score(self, engine: Engine | None = None) -> Recovery:
        """How much of the truth is found again by reading the records, and why the rest is not; of OMOP and FHIR only.

        Raises Unreadable for facts and case files, which tell no doses.
        """

        if self.summary.form not in ("omop", "fhir"):
            says = f"records as {self.summary.form} tell no doses to find lines in"
            raise Unreadable(Complaint(says, str(self.folder), way_out="Simulate them with --format omop or fhir"))
        return score_simulated(self, engine or get_engine(None))

    def __repr__(self) -> str:
        told = self.summary
        return f"<{told.patients} simulated patients as {told.form}, seed {told.seed}, in {self.folder}>"

    def _repr_html_(self) -> str:
        told = self.summary
        rows = [("patients", told.patients), ("form", told.form), ("seed", told.seed), ("folder", self.folder)]
        return show_table("Made-up patients", ["", ""], rows)


def simulate(
    output: str | os.PathLike[str],
    *,
    patients: int,
    seed: int,
    format: SimulatedForm = "facts",  # noqa: A002
    first: int = 1,
    knowledge: Knowledge | None = None,
) -> SimulatedCohort:
    """Made-up patients in a new folder, with the truth beside them: `docs/how-to/simulate.md` says what they are drawn from.

    `format` is `facts` (a row of facts a point of decision), `events` (case files, one a line), `omop` or `fhir` (what `read`
    takes, with gaps and faults). The patients are numbered from `first`; one number of one seed is always the same patient. The
    folder is there only when all of it is. Raises `Unreadable` for a folder that is there already, or a number below 1.
    """
    return make_simulated(get_engine(knowledge), os.fspath(output), patients, seed, format, first=first)


def score_simulated(made: SimulatedCohort, engine: Engine) -> Recovery:
    """Hold what is read of simulated records against the truth about them."""
    from concordant.cohorts.simulate.recovery import Truth, WordReader, read_courses, read_orders, read_words, score_records
    from concordant.derive.engine import FactsOnDemand
    from concordant.record.courses.line_rules import make_line_rules

    scored = find_simulation(engine).scored
    truth = Truth(
        read_courses(made.truth("courses")), read_orders(made.truth("orders")), read_words(made.truth("patients"), scored.word)
    )
    plan, look = engine._prepared.plan, engine._prepared.bare
    word = WordReader(lambda record: FactsOnDemand(record, plan, look)[scored.feature].value, frozenset(scored.tests))
    read = engine.read(str(made.source), as_of=made.summary.until)
    records = ((one.id, one.record) for one in read if not one.failure)
    return score_records(records, truth, make_line_rules(engine.knowledge), word)


def make_simulated(
    engine: Engine,
    output: str,
    patients: int,
    seed: int,
    form: SimulatedForm,
    *,
    first: int = 1,
    report: Report | None = None,
) -> SimulatedCohort:
    """Make patients in a folder; see `simulate` of `concordant.api`."""
    check_tables_installed()
    check_known_word("format", form, FORMS)
    if patients < 1 or first < 1:
        raise Unreadable(Complaint("there is no patient to make", "patients", way_out="Give numbers of 1 or more"))
    from concordant.cohorts.simulate.run import SimulationOrder, simulate_cohort

    order = SimulationOrder(patients, seed, form, first)
    simulate_cohort(make_plan(engine), order, output, __version__, report or _tell_nobody)
    return SimulatedCohort(Path(output))


def _tell_nobody(patients: int) -> None:
    """For a caller who waits without being told how far it is."""


def find_simulation(engine: Engine) -> Simulation:
    """The simulation of the knowledge. Raises Unreadable for a knowledge without one."""
    simulation = load_simulation(engine.knowledge.cohort)
    if simulation is None:
        way_out = "Add it to the folder of --knowledge; the shipped knowledge has one"
        raise Unreadable(Complaint("the knowledge does not say how patients are made", "cohort/simulation.yaml", way_out=way_out))
    return simulation


def make_plan(engine: Engine) -> SimulationPlan:
    """The simulation of the knowledge, made ready. Raises Unreadable for a knowledge without one."""
    from concordant.cohorts.simulate.plan import SimulationPlan
    from concordant.cohorts.simulate.silence import find_silence

    simulation = find_simulation(engine)
    silent = engine.read(f"{simulation.facts.silence}\n").one().record
    silence = find_silence(silent, engine._prepared.plan, engine._prepared.bare)
    return SimulationPlan(simulation, engine.knowledge, silence)
