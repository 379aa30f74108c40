"""Why the decision is what it is, for a clinician: the facts that decide first, everything else folded away."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from concordant.answer.phrases import ROLES, capitalize_first, join_with_and, lower_first
from concordant.decide.decision import JudgedProposal, JudgedRestriction
from concordant.decide.ruleset import Ruleset
from concordant.decide.situation import Situation
from concordant.errors import Complaint, Unreadable, suggest_word
from concordant.logic.conditions import All, Any, Compare, Named, Not
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.guideline import Statement
from concordant.patient.facts import Fact, Reason, format_value
from concordant.present.language import load_language
from concordant.readers.explain import explain, iter_reason_leaves
from concordant.readers.words import leaf_words

STATUSES = {
    "applies": "applies",
    "applies_if_checked": "applies, once what is unknown has been checked",
    "precluded": "applies, but something speaks against it",
    "needs_data": "cannot be told before more is known",
    "does_not_apply": "does not apply",
}
TRUTHS: dict[Truth, str] = {TRUE: "applies", FALSE: "does not apply", UNKNOWN: "cannot be told before more is known"}
TITLES: dict[Truth, str] = {TRUE: "Because", FALSE: "It fails on", UNKNOWN: "Not known"}


def find_statements(situation: Situation, wanted: str) -> list[Statement]:
    """The wanted statement, or every one. Raises Unreadable for one that is not in force."""
    return find_wanted_statements(situation.frame, wanted)


def find_wanted_statements(frame: Ruleset, wanted: str) -> list[Statement]:
    """The wanted statement of a ruleset, or every one. Raises Unreadable for one that is not in force."""
    statements = [s for s in frame.statements if wanted in ("", s.number, s.short_id, s.id)]
    if not statements:
        known = [s.number for s in frame.statements]
        way_out = suggest_word(wanted, known) or f"In force: {', '.join(known)}"
        raise Unreadable(Complaint(f"no statement '{wanted}' is in force", way_out=way_out))
    return statements


def render_reason_path(situation: Situation, wanted: str, verdict: str, width: int) -> str:
    """The verdict, then what it rests on, then in a line each what else was looked at."""
    statements = find_statements(situation, wanted)
    leading = statements if wanted else _list_leading_statements(situation)
    lines = [verdict]
    for limit in situation.decision.limits:
        lines += ["", "Because", *_iter_fact_lines(limit.reason, situation, 1)]
    seen: set[str] = set()
    for statement in leading:
        lines += ["", *_iter_statement_lines(statement, situation, seen)]
    if situation.decision.limits and not wanted:
        lines += ["", f"{len(statements)} statements are not read for such a patient: --all shows them"]
    elif not wanted:
        lines += _iter_other_statement_lines([s for s in statements if s not in leading], situation)
    return "\n".join(_wrap_line(line, width) for line in lines) + "\n"


def _wrap_line(line: str, width: int) -> str:
    indent = len(line) - len(line.lstrip())
    return textwrap.fill(line, width, subsequent_indent=" " * (indent + 4), break_long_words=False, break_on_hyphens=False)


def _list_leading_statements(situation: Situation) -> list[Statement]:
    """The statements behind what is offered, best role first; where nothing is, those that are open."""
    if situation.decision.limits:
        return []
    candidates = situation.decision.offered
    if situation.decision.answer == "needs_data":
        candidates = [
            candidate for candidate in situation.decision.open if candidate.role == "preferred"
        ] + candidates or situation.decision.open
    return list(dict.fromkeys(candidate.proposal.statement for candidate in candidates))


def _iter_statement_lines(statement: Statement, situation: Situation, seen: set[str]) -> Iterator[str]:
    """One statement: what it comes to, the facts that make it so, what speaks against it, how much is folded away.

    `seen` are the facts that stand above already, under an earlier statement.
    """
    reason = situation.decision.statements[statement.id]
    judged = [candidate for candidate in situation.decision.judged if candidate.proposal.statement is statement]
    yield f"{statement.title}  [{statement.short_id}]"
    yield from (f"  {_describe_status(candidate)}" for candidate in judged)
    if not judged:
        yield f"  {capitalize_first(TRUTHS[reason.truth])}"
    yield f"  {TITLES[reason.truth]}"
    yield from _iter_fact_lines(reason, situation, 2, seen)
    if reason.truth is UNKNOWN and (known := list(_iter_known_fact_lines(reason, situation, seen))):
        yield from ("  Known", *known)
    weighed = next((candidate for candidate in judged if candidate.is_offered), judged[0] if judged else None)
    for candidate in judged:
        if candidate is weighed or candidate.find_restrictions(TRUE, "precludes"):
            yield from _iter_restriction_lines(candidate, situation, whole=candidate is weighed)
    if folded := _count_folded(reason, judged):
        counted = _format_count(folded, "condition does", "conditions do")
        yield f"  {counted} not decide: --all shows {'it' if folded == 1 else 'them'}"


def _format_count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _describe_status(candidate: JudgedProposal) -> str:
    name = capitalize_first(candidate.proposal.regimen.name)
    if candidate.proposal.against:
        return (
            f"{name}: advised against"
            if candidate.applies.truth is TRUE
            else f"{name}: advice against it {STATUSES[candidate.status]}"
        )
    role = f" ({lower_first(ROLES[candidate.role])})" if candidate.status != "does_not_apply" else ""
    return f"{name}{role}: {STATUSES[candidate.status]}"


def _iter_deciding_leaves(tree: Reason, negated: bool = False) -> Iterator[tuple[Reason, bool]]:
    """The leaves that made the truth what it is, each with whether it stands under a `not`."""
    if tree.fact is not None:
        yield tree, negated
    turns = isinstance(tree.condition, Not)
    for part in tree.parts:
        if turns or isinstance(tree.condition, Named) or part.truth is tree.truth:
            yield from _iter_deciding_leaves(part, negated ^ turns)


def _iter_fact_lines(tree: Reason, situation: Situation, depth: int, seen: set[str] | None = None) -> Iterator[str]:
    """The deciding facts, each once, and behind one that was inferred, or could be, the facts that its rules read."""
    leaves = {leaf.fact.feature: (leaf, negated) for leaf, negated in _iter_deciding_leaves(tree) if leaf.fact is not None}
    shown = {name: pair for name, pair in leaves.items() if not _is_bookkeeping(pair[0].fact)} or leaves
    above = [name for name in shown if seen and name in seen]
    if above:
        yield "  " * depth + f"As above: {join_with_and([_get_label(name, situation) for name in above])}"
    for name, (leaf, negated) in shown.items():
        if leaf.fact is not None and name not in above:
            yield "  " * depth + _describe_fact(leaf.fact, situation) + _describe_comparison(leaf, negated, situation)
            for behind in _list_reasons_behind(leaf.fact, situation):
                yield from _iter_fact_lines(behind, situation, depth + 1)
    if seen is not None:
        seen.update(shown)


def _describe_value(fact: Fact, situation: Situation) -> str:
    return format_value(situation.plan.by_name[fact.feature], fact.value)


def _get_label(name: str, situation: Situation) -> str:
    return lower_first(situation.plan.by_name[name].label)


def _list_reasons_behind(fact: Fact, situation: Situation) -> list[Reason]:
    """The reason of an inferred fact; of an unknown one, the rules that wait for something, as one tree."""
    if fact.origin == "assumed":
        return []
    if fact.because is not None or fact.value is not None:
        return [fact.because] if fact.because else []
    open_rules = [explain(rule.if_, situation.facts) for rule in situation.plan.by_name[fact.feature].rules]
    waiting = tuple(reason for reason in open_rules if reason.truth is UNKNOWN)
    return [Reason(Any(()), UNKNOWN, waiting)] if waiting else []


def _iter_known_fact_lines(tree: Reason, situation: Situation, seen: set[str]) -> Iterator[str]:
    """Of a statement that is open, the facts that already speak for it."""
    parts = tuple(part for part in tree.parts if part.truth is TRUE) if isinstance(tree.condition, All) else ()
    if parts:
        yield from _iter_fact_lines(Reason(tree.condition, TRUE, parts), situation, 2, seen)


def _is_bookkeeping(fact: Fact | None) -> bool:
    return fact is not None and fact.origin == "assumed" and not fact.assumed


def _describe_fact(fact: Fact, situation: Situation) -> str:
    """`Extent of disease: metastatic (recurrence 14 Oct 2022) <- disease[2]`; assumed ones say so."""
    feature = situation.plan.by_name[fact.feature]
    label, value = capitalize_first(feature.label), _describe_value(fact, situation)
    entries = f" <- {', '.join(fact.entries)}" if fact.entries else ""
    if fact.origin == "assumed":
        return f"{label}: {value}  ASSUMED: {fact.assumed or fact.says}"
    if fact.origin == "inferred":
        by = next((f" [{s.short_id}]" for s in situation.frame.statements if s.id == fact.statement), "")
        return f"{label}: {value}, because {fact.says}{by}" if fact.says else f"{label}: {value}, which follows from{by}"
    about = fact.stale or fact.conflict or fact.assumed or fact.says
    marked = f"ASSUMED: {about}" if fact.assumed and about == fact.assumed else about
    return f"{label}: {value}{f' ({marked})' if about else ''}{entries}"


def _describe_comparison(leaf: Reason, negated: bool, situation: Situation) -> str:
    """For a number, what is asked of it."""
    if not isinstance(leaf.condition, Compare):
        return ""
    feature = situation.plan.by_name[leaf.condition.feature]
    return f"; asked: {leaf_words(leaf.condition, feature, load_language('en').spelling(), negated=negated)}"


def _iter_restriction_lines(candidate: JudgedProposal, situation: Situation, *, whole: bool) -> Iterator[str]:
    """The bars that hold, and (`whole`) those that cannot be judged; unknown cautions in one line."""
    holding = [b for b in candidate.barred if b.reason.truth is TRUE]
    unknown = [b for b in candidate.barred if b.reason.truth is UNKNOWN and whole]
    stopping = [b for b in unknown if b.bar.effect == "precludes"]
    cautions = [b for b in unknown if b.bar.effect != "precludes"]
    if holding:
        yield f"  Speaks against {candidate.proposal.regimen.name}"
        for barred in holding:
            effect = "rules it out" if barred.bar.effect == "precludes" else "caution"
            yield f"    {barred.bar.says} ({barred.bar.kind.replace('_', ' ')}, {effect})"
            yield from _iter_fact_lines(barred.reason, situation, 3)
    if stopping:
        yield f"  Would rule out {candidate.proposal.regimen.name}, not known yet"
        yield from dict.fromkeys(f"    {b.bar.says} Not known: {_name_unknown_facts([b], situation)}" for b in stopping)
    if cautions:
        counted = _format_count(len(cautions), "caution", "cautions")
        yield f"  {counted} not judged yet, not known: {_name_unknown_facts(cautions, situation)}"


def _name_unknown_facts(barred: list[JudgedRestriction], situation: Situation) -> str:
    names = [leaf.fact.feature for b in barred for leaf, _ in _iter_deciding_leaves(b.reason) if leaf.fact is not None]
    return join_with_and([_get_label(name, situation) for name in dict.fromkeys(names)])


def _count_folded(reason: Reason, judged: list[JudgedProposal]) -> int:
    """How many sentences were read and not shown."""
    leaves = sum(1 for leaf in iter_reason_leaves(reason) if leaf.fact is not None)
    shown = sum(1 for leaf, _ in _iter_deciding_leaves(reason) if not _is_bookkeeping(leaf.fact))
    return leaves - shown + sum(1 for candidate in judged[:1] for b in candidate.barred if b.reason.truth is FALSE)


def _iter_other_statement_lines(statements: list[Statement], situation: Situation) -> Iterator[str]:
    """Every other statement in one line, by what it comes to."""
    reasons = situation.decision.statements
    for truth, title in (
        (TRUE, "Also applies"),
        (UNKNOWN, "Cannot be told before this is known"),
        (FALSE, "Does not apply, because"),
    ):
        group = [s for s in statements if reasons[s.id].truth is truth]
        if group:
            yield from ("", title)
            yield from (f"  {s.title}  [{s.short_id}]{_summarise_statement(s, situation)}" for s in group)


def _summarise_statement(statement: Statement, situation: Situation) -> str:
    """The one fact on which a statement fails, what is not known, or what rules its regimens out."""
    reason = situation.decision.statements[statement.id]
    facts = [leaf.fact for leaf, _ in _iter_deciding_leaves(reason) if leaf.fact is not None]
    if reason.truth is FALSE:
        return f": {_get_label(facts[0].feature, situation)} is {_describe_value(facts[0], situation)}" if facts else ""
    if reason.truth is UNKNOWN:
        return f": {join_with_and([_get_label(name, situation) for name in dict.fromkeys(f.feature for f in facts)])}"
    held = [
        b for j in situation.decision.judged if j.proposal.statement is statement for b in j.find_restrictions(TRUE, "precludes")
    ]
    return f": ruled out. {held[0].bar.says}" if held else ""
