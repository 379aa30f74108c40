"""Why the decision is what it is, for a clinician: the facts that decide first, everything else folded away."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from concordant.answer.phrases import capitalize_first, lower_first
from concordant.decide.decision import JudgedProposal, JudgedRestriction
from concordant.decide.ruleset import Ruleset
from concordant.decide.situation import Situation
from concordant.errors import Complaint, Unreadable, suggest_word
from concordant.logic.conditions import All, Any, Compare, Named, Not
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.guideline import Statement
from concordant.patient.facts import Fact, Reason, format_value
from concordant.present.language import Language
from concordant.present.language.quoting import show_quotations
from concordant.readers.explain import explain, iter_reason_leaves
from concordant.readers.words import leaf_words


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


def render_reason_path(situation: Situation, wanted: str, verdict: str, width: int, language: Language) -> str:
    """The verdict, then what it rests on, then in a line each what else was looked at."""
    statements = find_statements(situation, wanted)
    lines = [verdict, *_ReasonTeller(situation, language).iter_lines(statements, wanted=bool(wanted))]
    return "\n".join(_wrap_line(show_quotations(line), width) for line in lines) + "\n"


def _wrap_line(line: str, width: int) -> str:
    indent = len(line) - len(line.lstrip())
    return textwrap.fill(line, width, subsequent_indent=" " * (indent + 4), break_long_words=False, break_on_hyphens=False)


@dataclass(frozen=True, slots=True)
class _ReasonTeller:
    """Tells of one patient in one language; `seen` are the facts that stand above already, under an earlier statement."""

    situation: Situation
    language: Language
    seen: set[str] = field(default_factory=set)

    def iter_lines(self, statements: list[Statement], *, wanted: bool) -> Iterator[str]:
        """The statements that lead, or those that are wanted, each with its facts; then all others."""
        leading = statements if wanted else _list_leading_statements(self.situation)
        for limit in self.situation.decision.limits:
            yield from ("", self.language.say("reasons.because.true"), *self.iter_fact_lines(limit.reason, 1))
        for statement in leading:
            yield from ("", *self.iter_statement_lines(statement))
        if self.situation.decision.limits and not wanted:
            yield from ("", self.language.say("reasons.unread_statements", n=len(statements)))
        elif not wanted:
            yield from self.iter_other_statement_lines([s for s in statements if s not in leading])

    def iter_statement_lines(self, statement: Statement) -> Iterator[str]:
        """One statement: what it comes to, the facts that make it so, what speaks against it, how much is folded away."""
        reason = self.situation.decision.statements[statement.id]
        judged = [candidate for candidate in self.situation.decision.judged if candidate.proposal.statement is statement]
        yield self.name_statement(statement)
        yield from (f"  {self.describe_status(candidate)}" for candidate in judged)
        if not judged:
            yield f"  {self.language.say(f'reasons.truth.{reason.truth.value}')}"
        yield f"  {self.language.say(f'reasons.because.{reason.truth.value}')}"
        yield from self.iter_fact_lines(reason, 2, self.seen)
        if reason.truth is UNKNOWN and (known := list(self.iter_known_fact_lines(reason))):
            yield from (f"  {self.language.say('reasons.known')}", *known)
        weighed = next((candidate for candidate in judged if candidate.is_offered), judged[0] if judged else None)
        for candidate in judged:
            if candidate is weighed or candidate.find_restrictions(TRUE, "precludes"):
                yield from self.iter_restriction_lines(candidate, whole=candidate is weighed)
        if folded := _count_folded(reason, judged):
            yield f"  {self.language.say_count('reasons.folded', folded)}"

    def name_statement(self, statement: Statement) -> str:
        """`Title of the statement  [guideline/number]`."""
        return f"{self.language.tell(statement.title)}  [{statement.short_id}]"

    def describe_status(self, candidate: JudgedProposal) -> str:
        """What a regimen of a statement comes to."""
        say = self.language.say
        name = capitalize_first(self.language.tell(candidate.proposal.regimen.name))
        status = say(f"reasons.status.{candidate.status}")
        if candidate.proposal.against:
            key = "reasons.advised_against" if candidate.applies.truth is TRUE else "reasons.advice_against"
            return say(key, name=name, status=status)
        if candidate.status == "does_not_apply":
            return say("reasons.judged", name=name, status=status)
        role = lower_first(say(f"role.{candidate.role}"))
        return say("reasons.judged.role", name=name, role=role, status=status)

    # -- facts -------------------------------------------------------------------------------------

    def iter_fact_lines(self, tree: Reason, depth: int, seen: set[str] | None = None) -> Iterator[str]:
        """The deciding facts, each once, and behind one that was inferred, or could be, the facts that its rules read."""
        leaves = {leaf.fact.feature: (leaf, negated) for leaf, negated in _iter_deciding_leaves(tree) if leaf.fact is not None}
        shown = {name: pair for name, pair in leaves.items() if not _is_bookkeeping(pair[0].fact)} or leaves
        above = [name for name in shown if seen and name in seen]
        if above:
            yield "  " * depth + self.language.say("reasons.above", names=self.join_labels(above))
        for name, (leaf, negated) in shown.items():
            if leaf.fact is not None and name not in above:
                yield "  " * depth + self.describe_comparison(leaf, self.describe_fact(leaf.fact), negated)
                for behind in self.list_reasons_behind(leaf.fact):
                    yield from self.iter_fact_lines(behind, depth + 1)
        if seen is not None:
            seen.update(shown)

    def iter_known_fact_lines(self, tree: Reason) -> Iterator[str]:
        """Of a statement that is open, the facts that already speak for it."""
        parts = tuple(part for part in tree.parts if part.truth is TRUE) if isinstance(tree.condition, All) else ()
        if parts:
            yield from self.iter_fact_lines(Reason(tree.condition, TRUE, parts), 2, self.seen)

    def list_reasons_behind(self, fact: Fact) -> list[Reason]:
        """The reason of an inferred fact; of an unknown one, the rules that wait for something, as one tree."""
        if fact.origin == "assumed":
            return []
        if fact.because is not None or fact.value is not None:
            return [fact.because] if fact.because else []
        rules = self.situation.plan.by_name[fact.feature].rules
        open_rules = [explain(rule.if_, self.situation.facts) for rule in rules]
        waiting = tuple(reason for reason in open_rules if reason.truth is UNKNOWN)
        return [Reason(Any(()), UNKNOWN, waiting)] if waiting else []

    def describe_fact(self, fact: Fact) -> str:
        """`Extent of disease: metastatic (recurrence 14 Oct 2022) <- disease[2]`; assumed ones say so."""
        say, tell = self.language.say, self.language.tell
        told = f"{capitalize_first(tell(self.situation.plan.by_name[fact.feature].label))}: {self.describe_value(fact)}"
        if fact.origin == "assumed":
            return say("reasons.assumed", fact=told, why=tell(fact.assumed or fact.says))
        if fact.origin == "inferred":
            by = next((f" [{s.short_id}]" for s in self.situation.frame.statements if s.id == fact.statement), "")
            return say("reasons.inferred" if fact.says else "reasons.follows", fact=told, why=tell(fact.says), by=by)
        about = fact.stale or fact.conflict or fact.assumed or fact.says
        marked = say("reasons.about.assumed", why=tell(about)) if fact.assumed and about == fact.assumed else tell(about)
        entries = f" <- {', '.join(fact.entries)}" if fact.entries else ""
        return f"{told}{f' ({marked})' if about else ''}{entries}"

    def describe_comparison(self, leaf: Reason, told: str, negated: bool) -> str:
        """The fact, and for a number what is asked of it."""
        if not isinstance(leaf.condition, Compare):
            return told
        feature = self.situation.plan.by_name[leaf.condition.feature]
        bound = leaf_words(leaf.condition, feature, self.language.spelling(), negated=negated)
        return self.language.say("reasons.asked", fact=told, bound=bound)

    def describe_value(self, fact: Fact) -> str:
        """`12 months`, `positive`."""
        return self.language.tell(format_value(self.situation.plan.by_name[fact.feature], fact.value))

    def get_label(self, name: str) -> str:
        """The label of a feature, within a sentence."""
        return self.language.lower_initial(self.language.tell(self.situation.plan.by_name[name].label))

    def join_labels(self, names: Iterable[str]) -> str:
        """Features by their labels, each once."""
        return self.language.join_with_and([self.get_label(name) for name in dict.fromkeys(names)])

    # -- what speaks against a regimen -------------------------------------------------------------

    def iter_restriction_lines(self, candidate: JudgedProposal, *, whole: bool) -> Iterator[str]:
        """The bars that hold, and (`whole`) those that cannot be judged; unknown cautions in one line."""
        holding = [b for b in candidate.barred if b.reason.truth is TRUE]
        unknown = [b for b in candidate.barred if b.reason.truth is UNKNOWN and whole]
        stopping = [b for b in unknown if b.bar.effect == "precludes"]
        cautions = [b for b in unknown if b.bar.effect != "precludes"]
        say, name = self.language.say, self.language.tell(candidate.proposal.regimen.name)
        if holding:
            yield f"  {say('reasons.against', name=name)}"
        for barred in holding:
            yield f"    {self.describe_bar(barred)}"
            yield from self.iter_fact_lines(barred.reason, 3)
        if stopping:
            yield f"  {say('reasons.would_preclude', name=name)}"
            told = [(self.language.tell(b.bar.says), self.name_unknown_facts([b])) for b in stopping]
            yield from dict.fromkeys(f"    {say('reasons.not_known', says=says, names=names)}" for says, names in told)
        if cautions:
            yield f"  {self.language.say_count('reasons.caution', len(cautions), names=self.name_unknown_facts(cautions))}"

    def describe_bar(self, barred: JudgedRestriction) -> str:
        """What it says, of which kind it is, and what it does."""
        effect = "precludes" if barred.bar.effect == "precludes" else "cautions"
        kind = self.language.tell(barred.bar.kind.replace("_", " "))
        return f"{self.language.tell(barred.bar.says)} ({kind}, {self.language.say(f'reasons.{effect}')})"

    def name_unknown_facts(self, barred: list[JudgedRestriction]) -> str:
        """What is not known, and holds these bars open."""
        leaves = [leaf for b in barred for leaf, _ in _iter_deciding_leaves(b.reason)]
        return self.join_labels(leaf.fact.feature for leaf in leaves if leaf.fact is not None)

    # -- the other statements ----------------------------------------------------------------------

    def iter_other_statement_lines(self, statements: list[Statement]) -> Iterator[str]:
        """Every other statement in one line, by what it comes to."""
        for truth in (TRUE, UNKNOWN, FALSE):
            group = [s for s in statements if self.situation.decision.statements[s.id].truth is truth]
            if group:
                yield from ("", self.language.say(f"reasons.others.{truth.value}"))
            for statement in group:
                summary = self.summarise_statement(statement)
                yield f"  {self.name_statement(statement)}{f': {summary}' if summary else ''}"

    def summarise_statement(self, statement: Statement) -> str:
        """The one fact on which a statement fails, what is not known, or what rules its regimens out."""
        reason = self.situation.decision.statements[statement.id]
        facts = [leaf.fact for leaf, _ in _iter_deciding_leaves(reason) if leaf.fact is not None]
        if reason.truth is FALSE:
            told = [(self.get_label(fact.feature), self.describe_value(fact)) for fact in facts[:1]]
            return "".join(self.language.say("reasons.fails", label=label, value=value) for label, value in told)
        if reason.truth is UNKNOWN:
            return self.join_labels(fact.feature for fact in facts)
        judged = [j for j in self.situation.decision.judged if j.proposal.statement is statement]
        held = [b for j in judged for b in j.find_restrictions(TRUE, "precludes")]
        return self.language.say("reasons.ruled_out", why=self.language.tell(held[0].bar.says)) if held else ""


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


def _iter_deciding_leaves(tree: Reason, negated: bool = False) -> Iterator[tuple[Reason, bool]]:
    """The leaves that made the truth what it is, each with whether it stands under a `not`."""
    if tree.fact is not None:
        yield tree, negated
    turns = isinstance(tree.condition, Not)
    for part in tree.parts:
        if turns or isinstance(tree.condition, Named) or part.truth is tree.truth:
            yield from _iter_deciding_leaves(part, negated ^ turns)


def _is_bookkeeping(fact: Fact | None) -> bool:
    return fact is not None and fact.origin == "assumed" and not fact.assumed


def _count_folded(reason: Reason, judged: list[JudgedProposal]) -> int:
    """How many sentences were read and not shown."""
    leaves = sum(1 for leaf in iter_reason_leaves(reason) if leaf.fact is not None)
    shown = sum(1 for leaf, _ in _iter_deciding_leaves(reason) if not _is_bookkeeping(leaf.fact))
    return leaves - shown + sum(1 for candidate in judged[:1] for b in candidate.barred if b.reason.truth is FALSE)
