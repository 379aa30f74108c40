"""The answer in reading order: verdict, why, checks, questions, alternatives, evidence, references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from concordant.answer import model, parts
from concordant.answer.after import After
from concordant.answer.cells_shown import cell_shown, change_shown
from concordant.answer.checks import check_label, check_words
from concordant.answer.doses import Dosing
from concordant.answer.evidence import evidence_of
from concordant.answer.labels import label_facts
from concordant.answer.phrases import and_list, brief_words, fact_words, grade_shown, sentence_case, unbracketed, with_medicines
from concordant.answer.references import References, brackets
from concordant.answer.safety import Safety
from concordant.answer.surroundings import Surroundings
from concordant.answer.timeline import timeline
from concordant.compiled import Knowledge
from concordant.decide.ahead import steps_ahead
from concordant.decide.ask import Question, Situation
from concordant.decide.decision import Barred, Judged, line_of
from concordant.decide.frame import CURRENT
from concordant.decide.gather import Checked, cautions, checks
from concordant.decide.label import label_fit
from concordant.decide.sides import Side
from concordant.decide.why_not import not_offered
from concordant.drugs import Drug
from concordant.evaluate.explain import facts_behind
from concordant.facts import Because, Fact, unit_words, value_words
from concordant.features import Feature
from concordant.guideline import Statement
from concordant.kleene import TRUE

LEAST_DISTANCE = 0.05  # nearer than this, a distance of one decimal would read as none

NONE_IN_FORCE = "no version of a guideline known here was in force on this date"


@dataclass(slots=True)
class Builder:
    """One patient's answer in the making; references are numbered as they appear."""

    knowledge: Knowledge
    now: Situation
    asked: list[Question]
    sides: list[Side]
    references: References
    around: Surroundings
    safety: Safety

    def answer(self) -> model.Answer:
        """Everything, in reading order."""
        decision, record = self.now.decision, self.now.record
        limited = decision.answer == "out_of_scope"
        shown = [] if limited else self._shown()
        options = [self._option(one, evidence=one is shown[0] or one.role == "preferred") for one in shown]
        why = self._why(shown)
        after = After(self.now, self.references)
        dangers = self.safety.dangers()
        return model.Answer(
            answer=decision.answer,
            as_of=record.as_of.isoformat(),
            name=record.name,
            guidelines=self.around.guidelines(),
            headline=self.around.headline(),
            verdict="",
            first_screen=[],
            dangers=dangers,
            on_record=self.safety.on_record(dangers),
            held_until=[] if limited else self.safety.held_until(dangers),
            not_read=self.safety.not_read(),
            judged=self.safety.judged(),
            line=None if limited else line_of(decision, self.now.facts),
            options=options,
            why=why,
            checks=[] if limited else [self._check(c) for c in checks(decision, self.now.frame, self.now.facts)],
            ask=[] if limited else [self._ask(q) for q in self.asked],
            possible=[] if limited else self._possible(),
            other_sides=[] if limited else [self._side(s) for s in self.sides],
            avoid=[] if limited else self.around.avoid(),
            actions=self.around.discordant() + ([] if limited else self.around.actions()),
            next=[] if limited else after.next_steps(steps_ahead(self.now, self.knowledge.transitions, shown)),
            why_not=[] if limited else after.why_not(not_offered(decision, self.now.frame)),
            disagreements=[] if limited else self.around.disagreements(options),
            newer=[] if limited else self.around.newer(),
            newer_in_short=[] if limited else self.around.newer_in_short(),
            conflicts=self.around.conflicts(),
            assumed=self.around.assumed(shown),
            assumed_in_short=self.around.assumed_in_short(shown),
            not_understood=[unbracketed(text) for text in record.not_understood],
            unknown=self.around.unknown(),
            notices=[*map(unbracketed, record.notices), *self.around.notices()],
            out_of_scope_because=self._because() if limited else None,
            out_of_scope_in_short=(decision.limits[0].limit.short if decision.limits else NONE_IN_FORCE) if limited else "",
            interrupted=self._interrupted(),
            instead=[self.around.cited(limit.limit.instead, limit.limit.source) for limit in decision.limits] if limited else [],
            timeline=timeline(self.now, self.knowledge, self._rests_on(why)),
            references=self.references.listed(),
            knowledge=self.knowledge.digest[:12],
        )

    # -- options -----------------------------------------------------------------------------------

    def _shown(self) -> list[Judged]:
        """Return the proposals to show as options; while data are missing, only those offered whatever the missing
        answer is.
        """
        if self.now.decision.answer != "needs_data":
            return self.now.decision.offered
        common = self._common()
        return [j for j in self.now.decision.offered if j.role != "preferred" or j.proposal.regimen.id in common]

    def _possible(self) -> list[model.NextOption]:
        """What may still be offered once the open facts are known, and what is offered now."""
        decision = self.now.decision
        still = {j.proposal.regimen.id: j for j in (*decision.open, *decision.offered)}
        return [model.NextOption(regimen=id_, name=j.proposal.regimen.name, role=j.role) for id_, j in still.items()]

    def _common(self) -> set[str]:
        """The regimens that every branch of the first question leads to."""
        blocking = [q for q in self.asked if q.blocking and not q.together_with]
        sets = [set(branch.outcome[1]) for branch in blocking[0].branches] if blocking else []
        return set.intersection(*sets) if sets else set()

    def _option(self, one: Judged, *, evidence: bool) -> model.Option:
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
            cautions=[self._caution(barred) for barred in cautions(one, self.now.decision)],
            dose=[] if regimen.id == CURRENT else self._dosing().doses(regimen),
            held=self.safety.is_waiting(one),
            derived_because=statement.derived_because,
            evidence=self._evidence(one) if evidence else [],
            label_facts=label_facts(self._drugs(one), self.references) if evidence else [],
        )

    def _dosing(self) -> Dosing:
        now = self.now
        return Dosing(now.frame.drugs, now.facts, now.plan.by_name, self.knowledge.rounding, self.references)

    def _caution(self, barred: Barred) -> str:
        """The caution, with the medications that it is about."""
        says = with_medicines(barred.bar.says, barred.reason, self.now.plan.by_name)
        return f"{says}{brackets(self.references.at([barred.bar.source]))}"

    def _evidence(self, one: Judged) -> list[parts.EvidenceRow]:
        """The regimen's trials, and those that a caution of this patient rests on."""
        cautioned = [name for barred in cautions(one, self.now.decision) for name in barred.bar.evidence]
        trials = dict.fromkeys((*one.proposal.regimen.evidence, *cautioned))
        return evidence_of(trials, self.knowledge, self.now, self.references, compared=not self.safety.is_held())

    def _chain(self, one: Judged) -> Iterator[tuple[Statement, bool]]:
        """The statement of the option, its parent, and the statements by which its facts were inferred."""
        by_id = {s.id: s for s in self.now.frame.statements}
        naming = [j for j in self.now.decision.judged if j.offered and j.proposal.regimen.id == one.proposal.regimen.id]
        names = [one.proposal.statement.id, one.proposal.statement.parent]
        names += [j.proposal.statement.id for j in naming if not j.proposal.statement.parent]
        names += [fact.statement for fact in facts_behind(one.applies)]
        for name in dict.fromkeys(filter(None, names)):
            if name in by_id:
                yield by_id[name], name == names[0]

    def _link(self, statement: Statement, named: bool) -> parts.ChainLink:
        grade = statement.recommend.grade if statement.recommend else statement.grade
        cites = statement.sources if named else statement.sources[:1]
        return parts.ChainLink(
            statement=statement.short_id,
            title=statement.title,
            grade=grade_shown(grade),
            checked=statement.sources[0].checked,
            refs=self.references.at(cites),
        )

    def _label(self, one: Judged) -> parts.LabelShown:
        if one.proposal.regimen.id == CURRENT:
            return parts.LabelShown(fit="unknown", because="the present treatment is not judged against labels")
        fit = label_fit(one.proposal.regimen, self._drugs(one), self.now.facts, self.now.record.as_of)
        return parts.LabelShown(fit=fit.fit, because=fit.because, refs=self.references.at(fit.sources))

    def _drugs(self, one: Judged) -> list[Drug]:
        return [self.now.frame.drugs[d] for d in one.proposal.regimen.drugs]

    # -- reasons -----------------------------------------------------------------------------------

    def _why(self, shown: list[Judged]) -> list[model.Why]:
        """The deciding facts of the first option, of the scope limit, or of what is open."""
        trees: list[Because] = [limit.reason for limit in self.now.decision.limits]
        if not trees:
            trees = self._naming(shown[:1]) or [one.applies for one in self.now.decision.open[:1]]
        if not trees:
            trees = [tree for tree in self.now.decision.statements.values() if tree.truth is TRUE]
        found = {f.feature: f for tree in trees for f in facts_behind(tree, decisive=not self.now.decision.open) if f.is_known}
        return [self._fact(fact) for fact in found.values()]

    def _rests_on(self, why: list[model.Why]) -> set[str]:
        """The features that decide, those that are asked for, and those whose other value changes the answer."""
        return {w.feature for w in why} | {q.feature.name for q in self.asked} | {side.feature for side in self.sides}

    def _naming(self, first: list[Judged]) -> list[Because]:
        """Why the first option is one, by the statement that it stands for and by every other that names it."""
        names = {one.proposal.regimen.id for one in first}
        others = [j for j in self.now.decision.judged if j.offered and j.proposal.regimen.id in names and j not in first]
        return [one.applies for one in (*first, *others)]

    def _fact(self, fact: Fact) -> model.Why:
        feature = self.now.plan.by_name[fact.feature]
        cites = [fact.source] if fact.source and self.references.known_by(fact.source, self.now.record.as_of) else []
        return model.Why(
            feature=fact.feature,
            says=fact_words(feature, fact),
            brief=brief_words(feature, fact),
            asked=bool(feature.question),
            origin=fact.origin,
            entries=list(fact.entries),
            headline=feature.headline if not feature.headline_when or fact.value in feature.headline_when else 0,
            statement=fact.statement if fact.statement in self.now.frame.reads else "",
            refs=self.references.at(cites),
        )

    def _interrupted(self) -> str:
        """What runs now and would go on, did not something speak against it."""
        own = [j for j in self.now.decision.judged if j.proposal.regimen.id == CURRENT and j.status == "precluded"]
        return own[0].proposal.regimen.name if own else ""

    def _because(self) -> str:
        told = [self.around.cited(limit.limit.because, limit.limit.source) for limit in self.now.decision.limits]
        return " ".join(told) or f"{sentence_case(NONE_IN_FORCE)}."

    def _check(self, one: Checked) -> model.CheckShown:
        by_name, facts = self.now.plan.by_name, self.now.facts
        return model.CheckShown(
            check=one.check,
            label=check_label(one, by_name),
            state=one.state,
            says=check_words(one, facts, by_name),
            refs=self.references.at([one.source]),
            regimen=one.regimen,
            assumed=one.state == "done" and any(facts[name].origin == "assumed" for name in one.features),
        )

    # -- questions ---------------------------------------------------------------------------------

    def _ask(self, question: Question) -> model.Ask:
        feature = question.feature
        fact = self.now.facts[feature.name]
        branches = () if fact.conflict else question.branches  # nothing that is stated beside the entries would settle them
        changes = [change_shown(feature, branch, self._names(branch.outcome[1])) for branch in branches]
        return model.Ask(
            feature=feature.name,
            label=feature.label,
            question=f"{feature.question} {_correct(fact)}" if fact.conflict else feature.question,
            blocking=question.blocking,
            changes=changes,
            together_with=list(question.together_with),
            known=unbracketed(fact.conflict) or fact.says,
        )

    def _names(self, regimens: tuple[str, ...]) -> list[str]:
        """In the order in which the guideline names them, not by the alphabet."""
        order = {proposal.regimen.id: i for i, proposal in reversed(list(enumerate(self.now.frame.proposals)))}
        return [self.now.frame.regimens[r].name for r in sorted(regimens, key=lambda r: order.get(r, len(order)))]

    def _side(self, side: Side) -> model.OtherSide:
        feature = self.now.plan.by_name[side.feature]
        return model.OtherSide(
            feature=side.feature,
            label=feature.label,
            now=f"{feature.label}: {value_words(feature, self.now.facts[side.feature].value)}",
            if_=side.cell,
            cell=cell_shown(feature, side.whole),
            then=list(side.outcome[1]),
            names=self._names(side.outcome[1]),
            answer=side.outcome[0],
            distance=self._distance(side, feature),
            near=side.near,
        )

    def _distance(self, side: Side, feature: Feature) -> str:
        """`4.3 months`; nothing for a word, and nothing on the boundary itself."""
        if side.distance is None or side.distance < LEAST_DISTANCE:
            return ""
        return f"{round(side.distance, 1):g} {unit_words(feature.unit)}".strip()


def _correct(fact: Fact) -> str:
    """What is asked for where the record contradicts itself: the correction of an entry, not one claim more."""
    entries = unbracketed(f" ({and_list(list(fact.entries))})") if fact.entries else ""
    return f"The record contradicts itself here{entries}: correct the entry that is wrong."
