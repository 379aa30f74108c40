"""A simulated cohort on disk: some patients at a time, so that memory is bounded, and the whole of it in place at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts.simulate.cases import CaseWriter
from concordant.cohorts.simulate.fact_table import make_fact_table
from concordant.cohorts.simulate.fhir import FhirWriter
from concordant.cohorts.simulate.history import History
from concordant.cohorts.simulate.making import make_history
from concordant.cohorts.simulate.omop import OmopWriter
from concordant.cohorts.simulate.parquet import write_table
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.sources import SimulatedDraw, list_drawn
from concordant.cohorts.simulate.truth import make_truth
from concordant.errors import Complaint, Unreadable
from concordant.model.simulation import SimulatedForm
from concordant.outputs import make_folder, write_file
from concordant.readers.facts_table import ArrowTable

NAME, TRUTH = "simulation.json", "truth"
TRUTHS = ("patients", "courses", "orders", "facts")
PATIENTS_A_PART = 10_000
Report = Callable[[int], None]  # patients that are done


class SimulationOrder(NamedTuple):
    """How many patients, from which seed, from which number on, and as what."""

    patients: int
    seed: int
    form: SimulatedForm
    first: int = 1
    patients_a_part: int = PATIENTS_A_PART


class SimulationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in `simulation.json`: what was made, by what, and what was drawn from what."""

    id: str
    says: str
    patients: int
    seed: int
    first: int
    form: SimulatedForm
    until: str
    knowledge: str
    version: str
    courses: int
    points: int
    drawn: tuple[SimulatedDraw, ...]


class FormWriter(Protocol):
    """Writes histories in one form, part by part, into a folder in the making."""

    def write_part(self, number: int, history: History) -> None:
        """Write the patients of a part."""

    def finish(self) -> None:
        """Write what comes behind all parts."""


def simulate_cohort(plan: SimulationPlan, order: SimulationOrder, target: str, version: str, report: Report) -> None:
    """Make the patients, and write them into a folder that is there only when all of it is. Raises Unreadable."""
    with make_folder(target) as folder:
        writer, counts = make_writer(plan, order, folder), {"courses": 0, "points": 0}
        for number, some in enumerate(_iter_parts(order)):
            history = make_history(plan, order.seed, some)
            writer.write_part(number, history)
            for name, table in make_truth(plan, history).items():
                write_table(table, folder / TRUTH / name, number)
            counts["courses"] += history.count_courses()
            counts["points"] += sum(len(point.rows) for point in history.points)
            report(int(some[-1]) - order.first + 1)
        writer.finish()
        write_file(
            msgspec.json.format(msgspec.json.encode(_summarize(plan, order, version, counts)), indent=1), str(folder / NAME)
        )


def _iter_parts(order: SimulationOrder) -> Iterator[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    numbers = np.arange(order.first, order.first + order.patients, dtype=np.int64)
    for start in range(0, order.patients, order.patients_a_part):
        yield numbers[start : start + order.patients_a_part]


def make_writer(plan: SimulationPlan, order: SimulationOrder, folder: Path) -> FormWriter:
    """The writer of a form."""
    match order.form:
        case "facts":
            return FactsWriter(plan, folder)
        case "omop":
            return OmopWriter(plan, folder)
        case "fhir":
            return FhirWriter(plan, folder)
        case "events":
            return CaseWriter(plan, folder)


class FactsWriter:
    """Facts at each point of decision, a file a part."""

    def __init__(self, plan: SimulationPlan, folder: Path) -> None:
        self.plan, self.folder = plan, folder / "facts"

    def write_part(self, number: int, history: History) -> None:
        """Write the points of the patients of a part."""
        write_table(make_fact_table(self.plan, history), self.folder, number)

    def finish(self) -> None:
        """Nothing comes behind."""


def read_summary(folder: Path) -> SimulationSummary:
    """What stands in `simulation.json`. Raises Unreadable for a folder without simulated patients."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=SimulationSummary)
    except (OSError, msgspec.MsgspecError):
        way_out = "Make some: concordant simulate -n 300 --seed 1 -o FOLDER"
        raise Unreadable(Complaint("no simulated patients stand here", str(folder), way_out=way_out)) from None


def read_truth(folder: Path, name: str) -> ArrowTable:
    """A table of the truth. Raises Unreadable for one that is damaged."""
    try:
        return pa.concat_tables([pq.read_table(path) for path in sorted((folder / TRUTH / name).glob("part-*.parquet"))])
    except (OSError, pa.ArrowException):
        way_out = "Delete the folder, and simulate it again"
        raise Unreadable(Complaint("this table of the truth is damaged", str(folder / TRUTH / name), way_out=way_out)) from None


def _summarize(plan: SimulationPlan, order: SimulationOrder, version: str, counts: Mapping[str, int]) -> SimulationSummary:
    simulation = plan.simulation
    return SimulationSummary(
        id=simulation.id,
        says=simulation.says,
        patients=order.patients,
        seed=order.seed,
        first=order.first,
        form=order.form,
        until=simulation.until.isoformat(),
        knowledge=plan.knowledge.digest,
        version=version,
        courses=counts["courses"],
        points=counts["points"],
        drawn=tuple(list_drawn(plan)),
    )
