"""The exam held: every reader asked about the same patients, laid beside the reference."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from concordant.model.knowledge import Knowledge
from tests.exam.coverage import Coverage, measure_coverage
from tests.exam.drawn import draw_sitting
from tests.exam.patients import Patients, make_patients
from tests.exam.questions import ASKERS
from tests.exam.readers import READERS, Paper
from tests.exam.sitting import Sitting, list_sittings
from tests.exam.told import Difference, Told, compare

REFERENCE, DRAWN = "explain", "drawn statements"
BESIDE = 0.1  # the share of each sitting beside the first
ASKED = 125  # of each so many patients it is told what is worth asking
SHOWN = 5


@dataclass
class Line:
    """What came of one reader."""

    patients: int = 0
    compared: dict[str, int] = field(default_factory=dict)
    differences: list[tuple[str, Difference]] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Held:
    """An exam that was held: a line for each reader, and what the patients of each sitting reached."""

    lines: Mapping[str, Line]
    questions: Mapping[str, Line]
    patients: Mapping[str, Patients]
    coverage: Mapping[str, Coverage]

    @property
    def differences(self) -> list[str]:
        """Each difference in words, the first few of each reader."""
        return [
            f"{name}, {sitting}, patient {one.patient}: {' '.join(one.aspect)} is {one.says}, not {one.reference}"
            for name, line in (*self.lines.items(), *self.questions.items())
            for sitting, one in line.differences[:SHOWN]
        ]


def list_all_sittings(knowledge: Knowledge) -> dict[str, Sitting]:
    """The newest day, versions that no longer speak, and statements that are drawn."""
    newest, *others = list_sittings(knowledge)
    return {"today": newest, **{one.guideline: one for one in others}, DRAWN: draw_sitting(newest)}


def share_patients(sittings: Sequence[str], count: int) -> Iterator[tuple[str, int]]:
    """How many of the patients each sitting has."""
    beside = int(count * BESIDE)
    yield sittings[0], count - beside * (len(sittings) - 1)
    yield from ((name, beside) for name in sittings[1:])


def make_all_patients(sittings: Mapping[str, Sitting], count: int, seed: int) -> dict[str, Patients]:
    """The patients of each sitting; of statements that are drawn nobody asks that they are met in every way."""
    shares = share_patients(list(sittings), count)
    return {name: make_patients(sittings[name], some, seed, look=name != DRAWN) for name, some in shares}


def hold_exam(
    knowledge: Knowledge, count: int, names: Sequence[str] = (), seed: int = 1, sittings: Mapping[str, Sitting] | None = None
) -> Held:
    """Ask every reader that is named (all, where none is), and the reference first."""
    sittings = sittings or list_all_sittings(knowledge)
    patients = make_all_patients(sittings, count, seed)
    wanted = [name for name in READERS if not names or name in names or name == REFERENCE]
    lines, coverage = {name: Line() for name in wanted}, dict[str, Coverage]()
    for sitting, some in patients.items():
        paper = Paper(sittings[sitting], some.rows, sittings[sitting].table_of(some.rows))
        told = {name: _ask(name, paper, lines[name]) for name in wanted}
        for name in wanted:
            lines[name].differences += [(sitting, one) for one in compare(told[name], told[REFERENCE], lines[name].compared)]
        counted = next((told[name] for name in ("truth_only", "columns", REFERENCE) if name in told), told[REFERENCE])
        if sitting != DRAWN:
            coverage[sitting] = measure_coverage(sittings[sitting], counted, some.never)
    return Held(lines, _ask_questions(next(iter(sittings.values())), next(iter(patients.values()))), patients, coverage)


def _ask(name: str, paper: Paper, line: Line) -> Told:
    begun = time.process_time()
    told = READERS[name].tell(paper)
    line.seconds += time.process_time() - begun
    line.patients += len(range(0, len(paper.rows), min(column.every for column in told.values())))
    return told


def _ask_questions(sitting: Sitting, patients: Patients) -> dict[str, Line]:
    """What is worth asking, of some patients of the newest day."""
    rows = [row._replace(values=sitting.complete(row)) for row in patients.rows[::ASKED]]
    paper = Paper(sitting, rows, sitting.table_of(rows))
    lines, told = dict[str, Line](), dict[str, Told]()
    for name, ask in ASKERS.items():
        line, begun = lines.setdefault(name, Line(len(rows))), time.process_time()
        told[name] = ask(paper)
        line.seconds = time.process_time() - begun
        line.differences += [("questions", one) for one in compare(told[name], told[REFERENCE], line.compared)]
    return lines
