"""The answer in reading order: verdict, why, checks, questions, alternatives, evidence, references."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from concordant.answer import parts
from concordant.answer import schema as model
from concordant.answer.asked import word_question
from concordant.answer.cells_shown import change_shown, make_cell_shown
from concordant.answer.checks import describe_check, label_check
from concordant.answer.context import AnswerContext
from concordant.answer.doses import DoseCalculator
from concordant.answer.evidence import build_evidence
from concordant.answer.labels import build_label_facts
from concordant.answer.next_and_why_not import OutlookBuilder
from concordant.answer.phrases import (
    add_medicines,
    capitalize_first,
    describe_fact,
    describe_fact_briefly,
    make_grade_shown,
    replace_brackets,
)
from concordant.answer.references import References, format_brackets
from concordant.answer.safety import Safety
from concordant.answer.timeline import build_timeline
from concordant.decide.counterfactuals import Counterfactual
from concordant.decide.decision import JudgedProposal, JudgedRestriction, find_line
from concordant.decide.gather import CheckResult, collect_cautions, collect_checks
from concordant.decide.label import judge_label_fit
from concordant.decide.next_steps import look_ahead
from concordant.decide.questions import Question
from concordant.decide.ruleset import CURRENT
from concordant.decide.situation import Situation
from concordant.decide.why_not import find_not_offered
from concordant.model.drugs import Drug
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Fact, Reason, format_unit, format_value
from concordant.readers.explain import iter_facts_behind

LEAST_DISTANCE = 0.05  # nearer than this, a distance of one decimal would read as none

NONE_IN_FORCE = "no version of a guideline known here was in force on this date"


class AnswerBuilder(msgspec.Struct):
    """One patient's answer in the making; references are numbered as they appear."""

    knowledge: Knowledge
    now: Situation
    asked: list[Question]
    sides: list[Counterfactual]
    references: References
    around: AnswerContext
    safety: Safety
    has_untried: bool = False  # whether the search for what to ask ended before all was tried

    def build_answer(self) -> model.Answer:
        """Everything, in reading order."""
        decision, record = self.now.decision, self.now.record
        limited = decision.answer == "out_of_scope"
        shown = [] if limited else self._find_shown_options()
        options = [
            self._build_option(candidate, evidence=candidate is shown[0] or candidate.role == "preferred") for candidate in shown
        ]
        why, assumed = self._build_why(shown), self.around.find_assumed_facts(shown)
        after = OutlookBuilder(self.now, self.references)
        dangers = self.safety.build_dangers()
        return model.Answer(
            answer=decision.answer,
            as_of=record.as_of.isoformat(),
            name=replace_brackets(record.name),
            guidelines=self.around.build_guidelines(),
            headline=self.around.format_headline(),
            verdict="",
            first_screen=[],
            dangers=dangers,
            on_record=self.safety.list_other_active_entries(dangers),
            chosen_defaults=self.around.list_chosen_defaults(),
            unknown_drugs=self.safety.list_unknown_drugs(),
            held_until=[] if limited else self.safety.build_held_until(dangers),
            not_read=self.safety.build_not_read(),
            reports_not_read=self.safety.list_reports(),
            judged=self.safety.list_judged_entries(),
            line=None if limited else find_line(decision, self.now.facts),
            options=options,
            why=why,
            checks=[] if limited else [self._build_check(c) for c in collect_checks(decision, self.now.frame, self.now.facts)],
            ask=[] if limited else [self._build_question(q) for q in self.asked],
            possible=[] if limited else self._list_possible_options(),
            other_sides=[] if limited else [self._build_other_side(s) for s in self.sides],
            avoid=[] if limited else self.around.build_avoid(),
            actions=self.around.build_discordant_actions() + ([] if limited else self.around.build_actions()),
            next=[] if limited else after.build_next_steps(look_ahead(self.now, self.knowledge.transitions, shown)),
            why_not=[] if limited else after.build_why_not(find_not_offered(decision, self.now.frame)),
            disagreements=[] if limited else self.around.list_disagreements(options),
            newer=[] if limited else self.around.list_newer_events(),
            newer_in_short=[] if limited else self.around.list_newer_briefly(),
            conflicts=self.around.list_conflicts(),
            assumed=self.around.list_assumptions(assumed),
            assumed_in_short=self.around.list_assumptions_briefly(assumed),
            not_understood=[replace_brackets(text) for text in record.not_understood],
            unknown=self.around.list_outdated_facts(),
            notices=[*map(replace_brackets, record.notices), *self.around.list_notices(has_untried=self.has_untried)],
            incomplete=[*map(replace_brackets, self.now.plan.list_missing_parts(record))],
            out_of_scope_because=self._explain_out_of_scope() if limited else None,
            out_of_scope_in_short=(decision.limits[0].limit.short if decision.limits else NONE_IN_FORCE) if limited else "",
            interrupted=self._name_interrupted_regimen(),
            instead=[self.around.add_citations(limit.limit.instead, limit.limit.source) for limit in decision.limits],
            timeline=build_timeline(self.now, self.knowledge, self._collect_deciding_features(why)),
            references=self.references.list_references(),
            knowledge=self.knowledge.digest[:12],
        )

    # -- options -----------------------------------------------------------------------------------

    def _find_shown_options(self) -> list[JudgedProposal]:
        """Return the proposals to show as options; while data are missing, only those offered whatever the missing
        answer is.
        """
        if self.now.decision.answer != "needs_data":
            return self.now.decision.offered
        common = self._find_common_regimens()
        return [j for j in self.now.decision.offered if j.role != "preferred" or j.proposal.regimen.id in common]

    def _list_possible_options(self) -> list[model.NextOption]:
        """What may still be offered once the open facts are known, and what is offered now."""
        decision = self.now.decision
        still = {j.proposal.regimen.id: j for j in (*decision.open, *decision.offered)}
        return [model.NextOption(regimen=id_, name=j.proposal.regimen.name, role=j.role) for id_, j in still.items()]

    def _find_common_regimens(self) -> set[str]:
        """The regimens that every branch of the first question leads to."""
        blocking = [q for q in self.asked if q.blocking and not q.together_with]
        sets = [set(branch.outcome[1]) for branch in blocking[0].branches] if blocking else []
        return set.intersection(*sets) if sets else set()

    def _build_option(self, candidate: JudgedProposal, *, evidence: bool) -> model.Option:
        regimen, statement, frame = candidate.proposal.regimen, candidate.proposal.statement, self.now.frame
        chain = [self._build_chain_link(s, cited) for s, cited in self._iter_chain_statements(candidate)]
        return model.Option(
            regimen=regimen.id,
            name=regimen.name,
            drugs=[frame.drugs[d].name if d in frame.drugs else d for d in regimen.drugs],
            role=candidate.role,
            status=candidate.status,
            statements=[link.statement for link in chain],
            grade=make_grade_shown(statement.recommend.grade if statement.recommend else None),
            chain=chain,
            label=self._build_label(candidate),
            cautions=[self._format_caution(barred) for barred in collect_cautions(candidate, self.now.decision)],
            dose=[] if regimen.id == CURRENT else self._make_dose_calculator().build_doses(regimen),
            held=self.safety.is_held_back(candidate),
            derived_because=statement.derived_because,
            evidence=self._build_evidence(candidate) if evidence else [],
            label_facts=build_label_facts(self._list_drugs(candidate), self.references) if evidence else [],
        )

    def _make_dose_calculator(self) -> DoseCalculator:
        situation = self.now
        return DoseCalculator(
            situation.frame.drugs, situation.facts, situation.plan.by_name, self.knowledge.rounding, self.references
        )

    def _format_caution(self, barred: JudgedRestriction) -> str:
        """The caution, with the medications that it is about."""
        says = add_medicines(barred.bar.says, barred.reason, self.now.plan.by_name)
        return f"{says}{format_brackets(self.references.cite_places([barred.bar.source]))}"

    def _build_evidence(self, candidate: JudgedProposal) -> list[parts.EvidenceRow]:
        """The regimen's trials, and those that a caution of this patient rests on."""
        cautioned = [name for barred in collect_cautions(candidate, self.now.decision) for name in barred.bar.evidence]
        trials = dict.fromkeys((*candidate.proposal.regimen.evidence, *cautioned))
        return build_evidence(trials, self.knowledge, self.now, self.references, compared=not self.safety.has_hold_reasons())

    def _iter_chain_statements(self, candidate: JudgedProposal) -> Iterator[tuple[Statement, bool]]:
        """The statement of the option, its parent, and the statements by which its facts were inferred."""
        by_id = {s.id: s for s in self.now.frame.statements}
        naming = [j for j in self.now.decision.judged if j.is_offered and j.proposal.regimen.id == candidate.proposal.regimen.id]
        names = [candidate.proposal.statement.id, candidate.proposal.statement.parent]
        names += [j.proposal.statement.id for j in naming if not j.proposal.statement.parent]
        names += [fact.statement for fact in iter_facts_behind(candidate.applies)]
        for name in dict.fromkeys(filter(None, names)):
            if name in by_id:
                yield by_id[name], name == names[0]

    def _build_chain_link(self, statement: Statement, named: bool) -> parts.ChainLink:
        grade = statement.recommend.grade if statement.recommend else statement.grade
        cites = statement.sources if named else statement.sources[:1]
        return parts.ChainLink(
            statement=statement.short_id,
            title=statement.title,
            grade=make_grade_shown(grade),
            checked=statement.sources[0].checked,
            refs=self.references.cite_places(cites),
        )

    def _build_label(self, candidate: JudgedProposal) -> parts.LabelShown:
        if candidate.proposal.regimen.id == CURRENT:
            return parts.LabelShown(fit="unknown", because="the present treatment is not judged against labels")
        fit = judge_label_fit(candidate.proposal.regimen, self._list_drugs(candidate), self.now.facts, self.now.record.as_of)
        return parts.LabelShown(fit=fit.fit, because=fit.because, refs=self.references.cite_places(fit.sources))

    def _list_drugs(self, candidate: JudgedProposal) -> list[Drug]:
        return [self.now.frame.drugs[d] for d in candidate.proposal.regimen.drugs]

    # -- reasons -----------------------------------------------------------------------------------

    def _build_why(self, shown: list[JudgedProposal]) -> list[model.Why]:
        """The deciding facts of the first option, of the scope limit, or of what is open."""
        trees: list[Reason] = [limit.reason for limit in self.now.decision.limits]
        if not trees:
            trees = self._find_naming_reasons(shown[:1]) or [candidate.applies for candidate in self.now.decision.open[:1]]
        if not trees:
            trees = self.around.list_true_reasons()
        facts = {
            f.feature: f for tree in trees for f in iter_facts_behind(tree, decisive=not self.now.decision.open) if f.is_known
        }
        return [self._build_deciding_fact(fact) for fact in facts.values()]

    def _collect_deciding_features(self, why: list[model.Why]) -> set[str]:
        """The features that decide, those that are asked for, and those whose other value changes the answer."""
        return {w.feature for w in why} | {q.feature.name for q in self.asked} | {side.feature for side in self.sides}

    def _find_naming_reasons(self, first: list[JudgedProposal]) -> list[Reason]:
        """Why the first option is one, by the statement that it stands for and by every other that names it."""
        names = {candidate.proposal.regimen.id for candidate in first}
        others = [j for j in self.now.decision.judged if j.is_offered and j.proposal.regimen.id in names and j not in first]
        return [candidate.applies for candidate in (*first, *others)]

    def _build_deciding_fact(self, fact: Fact) -> model.Why:
        feature = self.now.plan.by_name[fact.feature]
        cites = [fact.source] if fact.source and self.references.is_known_by(fact.source, self.now.record.as_of) else []
        return model.Why(
            feature=fact.feature,
            says=describe_fact(feature, fact),
            brief=describe_fact_briefly(feature, fact),
            asked=bool(feature.question),
            origin=fact.origin,
            entries=list(fact.entries),
            headline=feature.headline if not feature.headline_when or fact.value in feature.headline_when else 0,
            statement=fact.statement if fact.statement in self.now.frame.reads else "",
            refs=self.references.cite_places(cites),
        )

    def _name_interrupted_regimen(self) -> str:
        """What runs now and would go on, did not something speak against it."""
        own = [j for j in self.now.decision.judged if j.proposal.regimen.id == CURRENT and j.status == "precluded"]
        return own[0].proposal.regimen.name if own else ""

    def _explain_out_of_scope(self) -> str:
        reasons = [self.around.add_citations(limit.limit.because, limit.limit.source) for limit in self.now.decision.limits]
        return " ".join(reasons) or f"{capitalize_first(NONE_IN_FORCE)}."

    def _build_check(self, result: CheckResult) -> model.CheckShown:
        by_name, facts = self.now.plan.by_name, self.now.facts
        return model.CheckShown(
            check=result.check,
            label=label_check(result, by_name),
            state=result.state,
            says=describe_check(result, facts, by_name),
            refs=self.references.cite_places([result.source]),
            regimen=result.regimen,
            assumed=result.state == "done" and any(facts[name].origin == "assumed" for name in result.features),
        )

    # -- questions ---------------------------------------------------------------------------------

    def _build_question(self, question: Question) -> model.Ask:
        feature = question.feature
        fact = self.now.facts[feature.name]
        branches = () if fact.conflict else question.branches  # nothing that is stated beside the entries would settle them
        changes = [change_shown(feature, branch, self._list_regimen_names(branch.outcome[1])) for branch in branches]
        return model.Ask(
            feature=feature.name,
            label=feature.label,
            question=word_question(feature, fact, self.now.record, self.knowledge),
            blocking=question.blocking,
            changes=changes,
            together_with=list(question.together_with),
            known=replace_brackets(fact.conflict or fact.says),
        )

    def _list_regimen_names(self, regimens: tuple[str, ...]) -> list[str]:
        """In the order in which the guideline names them, not by the alphabet."""
        order = {proposal.regimen.id: i for i, proposal in reversed(list(enumerate(self.now.frame.proposals)))}
        return [self.now.frame.regimens[r].name for r in sorted(regimens, key=lambda r: order.get(r, len(order)))]

    def _build_other_side(self, side: Counterfactual) -> model.OtherSide:
        feature = self.now.plan.by_name[side.feature]
        return model.OtherSide(
            feature=side.feature,
            label=feature.label,
            now=f"{feature.label}: {format_value(feature, self.now.facts[side.feature].value)}",
            if_=side.cell_name,
            cell=make_cell_shown(feature, side.whole),
            then=list(side.outcome[1]),
            names=self._list_regimen_names(side.outcome[1]),
            answer=side.outcome[0],
            distance=self._format_distance(side, feature),
            near=side.near,
        )

    def _format_distance(self, side: Counterfactual, feature: Feature) -> str:
        """`4.3 months`; nothing for a word, and nothing on the boundary itself."""
        if side.distance is None or side.distance < LEAST_DISTANCE:
            return ""
        return f"{round(side.distance, 1):g} {format_unit(feature.unit)}".strip()
