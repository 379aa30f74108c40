"""Claims with gold verdicts, audited: what was confirmed, caught, and flagged falsely, by kind of claim."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from concordant.audit.audit import Auditor
from concordant.audit.verdicts import ORDER, WRONG, Finding

HERE = Path(__file__).parent
HARD = {"figure", "dose", "schedule", "grade"}
TUNED = ("tuned", "probe", "probe-2", "probe-3", "probe-4", "probe-5", "probe-6")
UNTOUCHED = ("untouched",)


@dataclass
class Score:
    """Counts of outcomes, of figures and doses and grades (`hard`) and of the rest, and the misses in words."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: {"hard": Counter(), "rest": Counter()})
    misses: list[str] = field(default_factory=list)

    def share(self, kind: str, outcome: str, of: tuple[str, ...]) -> float:
        """How many of some outcomes are this one."""
        total = sum(self.counts[kind][name] for name in of)
        return self.counts[kind][outcome] / total if total else 1.0

    def alarms(self) -> float:
        """False alarms among the true claims."""
        counts = self.counts["hard"] + self.counts["rest"]
        return counts["false alarm"] / sum(counts[name] for name in TRUE_OUTCOMES)


TRUE_OUTCOMES = ("confirmed", "false alarm", "true, not judged")
FALSE_OUTCOMES = ("caught", "passed as true", "false, not judged")


def read_answers(names: tuple[str, ...]) -> list[dict]:
    """The answers of some files beside this one."""
    return [json.loads(line) for name in names for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def iter_judged(auditor: Auditor, answer: dict) -> Iterator[tuple[dict, str, list[Finding]]]:
    """Each claim with the worst verdict that touches its line."""
    lines = [" ".join(claim["text"].split()) for claim in answer["claims"]]
    findings = auditor.audit("\n".join(lines) + "\n", dt.date.fromisoformat(answer["as_of"]))
    start = 0
    for claim, line in zip(answer["claims"], lines, strict=True):
        touching = [f for f in findings if f.start < start + len(line) and f.end > start]
        yield claim, min((f.verdict for f in touching), key=ORDER.index, default="not_in_knowledge"), touching
        start += len(line) + 1


def score_answers(auditor: Auditor, answers: list[dict]) -> Score:
    """The outcome of every claim."""
    score = Score()
    for answer in answers:
        for claim, got, _ in iter_judged(auditor, answer):
            outcome = name_outcome(claim, got)
            score.counts["hard" if claim["about"] in HARD else "rest"][outcome] += 1
            if outcome in ("false alarm", "passed as true", "false, not judged", "true, not judged", "judged without ground"):
                score.misses.append(f"{answer['id']}: {outcome} ({got}): {claim['text']}")
    return score


def name_outcome(claim: dict, got: str) -> str:
    """What came of one claim."""
    accepted = {claim["verdict"], *claim.get("also_accept", ())}
    if claim["verdict"] == "supported":
        return (
            "confirmed" if got == "supported" else "false alarm" if got in WRONG and got not in accepted else "true, not judged"
        )
    if claim["verdict"] == "cannot_check":
        return "rightly not judged" if got == "not_in_knowledge" or got in accepted else "judged without ground"
    return "caught" if got in WRONG or got in accepted else "passed as true" if got == "supported" else "false, not judged"
