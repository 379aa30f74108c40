"""What is worth asking of some patients: the reference supposes each value alone, lanes all at once, columns every patient's."""

from __future__ import annotations

from collections.abc import Sequence

from concordant.decide.partitions import make_cells
from concordant.decide.questions import _find_askable_features
from concordant.derive.lanes import Supposition
from tests.exam.readers import Paper
from tests.exam.sitting import Sitting
from tests.exam.told import Aspect, Column, Told, make_column
from tests.laws.columns import Reference, Row


def tell_by_reference(paper: Paper) -> Told:
    """Each value of each feature, one after the other."""
    reference = Reference(paper.sitting.engine, paper.sitting.day)
    return _tell(paper.sitting, [reference.list_asked(row) for row in paper.rows])


def tell_by_columns(paper: Paper) -> Told:
    """The questions of a decided table."""
    decided = paper.sitting.engine.decide_table(paper.table, as_of=paper.sitting.day)
    told = decided.questions().drop_columns(["patient"]).to_pylist()
    return _tell(paper.sitting, [{name for name, is_asked in row.items() if is_asked} for row in told])


def tell_by_lanes(paper: Paper) -> Told:
    """All values of all features of a patient at once."""
    reference = Reference(paper.sitting.engine, paper.sitting.day)
    return _tell(paper.sitting, [_list_asked(reference, row) for row in paper.rows])


def _list_asked(reference: Reference, row: Row) -> set[str]:
    """What is known of a row is fixed but what follows by rules alone, as a table has it."""
    now = reference.make_situation(row)
    held = {name: value for name, value in row.values.items() if name not in reference.alone or name in row.stated}
    ways = [
        (feature.name, cell.value)
        for feature in _find_askable_features(now)
        for cell in make_cells(feature, now.frame.cuts.get(feature.name, ()), row.values.get(feature.name))
    ]
    decided = now.suppose([Supposition({}, {**held, name: value}) for name, value in ways])
    lanes = range(len(ways))
    unlike = [n for n in lanes if decided[n].outcome != now.decision.outcome and not decided[n].contradicts]
    return {ways[n][0] for n in unlike}


def _tell(sitting: Sitting, asked: Sequence[set[str]]) -> Told:
    names = [feature.name for feature in sitting.plan.features if feature.question]
    told: dict[Aspect, Column] = {
        ("asked", name): make_column("asked" if name in some else "not asked" for some in asked) for name in names
    }
    return told


ASKERS = {"explain": tell_by_reference, "lanes": tell_by_lanes, "columns": tell_by_columns}
