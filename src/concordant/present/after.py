"""What comes after progression, and why the other regimens are not offered, a line each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from concordant.answer.model import Answer, NextStep, WhyNot
from concordant.answer.phrases import and_list, lower_first
from concordant.present.wording import cited

REGIMENS_AHEAD = 3
NAMES_SHOWN = 4


def next_lines(answer: Answer) -> Iterator[str]:
    """One line for each of the first offered regimens; the variants together when they lead to the same."""
    shown = [option.regimen for option in answer.options][:REGIMENS_AHEAD]
    for regimen, steps in groupby(answer.next, key=lambda step: step.after):
        if regimen in shown:
            yield from _told(list(steps))
    caveats = {c.says: cited(c.says, c.refs) for step in answer.next if step.after in shown for c in step.caveats}
    yield from caveats.values()


def _told(steps: list[NextStep]) -> Iterator[str]:
    if len({_then(step) for step in steps}) == 1:
        happened = steps[0].if_.rsplit(", ", 1)[0]
        yield f"{happened}, with or without active brain metastases: {_then(steps[0])}"
    else:
        yield from (f"{step.if_}: {_then(step)}" for step in steps)


def _then(step: NextStep) -> str:
    if step.answer == "needs_data" and not step.options:
        return "still open, more must be known"
    preferred = [o.name for o in step.options if o.role == "preferred"]
    if preferred:
        return f"{' or '.join(preferred)}, preferred"
    if not step.options:
        return "no regimen is offered plainly"
    names = [o.name for o in step.options]
    more = len(names) - NAMES_SHOWN
    listed = and_list(names) if more <= 0 else f"{', '.join(names[:NAMES_SHOWN])} and {more} more"
    return f"no regimen is preferred; {listed}" if step.options[0].role == "option" else listed


def why_not_lines(answer: Answer) -> Iterator[str]:
    """The regimens of one reason together; those already told under what to avoid are left out."""
    told = {one.regimen for one in answer.avoid}
    reasons: dict[str, list[WhyNot]] = {}
    for one in answer.why_not:
        if one.regimen not in told:
            reasons.setdefault(one.because, []).append(one)
    for because, ones in reasons.items():
        refs = {(r.n, r.at): r for one in ones for r in one.refs}
        yield cited(f"{and_list([one.name for one in ones])}: {lower_first(because)}", list(refs.values()))
