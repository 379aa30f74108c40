"""An answer in another language: which of its fields are texts for people, and each of them told."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from concordant.answer.schema import Answer
from concordant.present.language.quoting import SAYING, cite, is_english, quote, show_quotations

Tell = Callable[[str], str]
NOT_GIVEN = "not given"  # the page looks for it, and leaves it out
NEWER = "Newer than the guideline: "  # the page takes it off, since the heading says it

# The fields that hold texts, by the record that they belong to; all others are keys, numbers, names and places.
TEXTS: dict[str, tuple[str, ...]] = {
    "ActionShown": ("says",),
    "AdjustedDose": ("says", "because", "capped", "tablets", "vials"),
    "Answer": (
        *("assumed", "assumed_in_short", "chosen_defaults", "conflicts", "disagreements", "headline", "incomplete", "instead"),
        *("judged", "newer_in_short", "not_understood", "notices", "on_record", "out_of_scope_because"),
        *("out_of_scope_in_short", "unknown"),
    ),
    "Ask": ("label", "question", "known"),
    "Avoid": ("why", "drugs"),
    "ChainLink": ("title",),
    "Change": ("if_", "names"),
    "CheckShown": ("label", "says"),
    "CourseInTime": ("drugs",),
    "DangerShown": ("says", "do", "shown", "shown_by"),
    "Dose": ("basis", "basis_amount", "capped", "held", "note", "tablets", "vials", "why_not_calculated"),
    "DoseChange": ("do", "finding", "toxicity"),
    "Eligibility": ("because",),
    "Estimate": ("assessed_by", "effect", "note", "p", "unit", "values"),
    "EventInTime": ("about",),
    "EvidenceRow": ("analysis", "arms", "caveat", "n", "population"),
    "GuidelineShown": ("differs", "notice", "title"),
    "HazardRatioShown": ("of",),
    "HeldUntil": ("says", "short", "shown", "what"),
    "IntervalInTime": ("label", "says"),
    "LabelShown": ("because",),
    "NextOption": ("name",),
    "NextStep": ("happened", "if_"),
    "NotRead": ("name", "why"),
    "Option": ("cautions", "derived_because", "name"),
    "OtherSide": ("distance", "if_", "label", "names", "now"),
    "ReportShown": ("speaks_of",),
    "Said": ("says",),
    "Why": ("brief", "says"),
    "WhyNot": ("because", "name"),
}
# What stays in the words of its publisher.
PUBLISHED: dict[str, tuple[str, ...]] = {"GradeShown": ("strength", "evidence", "type", "grade_note")}
CITATIONS: dict[str, tuple[str, ...]] = {"Reference": ("citation",), "RefAt": ("at",)}
# What a person wrote, in a language that nobody was told of.
TYPED: dict[str, tuple[str, ...]] = {"Answer": ("name",)}


def tell_answer(answer: Answer, tell: Tell, *, plainly: bool = False) -> Answer:
    """The answer with each of its texts told; `plainly` with quotation marks in place of the marks of a language."""
    shown = show_quotations if plainly else str
    told = _tell_struct(answer, tell, shown)
    assert isinstance(told, Answer)
    newer = [NEWER + shown(tell(text.removeprefix(NEWER))) for text in answer.newer]
    return msgspec.structs.replace(told, newer=newer)


def _tell_struct(part: msgspec.Struct, tell: Tell, shown: Tell) -> msgspec.Struct:
    kind = type(part).__name__
    changed: dict[str, object] = {}
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if (way := _choose_way(kind, name, tell)) is not None:
            changed[name] = _tell_texts(value, way, shown)
        elif isinstance(value, msgspec.Struct):
            changed[name] = _tell_struct(value, tell, shown)
        elif isinstance(value, list) and value and isinstance(value[0], msgspec.Struct):
            changed[name] = [_tell_struct(one, tell, shown) for one in value]
    return msgspec.structs.replace(part, **changed) if changed else part


def _choose_way(kind: str, name: str, tell: Tell) -> Tell | None:
    if name in TEXTS.get(kind, ()):
        return lambda text: text if text == NOT_GIVEN else tell(text)
    if name in PUBLISHED.get(kind, ()):
        return quote
    if name in CITATIONS.get(kind, ()):
        return cite_words
    return mark_typed if name in TYPED.get(kind, ()) else None


def cite_words(text: str) -> str:
    """The name of a work or of a place; a number is the same everywhere."""
    return cite(text) if SAYING.search(text) else text


def mark_typed(text: str) -> str:
    """What a person wrote, with its language where that can be told."""
    return cite(text) if is_english(text) else text


def _tell_texts(value: object, tell: Tell, shown: Tell) -> object:
    if isinstance(value, str):
        return shown(tell(value)) if value else value
    return [_tell_texts(one, tell, shown) for one in value] if isinstance(value, list) else value
