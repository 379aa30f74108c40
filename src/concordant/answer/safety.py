"""What could harm this patient, what nobody read, and what the first dose waits for, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from concordant.answer import model
from concordant.answer.phrases import brief_words, unbracketed
from concordant.answer.references import References
from concordant.decide.ask import Situation
from concordant.decide.dangers import Held, Met, dangers, held_until, is_waiting
from concordant.decide.decision import Judged
from concordant.derive.unread import Unread
from concordant.evaluate.explain import facts_behind
from concordant.facts import Fact
from concordant.record.events import ACTIVE, FINDING, Comorbidity, Finding, Measurement, Medication
from concordant.selectors.base import Block

TOGETHER = "; "  # between the facts that show one danger, where they are told as one text
NAMED_BY_ENTRY = ("conditions", "medications")  # an entry's own words say more than the feature's label and a yes


@dataclass(slots=True)
class Safety:
    """One patient's dangers; references are numbered as they appear."""

    now: Situation
    references: References

    def dangers(self) -> list[model.DangerShown]:
        """The blocking one first, whatever the answer is."""
        return [self._danger(met) for met in dangers(self.now.decision, self.now.frame, self.now.facts)]

    def _danger(self, met: Met) -> model.DangerShown:
        entries = list(dict.fromkeys(entry for fact in _facts(met) for entry in fact.entries))
        shown = self._shown(met)
        return model.DangerShown(
            says=met.says,
            do=met.do,
            fact=", ".join(sorted(met.features)),
            entry=", ".join(entries),
            sources=self.references.at([met.source]),
            urgency=met.urgency,
            shown_by=TOGETHER.join(shown),
            shown=shown,
            entries=entries,
        )

    def held_until(self, dangers: list[model.DangerShown]) -> list[model.HeldUntil]:
        """What the first dose waits for, what shows the worst danger first; nothing while no regimen is near."""
        shown = [set(one.shown) for one in dangers]

        def rank(one: model.HeldUntil) -> int:
            return next((i for i, by in enumerate(shown) if not by.isdisjoint(one.shown)), len(shown))

        return sorted(map(self._held, self._waiting()), key=rank)

    def is_waiting(self, one: Judged) -> bool:
        """Whether the first dose of this regimen waits for anything that is on record."""
        return is_waiting(one, self.now.frame, self.unread())

    def is_held(self) -> bool:
        """Whether a first dose waits for anything."""
        return bool(self._waiting())

    def _waiting(self) -> list[Held]:
        return held_until(self.now.decision, self.now.frame, self.unread())

    def _held(self, one: Held) -> model.HeldUntil:
        if one.met is None:
            name = unbracketed(one.says)
            says = f"Not read: {name}. Judge it before the first dose."
            return model.HeldUntil(says=says, fact="", short=name, what=says)
        fact = ", ".join(sorted(one.met.features))
        shown = self._shown(one.met)
        short = TOGETHER.join(shown)
        says = f"{one.says} ({short})" if short else one.says
        return model.HeldUntil(says=says, fact=fact, short=short or one.says, what=one.says, shown=shown)

    def unread(self) -> tuple[Unread, ...]:
        """The entries that no rule reads."""
        return self.now.plan.unread_in(self.now.record)

    def not_read(self) -> list[model.NotRead]:
        """The same, in words; what they concern by the names of the drugs."""
        drugs = self.now.frame.drugs
        return [
            model.NotRead(
                name=unbracketed(one.name),
                entry=one.entry,
                why=one.why,
                concerns=[drugs[name].name if name in drugs else name.replace("_", " ") for name in one.concerns],
            )
            for one in self.unread()
        ]

    def on_record(self, dangers: list[model.DangerShown]) -> list[str]:
        """List active conditions and metastases that rules read but that are no danger here, so that the reader sees
        they were noticed.
        """
        told = {place for one in dangers for place in one.entries} | {one.entry for one in self.unread()}
        listed = [c.name for c in self.now.record.conditions if self._counts(c, told)]
        spread = [e.told for e in self.now.record.events if e.kind == FINDING and e.brain != "none" and e.entry.place not in told]
        return list(dict.fromkeys(map(unbracketed, listed + spread)))

    def _counts(self, entry: Comorbidity, told: set[str]) -> bool:
        term = self.now.plan.reads.terms.get(entry.term or "")
        bears = term is not None and not term.no_bearing
        return bears and entry.status in (ACTIVE, None) and not entry.judged and entry.entry.place not in told

    def judged(self) -> list[str]:
        """What a clinician let pass, and why."""
        record = self.now.record
        listed: tuple[Comorbidity | Measurement | Medication | Finding, ...]
        listed = (*record.conditions, *record.measurements, *record.medications, *record.findings)
        return [unbracketed(f"{one.name}: {one.judged} ({one.entry.place})") for one in listed if one.judged]

    def _shown(self, met: Met) -> list[str]:
        """`ischaemic stroke, active (19 Nov 2026)`; `Neutrophils: 0.3 x 10⁹/L (20 Nov 2026)`; each once."""
        facts = list(_facts(met))
        measured = [fact for fact in facts if self._block(fact) is not None] or facts  # what was found, not what is given
        return list(dict.fromkeys(filter(None, map(self._words, measured))))

    def _block(self, fact: Fact) -> Block | None:
        return self.now.plan.by_name[fact.feature].block

    def _words(self, fact: Fact) -> str:
        feature = self.now.plan.by_name[fact.feature]
        if self._block(fact) in NAMED_BY_ENTRY and fact.says and fact.origin == "derived":
            return unbracketed(fact.says)
        return brief_words(feature, fact)


def _facts(met: Met) -> Iterator[Fact]:
    """The deciding facts and what they were worked out from, each once."""
    return iter({fact.feature: fact for fact in facts_behind(met.reason) if fact.is_known}.values())
