"""Everything that can be wrong with knowledge files, found at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concordant.author.build import Built, build
from concordant.compiled import Knowledge
from concordant.complaints import Complaint, did_you_mean
from concordant.trials import Estimate, Trial

MARK_ORDER = {"primary": 0, "secondary": 1, "recalled": 2}
LONGEST_PARAPHRASE = 140


@dataclass(frozen=True, slots=True)
class Report:
    """All complaints, and a count of what was looked at."""

    complaints: tuple[Complaint, ...]
    summary: str


def lint(root: Path) -> Report:
    """Compile the folder and check what no single file can show."""
    built = build(root)
    if built.knowledge is None:
        complaints = built.complaints or [Complaint("no knowledge files are here", str(root))]
        return Report(tuple(complaints), f"{len(complaints)} problems; the knowledge was not compiled")
    found = tuple(_all(built, built.knowledge))
    return Report(found, f"{_counts(built.knowledge)}: {len(found)} problems")


def _counts(knowledge: Knowledge) -> str:
    figures = sum(len(a.estimates) for t in knowledge.trials for a in t.analyses)
    return (
        f"{len(knowledge.statements)} statements, {len(knowledge.features)} features, {len(knowledge.drugs)} drugs, "
        f"{len(knowledge.regimens)} regimens, {len(knowledge.trials)} trials with {figures} figures, "
        f"{len(knowledge.sources)} sources"
    )


def _all(built: Built, knowledge: Knowledge) -> Iterator[Complaint]:
    yield from _citations(built, knowledge)
    yield from _duplicates(knowledge)
    yield from _names(built, knowledge)
    yield from _statements(built, knowledge)
    for trial in knowledge.trials:
        yield from _figures(built, trial)


def _file_of(built: Built, ending: str) -> str:
    return next((name for name in built.texts if name.endswith(ending)), ending)


def _file_with(built: Built, id_: str) -> str:
    return next(name for name, text in built.texts.items() if isinstance(text.value, dict) and text.value.get("id") == id_)


def _citations(built: Built, knowledge: Knowledge) -> Iterator[Complaint]:
    """A missing source, or a mark better than the source allows."""
    sources = {source.id: source for source in knowledge.sources}
    for name, text in built.texts.items():
        for place, raw in _cites(text.value, ()):
            ref, mark = str(raw["ref"]), str(raw.get("checked", ""))
            if ref not in sources:
                yield text.complaint(place, f"the source '{ref}' does not exist", did_you_mean(ref, sources, listing=False))
            elif not _allowed(mark, sources[ref].checked):
                says = f"marked '{mark}', but the source '{ref}' was checked as '{sources[ref].checked}' only"
                yield text.complaint(place, says, "Lower the mark, or check the source")
        if name.startswith("sources/") and isinstance(text.value, dict) and not text.value.get("seen"):
            yield text.complaint((), "the source does not say how it was seen", "Add `seen`")


def _cites(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if isinstance(value, dict):
        if "ref" in value:
            yield place, value
        for key, item in value.items():
            yield from _cites(item, (*place, key))
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _cites(item, (*place, i))


def _allowed(mark: str, source: str) -> bool:
    if "choice" in (mark, source):
        return mark == source
    return MARK_ORDER[mark] >= MARK_ORDER[source]


def _names(built: Built, knowledge: Knowledge) -> Iterator[Complaint]:
    """Regimens, drugs, trials and statements that are named but not there."""
    drugs = {d.id for d in knowledge.drugs}
    regimens = {r.id for r in knowledge.regimens} | {"current"}
    trials = {t.id for t in knowledge.trials}
    statements = {s.id for s in knowledge.statements}
    for regimen in knowledge.regimens:
        file = _file_of(built, f"regimens/{regimen.id}.yaml")
        for drug in sorted(set(regimen.drugs) - drugs):
            yield Complaint(f"the drug '{drug}' does not exist", file, way_out=did_you_mean(drug, drugs, listing=False))
        for trial in sorted(set(regimen.evidence) - trials):
            yield Complaint(f"the trial '{trial}' does not exist", file, way_out=did_you_mean(trial, trials, listing=False))
    for statement in knowledge.statements:
        file = _file_with(built, statement.id)
        named = statement.recommend.regimens if statement.recommend else ()
        for regimen_id in sorted(set(named) - regimens):
            yield Complaint(
                f"the regimen '{regimen_id}' does not exist", file, way_out=did_you_mean(regimen_id, regimens, listing=False)
            )
        if statement.parent and statement.parent not in statements:
            yield Complaint(f"the parent '{statement.parent}' does not exist", file)
    for feature in knowledge.features:
        for rule in feature.rules:
            if rule.statement and rule.statement not in statements:
                yield Complaint(f"'{feature.name}' names the statement '{rule.statement}', which does not exist", "features/")


def _statements(built: Built, knowledge: Knowledge) -> Iterator[Complaint]:
    """Overlong paraphrases, derived statements with one source only, ledger and files out of step."""
    for statement in knowledge.statements:
        text = built.texts[_file_with(built, statement.id)]
        if len(statement.says) > LONGEST_PARAPHRASE:
            says = f"'says' has {len(statement.says)} characters; a paraphrase has at most {LONGEST_PARAPHRASE}"
            yield text.complaint(("says",), says, "Say it shorter, in our own words")
        if not statement.sources:
            yield text.complaint(("sources",), "a statement without a source", "Name the document and the place")
        if statement.parent and len(statement.sources) < 2:
            yield text.complaint(("sources",), "a derived statement needs two sources or more")
        rows = {row.number for row in knowledge.ledgers.get(statement.guideline, ())}
        family = statement.number.split(".x-")[0]
        if not statement.parent and statement.number not in rows and not any(row.startswith(family) for row in rows):
            yield text.complaint(("id",), f"the ledger has no row for '{statement.number}'", "Add it to ledger.yaml")


def _duplicates(knowledge: Knowledge) -> Iterator[Complaint]:
    """Two records of one id: the second would hide the first."""
    for folder in ("statements", "drugs", "regimens", "trials", "sources", "newer", "disagreements"):
        ids = [record.id for record in getattr(knowledge, folder)]
        for id_ in sorted({one for one in ids if ids.count(one) > 1}):
            yield Complaint(f"two records have the id '{id_}'", f"{folder}/")


def _figures(built: Built, trial: Trial) -> Iterator[Complaint]:
    """A figure without its cut, a value for each arm, a mark better than the publication's."""
    text = built.texts[_file_with(built, trial.id)]
    for i, analysis in enumerate(trial.analyses):
        place: tuple[str | int, ...] = ("analyses", i)
        source = built.texts.get(f"sources/{analysis.source}.yaml")
        if source is None:
            yield text.complaint(place, f"the source '{analysis.source}' does not exist")
            continue
        if not analysis.cut:
            yield text.complaint(
                place, f"the analysis '{analysis.id}' has no data cut", "Give `cut`, or say that it was not seen"
            )
        for j, estimate in enumerate(analysis.estimates):
            yield from (
                text.complaint((*place, "estimates", j), says)
                for says in _estimate(estimate, trial, str(source.value["checked"]))
            )


def _estimate(estimate: Estimate, trial: Trial, source_mark: str) -> Iterator[str]:
    if len(estimate.values) not in (0, len(trial.arms)):
        yield f"'{estimate.endpoint}' has {len(estimate.values)} values for {len(trial.arms)} arms"
    if not _allowed(estimate.checked, source_mark):
        yield f"'{estimate.endpoint}' is marked '{estimate.checked}', but its publication was checked as '{source_mark}' only"
