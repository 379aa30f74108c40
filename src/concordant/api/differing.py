"""Two versions of a guideline compared: in words, for whom, and how many of a table of patients."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from concordant.answer.references import References
from concordant.api.engine import Engine
from concordant.api.proving import LONGEST, begin_proving, load_finder
from concordant.errors import Complaint, Refused, Unreadable
from concordant.library import load_folder
from concordant.present.described.difference import Difference
from concordant.present.described.parts import PartBuilder
from concordant.present.language import load_language
from concordant.verify.decided import Proving
from concordant.verify.difference import OutcomeChange, Unproved, VersionPair, list_statement_changes


def compare_versions(engine: Engine, old: str, new: str, day: dt.date | None, timeout: float = LONGEST) -> Difference:
    """Compare two versions, each a guideline of the engine's knowledge (`ID/VERSION`) or a folder of knowledge.

    Raises Unreadable for what is neither, and Refused where the two ask different things of a patient.
    """
    before, after = (_open_version(engine, name, day) for name in (old, new))
    _check_same_features(before, after, (old, new))
    found = list(VersionPair(before, after, load_finder(timeout)).iter_changes())
    return Difference(
        (old, new),
        (_make_parts(before), _make_parts(after)),
        list_statement_changes(before, after),
        [one for one in found if isinstance(one, OutcomeChange)],
        [one for one in found if isinstance(one, Unproved)],
    )


def count_changes(engine: Engine, found: Difference, table: str, day: dt.date | None) -> Difference:
    """How many patients of a table of facts (Parquet) go from what to what, most frequent first. Raises Unreadable."""
    from concordant.api.tables import decide_table, read_facts_file

    facts = read_facts_file(table)
    decided = [decide_table(*_find_engine(engine, name), facts, day) for name in found.names]
    named = [(*parts.tell_outcome(one)) for parts, one in ()]
    return replace(found, counts=named)


def _open_version(engine: Engine, name: str, day: dt.date | None) -> Proving:
    versions = [f"{guideline.id}/{version.version}" for guideline in engine.knowledge.guidelines for version in guideline.versions]
    if name in versions:
        return begin_proving(engine, day, name)
    if Path(name).is_dir():
        return begin_proving(Engine(load_folder(Path(name))), day)
    way_out = f"Name a folder of knowledge, or one of {', '.join(versions)}"
    raise Unreadable(Complaint(f"'{name}' is neither a version of a guideline nor a folder", name, way_out=way_out))


def _check_same_features(old: Proving, new: Proving, names: tuple[str, str]) -> None:
    """A patient of the one must be a patient of the other: the same facts, with the same values."""
    kinds = [{one.name: (one.type, one.values, one.unit) for one in now.knowledge.features} for now in (old, new)]
    unlike = [name for name in dict.fromkeys((*kinds[0], *kinds[1])) if kinds[0].get(name) != kinds[1].get(name)]
    if unlike:
        says = f"the two ask different things of a patient: {', '.join(unlike[:5])}"
        way_out = "Add these features to both first; `concordant lint --effect BASE` compares their answers to the cases"
        raise Refused([Complaint(says, " and ".join(names), way_out=way_out)])


def _make_parts(now: Proving) -> PartBuilder:
    features = {feature.name: feature for feature in now.knowledge.features}
    drugs = {drug.id: drug.name for drug in now.knowledge.drugs}
    return PartBuilder(now.ruleset, features, drugs, load_language("en"), References({s.id: s for s in now.knowledge.sources}))
