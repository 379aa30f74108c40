"""Everything that can be wrong with knowledge files, found at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concordant.author.build import BuildResult, build_knowledge
from concordant.author.lint.audit_words import FindExampleFaults, check_audit_words
from concordant.author.lint.cases import AnswerCases, CaseSummary, check_case_coverage
from concordant.author.lint.citations import check_citations, find_citations, format_mark_counts
from concordant.author.lint.claims import check_claims
from concordant.author.lint.codes import check_codes
from concordant.author.lint.dates import check_dates
from concordant.author.lint.doses import check_doses
from concordant.author.lint.eligibility import check_eligibility
from concordant.author.lint.ledger import check_ledger
from concordant.author.lint.names import check_duplicate_ids, check_names, check_units
from concordant.author.lint.notes import TryExamples, check_examples
from concordant.author.lint.simulation import check_simulation
from concordant.author.lint.statements import check_statements
from concordant.author.lint.terms import check_terms
from concordant.author.lint.trials import check_trials
from concordant.author.lint.words import check_words, counting
from concordant.author.places import PlaceIndex, index_places
from concordant.errors import Complaint
from concordant.model.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class LintReport:
    """All complaints, and a count of what was looked at."""

    complaints: tuple[Complaint, ...]
    summary: str


def lint_folder(
    root: Path,
    answer_cases: AnswerCases | None = None,
    try_examples: TryExamples | None = None,
    find_example_faults: FindExampleFaults | None = None,
) -> LintReport:
    """Compile the folder and check what no single file can show.

    `answer_cases`, `try_examples` and `find_example_faults` belong to rooms further out and are handed in; left out, no case, no
    example of the reading of notes and none of a claim is looked at.
    """
    built = build_knowledge(root)
    places = index_places(built.texts)
    complaints = [*built.complaints, *_check_read_files(built, places)]
    if not built.texts and not complaints:
        complaints.append(Complaint("no knowledge files are here", str(root)))
    if built.knowledge is None:
        return LintReport(_sort_complaints(complaints), f"{len(complaints)} problems; the knowledge was not compiled")
    complaints += _check_compiled(built, places, built.knowledge)
    if try_examples is not None:
        complaints += check_examples(places, try_examples(built.knowledge))
    complaints += check_audit_words(places, built.knowledge, find_example_faults)
    cases = answer_cases(built.knowledge, root) if answer_cases else None
    if cases:
        complaints += check_case_coverage(places, built.knowledge, cases)
    return LintReport(
        _sort_complaints(complaints), f"{_format_counts(places, built.knowledge, cases)}: {len(complaints)} problems"
    )


def _sort_complaints(complaints: list[Complaint]) -> tuple[Complaint, ...]:
    return tuple(sorted(dict.fromkeys(complaints), key=lambda complaint: (complaint.file, complaint.line or 0)))


def _check_read_files(built: BuildResult, places: PlaceIndex) -> Iterator[Complaint]:
    """What can be seen in files that were read, whether or not they compile."""
    yield from check_citations(places, {complaint.file for complaint in built.complaints})
    yield from check_codes(places)
    yield from check_duplicate_ids(places)
    yield from check_units(places)


def _check_compiled(built: BuildResult, places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """What needs the whole knowledge: a name is missing only where nothing else is wrong."""
    yield from check_names(places, built.entries, knowledge)
    yield from check_words(places, built.entries, knowledge)
    yield from counting(places, knowledge)
    yield from check_dates(places, knowledge)
    yield from check_doses(places, built.entries, knowledge)
    yield from check_statements(places, knowledge)
    yield from check_ledger(places, knowledge)
    yield from check_trials(places, knowledge)
    yield from check_eligibility(places, knowledge)
    yield from check_claims(places, knowledge)
    yield from check_terms(places, knowledge)
    yield from check_simulation(places, knowledge)


def _format_counts(places: PlaceIndex, knowledge: Knowledge, cases: CaseSummary | None) -> str:
    figures = Counter[str](e.checked for t in knowledge.trials for a in t.analyses for e in a.estimates)
    cites = Counter(str(node.value["checked"]) for node in find_citations(places))
    parts = [
        f"{len(knowledge.statements)} statements, {len(knowledge.features)} features, {len(knowledge.drugs)} drugs, "
        f"{len(knowledge.regimens)} regimens, {len(knowledge.trials)} trials, {len(knowledge.sources)} sources",
        f"{figures.total()} figures ({format_mark_counts(figures)})",
        f"{cites.total()} citations ({format_mark_counts(cites)})",
    ]
    if cases is not None:
        parts.append(f"{cases.count} cases ({cases.refused} of them bad input)")
    return "; ".join(parts)
