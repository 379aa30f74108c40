"""The page of a checked answer as data: the lines of the text, what of them is a claim, and the notes in their margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from concordant.audit.report import Report
from concordant.audit.verdicts import ORDER, WRONG, Finding
from concordant.model.audit import ClaimVerdict
from concordant.model.sources import Checked, Cite
from concordant.present.language import Language
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


class Note(msgspec.Struct, frozen=True):
    """What is said of a claim: `n` is its number in the text, `cites` the numbers of its sources with their
    places. `facts` are what `right` says, line by line.
    """

    n: int
    verdict: ClaimVerdict
    kind: str
    right: str
    cites: tuple[tuple[int, str], ...]
    facts: tuple[str, ...] = ()


class Piece(msgspec.Struct, frozen=True):
    """A part of a line; a claim has a verdict and its number."""

    text: str
    verdict: ClaimVerdict | None = None
    n: int = 0


class Line(msgspec.Struct, frozen=True):
    """A line of the text in pieces, and the notes in its margin. `heading`: it is short, and claims nothing."""

    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]
    heading: bool = False


class ReferenceShown(msgspec.Struct, frozen=True):
    """A numbered source, and how far it was checked."""

    n: int
    citation: str
    checked: Checked


class AuditPage(msgspec.Struct, frozen=True):
    """The whole page."""

    title: str
    over: str
    headline: str
    tally: tuple[tuple[ClaimVerdict, int], ...]
    lines: tuple[Line, ...]
    references: tuple[ReferenceShown, ...]
    footer: tuple[str, ...]
    language: str
    words: Mapping[str, str]
    whose: str = ""


def build_audit_page(report: Report, language: Language) -> AuditPage:
    """Lay a checked answer out. Words of the answer, and of publishers, are marked where the page is of another language."""
    say, numbers = language.say, _Numbers(report, language)
    lines = tuple(_iter_lines(report, numbers, language))
    tally = report.count_claims()
    return AuditPage(
        title=say("audit.title"),
        over=" · ".join(
            filter(None, (make_visible(report.whose), say("audit.as_of", day=language.format_long_day(report.as_of))))
        ),
        headline=_say_headline(tally, language),
        tally=tuple(tally.items()),
        lines=lines,
        references=numbers.list_references(),
        footer=tuple(filter(None, (say("audit.foot.narrow"), say("audit.foot.advice"), say("foot.told")))),
        language=language.code,
        words=language.list_phrases("audit."),
        whose=make_visible(report.whose),
    )


def _say_headline(tally: dict[ClaimVerdict, int], language: Language) -> str:
    """How many claims were judged, and how many of them do not hold."""
    judged = sum(count for verdict, count in tally.items() if verdict != "not_in_knowledge")
    wrong = sum(count for verdict, count in tally.items() if verdict in WRONG)
    if not judged:
        return language.say("audit.none")
    claims = language.say_count("audit.claims", judged)
    return language.say_count("audit.wrong", wrong, claims=claims) if wrong else language.say("audit.all", claims=claims)


class _Numbers:
    """Numbers of claims and of sources, in the order in which they are met."""

    def __init__(self, report: Report, language: Language) -> None:
        self.report, self.language = report, language
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
        return number, self.language.cite(cite.at)

    def list_references(self) -> tuple[ReferenceShown, ...]:
        return tuple(
            ReferenceShown(n, self.language.cite(self._name_source(ref)), self.checked[ref]) for ref, n in self.sources.items()
        )

    def _name_source(self, ref: str) -> str:
        return self.report.sources[ref].citation if ref in self.report.sources else ref


def _iter_lines(report: Report, numbers: _Numbers, language: Language) -> Iterator[Line]:
    """The lines of the text; those that are blank part the others."""
    groups = list(report.group_by_place())
    at = 0
    for told in report.text.splitlines(keepends=True):
        start, end = at, at + len(told.rstrip("\r\n"))
        at += len(told)
        own = [group for group in groups if start <= group[0].start < at]
        yield _make_line(report, start, end, own, numbers, language)


def _make_line(report: Report, start: int, end: int, groups: list[list[Finding]], numbers: _Numbers, language: Language) -> Line:
    pieces: list[Piece] = []
    notes: list[Note] = []
    at = start
    for group in groups:
        begun, ended = group[0].start, min(group[0].end, end)
        verdict = min((finding.verdict for finding in group), key=ORDER.index)
        number = numbers.count_claim() if verdict != "not_in_knowledge" else 0
        pieces += [Piece(make_visible(report.text[at:begun])), Piece(make_visible(report.text[begun:ended]), verdict, number)]
        notes += [_make_note(finding, number, numbers, language) for finding in group if verdict != "not_in_knowledge"]
        at = max(ended, at)
    pieces.append(Piece(make_visible(report.text[at:end])))
    told = "".join(piece.text for piece in pieces).strip()
    plain = not any(piece.n for piece in pieces)
    heading = plain and 0 < len(told) <= LONGEST_HEADING and not told.startswith(("-", "|", "•")) and told[-1] not in ".;,"
    shown = tuple(replace(piece, text=language.mark_typed(piece.text)) for piece in pieces if piece.text)
    return Line(shown, tuple(notes), heading)


def _make_note(finding: Finding, number: int, numbers: _Numbers, language: Language) -> Note:
    cites = tuple(dict.fromkeys(numbers.cite(cite) for cite in finding.sources))
    facts = tuple(map(language.tell, finding.facts))
    return Note(number, finding.verdict, finding.kind, language.tell(finding.right) if finding.right else "", cites, facts)
