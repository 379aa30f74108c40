"""The whole reason tree of a statement, for authors: every sentence, its truth, the fact and the entries behind it.

Conditions stand in the words of the knowledge files, in whatever language all else is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from concordant.decide.decision import JudgedProposal
from concordant.decide.situation import Situation
from concordant.logic.conditions import All, Any, AtLeast, Compare, Constant, Named, Not, OneOf
from concordant.logic.truth import FALSE, UNKNOWN, Truth, negate_truth
from concordant.model.guideline import Statement
from concordant.patient.facts import Fact, Reason, format_value
from concordant.present.language import Language
from concordant.present.language.quoting import show_quotations
from concordant.present.reasons.words import find_statements
from concordant.readers.words import AUTHORED, leaf_words


def render_reason_trees(situation: Situation, wanted: str, language: Language) -> str:
    """The tree of the wanted statement, or of every statement. Raises Unreadable for one that is not in force."""
    teller, statements = _TreeTeller(situation, language), find_statements(situation, wanted)
    return show_quotations("\n\n".join("\n".join(teller.iter_statement_lines(s)) for s in statements) + "\n")


@dataclass(frozen=True, slots=True)
class _TreeTeller:
    situation: Situation
    language: Language

    def iter_statement_lines(self, statement: Statement) -> Iterator[str]:
        """What the statement comes to, and the tree of its conditions and of what speaks against its first regimen."""
        say, tell = self.language.say, self.language.tell
        yield f"{statement.short_id}  {tell(statement.title)}"
        judged = [j for j in self.situation.decision.judged if j.proposal.statement.id == statement.id]
        for candidate in judged:
            yield f"  {tell(candidate.proposal.regimen.name)}: {say(f'reasons.status.{candidate.status}')}"
        reason = self.situation.decision.statements[statement.id]
        yield f"  {self.mark(reason.truth)} {say('tree.applies_if')}"
        yield from self.iter_tree_lines(reason, 2)
        for candidate in judged[:1]:
            yield from self.iter_restriction_lines(candidate)

    def mark(self, truth: Truth) -> str:
        """The truth as a word of a fixed width."""
        return self.language.say(f"tree.{truth.value}")

    def iter_restriction_lines(self, judged: JudgedProposal) -> Iterator[str]:
        """What speaks against the regimen, or may."""
        tell = self.language.tell
        speaking = [b for b in judged.barred if b.reason.truth is not FALSE]
        if speaking:
            name, false = tell(judged.proposal.regimen.name), len(judged.barred) - len(speaking)
            yield f"  {self.language.say('tree.against', name=name, n=false)}"
        for barred in speaking:
            kind = f"{tell(barred.bar.kind.replace('_', ' '))}, {tell(barred.bar.effect)}"
            yield f"    {self.mark(barred.reason.truth)} {tell(barred.bar.says)} ({kind})"
            yield from self.iter_tree_lines(barred.reason, 4)

    def iter_tree_lines(self, tree: Reason, depth: int) -> Iterator[str]:
        """A condition, and below it its parts."""
        lead = f"{'  ' * depth}{self.mark(tree.truth)}"
        match tree.condition:
            case OneOf() | Compare():
                yield from self.iter_leaf_lines(tree, depth, negated=False)
            case Not():
                yield from self.iter_leaf_lines(tree.parts[0], depth, negated=True)
            case Named(name=name):
                yield f"{lead} {self.language.quote(name)}"
                yield from self.iter_tree_lines(tree.parts[0], depth + 1)
            case Constant(truth=word):
                yield f"{lead} {self.language.say('tree.always', word=self.language.tell(word))}"
            case All() | Any() | AtLeast():
                yield f"{lead} {self.describe_operator(tree)}"
                for part in tree.parts:
                    yield from self.iter_tree_lines(part, depth + 1)

    def describe_operator(self, tree: Reason) -> str:
        """How many of the parts have to hold."""
        match tree.condition:
            case AtLeast(n=n):
                return self.language.say("tree.at_least", n=n)
            case Any():
                return self.language.say("tree.any")
            case _:
                return self.language.say("tree.all")

    def iter_leaf_lines(self, tree: Reason, depth: int, *, negated: bool) -> Iterator[str]:
        """What is asked of a feature, and the fact that answers it."""
        indent = "  " * depth
        if not isinstance(tree.condition, OneOf | Compare):
            yield f"{indent}{self.language.say('tree.not')}"
            yield from self.iter_tree_lines(tree, depth + 1)
            return
        truth = tree.truth if not negated or tree.truth is UNKNOWN else negate_truth(tree.truth)
        asked = leaf_words(tree.condition, self.situation.plan.by_name[tree.condition.feature], AUTHORED, negated=negated)
        yield f"{indent}{self.mark(truth)} {self.language.quote(asked)}   <- {self.describe_fact(tree.fact)}"
        if tree.fact is not None and tree.fact.because is not None:
            yield from self.iter_tree_lines(tree.fact.because, depth + 1)

    def describe_fact(self, fact: Fact | None) -> str:
        """Its value, where it comes from, and the entries."""
        tell = self.language.tell
        if fact is None:
            return self.language.say("tree.unknown_fact")
        feature, says = self.situation.plan.by_name[fact.feature], fact.assumed or fact.says
        about = ", ".join(filter(None, (tell(says) if says else "", *fact.entries)))
        return f"{tell(format_value(feature, fact.value))}, {tell(fact.origin)}{f': {about}' if about else ''}"
