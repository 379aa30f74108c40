"""The verdict and the few titled lines beneath it: what a reader must have seen when the page is put away after them."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.answer.model import Answer, Option
from concordant.answer.phrases import lower_first, sentence_case
from concordant.present.language import Language
from concordant.present.sentences import Sentences, cited

CHECKS_SHOWN = 5
WHY_SHOWN = 4
FLIPS_SHOWN = 2
CAUTIONS_SHOWN = 2
OUT = ("unavailable", "stopped_for_toxicity")
LOUD = ("first.beware", "first.conflict", "first.held_back")

Titled = tuple[str, str]  # the key of a title, and its sentence


@dataclass(frozen=True, slots=True)
class Head:
    """The verdict, and the titled lines below it; titles are keys of the catalogue."""

    verdict: str
    lines: tuple[Titled, ...]


def head(told: Sentences) -> Head:
    """The head of the page, by the kind of the answer; what limits the whole of it stands there too."""
    top = _by_kind(told)
    noted = tuple(("first.note", notice) for notice in told.answer.notices)
    return Head(top.verdict, (*top.lines, *noted))


def _by_kind(told: Sentences) -> Head:
    match told.answer.answer:
        case "out_of_scope":
            return _refusal(told)
        case "needs_data":
            return _question(told)
        case _:
            return _recommendation(told) if told.answer.options else _no_regimen(told)


def _head(verdict: str, *lines: Titled) -> Head:
    return Head(verdict, tuple(line for line in lines if line[1]))


def _refusal(told: Sentences) -> Head:
    verdict = told.language.say("verdict.refusal", because=told.answer.out_of_scope_because)
    instead = [("first.do", text) for text in told.answer.instead]
    return _head(verdict, *instead, ("first.why", _why(told)), _conflict(told), ("first.answered", told.answered()))


def _question(told: Sentences) -> Head:
    answer, say = told.answer, told.language.say
    blocking = [q for q in answer.ask if q.blocking]
    what = lower_first(blocking[0].label) if blocking else say("verdict.question.more")
    verdict = say("verdict.question", what=what)
    if blocking and blocking[0].together_with:
        verdict = say("verdict.question.together", verdict=verdict)
    names = told.language.all_of([o.name for o in answer.options])
    return _head(
        verdict,
        ("first.answered", told.answered()),
        ("first.known", _why(told)),
        ("first.either_way", say("either_way", names=names) if names else ""),
        _conflict(told),
        ("first.check_anyway", _checks(told)),
    )


def _recommendation(told: Sentences) -> Head:
    answer, first = told.answer, told.answer.options[0]
    return _head(
        _verdict(answer, first, told),
        ("first.dose", _several_doses(first, told)),
        ("first.held_back", _held_back(answer, first)),
        ("first.beware", " ".join(first.cautions[:CAUTIONS_SHOWN])),
        ("first.sure", _authority(first, told)),
        ("first.why", _why(told)),
        ("first.check_anyway", _checks(told) if first.role == "continue" and _is_open(answer) else ""),
        ("first.check", "" if first.role == "continue" else _checks(told)),
        ("first.flip", _flip(told)),
        ("first.label", _label(answer, first, told)),
        ("first.assumed", _assumed(told)),
        _conflict(told),
    )


def _no_regimen(told: Sentences) -> Head:
    answer, say = told.answer, told.language.say
    barred = list(dict.fromkeys(name for a in answer.avoid for name in a.drugs))
    verdict = say("verdict.none")
    if barred:
        number = "one" if len(barred) == 1 else "many"
        verdict = say(f"verdict.none.{number}", verdict=verdict, names=told.language.few(barred))
    first = min(answer.actions, key=lambda a: a.kind != "referral") if answer.actions else None
    return _head(
        verdict,
        ("first.do", cited(first.says, first.refs) if first else ""),
        ("first.why", _why(told)),
        ("first.answered", told.answered()),
        ("first.assumed", _assumed(told)),
        _conflict(told),
    )


# -- the verdict -----------------------------------------------------------------------------------


def _verdict(answer: Answer, first: Option, told: Sentences) -> str:
    if first.role == "continue":
        return told.language.say("verdict.continue", name=first.name)
    return _with_checks(_what(answer, first, told), answer, told.language)


def _what(answer: Answer, first: Option, told: Sentences) -> str:
    say = told.language.say
    equal = [o for o in answer.options if o.role == first.role]
    if first.role == "option" and len(equal) > 1:
        return say("verdict.options", number=len(equal), names=told.language.few([o.name for o in equal]))
    regimen = f"{first.name}{_one_dose(answer, first, told)}"
    if first.role in ("preferred", "continue"):
        return sentence_case(regimen)
    if first.role != "alternative":
        return say("verdict.selected", regimen=regimen)
    instead = any(a.kind != "against" and a.statements for a in answer.avoid)
    return say("verdict.instead" if instead else "verdict.can_be", regimen=regimen)


def _with_checks(verdict: str, answer: Answer, language: Language) -> str:
    """What has to be settled before the first dose stands in the verdict itself."""
    unmet = [c.label for c in answer.checks if c.state == "unmet"]
    if unmet:
        return language.say("verdict.unmet", verdict=verdict, checks=language.few(unmet))
    missing = [c.label for c in answer.checks if c.state == "missing"]
    return language.say("verdict.only_after", verdict=verdict, checks=language.few(missing)) if missing else verdict


def _one_dose(answer: Answer, first: Option, told: Sentences) -> str:
    """The dose of a single drug; none beside a check that is not met, several drugs have a line of their own."""
    if len({d.drug for d in first.dose}) != 1 or _waits(answer, first):
        return ""
    return told.dose_in_short(first)[0].removeprefix(first.dose[0].drug)


def _several_doses(first: Option, told: Sentences) -> str:
    if len({d.drug for d in first.dose}) < 2 or _waits(told.answer, first) or first.role == "option":
        return ""
    return "; ".join(told.dose_in_short(first))


def _waits(answer: Answer, first: Option) -> bool:
    """True when a check is not met or a label lowers a dose: no dose stands beside it as if nothing were."""
    return any(c.state == "unmet" for c in answer.checks) or any(d.held for d in first.dose)


def _is_open(answer: Answer) -> bool:
    return any(check.state != "done" for check in answer.checks)


def _label(answer: Answer, first: Option, told: Sentences) -> str:
    """Whether the label covers the first option; it is named where it is one of several."""
    label = told.label(first)
    several = len([o for o in answer.options if o.role == first.role]) > 1
    return f"{sentence_case(first.name)}: {lower_first(label)}" if label and several else label


# -- the lines -------------------------------------------------------------------------------------


def _held_back(answer: Answer, first: Option) -> str:
    """What would have come first, and why it does not, when only a substitute is offered."""
    if first.role != "alternative":
        return ""
    return " ".join(cited(a.why, a.refs) for a in answer.avoid if a.kind != "against" and (a.statements or a.kind in OUT))


def _authority(first: Option, told: Sentences) -> str:
    say = told.language.say
    parts = [f"{say(f'role.{first.role}')}.", f"{told.own_grade(first)}.", *(f"{link}." for link in told.chain(first))]
    parts.append(f"{told.answered()}.")
    return " ".join([*parts, *([say("newer_exists")] if told.answer.newer else [])])


def _why(told: Sentences) -> str:
    headed = sorted((w for w in told.answer.why if w.headline), key=lambda w: w.headline) or told.answer.why
    return "; ".join(cited(w.says, w.refs) for w in headed[:WHY_SHOWN]) or told.language.say("why.nothing")


def _checks(told: Sentences) -> str:
    parts = []
    for state in ("unmet", "missing", "done"):
        labels = [c.label for c in told.answer.checks if c.state == state]
        if labels:
            parts.append(told.language.say(f"checks.{state}", labels=told.language.few(labels, CHECKS_SHOWN)))
    return "; ".join(parts) or told.language.say("checks.none")


def _flip(told: Sentences) -> str:
    answer, say = told.answer, told.language.say
    near = [told.side(s).rstrip(".") for s in answer.other_sides if s.near]
    asked = [_flips(q.label, told.flips(q)) for q in answer.ask[:FLIPS_SHOWN]]
    text = "; ".join(near + asked)
    more = len(answer.ask) - FLIPS_SHOWN
    return say("flip.more", told=text, more=more) if more > 0 else text or say("flip.nothing")


def _flips(label: str, flips: list[tuple[str, str]]) -> str:
    return f"{label}, {'; '.join(f'{cell}: {then}' for cell, then in flips)}"


def _assumed(told: Sentences) -> str:
    """What the verdict rests on without an entry: named here, explained below."""
    return told.language.few([text.split(" (assumed", 1)[0] for text in told.answer.assumed])


def _conflict(told: Sentences) -> Titled:
    return "first.conflict", " ".join(told.answer.conflicts)
