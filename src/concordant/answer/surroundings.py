"""What stands around the options: what to avoid, actions, disagreements, newer events, conflicts, assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from concordant.answer import model
from concordant.answer.phrases import fact_words, grade_shown, grade_words, sentence_case, unbracketed, with_medicines
from concordant.answer.references import References, brackets
from concordant.compiled import Knowledge
from concordant.decide.ask import Situation
from concordant.decide.decision import KNOWN_SUBJECT, Answer, Judged, Outcome, Verdict, line_of
from concordant.decide.frame import InForce
from concordant.decide.gather import actions, avoided
from concordant.evaluate.explain import explain, facts_behind
from concordant.facts import Fact, value_words
from concordant.guideline import Grade, Newer
from concordant.kleene import TRUE
from concordant.records import Cite


@dataclass(slots=True)
class Surroundings:
    """One patient's answer around its options; references are numbered as they appear."""

    knowledge: Knowledge
    now: Situation
    references: References

    def avoid(self) -> list[model.Avoid]:
        """What is not given, and the kind of reason."""
        found = []
        for one in avoided(self.now.decision, self.now.frame, self.now.facts):
            says = with_medicines(one.says, one.reason, self.now.plan.by_name)
            entries = [e for fact in facts_behind(one.reason) if fact.is_known for e in fact.entries]
            found.append(
                model.Avoid(
                    regimen=one.regimen,
                    drugs=list(one.drugs),
                    kind=one.kind,
                    why=f"{says} {_rated(one.grade)}" if one.grade else says,
                    statements=list(one.statements),
                    entry=", ".join(dict.fromkeys(entries)),
                    refs=self.references.at(one.sources),
                )
            )
        return found

    def actions(self) -> list[model.ActionShown]:
        """What to do beside the regimen."""
        found = []
        for one in actions(self.now.decision, self.now.frame, self.now.facts):
            statements = [one.statement] if one.statement else []
            refs = self.references.at([one.action.source])
            found.append(model.ActionShown(kind=one.action.kind, says=one.action.says, statements=statements, refs=refs))
        return found

    def discordant(self) -> list[model.ActionShown]:
        """Specimens that differ, and what to do about it."""
        return [
            model.ActionShown(
                kind=action.kind, says=f"{says} {action.says}", statements=[], refs=self.references.at([action.source])
            )
            for says, action in self.now.discordances
        ]

    def disagreements(self, options: list[model.Option]) -> list[str]:
        """Where the label, or a named source, differs for this patient."""
        found = []
        offered = [o for o in options if o.role == "preferred"] or options[:1]
        for option in offered:
            if option.label.fit != "on" and option.role != "continue":
                kind = "Outside the label" if option.label.fit == "off" else "Not known whether the label covers it"
                found.append(f"{sentence_case(option.name)}. {kind}: {option.label.because}{brackets(option.label.refs)}")
        found += [says for _, says in self._other_voices()]
        for one in self.now.frame.disagreements:
            if explain(one.relevant_if, self.now.facts).truth is TRUE:
                found.append(self.cited(one.says, *one.sources))
        return found

    def _other_voices(self) -> Iterator[tuple[str, str]]:
        """Every other guideline whose subject the patient is and that says something else: its id, and how it differs."""
        verdicts, own = self.now.decision.verdicts, self.now.decision.outcome
        for other in (one for one in verdicts[1:] if one.rank == verdicts[0].rank == KNOWN_SUBJECT):
            theirs = self._outcome_of(other)
            if theirs != own:
                names = [one.force.guideline.short_title for one in (other, verdicts[0])]
                says = f"{names[0]} speaks of this patient as well and differs: {self._in_words(theirs)}."
                yield other.force.guideline.id, f"{says} The answer here is that of {names[1]}."

    def _outcome_of(self, verdict: Verdict) -> Outcome:
        """What the answer would be were this guideline the one that is heard."""
        decision, family = self.now.decision, self.now.frame.family
        own = [one for one in decision.everything if family[one.proposal.statement.guideline] == verdict.force.guideline.id]
        return replace(decision, answer=verdict.answer, judged=tuple(own)).outcome

    def _in_words(self, outcome: Outcome) -> str:
        """`it leads to REGIMEN or REGIMEN`; that it asks for more, or names no regimen."""
        answer, regimens = outcome
        if answer == "needs_data":
            return "it needs to know more"
        names = [self.now.frame.regimens[name].name for name in regimens]
        return f"it leads to {' or '.join(names)}" if names else "it names no regimen that can be given"

    def newer(self) -> list[str]:
        """Dated events after the guideline, up to the date of the question."""
        return [f"Newer than the guideline: {self.cited(e.says, e.source)}" for e in self._newer()]

    def newer_in_short(self) -> list[str]:
        """The same in a line each where the knowledge has one: by rank, then the latest first."""
        return [self.cited(e.short, e.source) for e in sorted(self._newer(), key=_told_first) if e.short]

    def _newer(self) -> list[Newer]:
        speaking = self.now.decision.verdicts[:1]
        since = speaking[0].force.version.evidence_until if speaking else self.now.record.as_of
        events = [e for e in self.knowledge.newer if since < e.date <= self.now.record.as_of]
        held = [e for e in events if explain(e.relevant_if, self.now.facts).truth is TRUE]
        return sorted(held, key=lambda e: e.date)

    def conflicts(self) -> list[str]:
        """Claims of the record that cannot both hold, and entries that were set aside because they cannot be."""
        told = {f.entries or (f.feature,): f.conflict for f in self.now.facts.values() if f.conflict}
        return list(
            dict.fromkeys(
                map(
                    unbracketed,
                    [*told.values(), *self._put_off(decided=True), *(f"Set aside: {says}" for says in self.now.record.set_aside)],
                )
            )
        )

    def assumed(self, shown: list[Judged]) -> list[str]:
        """Assumed facts that the shown options, or the open ones, rest on."""
        return [fact_words(self.now.plan.by_name[f.feature], f) for f in self._assumed(shown)]

    def assumed_in_short(self, shown: list[Judged]) -> list[str]:
        """The same without the reasons: `Pregnancy: no`."""
        features = self.now.plan.by_name
        return [f"{features[f.feature].brief}: {value_words(features[f.feature], f.value)}" for f in self._assumed(shown)]

    def _assumed(self, shown: list[Judged]) -> list[Fact]:
        judged = [] if self.now.decision.limits else shown or self.now.decision.open
        trees = [limit.reason for limit in self.now.decision.limits]
        trees += [j.applies for j in judged] + [b.reason for j in judged[:1] for b in j.barred]
        if not trees:
            trees = [tree for tree in self.now.decision.statements.values() if tree.truth is TRUE]
        facts = {f.feature: f for tree in trees for f in facts_behind(tree) if f.assumed and not _rests_on_assumed(f)}
        return list(facts.values())

    def unknown(self) -> list[str]:
        """What was told but is out of date, or told without what is needed to use it."""
        facts = {f.entries or (f.feature,): f for f in self.now.facts.values() if f.stale}  # one entry may give two numbers
        return list(dict.fromkeys(fact_words(self.now.plan.by_name[f.feature], f) for f in facts.values()))

    def guidelines(self) -> list[model.GuidelineShown]:
        """The versions in force."""
        differs = dict(self._other_voices())
        return [
            model.GuidelineShown(
                id=f.guideline.id,
                version=f.version.version,
                title=f.guideline.short_title,
                valid_from=f.version.valid_from.isoformat(),
                evidence_until=f.version.evidence_until.isoformat(),
                review_by=f.version.review_by.isoformat(),
                notice=f.version.notice,
                speaks=self._speaks(f),
                answer=self._answer(f),
                differs=differs.get(f.guideline.id, msgspec.UNSET),
            )
            for f in self.now.frame.in_force
        ]

    def _speaks(self, force: InForce) -> bool:
        """Whether the answer is this guideline's, or a companion of it says something of this patient."""
        speaking = self.now.decision.speaking
        if speaking is None or self.now.frame.family[force.guideline.id] != speaking.id:
            return False
        own = [s for s in self.now.frame.statements if s.guideline == force.guideline.id]
        return force.guideline is speaking or any(self.now.decision.statements[s.id].truth is TRUE for s in own)

    def _answer(self, force: InForce) -> Answer:
        """What the guideline says of this patient; a companion says what its parent does."""
        family = self.now.frame.family[force.guideline.id]
        return next(one.answer for one in self.now.decision.verdicts if one.force.guideline.id == family)

    def notices(self) -> list[str]:
        """What is said of the guideline versions themselves."""
        found = []
        for f in self.now.frame.in_force:
            if f.version.review_by < self.now.record.as_of:
                found.append(_overdue(f))
            if not f.version.complete:
                found.append(f"{f.guideline.short_title} {f.version.version}: {f.version.notice}")
        return found + self._put_off(decided=False)

    def _put_off(self, *, decided: bool) -> list[str]:
        """Stated words that do not hold by themselves: what would decide is not known (yet), or (`decided`) says otherwise."""
        waiting = (f for f in self.now.plan.features if f.waits_for and self.now.facts[f.name].put_off)
        told = (f for f in waiting if f.waits_for and (self.now.facts[f.waits_for.feature].value is not None) is decided)
        return [self.now.facts[f.name].put_off for f in told]

    def headline(self) -> str:
        """Who and what: the guideline's subject and the line, in words of the knowledge."""
        speaking, line = self.now.decision.speaking, line_of(self.now.decision, self.now.facts)
        rule = speaking.line if speaking else None
        words = self.now.plan.by_name[rule.feature].phrases.get(line, "") if rule and line else ""
        return ", ".join(filter(None, (speaking.title if speaking else "", words)))

    def cited(self, text: str, *sources: Cite) -> str:
        """The text with its references in brackets."""
        return text + brackets(self.references.at(sources))


def _overdue(force: InForce) -> str:
    """That the version was due for review, and whose rule that is."""
    rule = f" ({force.version.review_rule})" if force.version.review_rule else ""
    return f"{force.guideline.short_title} {force.version.version} was due for review by {force.version.review_by}{rule}."


def _told_first(event: Newer) -> tuple[int, int]:
    """By rank, then the latest first."""
    return event.rank, -event.date.toordinal()


def _rated(grade: Grade) -> str:
    """The rating as a sentence, with what it was given for where that is something else."""
    about = f" ({grade.note})" if grade.note else ""
    return f"{grade_words(grade_shown(grade))}{about}."


def _rests_on_assumed(fact: Fact) -> bool:
    """True when the assumption follows from another one, which is named itself."""
    return fact.because is not None and any(f.assumed for f in facts_behind(fact.because))
