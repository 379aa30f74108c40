"""The verdict: one sentence, short enough for a card, that says what the answer comes to."""

from __future__ import annotations

from concordant.answer.phrases import capitalize_first
from concordant.answer.schema import Answer, Option
from concordant.present.sentences import Sentences, append_references

LONGEST_VERDICT = 139
OUT = ("unavailable", "stopped_for_toxicity", "already_failed", "contraindication", "precaution", "patient_choice")


def make_refusal_verdict(sentences: Sentences) -> str:
    """Why no answer is given, in short."""
    say, short = sentences.language.say, sentences.answer.out_of_scope_in_short
    whole = [say("verdict.refusal", because=short)] if short else []
    return _choose_fitting(*whole, say("verdict.refusal.short"))


def make_question_verdict(sentences: Sentences) -> str:
    """What must be known; a danger that comes before any regimen is named first."""
    say = sentences.language.say
    blocking = [q for q in sentences.answer.ask if q.blocking]
    what = sentences.language.lower_initial(blocking[0].label) if blocking else say("verdict.question.more")
    question = say("verdict.question", what=what)
    leading = [d for d in sentences.answer.dangers if d.urgency in ("now", "precludes")]
    told_how = [(d.shown_by or d.says, d.says) for d in leading[:1]]
    first = [say("verdict.question.danger", danger=words, what=what) for pair in told_how for words in pair]
    return _choose_fitting(*first, question, say("verdict.question", what=say("verdict.question.more")))


def make_no_regimen_verdict(sentences: Sentences) -> str:
    """Say that no regimen is offered and what stands in the way. If that danger interrupts a running treatment, say that the
    treatment is on hold.
    """
    answer, say = sentences.answer, sentences.language.say
    if not answer.dangers:
        return say("verdict.none")
    names = (answer.dangers[0].shown_by, answer.dangers[0].says)
    held = [say("verdict.hold", name=answer.interrupted, danger=name) for name in names if name and answer.interrupted]
    return _choose_fitting(*held, *(say("verdict.none.danger", danger=name) for name in names if name), say("verdict.none"))


def make_recommendation_verdict(sentences: Sentences) -> str:
    """The regimen that comes first, with its dose where one drug has one; what holds it back leads."""
    answer, say, first = sentences.answer, sentences.language.say, get_first_option(sentences.answer)
    if answer.held_until:
        return _make_held_verdict(first, sentences)
    if first.role == "continue":
        return _choose_fitting(say("verdict.continue", name=first.name), say("verdict.continue.short"))
    equal = [o for o in answer.options if o.role == first.role]
    if first.role == "option" and len(equal) > 1:
        return _choose_fitting(
            say("verdict.options", name=first.name, more=len(equal) - 1), say("verdict.options.short", number=len(equal))
        )
    key = {"preferred": "verdict.preferred", "selected": "verdict.selected"}.get(first.role, "verdict.instead")
    if first.role == "alternative" and not list_barred_reasons(answer):
        key = "verdict.can_be"
    candidates = (_describe_single_dose(first, sentences), _describe_single_dose(first, sentences, whole=False), "")
    return _choose_fitting(
        *(say(key, regimen=capitalize_first(f"{first.name}{dose}")) for dose in candidates), say("verdict.see_options")
    )


def _make_held_verdict(first: Option, sentences: Sentences) -> str:
    """The regimen and the worst of what it waits for; no amount stands beside it."""
    say, held = sentences.language.say, sentences.answer.held_until
    key = {"continue": "verdict.held.continue", "preferred": "verdict.held"}.get(first.role, "verdict.held.other")
    names = (held[0].short, *held[0].shown[:1], held[0].what)
    return _choose_fitting(
        *(say(key, name=capitalize_first(first.name), what=name) for name in names),
        say("verdict.held.short", name=capitalize_first(first.name)),
    )


def _describe_single_dose(first: Option, sentences: Sentences, *, whole: bool = True) -> str:
    """` 389 mg IV every 3 weeks (5.4 mg/kg, 72 kg, 4 vials)`: of a single drug whose dose nothing lowers."""
    if len({d.drug for d in first.dose}) != 1 or any(d.held or d.adjusted for d in first.dose):
        return ""
    return f" {sentences.describe_headline_dose(first.dose[0], whole=whole)}"


def get_first_option(answer: Answer) -> Option:
    """The option that the screen is about: the preferred one, or the first."""
    return next((o for o in answer.options if o.role == "preferred"), answer.options[0])


def list_barred_reasons(answer: Answer) -> list[str]:
    """List the reasons why the regimens that would have been offered first are not."""
    return [append_references(a.why, a.refs) for a in answer.avoid if a.kind in OUT and a.statements]


def _choose_fitting(*candidates: str) -> str:
    """The first verdict that is short enough for a card; the last one always is, because it holds no words of the record."""
    return next((text for text in candidates if len(text) <= LONGEST_VERDICT), candidates[-1][:LONGEST_VERDICT])
