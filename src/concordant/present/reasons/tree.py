"""The whole reason tree of a statement, for authors: every sentence, its truth, the fact and the entries behind it."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.decide.decision import JudgedProposal
from concordant.decide.situation import Situation
from concordant.logic.conditions import All, Any, AtLeast, Compare, Constant, Named, Not, OneOf
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.guideline import Statement
from concordant.patient.facts import Fact, Reason, format_value
from concordant.present.reasons.words import STATUSES, find_statements
from concordant.readers.words import AUTHORED, leaf_words

MARKS: dict[Truth, str] = {TRUE: "yes", FALSE: "no ", UNKNOWN: "?  "}


def render_reason_trees(situation: Situation, wanted: str) -> str:
    """The tree of the wanted statement, or of every statement. Raises Unreadable for one that is not in force."""
    return "\n\n".join("\n".join(_iter_statement_lines(s, situation)) for s in find_statements(situation, wanted)) + "\n"


def _iter_statement_lines(statement: Statement, situation: Situation) -> Iterator[str]:
    yield f"{statement.short_id}  {statement.title}"
    judged = [j for j in situation.decision.judged if j.proposal.statement.id == statement.id]
    for candidate in judged:
        yield f"  {candidate.proposal.regimen.name}: {STATUSES[candidate.status]}"
    reason = situation.decision.statements[statement.id]
    yield f"  {MARKS[reason.truth]} applies if"
    yield from _iter_tree_lines(reason, situation, 2)
    for candidate in judged[:1]:
        yield from _iter_restriction_lines(candidate, situation)


def _iter_restriction_lines(judged: JudgedProposal, situation: Situation) -> Iterator[str]:
    speaking = [b for b in judged.barred if b.reason.truth is not FALSE]
    if speaking:
        yield f"  against {judged.proposal.regimen.name}, true or unknown ({len(judged.barred) - len(speaking)} more are false)"
    for barred in speaking:
        yield f"    {MARKS[barred.reason.truth]} {barred.bar.says} ({barred.bar.kind.replace('_', ' ')}, {barred.bar.effect})"
        yield from _iter_tree_lines(barred.reason, situation, 4)


def _iter_tree_lines(tree: Reason, situation: Situation, depth: int) -> Iterator[str]:
    indent = "  " * depth
    match tree.condition:
        case OneOf() | Compare():
            yield from _iter_leaf_lines(tree, situation, indent, negated=False)
        case Not():
            yield from _iter_leaf_lines(tree.parts[0], situation, indent, negated=True)
        case Named(name=name):
            yield f"{indent}{MARKS[tree.truth]} {name}"
            yield from _iter_tree_lines(tree.parts[0], situation, depth + 1)
        case Constant(truth=word):
            yield f"{indent}{MARKS[tree.truth]} always {word}"
        case All() | Any() | AtLeast():
            yield f"{indent}{MARKS[tree.truth]} {_describe_operator(tree)}"
            for part in tree.parts:
                yield from _iter_tree_lines(part, situation, depth + 1)


def _describe_operator(tree: Reason) -> str:
    match tree.condition:
        case AtLeast(n=n):
            return f"at least {n} of"
        case Any():
            return "any of"
        case _:
            return "all of"


def _iter_leaf_lines(tree: Reason, situation: Situation, indent: str, *, negated: bool) -> Iterator[str]:
    if not isinstance(tree.condition, OneOf | Compare):
        yield f"{indent}not"
        yield from _iter_tree_lines(tree, situation, len(indent) // 2 + 1)
        return
    truth = tree.truth if not negated or tree.truth is UNKNOWN else (FALSE if tree.truth is TRUE else TRUE)
    asked = leaf_words(tree.condition, situation.plan.by_name[tree.condition.feature], AUTHORED, negated=negated)
    yield f"{indent}{MARKS[truth]} {asked}   <- {_describe_fact(tree.fact, situation)}"
    if tree.fact is not None and tree.fact.because is not None:
        yield from _iter_tree_lines(tree.fact.because, situation, len(indent) // 2 + 1)


def _describe_fact(fact: Fact | None, situation: Situation) -> str:
    if fact is None:
        return "unknown"
    feature = situation.plan.by_name[fact.feature]
    about = ", ".join(filter(None, (fact.assumed or fact.says, *fact.entries)))
    return f"{format_value(feature, fact.value)}, {fact.origin}{f': {about}' if about else ''}"
