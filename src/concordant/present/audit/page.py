"""The page of a checked answer as data: the lines of the text, what of them is a claim, and the notes in their margin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from concordant.audit.report import Report
from concordant.audit.verdicts import ORDER, WRONG, Finding
from concordant.model.audit import ClaimVerdict
from concordant.model.sources import Checked, Cite
from concordant.visible import make_visible

LONGEST_HEADING = 90
SIGNS: dict[ClaimVerdict, str] = {
    "mixed_cuts": "⇄",
    "contradicted": "✗",
    "outdated": "↺",
    "overstated": "▲",
    "supported": "✓",
    "not_in_knowledge": "–",
}
WORDS: dict[ClaimVerdict, str] = {
    "mixed_cuts": "mixed data cuts",
    "contradicted": "contradicted",
    "outdated": "outdated",
    "overstated": "overstated",
    "supported": "supported",
    "not_in_knowledge": "not judged",
}
MEANINGS: dict[ClaimVerdict, str] = {
    "mixed_cuts": "each number is right by itself, but no single analysis holds them together",
    "contradicted": "the knowledge says otherwise",
    "outdated": "it was so once, and is no longer",
    "overstated": "it says more than its source does",
    "supported": "the knowledge holds it",
    "not_in_knowledge": "nothing in the knowledge speaks for or against it: neither right nor wrong",
}
CHECKED: dict[Checked, str] = {
    "primary": "read in the source",
    "secondary": "read second-hand",
    "recalled": "recalled, not checked",
    "choice": "a choice of this project",
}
TITLE = "A written answer, checked"
FOOTER = (
    "A sentence that is not judged is neither right nor wrong: the knowledge of this program is narrow, and it abstains where it "
    "has nothing to compare with.",
    "No clinician has reviewed this check. It is no advice on treatment.",
)


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of a claim: `n` is its number in the text, `cites` the numbers of its sources with their
    places. `facts` are what `right` says, line by line.
    """

    n: int
    verdict: ClaimVerdict
    kind: str
    right: str
    cites: tuple[tuple[int, str], ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; a claim has a verdict and its number."""

    text: str
    verdict: ClaimVerdict | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text in pieces, and the notes in its margin. `heading`: it is short, and claims nothing."""

    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceShown:
    """A numbered source, and how far it was checked."""

    n: int
    citation: str
    checked: Checked


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The whole page."""

    title: str
    over: str
    headline: str
    tally: tuple[tuple[ClaimVerdict, int], ...]
    lines: tuple[Line, ...]
    references: tuple[ReferenceShown, ...]
    footer: tuple[str, ...]
    whose: str = ""


def build_audit_page(report: Report) -> AuditPage:
    """Lay a checked answer out."""
    numbers = _Numbers(report)
    lines = tuple(_iter_lines(report, numbers))
    day = f"{report.as_of.day} {report.as_of:%B %Y}"
    tally = report.count_claims()
    return AuditPage(
        title=TITLE,
        over=" · ".join(filter(None, (make_visible(report.whose), f"as of {day}"))),
        headline=_say_headline(tally),
        tally=tuple(tally.items()),
        lines=lines,
        references=numbers.list_references(),
        footer=FOOTER,
        whose=make_visible(report.whose),
    )


def _say_headline(tally: dict[ClaimVerdict, int]) -> str:
    """How many claims were judged, and how many of them do not hold."""
    judged = sum(count for verdict, count in tally.items() if verdict != "not_in_knowledge")
    wrong = sum(count for verdict, count in tally.items() if verdict in WRONG)
    if not judged:
        return "Nothing here could be judged"
    claims = f"{judged} claim{'s' if judged > 1 else ''}"
    if not wrong:
        return f"{claims} judged, all supported"
    return f"{wrong} of {claims} do{'es' if wrong == 1 else ''} not hold"


class _Numbers:
    """Numbers of claims and of sources, in the order in which they are met."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.claims = 0
        self.sources: dict[str, int] = {}
        self.checked: dict[str, Checked] = {}

    def count_claim(self) -> int:
        self.claims += 1
        return self.claims

    def cite(self, cite: Cite) -> tuple[int, str]:
        """The number of a source, and the place in it; of several marks the least is told."""
        number = self.sources.setdefault(cite.ref, len(self.sources) + 1)
        order: tuple[Checked, ...] = ("primary", "secondary", "recalled", "choice")
        known = self.checked.get(cite.ref, "primary")
        self.checked[cite.ref] = max(known, cite.checked, key=order.index)
        return number, cite.at

    def list_references(self) -> tuple[ReferenceShown, ...]:
        return tuple(
            ReferenceShown(n, self.report.sources[ref].citation if ref in self.report.sources else ref, self.checked[ref])
            for ref, n in self.sources.items()
        )


def _iter_lines(report: Report, numbers: _Numbers) -> Iterator[Line]:
    """The lines of the text; those that are blank part the others."""
    groups = list(report.group_by_place())
    at = 0
    for told in report.text.splitlines(keepends=True):
        start, end = at, at + len(told.rstrip("\r\n"))
        at += len(told)
        own = [group for group in groups if start <= group[0].start < at]
        yield _make_line(report, start, end, own, numbers)


def _make_line(report: Report, start: int, end: int, groups: list[list[Finding]], numbers: _Numbers) -> Line:
    pieces: list[Piece] = []
    notes: list[Note] = []
    at = start
    for group in groups:
        begun, ended = group[0].start, min(group[0].end, end)
        verdict = min((finding.verdict for finding in group), key=ORDER.index)
        number = numbers.count_claim() if verdict != "not_in_knowledge" else 0
        pieces += [Piece(make_visible(report.text[at:begun])), Piece(make_visible(report.text[begun:ended]), verdict, number)]
        notes += [_make_note(finding, number, numbers) for finding in group if verdict != "not_in_knowledge"]
        at = max(ended, at)
    pieces.append(Piece(make_visible(report.text[at:end])))
    told = "".join(piece.text for piece in pieces).strip()
    plain = not any(piece.n for piece in pieces)
    heading = plain and 0 < len(told) <= LONGEST_HEADING and not told.startswith(("-", "|", "•")) and told[-1] not in ".;,"
    return Line(tuple(piece for piece in pieces if piece.text), tuple(notes), heading)


def _make_note(finding: Finding, number: int, numbers: _Numbers) -> Note:
    cites = tuple(dict.fromkeys(numbers.cite(cite) for cite in finding.sources))
    return Note(number, finding.verdict, finding.kind, finding.right, cites, finding.facts)
