"""Two versions of a guideline compared: in words, for whom, and how many of a table of patients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from concordant.answer.references import References
from concordant.api.engine import Engine
from concordant.api.proving import LONGEST, begin_proving, load_finder
from concordant.decide.decision import Outcome
from concordant.errors import Complaint, Refused, Unreadable
from concordant.library import load_folder
from concordant.present.described.difference import Difference, build_difference_page
from concordant.present.described.formats import DiffFormat
from concordant.present.described.parts import PartBuilder
from concordant.present.described.picture import make_difference_picture
from concordant.present.described.picture_drawn import render_difference_svg
from concordant.present.formats import RenderOptions, render_document
from concordant.present.language import load_language
from concordant.present.pathway.png import render_png
from concordant.verify.decided import Proving
from concordant.verify.difference import OutcomeChange, Unproved, VersionPair, list_other_changes, list_statement_changes


def compare_versions(
    engine: Engine, old: str, new: str, day: dt.date | None, facts: str = "", timeout: float = LONGEST
) -> Difference:
    """Compare two versions, each a guideline of the engine's knowledge (`ID/VERSION`) or a folder of knowledge.

    With a file of facts the patients are counted whom the two answer differently. Raises Unreadable for what is no version and
    no folder, and Refused where the two ask different things of a patient.
    """
    asked = [_find_version(engine, name) for name in (old, new)]
    before, after = (begin_proving(one, day, version) for one, version in asked)
    _check_same_features(before, after, (old, new))
    found = list(VersionPair(before, after, load_finder(timeout)).iter_changes())
    difference = Difference(
        (old, new),
        (_make_parts(before), _make_parts(after)),
        list_statement_changes(before, after),
        [one for one in found if isinstance(one, OutcomeChange)],
        [one for one in found if isinstance(one, Unproved)],
        list_other_changes(before, after),
    )
    return _count_patients(difference, asked, _read_table(facts), day) if facts else difference


def _count_patients(found: Difference, asked: Sequence[tuple[Engine, str]], facts: object, day: dt.date | None) -> Difference:
    """The same, with how many patients of a table go from what to what, the most frequent first."""
    from concordant.api.tables import decide_table

    before, after = (decide_table(one, facts, day, version) for one, version in asked)
    counts = [(one.before, one.after, one.patients) for one in before.changes(after)]
    return replace(found, counts=counts, patients=before.rows)


def _read_table(path: str) -> object:
    """A table of Parquet or CSV. Raises Unreadable for any other file."""
    from concordant.api.tables import check_tables_installed

    check_tables_installed()
    from pyarrow import ArrowException, csv, parquet  # type: ignore[import-not-found, import-untyped, unused-ignore]

    try:
        return (csv.read_csv if path.endswith(".csv") else parquet.read_table)(path)
    except (OSError, ArrowException) as error:
        says = f"this is no table of Parquet or CSV ({str(error).splitlines()[0]})"
        raise Unreadable(Complaint(says, path, way_out="`concordant.facts_table` makes one of patients")) from None


def _find_version(engine: Engine, name: str) -> tuple[Engine, str]:
    """The engine that answers by this name, and the version that it is asked for. Raises Unreadable."""
    versions = [
        f"{guideline.id}/{version.version}" for guideline in engine.knowledge.guidelines for version in guideline.versions
    ]
    if name in versions:
        return engine, name
    if Path(name).is_dir():
        return Engine(load_folder(Path(name))), ""
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


def render_difference(found: Difference, format_: DiffFormat) -> str | bytes:
    """The comparison as a page, as a picture, or as JSON with the case file of each patient."""
    match format_:
        case "json":
            return _render_json(found)
        case "svg":
            return render_difference_svg(make_difference_picture(found))
        case "png":
            return render_png(render_difference_svg(make_difference_picture(found)), "a4")
        case _:
            return render_document(build_difference_page(found), RenderOptions(format=format_))


def _render_json(found: Difference) -> str:
    content = {
        "old": found.names[0],
        "new": found.names[1],
        "changes": [_show_change(one) for one in found.changes],
        "not_proved": [{"regimen": one.turn.regimen, "kind": one.turn.kind, "because": one.because} for one in found.unproved],
        "statements": [
            {"number": one.number, "old": one.before and one.before.id, "new": one.after and one.after.id}
            for one in found.statements
        ],
        "also_changed": list(found.others),
        "patients": found.patients,
        "counts": [_show_count(found, *one) for one in found.counts],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _show_count(found: Difference, before: Outcome, after: Outcome, patients: int) -> dict[str, object]:
    old, new = found.parts
    return {"old": old.tell_outcome(before), "new": new.tell_outcome(after), "patients": patients}


def _show_change(change: OutcomeChange) -> dict[str, object]:
    return {
        "old": {"answer": change.before[0], "regimens": change.before[1]},
        "new": {"answer": change.after[0], "regimens": change.after[1]},
        "shows": [{"regimen": one.regimen, "kind": one.kind} for one in change.turns],
        "case": change.case,
    }
