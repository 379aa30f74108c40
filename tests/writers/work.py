"""How much work a call does, counted in steps of the interpreter: the same on every busy machine; for tests only."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any


def count_steps(action: Callable[[], object]) -> int:
    """The instructions that a call runs through, all that it calls included. What is written in C counts as one."""
    steps = 0

    def enter(frame: FrameType, event: str, arg: Any) -> Callable[..., Any]:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return follow

    def follow(frame: FrameType, event: str, arg: Any) -> Callable[..., Any]:
        nonlocal steps
        steps += event == "opcode"
        return follow

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        action()
    finally:
        sys.settrace(before)
    return steps


def find_exponent(work: Sequence[float]) -> float:
    """How work grows whose size is doubled each time: 1 for a straight line, 2 for a square. What every call costs drops out."""
    less, more = work[-2] - work[-3], work[-1] - work[-2]
    return math.log2(more / less) if less > 0 and more > 0 else 0.0
