"""The first screen: danger, verdict, what holds it back, and the few lines that a reader must have seen.

Every renderer shows these lines first, and the JSON tells the same (`verdict`, `first_screen`). What is dangerous leads and is
never left out; what is only good to know gives way until the whole fits a terminal of 24 lines.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from concordant.answer.phrases import capitalize_first, lower_first
from concordant.answer.schema import Answer, Ask, DangerShown, Option
from concordant.derive.unread import RECORD
from concordant.errors import make_printable, quote_word
from concordant.present.page.document import ScreenLine, Tone, abbreviate_citations
from concordant.present.page.unread_told import describe_not_understood, describe_reports
from concordant.present.page.verdict import (
    OUT,
    get_first_option,
    list_barred_reasons,
    make_no_regimen_verdict,
    make_question_verdict,
    make_recommendation_verdict,
    make_refusal_verdict,
)
from concordant.present.sentences import Sentences, append_references

ROWS, COLUMNS = 22, 80  # of a plain terminal of 24 lines, less those that say whose it is and where the rest is
DANGERS_WHOLE, WHY_SHOWN, ASSUMED_SHOWN, CONFLICTS_SHOWN, BRANCHES_SHOWN, CHECKS_SHOWN = 3, 3, 4, 2, 4, 7
MISSING_SHOWN = 2
# What gives way first when there is no room; nothing that could harm is among them.
GIVES_WAY = ("first.done", "first.watch", "first.if_not", "first.flip", "first.note", "first.assumed", "first.newer")

# What `_list_safety_lines` tells: it leads wherever the answer is told in less than a page.
GUARDS = frozenset(
    f"first.{name}" for name in ("danger", "caution", "incomplete", "not_read", "not_understood", "unknown_drug", "reports")
)
GUARDS |= {f"first.{name}" for name in ("conflict", "differs", "judged", "chosen", "on_record")}

Titled = tuple[str, str, Tone]  # the key of a title, the text, and how loud it is


class FirstScreen(msgspec.Struct, frozen=True):
    """The verdict, and the lines below it; titles are keys of the catalogue."""

    verdict: str
    lines: tuple[Titled, ...]


def make_first_screen(sentences: Sentences) -> FirstScreen:
    """Choose the verdict and the first-screen lines for the kind of answer. When there are many dangers, the later ones are
    shortened until everything fits.
    """
    match sentences.answer.answer:
        case "out_of_scope":
            verdict, lines = make_refusal_verdict(sentences), _list_refusal_lines(sentences)
        case "needs_data":
            verdict, lines = make_question_verdict(sentences), _list_question_lines(sentences)
        case _ if sentences.answer.options:
            verdict, lines = make_recommendation_verdict(sentences), _list_recommendation_lines(sentences)
        case _:
            verdict, lines = make_no_regimen_verdict(sentences), _list_no_regimen_lines(sentences)
    screens = [
        _fit_screen(verdict, [*_list_safety_lines(sentences, whole), *lines], sentences) for whole in range(DANGERS_WHOLE, 0, -1)
    ]
    return next((screen for screen in screens if _count_rows(verdict, screen.lines, sentences) <= ROWS), screens[-1])


def make_screen_lines(screen: FirstScreen, sentences: Sentences) -> tuple[ScreenLine, ...]:
    """The lines with their titles in the language of the page."""
    return tuple(ScreenLine(sentences.language.say(key), text, tone, key) for key, text, tone in screen.lines)


def _fit_screen(verdict: str, lines: Iterable[Titled], sentences: Sentences) -> FirstScreen:
    kept = [line for line in lines if line[1]]
    for key in GIVES_WAY:
        if _count_rows(verdict, kept, sentences) <= ROWS:
            break
        kept = [line for line in kept if line[0] != key]
    return FirstScreen(verdict, tuple(kept))


def _count_rows(verdict: str, lines: Sequence[Titled], sentences: Sentences) -> int:
    """How many rows of a plain terminal they take, with their sources in short."""
    names = {reference.n: reference.short for reference in sentences.answer.references}
    titles = max((len(sentences.language.say(key)) for key, _, _ in lines), default=0) + 1
    texts = (textwrap.wrap(abbreviate_citations(text, names), COLUMNS - titles) for _, text, _ in lines)
    return len(textwrap.wrap(verdict, COLUMNS)) + sum(max(1, len(rows)) for rows in texts)


# -- what could harm -------------------------------------------------------------------------------


def _list_safety_lines(sentences: Sentences, whole: int) -> list[Titled]:
    """The dangers, what nobody read, what was judged, and what contradicts itself: the same for every kind of answer."""
    answer, say = sentences.answer, sentences.language.say
    unread = ", ".join(dict.fromkeys(item.name for item in answer.not_read if item.entry != RECORD))
    unknown = ", ".join(quote_word(make_printable(name)) for name in answer.unknown_drugs)
    conflicts = " ".join(answer.conflicts[:CONFLICTS_SHOWN])
    more = len(answer.conflicts) - CONFLICTS_SHOWN
    return [
        *_iter_danger_lines(answer, whole),
        ("first.incomplete", sentences.language.join_few(answer.incomplete, MISSING_SHOWN), "danger"),
        ("first.not_read", say("not_read", names=unread) if unread else "", "danger"),
        ("first.not_understood", describe_not_understood(sentences), "danger"),
        ("first.unknown_drug", say("unknown_drug", names=unknown) if unknown else "", "danger"),
        ("first.reports", describe_reports(sentences), "missing"),
        ("first.conflict", say("conflict.more", told=conflicts, more=more) if more > 0 else conflicts, "danger"),
        ("first.differs", " ".join(item.differs for item in answer.guidelines if item.differs), "missing"),
        ("first.judged", "; ".join(answer.judged), "missing"),
        ("first.chosen", " ".join(answer.chosen_defaults), "missing"),
        ("first.on_record", ", ".join(answer.on_record), "missing"),
    ]


def _iter_danger_lines(answer: Answer, whole: int) -> Iterator[Titled]:
    """The first ones with what to do, the rest in short; a finding that is a danger in several ways is named once."""
    shown: set[str] = set()
    for i, danger in enumerate(answer.dangers):
        new = [part for part in danger.shown if part not in shown]
        told_before = bool(danger.shown) and not new
        text = _describe_danger(danger) if i < whole and (danger.do or not told_before) else _abbreviate_danger(danger, new)
        shown.update(new)
        caution = danger.urgency == "caution"
        yield ("first.caution" if caution else "first.danger"), text, ("missing" if caution else "danger")


def _abbreviate_danger(danger: DangerShown, new: Sequence[str]) -> str:
    """What shows it; its own name where nothing does, or where a part of that was told of another danger."""
    named = not danger.shown or 0 < len(new) < len(danger.shown)
    return danger.says if named else "; ".join(new)


def _describe_danger(danger: DangerShown) -> str:
    """What it is, on what record, and the first thing to do about it."""
    shown = f" ({danger.shown_by})" if danger.shown_by and danger.shown_by.lower() not in danger.says.lower() else ""
    says = f"{danger.says.rstrip('.')}{shown}."
    return append_references(f"{says} {danger.do}".strip(), danger.sources)


# -- the lines below the verdict -------------------------------------------------------------------


def _list_refusal_lines(sentences: Sentences) -> list[Titled]:
    instead: list[Titled] = [("first.do", text, "") for text in sentences.answer.instead]
    return [
        *instead,
        ("first.why", _describe_reasons(sentences), ""),
        ("first.answered", sentences.describe_as_of(), ""),
        *_list_note_lines(sentences),
    ]


def _list_question_lines(sentences: Sentences) -> list[Titled]:
    answer, say = sentences.answer, sentences.language.say
    blocking = [q for q in answer.ask if q.blocking]
    names = sentences.language.join_with_and([o.name for o in answer.options])
    return [
        ("first.question", _describe_question(blocking[0], sentences) if blocking else "", ""),
        *_list_branch_lines(blocking[0] if blocking else None, sentences),
        ("first.either_way", say("either_way", names=names) if names else "", ""),
        ("first.known", _describe_reasons(sentences), ""),
        ("first.missing", _join_check_labels(sentences, "missing"), "missing"),
        ("first.assumed", _describe_assumptions(sentences), ""),
        ("first.answered", sentences.describe_as_of(), ""),
        *_list_note_lines(sentences),
    ]


def _describe_question(question: Ask, sentences: Sentences) -> str:
    """The question as it is put to a person, and what is asked beside it where one alone does not settle."""
    if not question.together_with:
        return question.question
    others = [q.label for q in sentences.answer.ask if q.feature in question.together_with]
    return sentences.language.say(
        "question.together", question=question.question, others=sentences.language.join_with_and(others)
    )


def _list_branch_lines(question: Ask | None, sentences: Sentences) -> list[Titled]:
    if question is None or question.together_with:
        return []
    shown = [(sentences.language.describe_cell(c.cell, c.if_), sentences.describe_change(c)) for c in question.changes]
    if len({then for _, then in shown}) < 2:
        return []
    return [("first.branch", sentences.language.say("branch", cell=cell, then=then), "") for cell, then in shown[:BRANCHES_SHOWN]]


def _list_recommendation_lines(sentences: Sentences) -> list[Titled]:
    answer, first = sentences.answer, get_first_option(sentences.answer)
    continuing = first.role == "continue"
    return [
        ("first.dose", _describe_doses(first, sentences), ""),
        ("first.sure", _describe_authority(first, sentences), ""),
        ("first.instead_of", _explain_alternative(answer, first), "missing"),
        ("first.off_label", _describe_off_label_use(first, sentences), "missing"),
        ("first.boundary", "; ".join(sentences.describe_boundary(s) for s in answer.other_sides if s.near), "missing"),
        ("first.newer", _describe_newer_evidence(sentences), ""),
        ("first.why", _describe_reasons(sentences), ""),
        ("first.missing", _join_check_labels(sentences, "missing"), "missing"),
        ("first.done", "" if continuing else _join_check_labels(sentences, "done"), "done"),
        ("first.assumed", _describe_assumptions(sentences), ""),
        ("first.flip", _describe_changing_answer(sentences), ""),
        ("first.if_not", _name_alternative(sentences), ""),
        ("first.watch", _describe_monitoring(sentences), ""),
        *_list_note_lines(sentences),
    ]


def _list_no_regimen_lines(sentences: Sentences) -> list[Titled]:
    answer = sentences.answer
    led = {danger.do for danger in answer.dangers}
    todo = next((a for a in sorted(answer.actions, key=lambda a: a.kind != "referral") if a.says not in led), None)
    barred = [
        append_references(f"{capitalize_first(' + '.join(a.drugs))}: {lower_first(a.why)}", a.refs)
        for a in answer.avoid
        if a.kind in OUT
    ]
    return [
        ("first.do", append_references(todo.says, todo.refs) if todo else "", ""),
        ("first.instead_of", "" if answer.dangers else " ".join(barred[:2]), "missing"),
        ("first.why", _describe_reasons(sentences), ""),
        ("first.assumed", _describe_assumptions(sentences), ""),
        ("first.answered", sentences.describe_as_of(), ""),
        *_list_note_lines(sentences),
    ]


def _describe_doses(first: Option, sentences: Sentences) -> str:
    """Of several drugs each with its dose; none while something holds the first dose back."""
    if sentences.answer.held_until or first.role in ("option", "continue") or len({d.drug for d in first.dose}) < 2:
        return ""
    return "" if any(d.held or d.adjusted for d in first.dose) else "; ".join(sentences.list_doses_briefly(first))


def _describe_authority(first: Option, sentences: Sentences) -> str:
    """`Second line · preferred · strong recommendation, moderate evidence [ASCO 2022 2.1]`, then what else leads to it."""
    line, say = sentences.answer.line, sentences.language.say
    head = [
        sentences.language.translate_word("line", line) if line else "",
        sentences.language.lower_initial(say(f"role.{first.role}")),
        sentences.language.lower_initial(sentences.describe_own_grade(first)),
    ]
    return ". ".join([capitalize_first(" · ".join(filter(None, head))), *sentences.list_supporting_statements(first)])


def _explain_alternative(answer: Answer, first: Option) -> str:
    named = {danger.says for danger in answer.dangers}
    if first.role != "alternative" or any(a.why in named for a in answer.avoid):
        return ""
    return " ".join(list_barred_reasons(answer)[:2])


def _describe_off_label_use(first: Option, sentences: Sentences) -> str:
    return sentences.describe_label(first) if first.label.fit != "on" and first.role != "continue" else ""


def _describe_newer_evidence(sentences: Sentences) -> str:
    shown = sentences.answer.newer_in_short[:1]
    return sentences.language.say("newer", told=shown[0], guideline=sentences.name_guidelines()) if shown else ""


def _describe_reasons(sentences: Sentences) -> str:
    headed = sorted((w for w in sentences.answer.why if w.headline), key=lambda w: w.headline) or sentences.answer.why
    return "; ".join(append_references(w.brief, w.refs) for w in headed[:WHY_SHOWN]) or sentences.language.say("why.nothing")


def _join_check_labels(sentences: Sentences, state: str) -> str:
    """Names of the checks of the option that the screen is about; done is only what is on record."""
    options = sentences.answer.options
    own = [c for c in sentences.answer.checks if not options or c.regimen == get_first_option(sentences.answer).regimen]
    names = list(dict.fromkeys(c.label for c in own if c.state == state and not c.assumed))
    more = len(names) - CHECKS_SHOWN
    return " · ".join([*names[:CHECKS_SHOWN], *([sentences.language.say("and_more", more=more)] if more > 0 else [])])


def _describe_assumptions(sentences: Sentences) -> str:
    return sentences.language.join_few(sentences.answer.assumed_in_short, ASSUMED_SHOWN)


def _describe_changing_answer(sentences: Sentences) -> str:
    """The first open question whose answer would change the headline."""
    flips = [(q, sentences.list_changing_answers(q)) for q in sentences.answer.ask]
    flip = next(((q, cells) for q, cells in flips if cells), None)
    return f"{flip[0].label}: {'; '.join(f'{cell}: {then}' for cell, then in flip[1][:2])}" if flip else ""


def _name_alternative(sentences: Sentences) -> str:
    """The next best, where one is preferred; none that waits for a finding, for it may wait for the same one."""
    first = get_first_option(sentences.answer)
    others = [o for o in sentences.answer.options if o.role == "alternative" and o is not first and not o.held]
    if not others or first.role != "preferred":
        return ""
    off = f" ({sentences.language.say('off_label.too')})" if others[0].label.fit == "off" else ""
    return f"{others[0].name}{off}"


def _describe_monitoring(sentences: Sentences) -> str:
    """What to look out for: the first monitoring of the option."""
    return next((append_references(a.says, a.refs) for a in sentences.answer.actions if a.kind == "monitoring"), "")


def _list_note_lines(sentences: Sentences) -> list[Titled]:
    return [("first.note", notice, "") for notice in sentences.answer.notices]
