"""The first five lines: verdict, authority, why, checks, what would flip it."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.answer.model import Answer, Ask, Change, CheckShown, Option, OtherSide, Why
from concordant.answer.parts import Dose
from concordant.answer.phrases import ROLES, amount_words, and_list, lower_first, milligram_words, sentence_case
from concordant.present.wording import cited, day_words, own_grade, range_words, rest_of_chain

MISSING_SHOWN = 3
CHECKS_SHOWN = 5
WHY_SHOWN = 4
FLIPS_SHOWN = 2
CAUTIONS_SHOWN = 2
OUT = ("unavailable", "stopped_for_toxicity")
LINES = {"first": "first line", "second": "second line", "third_or_later": "third line or later"}


Labelled = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FirstLines:
    """What stands above everything: the verdict, and a few titles with their sentences."""

    verdict: str
    lines: list[Labelled]


def first_lines(answer: Answer) -> FirstLines:
    """The verdict, then titles with their sentences."""
    match answer.answer:
        case "out_of_scope":
            return _refusal(answer)
        case "needs_data":
            return _question(answer)
        case _:
            return _recommendation(answer)


def _date_line(answer: Answer) -> str:
    names = [f"{g.title} {g.version}" for g in answer.guidelines if g.speaks]
    return f"As of {day_words(answer.as_of)}, {and_list(names) or 'no guideline in force'}"


def _refusal(answer: Answer) -> FirstLines:
    lines = [("What to do", text) for text in answer.instead]
    lines.append(("Why", _why(answer)))
    if answer.conflicts:
        lines.append(("In conflict", " ".join(answer.conflicts)))
    lines.append(("Answered", _date_line(answer)))
    return FirstLines(f"Outside this guideline. {answer.out_of_scope_because}", lines)


def _question(answer: Answer) -> FirstLines:
    blocking = [q for q in answer.ask if q.blocking]
    wanted = blocking[0] if blocking else None
    verdict = f"Cannot decide until this is known: {lower_first(wanted.label) if wanted else 'more about this patient'}"
    if wanted and wanted.together_with:
        verdict += " (together with the questions below)"
    lines = [("Answered", _date_line(answer)), ("Known so far", _why(answer))]
    if answer.options:
        names = and_list([o.name for o in answer.options])
        lines.append(("Either way", f"offered on every branch: {names}"))
    if answer.conflicts:
        lines.append(("In conflict", " ".join(answer.conflicts)))
    lines.append(("Check anyway", _checks(answer.checks)))
    return FirstLines(verdict, lines)


def _recommendation(answer: Answer) -> FirstLines:
    if not answer.options:
        return _no_regimen(answer)
    first = answer.options[0]
    lines = _held_back(answer, first)
    lines += [*_beware(first), ("How sure", _authority(answer, first)), ("Why", _why(answer))]
    if first.role != "continue":
        lines.append(("Check first", _checks(answer.checks)))
    lines.append(("Would flip it", _flip(answer, first)))
    if answer.assumed:
        lines.append(("Assumed", _assumed(answer)))
    if answer.conflicts:
        lines.append(("In conflict", " ".join(answer.conflicts)))
    return FirstLines(_verdict(answer, first), lines)


def _held_back(answer: Answer, first: Option) -> list[Labelled]:
    """What would have come first, and why it does not, when only a substitute is offered."""
    if first.role != "alternative":
        return []
    told = [cited(a.why, a.refs) for a in answer.avoid if a.kind != "against" and (a.statements or a.kind in OUT)]
    return [("Held back", " ".join(told))] if told else []


def _no_regimen(answer: Answer) -> FirstLines:
    barred = and_list(list(dict.fromkeys(name for a in answer.avoid for name in a.drugs)))
    verdict = "No regimen can be offered as a plain next step"
    verdict += f": see why {barred} {'are' if ' and ' in barred else 'is'} held back" if barred else ""
    first = min(answer.actions, key=lambda a: a.kind != "referral") if answer.actions else None
    lines: list[Labelled] = []
    if first:
        lines.append(("What to do", cited(first.says, first.refs)))
    lines += [("Why", _why(answer)), ("Answered", _date_line(answer))]
    if answer.assumed:
        lines.append(("Assumed", _assumed(answer)))
    return FirstLines(verdict, lines)


def _verdict(answer: Answer, first: Option) -> str:
    urgent = [c.label for c in answer.checks if c.state != "done"] if first.status == "applies_if_checked" else []
    unmet = [c.label for c in answer.checks if c.state == "unmet"]
    only = f" - only after: {_few(unmet + [u for u in urgent if u not in unmet])}" if urgent or unmet else ""
    if first.role == "continue":
        return f"Continue {first.name}, no change"
    if first.role != "preferred":
        equal = [o for o in answer.options if o.role == first.role]
        if first.role == "option" and len(equal) > 1:
            return f"No preferred regimen: {len(equal)} options, {_few([o.name for o in equal])}{only}"
        return f"{_lead(answer, first)}{first.name}{_dose(first)}{only}"
    return f"{sentence_case(first.name)}{_dose(first)}{only}"


def _lead(answer: Answer, first: Option) -> str:
    if first.role != "alternative":
        return "For selected patients: "
    instead = any(a.kind != "against" and a.statements for a in answer.avoid)
    return "Instead of the preferred regimen: " if instead else "No preferred regimen is named; it can be: "


def _beware(first: Option) -> list[Labelled]:
    """What is known to speak against the first option, though it does not rule it out."""
    return [("Beware", " ".join(first.cautions[:CAUTIONS_SHOWN]))] if first.cautions else []


def _assumed(answer: Answer) -> str:
    """What the verdict rests on without an entry: named here, explained below."""
    return _few([text.split(" (assumed", 1)[0] for text in answer.assumed])


def _few(items: list[str], most: int = MISSING_SHOWN) -> str:
    shown = items[:most]
    return f"{', '.join(shown)} and {len(items) - len(shown)} more" if len(items) > len(shown) else and_list(shown)


def _dose(option: Option) -> str:
    """The dose of a single drug in the verdict; several drugs have their lines below."""
    if len({d.drug for d in option.dose}) != 1:
        return ""
    dose = option.dose[0]
    milligrams = f", {dose.calculated_mg:.0f} mg at {dose.basis}" if dose.basis and dose.calculated_mg else ""
    return f" {amount_words(dose)}{milligrams}"


def _authority(answer: Answer, first: Option) -> str:
    refs = first.chain[0].refs if first.chain else []
    newer = " Something newer exists, see below." if answer.newer else ""
    chain = "".join(f" {sentence_case(link)}." for link in rest_of_chain(first))
    return f"{ROLES[first.role]}. {cited(own_grade(first), refs)}.{chain} {_date_line(answer)}.{newer}"


def _why(answer: Answer) -> str:
    told = sorted((w for w in answer.why if w.headline), key=lambda w: w.headline) or answer.why
    return "; ".join(_short(w) for w in told[:WHY_SHOWN]) or "nothing on record decides it"


def _short(why: Why) -> str:
    return cited(why.says, why.refs)


def _checks(checks: list[CheckShown]) -> str:
    missing = [c.label for c in checks if c.state == "missing"]
    unmet = [c.label for c in checks if c.state == "unmet"]
    done = [c.label for c in checks if c.state == "done"]
    parts = [
        f"not met: {_few(unmet, CHECKS_SHOWN)}" if unmet else "",
        f"missing: {_few(missing, CHECKS_SHOWN)}" if missing else "",
    ]
    parts.append(f"done: {_few(done, CHECKS_SHOWN)}" if done else "")
    return "; ".join(filter(None, parts)) or "nothing listed"


def _flip(answer: Answer, first: Option) -> str:
    near = [f"{lower_first(s.label)} {side_words(s)}" for s in answer.other_sides if s.near]
    told = [f"{q.label}, {flips(q, answer)}" for q in answer.ask[:FLIPS_SHOWN]]
    more = f" and {len(answer.ask) - FLIPS_SHOWN} more below" if len(answer.ask) > FLIPS_SHOWN else ""
    fit = {
        "on": "Within the label",
        "off": f"Outside the label: {first.label.because}",
        "unknown": f"Label: {first.label.because}",
    }
    label = "" if first.role == "continue" else cited(fit[first.label.fit], first.label.refs)
    return ". ".join(filter(None, ["; ".join(near + told) + more, label])) or "nothing that is open"


def flips(question: Ask, answer: Answer) -> str:
    """The branches of a question that lead elsewhere, in one line."""
    now = sorted(o.regimen for o in answer.options if o.role == "preferred") or sorted(o.regimen for o in answer.options)
    told = [(range_words(c.if_), then_words(c, answer.line_of_therapy)) for c in question.changes if sorted(c.then) != now]
    return "; ".join(f"{cell}: {then}" for cell, then in told)


def then_words(change: Change, line_now: str | None = None) -> str:
    """What a branch leads to; its line only where that is another."""
    line = "" if change.line in ("", line_now) else f"{LINES[change.line]}: "
    return line + _outcome_words(change.names, change.answer)  # the regimens of an open branch hold in any case


def side_words(side: OtherSide) -> str:
    """`more than 12 months (4 months away): REGIMEN`."""
    away = f" ({side.distance} away)" if side.distance else ""
    return f"{range_words(side.if_)}{away}: {_outcome_words(side.names, side.answer)}"


def _outcome_words(names: list[str], answer: str) -> str:
    if answer == "out_of_scope":
        return "outside this guideline"
    told = " or ".join(names[:3]) + (f" or {len(names) - 3} more" if len(names) > 3 else "")
    if answer == "needs_data":
        return f"still open, more must be known{f'; in any case {told}' if told else ''}"
    return told or "no regimen is offered plainly"


def dose_lines(option: Option) -> list[str]:
    """One line a component: amount, mg for this patient, vials, source."""
    return [_dose_line(dose) for dose in option.dose]


def _dose_line(dose: Dose) -> str:
    phase = "" if dose.phase == "every" else f" ({dose.phase} dose)"
    milligrams = milligram_words(dose)
    vials = f" ({dose.vials})" if dose.vials and dose.unit == "mg" else ""
    note = f" ({dose.note})" if dose.note else ""
    text = f"{sentence_case(dose.drug)}{phase} {amount_words(dose)}{vials}{': ' + milligrams if milligrams else ''}"
    return cited(text + note, dose.refs)
