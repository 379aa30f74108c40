"""What was proved of a knowledge, as text and as JSON: one line an obligation, and what was found by name."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

from concordant.verify.obligations import PROMISES, Finding, ObligationResult

WIDEST = 110
SIGN = {"found": "✗", "not confirmed": "?", "not proved": "?", "accepted": "·"}


def render_proofs(results: Sequence[ObligationResult], about: str, *, details: bool, width: int = WIDEST) -> str:
    """A line for each obligation, then the sum; `details` add every finding with its case."""
    lines = [about, "", *(_say_result(result) for result in results), "", _say_sum(results)]
    if details:
        lines += [line for result in results for line in _tell_result(result, width)]
    elif any(result.findings for result in results):
        first = next((result for result in results if not result.is_proved), results[0])
        lines.append(f"Each finding with its patient: concordant prove {first.name}")
    return "\n".join(lines) + "\n"


def _say_result(result: ObligationResult) -> str:
    return f"  {result.name:<13} {_say_state(result):<38} {result.asked:>5} questions {result.seconds:>6.1f} s"


def _say_state(result: ObligationResult) -> str:
    found = [
        f"{state} {count}" for state in ("found", "not confirmed", "not proved", "accepted") if (count := result.count(state))
    ]
    return ", ".join([*(["proved"] if result.is_proved else []), *found])


def _say_sum(results: Sequence[ObligationResult]) -> str:
    proved = sum(result.is_proved for result in results)
    asked, seconds = sum(result.asked for result in results), sum(result.seconds for result in results)
    return f"{proved} of {len(results)} obligations proved; {asked} questions in {seconds:.1f} s."


def _tell_result(result: ObligationResult, width: int) -> list[str]:
    lines = ["", f"{result.name}: {PROMISES[result.name]}"]
    for finding in result.findings:
        lines += ["", *_tell_finding(finding, width)]
    return lines


def _tell_finding(finding: Finding, width: int) -> list[str]:
    lines = _wrap(f"{SIGN[finding.state]} {finding.state}: {finding.about}", width, "  ", "    ")
    lines += _wrap(finding.says, width, "    ", "    ")
    if finding.because:
        lines += _wrap(finding.because, width, "    ", "    ")
    return lines + [f"      {line}" for line in finding.witness.splitlines()]


def _wrap(text: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False)


def render_proofs_json(results: Sequence[ObligationResult], as_of: str, guidelines: Sequence[str]) -> str:
    """Everything, for programs."""
    told = {
        "as_of": as_of,
        "guidelines": list(guidelines),
        "obligations": [
            {
                "name": result.name,
                "promise": PROMISES[result.name],
                "proved": result.is_proved,
                "questions": result.asked,
                "seconds": round(result.seconds, 3),
                "findings": [_tell_as_json(finding) for finding in result.findings],
            }
            for result in results
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _tell_as_json(finding: Finding) -> dict[str, str]:
    told = {"about": finding.about, "state": finding.state, "says": finding.says}
    return told | {key: value for key, value in (("because", finding.because), ("witness", finding.witness)) if value}
