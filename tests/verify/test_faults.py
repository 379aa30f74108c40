"""A fault of each kind, planted in a copy of the knowledge, is found under its name, with a case that shows it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from concordant.author.build import build_knowledge
from concordant.library import FOLDER
from concordant.logic import status
from concordant.logic.conditions import All, OneOf
from concordant.logic.truth import TRUE, UNKNOWN
from concordant.model.knowledge import Knowledge
from concordant.verify.obligations import PROMISES, Finding
from concordant.verify.run import Prover
from tests.shipped import shipped_knowledge
from tests.stories import told_in
from tests.verify.proving import begin, shipped

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Fault:
    """What is planted where, and which obligation finds it under which name."""

    name: str
    obligation: str
    file: str
    text: str
    planted: str
    about: str
    state: str = "found"


FAULTS = [Fault(**one) for one in told_in("proofs")]
WITH_PATIENT = {"gap", "overlap", "misfit", "disagreement"}


def compile_with(faults: list[Fault], folder: Path) -> Knowledge:
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("cases", "stories"))
    for fault in faults:
        path = folder / fault.file
        text = path.read_text(encoding="utf-8")
        assert fault.text in text, fault.name
        path.write_text(text.replace(fault.text, fault.planted, 1), encoding="utf-8")
    built = build_knowledge(folder)
    assert built.knowledge is not None, [str(complaint) for complaint in built.complaints]
    return built.knowledge


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Prover:
    """All faults at once: each is named, so none can be taken for another."""
    return begin(compile_with(FAULTS, tmp_path_factory.mktemp("planted") / "knowledge"))


def named(prover: Prover, obligation: str, about: str) -> Finding | None:
    return next((one for one in prover.prove_one(obligation).findings if one.about == about), None)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_planted_fault_is_found(fault: Fault, planted: Prover) -> None:
    found = named(planted, fault.obligation, fault.about)
    assert found is not None and found.state == fault.state
    assert bool(found.witness) == (fault.obligation in WITH_PATIENT)


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.state == "found"], ids=lambda fault: fault.name.replace(" ", "-"))
def test_without_the_fault_nothing_has_its_name(fault: Fault) -> None:
    assert named(shipped(), fault.obligation, fault.about) is None


def test_there_is_a_fault_of_each_kind() -> None:
    assert set(PROMISES) - {fault.obligation for fault in FAULTS} == {"unguarded", "law"}  # these are planted below


def test_axioms_that_nobody_fulfils_are_found(tmp_path: Path) -> None:
    """Nothing else could be trusted: whatever is asked, no patient is found."""
    line = "axioms:\n  - {never: always, because: nobody}"
    nobody = Fault("nobody", "axioms", "features/treatment.yaml", "axioms:", line, "all together")
    assert named(begin(compile_with([nobody], tmp_path / "knowledge")), "axioms", "all together") is not None


def test_a_sentence_without_its_guard_is_found() -> None:
    """The compiler writes every guard; a statement that lost one depends on what has no meaning."""
    knowledge = shipped_knowledge()
    feature = next(one for one in knowledge.features if one.only_if is not None and one.values == ("yes", "no"))
    first, *rest = knowledge.statements
    bare = msgspec.structs.replace(first, applies_if=All((first.applies_if, OneOf(feature.name, ("yes",)))))
    wrong = msgspec.structs.replace(knowledge, statements=(*rest, bare))
    results = [begin(wrong, f"{first.guideline}/{first.version}").prove_one("unguarded")]
    assert f"statement {first.id}: {feature.name}" in [one.about for one in results[0].findings]


def test_a_status_that_gives_way_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that takes an open bar for none: what applies may then be precluded by what is learnt."""
    monkeypatch.setitem(status.TABLE, (TRUE, UNKNOWN), "applies")
    found = begin(shipped_knowledge()).prove_one("law").findings
    shown = [one for one in found if one.state == "found"]
    assert len(shown) > 20 and {one.because for one in shown} == {"applies becomes precluded"}
    assert all(one.about.startswith("status ") and one.witness.count("as_of") == 2 for one in found)
