"""What comes after progression, and why the other regimens are not offered, in words."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from concordant.answer import parts
from concordant.answer import schema as model
from concordant.answer.phrases import add_medicines, lower_first
from concordant.answer.references import References
from concordant.decide.next_steps import StepAhead
from concordant.decide.situation import Situation
from concordant.decide.why_not import NotOffered
from concordant.logic.conditions import Compare, OneOf
from concordant.patient.facts import Reason, format_value
from concordant.readers.words import WANTED, leaf_words

SHOWN_LIMBS = 2


class OutlookBuilder(msgspec.Struct):
    """One patient's answer beyond today's options."""

    now: Situation
    references: References

    def build_next_steps(self, steps: Iterable[StepAhead]) -> list[model.NextStep]:
        """The answer had the disease progressed on each offered regimen."""
        return [self._build_next_step(step) for step in steps]

    def _build_next_step(self, step: StepAhead) -> model.NextStep:
        happened = step.transition.says.replace("{regimen}", step.regimen.name)
        return model.NextStep(
            if_=f"{happened}, {step.variant.says}",
            happened=happened,
            after=step.regimen.id,
            facts={name: format_value(self.now.plan.by_name[name], value) for name, value in step.changes.items()},
            answer=step.decision.answer,
            options=[
                model.NextOption(regimen=j.proposal.regimen.id, name=j.proposal.regimen.name, role=j.role)
                for j in step.decision.offered
            ],
            caveats=[parts.Said(says=c.says, refs=self.references.cite_places([c.source])) for c in step.caveats],
        )

    def build_why_not(self, ones: Iterable[NotOffered]) -> list[model.WhyNot]:
        """Each regimen that is not offered: the deciding fact, its entry, and the place that asks for it."""
        return [self._build_why_not_entry(not_offered) for not_offered in ones]

    def _build_why_not_entry(self, not_offered: NotOffered) -> model.WhyNot:
        statement = not_offered.nearest.proposal.statement if not_offered.nearest else None
        cites = [not_offered.bar.source] if not_offered.bar else statement.sources[:1] if statement else []
        return model.WhyNot(
            regimen=not_offered.regimen.id,
            name=not_offered.regimen.name,
            because=self._explain_not_offered(not_offered),
            entry=", ".join(not_offered.entries),
            statement=statement.short_id if statement else "",
            refs=self.references.cite_places(cites),
        )

    def _explain_not_offered(self, not_offered: NotOffered) -> str:
        if not_offered.nearest is None:
            return "no statement in force names it"
        if not_offered.bar is not None:
            return add_medicines(not_offered.bar.says, not_offered.leaves[0], self.now.plan.by_name)
        statement = not_offered.nearest.proposal.statement
        if not_offered.nearest.proposal.against and not_offered.nearest.status != "does_not_apply":
            return statement.says
        limbs = "; ".join(self._describe_unmet_condition(leaf) for leaf in not_offered.leaves[:SHOWN_LIMBS])
        more = len(not_offered.leaves) - SHOWN_LIMBS
        return f"only for {limbs}{f', and {more} more' if more > 0 else ''}"

    def _describe_unmet_condition(self, leaf: Reason) -> str:
        """`line of therapy: first line (here second line)`."""
        assert isinstance(leaf.condition, OneOf | Compare)
        feature = self.now.plan.by_name[leaf.condition.feature]
        asked = f"{lower_first(feature.label)}: {leaf_words(leaf.condition, feature, WANTED)}"
        if leaf.fact is None or not leaf.fact.is_known:
            return f"{asked} (not known)"
        return f"{asked} (here {format_value(feature, leaf.fact.value)})"
