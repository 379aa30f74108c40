"""The shipped knowledge, loaded once, and a reader of what tests tell of a patient."""

from __future__ import annotations

import datetime as dt
import functools
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

from concordant import texts
from concordant.answer.engine import get_prepared
from concordant.api import engine
from concordant.author.build import build_knowledge
from concordant.derive.plan import DerivationPlan, make_plan
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import read_case
from concordant.record.sources.opening import SourceOpener
from concordant.terminology.names import Words
from concordant.texts import SourceText, read_text
from tests.shares import examples
from tests.shipped import shipped_knowledge, shipped_words

AS_OF = dt.date(2023, 6, 1)  # for a case that has no date of its own: no test looks at the clock

ReadCase = Callable[[str | dict[str, Any]], PatientRecord]

# What the tests remember is looked through by the garbage collector again and again: a tenth of their time.
gc.set_threshold(10_000, 50, 200)
# The second YAML reader, which judges the first, is the one written in C where there is one.
if yaml.__with_libyaml__:
    yaml.SafeLoader, yaml.BaseLoader = yaml.CSafeLoader, yaml.CBaseLoader  # type: ignore[misc, assignment]  # same results


def remember_trees(compose: Callable[[str, str], Any], most: int = 2000) -> Callable[[str, str], Any]:
    """One text always gives one tree, whatever its file is called; nobody changes it, and many tests read the same files."""
    known: dict[str, Any] = {}

    def compose_once(text: str, name: str) -> Any:
        if text not in known:
            while len(known) >= most:
                del known[next(iter(known))]
            known[text] = compose(text, name)
        return known[text]

    return compose_once


texts._compose_nodes = remember_trees(texts._compose_nodes)
# A command loads and prepares the shipped knowledge anew; within one process of tests nothing of it changes.
engine.load_shipped = shipped_knowledge
engine.prepare_knowledge = get_prepared  # type: ignore[assignment]  # a function that remembers, for the function itself


def _remember(name: str) -> None:
    """A look-up table that a command makes of the shipped knowledge is made once, as by one who opens many sources."""
    made = vars(SourceOpener)[name]
    make = made.func
    made.func = lambda opener: getattr(shipped_opener(), name) if is_plain(opener) else make(opener)


def is_plain(opener: SourceOpener) -> bool:
    """Whether it opens sources with the shipped knowledge and no codes of a site, and is not the one that all share."""
    return opener.knowledge is shipped_knowledge() and not opener.codes and opener is not shipped_opener()


@functools.cache
def shipped_opener() -> SourceOpener:
    return SourceOpener(shipped_knowledge())


for _name in ("words", "fhir_tables", "note_reader"):
    _remember(_name)

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None, max_examples=examples(200))
settings.load_profile("repeatable")


SLOW = frozenset((Path(__file__).parent / "slow.txt").read_text(encoding="utf-8").split())  # by tools/time_tests.py


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What was measured to be slow is `long`, as what is marked so."""
    for item in items:
        if item.nodeid.partition("[")[0] in SLOW:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return shipped_knowledge()


@pytest.fixture(scope="session")
def words(knowledge: Knowledge) -> Words:
    assert knowledge is shipped_knowledge()
    return shipped_words()


@pytest.fixture(scope="session")
def plan(knowledge: Knowledge) -> DerivationPlan:
    return make_plan(knowledge)


@pytest.fixture(scope="session")
def read(knowledge: Knowledge, words: Words) -> ReadCase:
    """The record of a case file given as text, or as what a story tells."""

    def record_of(told: str | dict[str, Any]) -> PatientRecord:
        text = read_text(told, "case.yaml") if isinstance(told, str) else SourceText("case.yaml", told)
        return read_case(text, knowledge, words, AS_OF)

    return record_of


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The shipped knowledge and an invented guideline beside it."""
    from tests.test_second_guideline import with_invented

    built = build_knowledge(with_invented(tmp_path_factory.mktemp("both") / "knowledge")).knowledge
    assert built is not None
    return built
