"""What the planes of a decided table say, as counts and as tables of Arrow."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar, get_args

import numpy as np
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
from numpy.typing import NDArray

from concordant.decide.decision import Answer, Outcome, find_outcome, order_offered
from concordant.decide.judged_lanes import Candidate
from concordant.decide.tables import DecidedRows, get_bit
from concordant.logic.status import Status
from concordant.patient.fact_table import BETWEEN, PATIENT
from concordant.readers.planes import ALL_ROWS, Words, clear_rest, count_rows, merge_planes, unpack_rows

ANSWERS: tuple[Answer, ...] = get_args(Answer)
STATUSES: tuple[Status, ...] = get_args(Status)
PLANES_A_SIGN = 64
K = TypeVar("K")


def count_outcomes(decided: DecidedRows) -> Iterator[tuple[Outcome, int]]:
    """Every outcome that a row has, with its rows."""
    for keys, plane in _split_rows(decided.outcome, decided.table.rows):
        yield _name_outcome(keys), count_rows(plane, decided.table.rows)


def count_changes(before: DecidedRows, after: DecidedRows) -> Iterator[tuple[tuple[Outcome, Outcome], int]]:
    """From which outcome to which, with the rows; those that stay as they are are left out."""
    planes: dict[tuple[str, Hashable], Words] = {("before", key): plane for key, plane in before.outcome.items()}
    planes |= {("after", key): plane for key, plane in after.outcome.items()}
    for keys, plane in _split_rows(planes, before.table.rows):
        told = [_name_outcome([key for side, key in keys if side == wanted]) for wanted in ("before", "after")]
        if told[0] != told[1]:
            yield (told[0], told[1]), count_rows(plane, before.table.rows)


def _split_rows(planes: Mapping[K, Words], rows: int) -> list[tuple[list[K], Words]]:
    """The rows in groups that are alike on all planes, each with the planes that they are on."""
    words = len(next(iter(planes.values())))
    every = np.full(words, ALL_ROWS)
    clear_rest(every, rows)
    groups: list[tuple[list[K], Words]] = [([], every)] if rows else []
    for key, plane in planes.items():
        parts = ((keys, group, group & plane) for keys, group in groups)
        split = (((keys, group & ~inside), ([*keys, key], inside)) for keys, group, inside in parts)
        groups = [(keys, part) for pair in split for keys, part in pair if part.any()]
    return groups


def _name_outcome(keys: Sequence[Hashable]) -> Outcome:
    answer = next(answer for answer in ANSWERS if answer in keys)
    return answer, tuple(sorted(str(key) for key in keys if key not in ANSWERS))


class OffersTold(NamedTuple):
    """What is told of rows to which the same is offered; `offered` stands with the best first."""

    guideline: str | None
    answer: Answer
    offered: list[Candidate]

    @property
    def preferred(self) -> list[Candidate]:
        """Those of them that are preferred."""
        return [one for one in self.offered if one.role == "preferred"]


def group_offers(decided: DecidedRows) -> tuple[NDArray[np.int64], list[OffersTold]]:
    """For each row the number of what is told of it, and what is told by these numbers."""
    numbers, first = group_rows(list(decided.offers.values()), decided.table.rows)
    return numbers, [_tell_offers(decided, row) for row in first.tolist()]


def tabulate_outcomes(decided: DecidedRows) -> pa.Table:
    """Patient, guideline, answer, outcome, preferred and offered, a row each."""
    numbers, groups = group_offers(decided)
    told = [_tell_row(group) for group in groups]
    names = ("guideline", "answer", "outcome", "preferred", "offered")
    columns = {name: pa.array([one[at] for one in told], pa.string()).dictionary_encode() for at, name in enumerate(names)}
    at = pa.array(numbers)
    return pa.table({PATIENT: decided.table.patients, **{name: column.take(at) for name, column in columns.items()}})


def _tell_offers(decided: DecidedRows, row: int) -> OffersTold:
    on = {key for key, plane in decided.offers.items() if get_bit(plane, row)}
    candidates = [one for number, (one, _) in enumerate(decided.program.judge.list_offered()) if number in on]
    answer = next(answer for answer in ANSWERS if answer in on)
    speaks = next((one.guideline.id for one in decided.program.judge.verdicts if ("speaks", one.guideline.id) in on), None)
    return OffersTold(speaks, answer, order_offered(candidates))


def _tell_row(told: OffersTold) -> tuple[str | None, ...]:
    outcome = BETWEEN.join(find_outcome(told.answer, told.offered)[1]) or None
    return told.guideline, told.answer, outcome, _join_regimens(told.preferred), _join_regimens(told.offered)


def _join_regimens(offers: Sequence[Candidate]) -> str | None:
    return BETWEEN.join(one.proposal.regimen.id for one in offers) or None


def tabulate_statuses(decided: DecidedRows) -> pa.Table:
    """Patient, and the status of each proposal; nothing where there is no such proposal."""
    rows, words = decided.table.rows, pa.array(STATUSES, pa.string())
    columns = {PATIENT: decided.table.patients}
    for proposal in decided.program.judge.frame.proposals:
        planes = [decided.statuses[proposal.id, status] for status in STATUSES]
        codes = np.zeros(rows, np.uint8)
        for code, plane in enumerate(planes):
            codes += unpack_rows(plane, rows).view(np.uint8) * np.uint8(code)
        made = pa.py_buffer(merge_planes(planes, decided.table.words))
        indices = pa.Array.from_buffers(pa.int8(), rows, [made, pa.py_buffer(codes)])
        columns[proposal.id] = pa.DictionaryArray.from_arrays(indices, words)
    return pa.table(columns)


def tabulate_questions(decided: DecidedRows) -> pa.Table:
    """Patient, and for each feature that is asked of anybody whether it is asked: the planes are columns of Arrow already."""
    rows = decided.table.rows
    columns = {PATIENT: decided.table.patients}
    for name, plane in decided.questions.items():
        if count_rows(plane, rows):
            columns[str(name)] = pa.Array.from_buffers(pa.bool_(), rows, [None, pa.py_buffer(plane)])
    return pa.table(columns)


def group_rows(planes: Sequence[Words], rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that are alike on all planes have one number; with the first row of each number."""
    numbers = np.zeros(rows, np.int64)
    for start in range(0, len(planes), PLANES_A_SIGN):
        signs = _sign_rows(planes[start : start + PLANES_A_SIGN], rows)
        numbers = _number_pairs(numbers, _number_signs(signs))
    first = np.zeros(int(numbers.max(initial=-1)) + 1, np.int64)
    first[numbers[::-1]] = np.arange(rows - 1, -1, -1)
    return numbers, first


def _sign_rows(planes: Sequence[Words], rows: int) -> NDArray[np.int64]:
    """One number for the bits that a row has on up to 64 planes."""
    signs = np.zeros((rows, 8), np.uint8)
    for start in range(0, len(planes), 8):
        byte = np.zeros(rows, np.uint8)
        for place, plane in enumerate(planes[start : start + 8]):
            byte |= unpack_rows(plane, rows).view(np.uint8) << np.uint8(place)
        signs[:, start // 8] = byte
    return signs.view(np.int64)[:, 0]


def _number_pairs(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    return _number_signs(one * (int(other.max(initial=0)) + 1) + other)


def _number_signs(signs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Equal signs get one number, the first that is met the lowest."""
    numbers: NDArray[np.int64] = pa.array(signs).dictionary_encode().indices.to_numpy().astype(np.int64)
    return numbers
