"""What an interview says of a question and of a reply, in its language."""

from __future__ import annotations

from concordant.answer.schema import Ask
from concordant.model.features import Feature
from concordant.patient.facts import format_unit, format_value
from concordant.present.interview import GivenReply, Interview, can_answer_with_date, get_value_names, has_numbered_choices
from concordant.present.language.quoting import show_quotations


def describe_reply(reply: GivenReply, interview: Interview) -> str:
    """What was understood, in one line."""
    language = interview.language
    told = language.say("ask.unknown") if reply.value is None else language.tell_plainly(format_value(reply.feature, reply.value))
    return f"{language.tell_plainly(reply.feature.label)}: {told}"


def explain_purpose(ask: Ask, interview: Interview) -> str:
    """Explain in one sentence what depends on the question."""
    language = interview.language
    partners = [language.tell_plainly(interview.find_feature(name).label) for name in ask.together_with]
    if partners:
        return language.say("ask.purpose.together", names=language.join_with_and(partners))
    return language.say(f"ask.purpose.{_choose_purpose(ask)}")


def _choose_purpose(ask: Ask) -> str:
    if not ask.changes:
        return "conflict"
    if any(c.answer == "out_of_scope" for c in ask.changes):
        return "scope"
    if not ask.blocking:
        return "change"
    if len({c.line for c in ask.changes if c.line}) > 1:
        return "line"
    return "regimen" if all(c.answer == "recommends" for c in ask.changes) else "needed"


def explain_question(feature: Feature, interview: Interview) -> list[str]:
    """What a question means, what may be typed, and where it comes from."""
    language = interview.language
    sources = {source.id: source.citation for source in interview.knowledge.sources}
    cited = [f"{sources[c.ref]}{f' ({c.at})' if c.at else ''}" for c in feature.sources if c.ref in sources]
    told = [language.quote(one) for one in cited] or [language.say("ask.from.statements")]
    return [
        language.tell_plainly(feature.help or f"{feature.label}. {feature.question}"),
        language.say("ask.type", what=_describe_input(feature, interview)),
        show_quotations(language.say("ask.from", cited="; ".join(told), name=feature.name)),
    ]


def _describe_input(feature: Feature, interview: Interview) -> str:
    language = interview.language
    if can_answer_with_date(feature):
        return language.say("ask.type.months")
    if feature.is_numeric:
        unit = language.format_unit(format_unit(feature.unit))
        return language.say("ask.type.number.unit", unit=unit) if unit else language.say("ask.type.number")
    words = " / ".join(get_value_names(feature, language).values())
    return language.say("ask.type.word.numbered" if has_numbered_choices(feature) else "ask.type.word", words=words)
