"""Everything that can be wrong with knowledge files, found at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concordant.author.build import Built, build
from concordant.author.lint_cases import AnswerCases, Cases, unreached
from concordant.author.lint_citations import by_mark, citations, cited
from concordant.author.lint_claims import claims
from concordant.author.lint_codes import codes
from concordant.author.lint_dates import dates
from concordant.author.lint_doses import doses
from concordant.author.lint_eligibility import eligibility
from concordant.author.lint_ledger import ledger
from concordant.author.lint_names import names, twice, units
from concordant.author.lint_statements import statements
from concordant.author.lint_terms import terms
from concordant.author.lint_trials import trials
from concordant.author.lint_words import counting, words
from concordant.author.places import Places, places_of
from concordant.compiled import Knowledge
from concordant.complaints import Complaint


@dataclass(frozen=True, slots=True)
class Report:
    """All complaints, and a count of what was looked at."""

    complaints: tuple[Complaint, ...]
    summary: str


def lint(root: Path, answer_cases: AnswerCases | None = None) -> Report:
    """Compile the folder and check what no single file can show.

    `answer_cases` belongs to a room further out and is handed in; left out, no case is looked at.
    """
    built = build(root)
    places = places_of(built.texts)
    found = [*built.complaints, *_as_read(built, places)]
    if not built.texts and not found:
        found.append(Complaint("no knowledge files are here", str(root)))
    if built.knowledge is None:
        return Report(_in_order(found), f"{len(found)} problems; the knowledge was not compiled")
    found += _as_compiled(built, places, built.knowledge)
    cases = answer_cases(built.knowledge, root) if answer_cases else None
    if cases:
        found += unreached(places, built.knowledge, cases)
    return Report(_in_order(found), f"{_counts(places, built.knowledge, cases)}: {len(found)} problems")


def _in_order(found: list[Complaint]) -> tuple[Complaint, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda complaint: (complaint.file, complaint.line or 0)))


def _as_read(built: Built, places: Places) -> Iterator[Complaint]:
    """What can be seen in files that were read, whether or not they compile."""
    yield from citations(places, {complaint.file for complaint in built.complaints})
    yield from codes(places)
    yield from twice(places)
    yield from units(places)


def _as_compiled(built: Built, places: Places, knowledge: Knowledge) -> Iterator[Complaint]:
    """What needs the whole knowledge: a name is missing only where nothing else is wrong."""
    yield from names(places, built.entries, knowledge)
    yield from words(places, built.entries, knowledge)
    yield from counting(places, knowledge)
    yield from dates(places, knowledge)
    yield from doses(places, built.entries, knowledge)
    yield from statements(places, knowledge)
    yield from ledger(places, knowledge)
    yield from trials(places, knowledge)
    yield from eligibility(places, knowledge)
    yield from claims(places, knowledge)
    yield from terms(places, knowledge)


def _counts(places: Places, knowledge: Knowledge, cases: Cases | None) -> str:
    figures = Counter[str](e.checked for t in knowledge.trials for a in t.analyses for e in a.estimates)
    cites = Counter(str(node.value["checked"]) for node in cited(places))
    parts = [
        f"{len(knowledge.statements)} statements, {len(knowledge.features)} features, {len(knowledge.drugs)} drugs, "
        f"{len(knowledge.regimens)} regimens, {len(knowledge.trials)} trials, {len(knowledge.sources)} sources",
        f"{figures.total()} figures ({by_mark(figures)})",
        f"{cites.total()} citations ({by_mark(cites)})",
    ]
    if cases is not None:
        parts.append(f"{cases.count} cases ({cases.refused} of them bad input)")
    return "; ".join(parts)
