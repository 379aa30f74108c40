"""Loads the asking from changed source: the modules that take part, under names of their own, beside the shipped ones."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import concordant
from concordant.answer.engine import prepare
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
    "decide.lanes",
    "decide.situation",
    "decide.question_groups",
    "decide.questions",
    "decide.counterfactuals",
    "decide.next_steps",
)
_NAMES = re.compile(rf"\bconcordant\.({'|'.join(re.escape(name) for name in MODULES)})\b")
_counter = itertools.count()


def source_of(module: str) -> str:
    """The shipped source of one of the modules."""
    return (SOURCE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")


@contextmanager
def loaded(changed: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The modules, some with other source; they see each other, and nothing else sees them."""
    home = f"mutant{next(_counter)}"
    found: dict[str, Any] = {}
    try:
        for name in MODULES:
            module = ModuleType(f"{home}.{name}")
            sys.modules[module.__name__] = module  # dataclasses look their module up
            text = _NAMES.sub(rf"{home}.\1", changed.get(name, source_of(name)))
            sys.modules.setdefault(home, ModuleType(home))
            sys.modules.setdefault(f"{home}.{name.split('.')[0]}", ModuleType(f"{home}.{name.split('.')[0]}"))
            exec(compile(text, f"<{name}, changed>", "exec"), module.__dict__)
            found[name] = module
        yield found
    finally:
        for name in [name for name in sys.modules if name == home or name.startswith(f"{home}.")]:
            del sys.modules[name]


def asking_of(modules: Mapping[str, Any], knowledge: Knowledge) -> Asking:
    """The asking that these modules make, from a record on."""
    plan, frames = modules["derive.plan"].make_plan(knowledge), dict[Any, Any]()
    circuit = modules["readers.circuit"].Circuit()

    def now(record: PatientRecord) -> Any:
        if record.as_of not in frames:
            frames[record.as_of] = modules["decide.ruleset"].make_ruleset(knowledge, record.as_of)
        frame, facts = frames[record.as_of], derive_facts(record, prepare(knowledge).plan)
        decision, bare = modules["decide.judging"].make_decision(frame, facts), prepare(knowledge).bare
        return modules["decide.situation"].Situation(record, plan, frame, facts, decision, (), bare, circuit)

    ask, sides, ahead = (modules[f"decide.{name}"] for name in ("questions", "counterfactuals", "next_steps"))
    return Asking(now, ask.find_questions, sides.find_counterfactuals, ahead.look_ahead)
