"""What stands around the options: what to avoid, actions, disagreements, newer events, conflicts, assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from concordant.answer import schema as model
from concordant.answer.phrases import (
    UNTRIED,
    add_medicines,
    capitalize_first,
    describe_fact,
    describe_grade,
    make_grade_shown,
    replace_brackets,
)
from concordant.answer.references import References, format_brackets
from concordant.decide.decision import (
    KNOWN_SUBJECT,
    Answer,
    GuidelineVerdict,
    JudgedProposal,
    Outcome,
    find_line,
    list_heard_statements,
)
from concordant.decide.gather import collect_actions, find_avoided
from concordant.decide.ruleset import GuidelineInForce
from concordant.decide.situation import Situation
from concordant.logic.dates import format_date
from concordant.logic.truth import TRUE
from concordant.model.guideline import Grade, NewerEvent
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Cite
from concordant.patient.facts import Fact, Reason, format_value
from concordant.readers.explain import explain, iter_facts_behind


class AnswerContext(msgspec.Struct):
    """One patient's answer around its options; references are numbered as they appear."""

    knowledge: Knowledge
    now: Situation
    references: References

    def build_avoid(self) -> list[model.Avoid]:
        """What is not given, and the kind of reason."""
        treatments = []
        for avoided in find_avoided(self.now.decision, self.now.frame, self.now.facts):
            says = add_medicines(avoided.says, avoided.reason, self.now.plan.by_name)
            entries = [e for fact in iter_facts_behind(avoided.reason) if fact.is_known for e in fact.entries]
            treatments.append(
                model.Avoid(
                    regimen=avoided.regimen,
                    drugs=list(avoided.drugs),
                    kind=avoided.kind,
                    why=f"{says} {_format_rating(avoided.grade)}" if avoided.grade else says,
                    statements=list(avoided.statements),
                    entry=", ".join(dict.fromkeys(entries)),
                    refs=self.references.cite_places(avoided.sources),
                )
            )
        return treatments

    def build_actions(self) -> list[model.ActionShown]:
        """What to do beside the regimen."""
        actions = []
        for advised in collect_actions(self.now.decision, self.now.frame, self.now.facts):
            statements = [advised.statement] if advised.statement else []
            refs = self.references.cite_places([advised.action.source])
            actions.append(
                model.ActionShown(kind=advised.action.kind, says=advised.action.says, statements=statements, refs=refs)
            )
        return actions

    def build_discordant_actions(self) -> list[model.ActionShown]:
        """Specimens that differ, and what to do about it."""
        return [
            model.ActionShown(
                kind=action.kind, says=f"{says} {action.says}", statements=[], refs=self.references.cite_places([action.source])
            )
            for says, action in self.now.discordances
        ]

    def list_disagreements(self, options: list[model.Option]) -> list[str]:
        """Where the label, or a named source, differs for this patient."""
        differences = []
        offered = [o for o in options if o.role == "preferred"] or options[:1]
        for option in offered:
            if option.label.fit != "on" and option.role != "continue":
                kind = "Outside the label" if option.label.fit == "off" else "Not known whether the label covers it"
                differences.append(
                    f"{capitalize_first(option.name)}. {kind}: {option.label.because}{format_brackets(option.label.refs)}"
                )
        differences += [says for _, says in self._iter_other_guidelines()]
        for disagreement in self.now.frame.disagreements:
            if explain(disagreement.relevant_if, self.now.facts).truth is TRUE:
                differences.append(self.add_citations(disagreement.says, *disagreement.sources))
        return differences

    def _iter_other_guidelines(self) -> Iterator[tuple[str, str]]:
        """Every other guideline whose subject the patient is and that says something else: its id, and how it differs."""
        verdicts, own = self.now.decision.verdicts, self.now.decision.outcome
        for other in (verdict for verdict in verdicts[1:] if verdict.rank == verdicts[0].rank == KNOWN_SUBJECT):
            theirs = self._outcome_of(other)
            if theirs != own:
                names = [verdict.force.guideline.short_title for verdict in (other, verdicts[0])]
                says = f"{names[0]} speaks of this patient as well and differs: {self._in_words(theirs)}."
                yield other.force.guideline.id, f"{says} The answer here is that of {names[1]}."

    def _outcome_of(self, verdict: GuidelineVerdict) -> Outcome:
        """What the answer would be were this guideline the one that is heard."""
        decision, family = self.now.decision, self.now.frame.family
        own = [
            candidate
            for candidate in decision.everything
            if family[candidate.proposal.statement.guideline] == verdict.force.guideline.id
        ]
        return replace(decision, answer=verdict.answer, judged=tuple(own)).outcome

    def _in_words(self, outcome: Outcome) -> str:
        """`it leads to REGIMEN or REGIMEN`; that it asks for more, or names no regimen."""
        answer, regimens = outcome
        if answer == "needs_data":
            return "it needs to know more"
        names = [self.now.frame.regimens[name].name for name in regimens]
        return f"it leads to {' or '.join(names)}" if names else "it names no regimen that can be given"

    def list_newer_events(self) -> list[str]:
        """Dated events after the guideline, up to the date of the question."""
        return [f"Newer than the guideline: {self.add_citations(e.says, e.source)}" for e in self._find_newer_events()]

    def list_newer_briefly(self) -> list[str]:
        """The same in a line each where the knowledge has one: by rank, then the latest first."""
        return [
            self.add_citations(e.short, e.source) for e in sorted(self._find_newer_events(), key=_rank_newer_event) if e.short
        ]

    def _find_newer_events(self) -> list[NewerEvent]:
        speaking = self.now.decision.verdicts[:1]
        since = speaking[0].force.version.evidence_until if speaking else self.now.record.as_of
        events = [e for e in self.knowledge.newer if since < e.date <= self.now.record.as_of]
        held = [e for e in events if explain(e.relevant_if, self.now.facts).truth is TRUE]
        return sorted(held, key=lambda e: e.date)

    def list_conflicts(self) -> list[str]:
        """Claims of the record that cannot both hold, and entries that were set aside because they cannot be."""
        conflicts = {f.entries or (f.feature,): f.conflict for f in self.now.facts.values() if f.conflict}
        return list(
            dict.fromkeys(
                map(
                    replace_brackets,
                    [
                        *conflicts.values(),
                        *self._list_put_off_values(decided=True),
                        *(f"Set aside: {says}" for says in self.now.record.set_aside),
                    ],
                )
            )
        )

    def list_assumptions(self, assumed: Iterable[Fact]) -> list[str]:
        """Assumed facts, each with why it is assumed; of a note also what was read by convention."""
        told = [describe_fact(self.now.plan.by_name[fact.feature], fact) for fact in assumed]
        return [*told, *(replace_brackets(f"read by convention: {says}") for says in self.now.record.by_convention)]

    def list_assumptions_briefly(self, assumed: Iterable[Fact]) -> list[str]:
        """The same without the reasons: `Pregnancy: no`."""
        features = self.now.plan.by_name
        return [f"{features[f.feature].brief}: {format_value(features[f.feature], f.value)}" for f in assumed]

    def find_assumed_facts(self, shown: list[JudgedProposal]) -> list[Fact]:
        """Assumed facts that the shown options, or the open ones, rest on."""
        judged = [] if self.now.decision.limits else shown or self.now.decision.open
        trees = [limit.reason for limit in self.now.decision.limits]
        trees += [j.applies for j in judged] + [b.reason for j in judged[:1] for b in j.barred]
        if not trees:
            trees = self.list_true_reasons()
        facts = {f.feature: f for tree in trees for f in iter_facts_behind(tree) if f.assumed and not _is_based_on_assumption(f)}
        return list(facts.values())

    def list_true_reasons(self) -> list[Reason]:
        """Why each statement that is heard is true of the patient, of those that are."""
        heard = list_heard_statements(self.now.decision, self.now.frame)
        reasons = (self.now.decision.statements[statement.id] for statement in heard)
        return [reason for reason in reasons if reason.truth is TRUE]

    def list_chosen_defaults(self) -> list[str]:
        """The named defaults that the caller chose, and on which a fact of this patient rests."""
        chosen = ((fact.default, self.now.plan.by_name[fact.feature]) for fact in self.now.facts.values() if fact.default)
        return [
            self.add_citations(capitalize_first(default.says) + ".", default.source)
            for name, feature in chosen
            for default in feature.defaults
            if default.name == name
        ]

    def list_outdated_facts(self) -> list[str]:
        """What was told but is out of date, or told without what is needed to use it."""
        facts = {f.entries or (f.feature,): f for f in self.now.facts.values() if f.stale}  # one entry may give two numbers
        return list(dict.fromkeys(describe_fact(self.now.plan.by_name[f.feature], f) for f in facts.values()))

    def build_guidelines(self) -> list[model.GuidelineShown]:
        """The versions in force."""
        differs = dict(self._iter_other_guidelines())
        return [
            model.GuidelineShown(
                id=f.guideline.id,
                version=f.version.version,
                title=f.guideline.short_title,
                valid_from=f.version.valid_from.isoformat(),
                evidence_until=f.version.evidence_until.isoformat(),
                review_by=f.version.review_by.isoformat(),
                notice=f.version.notice,
                speaks=self._is_heard(f),
                answer=self._find_guideline_answer(f),
                differs=differs.get(f.guideline.id, msgspec.UNSET),
            )
            for f in self.now.frame.in_force
        ]

    def _is_heard(self, force: GuidelineInForce) -> bool:
        """Whether the answer is this guideline's, or a companion of it says something of this patient."""
        speaking = self.now.decision.speaking
        if speaking is None or self.now.frame.family[force.guideline.id] != speaking.id:
            return False
        own = [s for s in self.now.frame.statements if s.guideline == force.guideline.id]
        return force.guideline is speaking or any(self.now.decision.statements[s.id].truth is TRUE for s in own)

    def _find_guideline_answer(self, force: GuidelineInForce) -> Answer:
        """What the guideline says of this patient; a companion says what its parent does."""
        family = self.now.frame.family[force.guideline.id]
        return next(verdict.answer for verdict in self.now.decision.verdicts if verdict.force.guideline.id == family)

    def list_notices(self, *, has_untried: bool) -> list[str]:
        """Up to when the record goes, what is said of the guideline versions themselves, and that not all was tried."""
        last, asked = self.now.record.last_entry, "; ".join(self.now.record.to_confirm)
        notices = [] if last is None else [f"The last entry of the record that is used is of {format_date(last)}."]
        notices += [replace_brackets(f"Not taken as told, please confirm: {asked}.")] if asked else []
        notices += [UNTRIED] if has_untried else []
        for f in self.now.frame.in_force:
            if f.version.review_by < self.now.record.as_of:
                notices.append(_describe_overdue_review(f))
            if not f.version.complete:
                notices.append(f"{f.guideline.short_title} {f.version.version}: {f.version.notice}")
        return notices + self._list_put_off_values(decided=False)

    def _list_put_off_values(self, *, decided: bool) -> list[str]:
        """Stated words that do not hold by themselves: what would decide is not known (yet), or (`decided`) says otherwise."""
        waiting = (f for f in self.now.plan.features if f.waits_for and self.now.facts[f.name].put_off)
        features = (f for f in waiting if f.waits_for and (self.now.facts[f.waits_for.feature].value is not None) is decided)
        return [self.now.facts[f.name].put_off for f in features]

    def format_headline(self) -> str:
        """Who and what: the guideline's subject and the line, in words of the knowledge."""
        speaking, line = self.now.decision.speaking, find_line(self.now.decision, self.now.facts)
        rule = speaking.line if speaking else None
        words = self.now.plan.by_name[rule.feature].phrases.get(line, "") if rule and line else ""
        return ", ".join(filter(None, (speaking.title if speaking else "", words)))

    def add_citations(self, text: str, *sources: Cite) -> str:
        """The text with its references in brackets."""
        return text + format_brackets(self.references.cite_places(sources))


def _describe_overdue_review(force: GuidelineInForce) -> str:
    """That the version was due for review, and whose rule that is."""
    rule = f" ({force.version.review_rule})" if force.version.review_rule else ""
    return f"{force.guideline.short_title} {force.version.version} was due for review by {force.version.review_by}{rule}."


def _rank_newer_event(event: NewerEvent) -> tuple[int, int]:
    """By rank, then the latest first."""
    return event.rank, -event.date.toordinal()


def _format_rating(grade: Grade) -> str:
    """The rating as a sentence, with what it was given for where that is something else."""
    about = f" ({grade.note})" if grade.note else ""
    return f"{describe_grade(make_grade_shown(grade))}{about}."


def _is_based_on_assumption(fact: Fact) -> bool:
    """True when the assumption follows from another one, which is named itself."""
    return fact.because is not None and any(f.assumed for f in iter_facts_behind(fact.because))
