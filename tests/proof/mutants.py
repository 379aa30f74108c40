"""Loads the asking from changed source: the modules that take part, under names of their own, beside the shipped ones."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import concordant
from concordant.answer.engine import get_prepared
from concordant.derive.engine import derive_facts
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from tests.proof.claims import Asking

SOURCE = Path(concordant.__file__).parent
MODULES = (
    "readers.circuit",
    "derive.plan",
    "derive.engine",
    "derive.lanes",
    "decide.partitions",
    "decide.ruleset",
    "decide.decision",
    "decide.judging",
    "decide.judged_lanes",
    "decide.lanes",
    "decide.situation",
    "decide.question_groups",
    "decide.questions",
    "decide.counterfactuals",
    "decide.next_steps",
)
HOME = "mutant"


def source_of(module: str) -> str:
    """The shipped source of one of the modules."""
    return (SOURCE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")


@contextmanager
def loaded(changed: Mapping[str, str], modules: tuple[str, ...] = MODULES) -> Iterator[dict[str, Any]]:
    """The modules, some with other source; they see each other, and nothing else sees them."""
    assert HOME not in sys.modules, "one set of them at a time"
    found: dict[str, Any] = {}
    try:
        for name in modules:
            module = ModuleType(f"{HOME}.{name}")
            sys.modules[module.__name__] = module  # dataclasses look their module up
            sys.modules.setdefault(HOME, ModuleType(HOME))
            sys.modules.setdefault(f"{HOME}.{name.split('.')[0]}", ModuleType(f"{HOME}.{name.split('.')[0]}"))
            exec(_compile(name, changed.get(name, source_of(name)), modules), module.__dict__)
            found[name] = module
        yield found
    finally:
        for name in [name for name in sys.modules if name == HOME or name.startswith(f"{HOME}.")]:
            del sys.modules[name]


@functools.cache
def _compile(name: str, text: str, modules: tuple[str, ...]) -> CodeType:
    """All but one of the modules are the same for every change: compiled once."""
    names = re.compile(rf"\bconcordant\.({'|'.join(map(re.escape, modules))})\b")
    return compile(names.sub(rf"{HOME}.\1", text), f"<{name}, changed>", "exec")


def asking_of(modules: Mapping[str, Any], knowledge: Knowledge) -> Asking:
    """The asking that these modules make, from a record on."""
    plan, frames = modules["derive.plan"].make_plan(knowledge), dict[Any, Any]()
    circuit = modules["readers.circuit"].Circuit()

    def now(record: PatientRecord) -> Any:
        if record.as_of not in frames:
            frames[record.as_of] = modules["decide.ruleset"].make_ruleset(knowledge, record.as_of)
        frame, facts = frames[record.as_of], derive_facts(record, get_prepared(knowledge).plan)
        decision, bare = modules["decide.judging"].make_decision(frame, facts), get_prepared(knowledge).bare
        return modules["decide.situation"].Situation(record, plan, frame, facts, decision, (), bare, circuit)

    ask, sides, ahead = (modules[f"decide.{name}"] for name in ("questions", "counterfactuals", "next_steps"))
    return Asking(now, ask.find_questions, sides.find_counterfactuals, ahead.look_ahead)
