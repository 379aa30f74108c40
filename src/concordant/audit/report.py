"""The outcome of an audit: the text, the claims in it with their verdicts, and the sources by name."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from concordant.audit.verdicts import ORDER, WRONG, Finding
from concordant.model.audit import ClaimVerdict
from concordant.model.sources import Cite, Source


class VerdictShown(msgspec.Struct, frozen=True):
    """A claim of the text with its verdict; `span` in characters of the text as given."""

    span: tuple[int, int]
    text: str
    kind: str
    verdict: ClaimVerdict
    right: str
    source: str


class AuditShown(msgspec.Struct, frozen=True):
    """What `audit --format json` prints."""

    verdicts: tuple[VerdictShown, ...]


@dataclass(frozen=True)
class Report:
    """A text that was audited as of a day."""

    text: str
    as_of: dt.date
    findings: tuple[Finding, ...]
    sources: Mapping[str, Source]
    whose: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether a claim is contradicted, mixed, overstated or outdated."""
        return any(finding.verdict in WRONG for finding in self.findings)

    def count_claims(self) -> dict[ClaimVerdict, int]:
        """The sentences by their worst verdict, the worst first."""
        worst = Counter(_find_worst(group) for group in self.group_by_place())
        return {verdict: worst[verdict] for verdict in ORDER if worst[verdict]}

    def group_by_place(self) -> Iterator[list[Finding]]:
        """The findings of each sentence together, in the order of the text."""
        places: dict[tuple[int, int], list[Finding]] = {}
        for finding in self.findings:
            places.setdefault((finding.start, finding.end), []).append(finding)
        yield from places.values()

    def name_source(self, cite: Cite) -> str:
        """A source in short, with its place."""
        source = self.sources.get(cite.ref)
        return " ".join(filter(None, ((source.short or source.citation) if source else cite.ref, cite.at)))

    def show(self) -> AuditShown:
        """The shape of the contract."""
        return AuditShown(tuple(self._show_finding(finding) for finding in self.findings))

    def _show_finding(self, finding: Finding) -> VerdictShown:
        told = "; ".join(dict.fromkeys(f"{self.name_source(cite)} ({cite.checked})" for cite in finding.sources))
        span = (finding.start, finding.end)
        return VerdictShown(span, self.text[span[0] : span[1]], finding.kind, finding.verdict, finding.right, told)


def _find_worst(findings: list[Finding]) -> ClaimVerdict:
    return min((finding.verdict for finding in findings), key=ORDER.index)
