"""Programs run on planes of bits with NumPy: 64 rows a word, a block of rows at a time, every step into a register in place."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from concordant.readers.wires import Program, Step

Words = NDArray[np.uint64]
ROWS_A_WORD = 64
BLOCK = 4096  # words of a block: 262 144 rows
_FUNCTIONS = {"and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor}
ALL_ROWS = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


def count_words(rows: int) -> int:
    """How many words hold so many rows."""
    return -(-rows // ROWS_A_WORD)


def pack_rows(rows: NDArray[np.bool_ | np.uint8], plane: Words, start: int) -> None:
    """Put a bit for each row that is not nothing into a plane, from a row on that is the first of a byte."""
    packed = np.packbits(rows, bitorder="little")
    plane.view(np.uint8)[start // 8 : start // 8 + len(packed)] = packed


def unpack_rows(plane: Words, rows: int) -> NDArray[np.bool_]:
    """A plane as one truth a row."""
    return np.unpackbits(plane.view(np.uint8), count=rows, bitorder="little").view(np.bool_)


def count_rows(plane: Words, rows: int) -> int:
    """In how many rows the plane has its bit."""
    whole, rest = divmod(rows, ROWS_A_WORD)
    count = int(np.bitwise_count(plane[:whole]).sum(dtype=np.int64))
    return count + (int(plane[whole]) & ((1 << rest) - 1)).bit_count() if rest else count


def clear_rest(plane: Words, rows: int) -> None:
    """Clear the bits behind the last row."""
    rest = rows % ROWS_A_WORD
    if rest:
        plane[-1] &= np.uint64((1 << rest) - 1)


def run_program(program: Program, planes: Mapping[Hashable, Words], words: int) -> dict[Hashable, Words]:
    """The planes that a program gives for the planes that it reads."""
    found: dict[Hashable, Words] = {key: np.empty(words, np.uint64) for key in program.outputs}
    inputs = [planes[key] for key in program.inputs]
    room = np.empty((program.registers - len(inputs), BLOCK), np.uint64)
    room[0], room[1] = 0, ALL_ROWS
    calls = [_make_call(program, *step) for step in program.steps]
    for start in range(0, words, BLOCK):
        stop = min(start + BLOCK, words)
        registers = [*(plane[start:stop] for plane in inputs), *(row[: stop - start] for row in room)]
        for function, one, other, out in calls:
            function(registers[one], registers[other], registers[out])
        for key, register in program.outputs.items():
            found[key][start:stop] = registers[register]
    return found


def _make_call(program: Program, step: Step, one: int, other: int, out: int) -> tuple[np.ufunc, int, int, int]:
    """The step with two inputs: what is turned round differs from the register that is full."""
    return (np.bitwise_xor, one, program.none + 1, out) if step == "not" else (_FUNCTIONS[step], one, other, out)


def merge_planes(planes: Iterable[Words], words: int) -> Words:
    """The rows of any of the planes."""
    merged = np.zeros(words, np.uint64)
    for plane in planes:
        np.bitwise_or(merged, plane, out=merged)
    return merged
