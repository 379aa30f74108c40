"""The answer in reading order: verdict, why, checks, questions, alternatives, evidence, references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from concordant.answer import model
from concordant.answer.doses import doses
from concordant.answer.evidence import evidence_of
from concordant.answer.phrases import fact_words, grade_shown, near_words, sentence_case
from concordant.answer.references import References, brackets
from concordant.compiled import Knowledge
from concordant.decide.ask import Question, Situation
from concordant.decide.decision import Judged
from concordant.decide.frame import CURRENT
from concordant.decide.gather import Checked, actions, avoided, cautions, checks
from concordant.decide.label import label_fit
from concordant.decide.sides import Side
from concordant.evaluate.explain import Because, explain, facts_behind
from concordant.facts import Fact
from concordant.guideline import Statement
from concordant.kleene import TRUE


@dataclass(slots=True)
class Builder:
    """One patient's answer in the making; references are numbered as they appear."""

    knowledge: Knowledge
    now: Situation
    asked: list[Question]
    sides: list[Side]
    references: References

    def answer(self) -> model.Answer:
        """Everything, in reading order."""
        decision, record = self.now.decision, self.now.record
        limited = decision.answer == "out_of_scope"
        shown = [] if limited else self._shown()
        options = [self._option(one) for one in shown]
        line = self.now.facts["line_of_therapy"].value
        return model.Answer(
            answer=decision.answer,
            as_of=record.as_of.isoformat(),
            name=record.name,
            guidelines=self._guidelines(),
            headline=self._headline(),
            line_of_therapy=line if isinstance(line, str) and not limited else None,
            options=options,
            why=self._why(shown),
            checks=[] if limited else [self._check(c) for c in checks(decision, self.now.frame, self.now.facts)],
            ask=[] if limited else [self._ask(q) for q in self.asked],
            other_sides=[] if limited else [self._side(s) for s in self.sides],
            avoid=[] if limited else self._avoid(),
            actions=[] if limited else self._actions(),
            next=[],
            why_not=[],
            disagreements=[] if limited else self._disagreements(options),
            newer=[] if limited else self._newer(),
            conflicts=self._conflicts(),
            assumed=self._assumed(shown),
            not_understood=list(record.not_understood),
            unknown=self._unknown(),
            notices=list(record.notices) + self._notices(),
            out_of_scope_because=self._because() if limited else None,
            instead=[self._cited(limit.limit.instead, limit.limit.source) for limit in decision.limits] if limited else [],
            references=self.references.listed(),
            knowledge=self.knowledge.digest[:12],
        )

    # -- options -----------------------------------------------------------------------------------

    def _shown(self) -> list[Judged]:
        """What is offered; while data are missing, only what holds on every branch."""
        if self.now.decision.answer != "needs_data":
            return self.now.decision.offered
        common = self._common()
        return [j for j in self.now.decision.offered if j.role != "preferred" or j.proposal.regimen.id in common]

    def _common(self) -> set[str]:
        """The regimens that every branch of the first question leads to."""
        blocking = [q for q in self.asked if q.blocking and not q.together_with]
        sets = [set(branch.outcome[1]) for branch in blocking[0].branches] if blocking else []
        return set.intersection(*sets) if sets else set()

    def _option(self, one: Judged) -> model.Option:
        regimen, statement, frame = one.proposal.regimen, one.proposal.statement, self.now.frame
        chain = [self._link(s, cited) for s, cited in self._chain(one)]
        return model.Option(
            regimen=regimen.id,
            name=regimen.name,
            drugs=[frame.drugs[d].name if d in frame.drugs else d for d in regimen.drugs],
            role=one.role,
            status=one.status,
            statements=[link.statement for link in chain],
            grade=grade_shown(statement.recommend.grade if statement.recommend else None),
            chain=chain,
            label=self._label(one),
            cautions=[f"{bar.says}{brackets(self.references.at([bar.source]))}" for bar in cautions(one)],
            dose=[] if regimen.id == CURRENT else doses(regimen, frame.drugs, self.now.facts, self.references),
            derived_because=statement.derived_because,
            evidence=evidence_of(regimen, self.knowledge, self.now.record.as_of, self.references),
        )

    def _chain(self, one: Judged) -> Iterator[tuple[Statement, bool]]:
        """The statement of the option, its parent, and the statements by which its facts were inferred."""
        by_id = {s.id: s for s in self.knowledge.statements}
        names = [one.proposal.statement.id, one.proposal.statement.parent]
        names += [fact.statement for fact in facts_behind(one.applies)]
        for name in dict.fromkeys(filter(None, names)):
            if name in by_id:
                yield by_id[name], name == names[0]

    def _link(self, statement: Statement, named: bool) -> model.ChainLink:
        grade = statement.recommend.grade if statement.recommend else statement.grade
        cites = statement.sources if named else statement.sources[:1]
        return model.ChainLink(
            statement=statement.short_id,
            title=statement.title,
            grade=grade_shown(grade),
            checked=statement.sources[0].checked,
            refs=self.references.at(cites),
        )

    def _label(self, one: Judged) -> model.LabelShown:
        if one.proposal.regimen.id == CURRENT:
            return model.LabelShown(fit="unknown", because="the present treatment is not judged against labels")
        frame = self.now.frame
        drugs = [frame.drugs[d] for d in one.proposal.regimen.drugs]
        fit = label_fit(one.proposal.regimen, drugs, self.now.facts, frame.as_of)
        return model.LabelShown(fit=fit.fit, because=fit.because, refs=self.references.at(fit.sources))

    # -- reasons -----------------------------------------------------------------------------------

    def _why(self, shown: list[Judged]) -> list[model.Why]:
        """The deciding facts of the first option, of the scope limit, or of what is open."""
        trees: list[Because] = [limit.reason for limit in self.now.decision.limits]
        if not trees:
            trees = [one.applies for one in shown[:1]] or [one.applies for one in self.now.decision.open[:1]]
        if not trees:
            trees = [tree for tree in self.now.decision.statements.values() if tree.truth is TRUE]
        found = {f.feature: f for tree in trees for f in facts_behind(tree, decisive=not self.now.decision.open) if f.is_known}
        return [self._fact(fact) for fact in found.values()]

    def _fact(self, fact: Fact) -> model.Why:
        feature = self.now.plan.by_name[fact.feature]
        cites = [fact.source] if fact.source else []
        return model.Why(
            feature=fact.feature,
            says=fact_words(feature, fact),
            origin=fact.origin,
            entries=list(fact.entries),
            headline=feature.headline,
            statement=fact.statement,
            refs=self.references.at(cites),
        )

    def _because(self) -> str:
        limits = self.now.decision.limits
        if not limits:
            return "No version of a guideline known here was in force on this date."
        return " ".join(self._cited(limit.limit.because, limit.limit.source) for limit in limits)

    def _cited(self, text: str, *sources: object) -> str:
        return text + brackets(self.references.at(sources))  # type: ignore[arg-type]

    def _check(self, one: Checked) -> model.CheckShown:
        features = [self.now.plan.by_name[name] for name in one.features]
        facts = [(f, self.now.facts[f.name]) for f in features]
        told = [fact_words(f, fact, labelled=len(facts) > 1) for f, fact in facts if fact.is_known or fact.stale]
        label = one.label or " and ".join(f.label for f in features)
        says = "; ".join(told) or "not on record"
        if one.state == "unmet" and one.unmet:
            says = f"{says}: {one.unmet}"
        return model.CheckShown(check=one.check, label=label, state=one.state, says=says, refs=self.references.at([one.source]))

    # -- questions ---------------------------------------------------------------------------------

    def _ask(self, question: Question) -> model.Ask:
        feature = question.feature
        fact = self.now.facts[feature.name]
        changes = [
            model.Change(if_=b.cell.name, then=list(b.outcome[1]), names=self._names(b.outcome[1]), line=b.line, answer=b.outcome[0])
            for b in question.branches
        ]
        return model.Ask(
            feature=feature.name,
            label=feature.label,
            question=feature.question,
            blocking=question.blocking,
            changes=changes,
            together_with=list(question.together_with),
            known=fact.says or fact.conflict,
        )

    def _names(self, regimens: tuple[str, ...]) -> list[str]:
        return [self.now.frame.regimens[r].name for r in regimens]

    def _side(self, side: Side) -> model.OtherSide:
        feature = self.now.plan.by_name[side.feature]
        return model.OtherSide(
            feature=side.feature,
            label=feature.label,
            now=f"{feature.label}: {near_words(feature, self.now.facts[side.feature])}",
            if_=side.cell,
            then=list(side.outcome[1]),
            names=self._names(side.outcome[1]),
        )

    # -- what stands around ------------------------------------------------------------------------

    def _avoid(self) -> list[model.Avoid]:
        found = []
        for one in avoided(self.now.decision, self.now.frame, self.now.facts):
            entries = [e for fact in facts_behind(one.reason) if fact.is_known for e in fact.entries]
            found.append(
                model.Avoid(
                    regimen=one.regimen,
                    drugs=list(one.drugs),
                    kind=one.kind,
                    why=one.says,
                    statements=list(one.statements),
                    entry=", ".join(dict.fromkeys(entries)),
                    refs=self.references.at(one.sources),
                )
            )
        return found

    def _actions(self) -> list[model.ActionShown]:
        found = []
        for one in actions(self.now.decision, self.now.frame, self.now.facts):
            statements = [one.statement] if one.statement else []
            refs = self.references.at([one.action.source])
            found.append(model.ActionShown(kind=one.action.kind, says=one.action.says, statements=statements, refs=refs))
        return found

    def _disagreements(self, options: list[model.Option]) -> list[str]:
        found = []
        offered = [o for o in options if o.role == "preferred"] or options[:1]
        for option in offered:
            if option.label.fit != "on" and option.role != "continue":
                kind = "Outside the label" if option.label.fit == "off" else "Not known whether the label covers it"
                found.append(f"{sentence_case(option.name)}. {kind}: {option.label.because}{brackets(option.label.refs)}")
        for one in self.knowledge.disagreements:
            if explain(one.relevant_if, self.now.facts).truth is TRUE:
                found.append(self._cited(one.says, *one.sources))
        return found

    def _newer(self) -> list[str]:
        since = max((f.version.evidence_until for f in self.now.frame.in_force), default=self.now.record.as_of)
        events = [e for e in self.knowledge.newer if since < e.date <= self.now.record.as_of]
        held = [e for e in events if explain(e.relevant_if, self.now.facts).truth is TRUE]
        return [f"Newer than the guideline: {self._cited(e.says, e.source)}" for e in sorted(held, key=lambda e: e.date)]

    def _conflicts(self) -> list[str]:
        return list(dict.fromkeys(f.conflict for f in self.now.facts.values() if f.conflict)) + list(self.now.discordances)

    def _assumed(self, shown: list[Judged]) -> list[str]:
        """Assumed facts that the shown options, or the open ones, rest on."""
        judged = [] if self.now.decision.limits else shown or self.now.decision.open
        trees = [limit.reason for limit in self.now.decision.limits]
        trees += [j.applies for j in judged] + [b.reason for j in judged[:1] for b in j.barred]
        facts = {f.feature: f for tree in trees for f in facts_behind(tree) if f.assumed and not _rests_on_assumed(f)}
        return [fact_words(self.now.plan.by_name[f.feature], f) for f in facts.values()]

    def _unknown(self) -> list[str]:
        """What was told but is out of date, or told without what is needed to use it."""
        facts = (f for f in self.now.facts.values() if f.stale)
        return list(dict.fromkeys(fact_words(self.now.plan.by_name[f.feature], f) for f in facts))

    def _guidelines(self) -> list[model.GuidelineShown]:
        return [
            model.GuidelineShown(
                id=f.guideline.id,
                version=f.version.version,
                title=f.guideline.short_title,
                valid_from=f.version.valid_from.isoformat(),
                evidence_until=f.version.evidence_until.isoformat(),
                review_by=f.version.review_by.isoformat(),
                notice=f.version.notice,
            )
            for f in self.now.frame.in_force
        ]

    def _notices(self) -> list[str]:
        found = []
        for f in self.now.frame.in_force:
            if f.version.review_by < self.now.record.as_of:
                found.append(f"{f.guideline.short_title} {f.version.version} was due for review by {f.version.review_by}.")
            if not f.version.complete:
                found.append(f"{f.guideline.short_title} {f.version.version}: {f.version.notice}")
        return found

    def _headline(self) -> str:
        """Who and what: the guideline's subject and the line, in words of the knowledge."""
        names = [f.guideline.title for f in self.now.frame.in_force if not f.guideline.parent]
        line = self.now.facts["line_of_therapy"]
        words = self.now.plan.by_name["line_of_therapy"].phrases.get(str(line.value), "")
        return ", ".join(filter(None, (*names, words)))


def _rests_on_assumed(fact: Fact) -> bool:
    """True when the assumption follows from another one, which is named itself."""
    return fact.because is not None and any(f.assumed for f in facts_behind(fact.because))
