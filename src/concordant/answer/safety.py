"""What could harm this patient, what nobody read, and what the first dose waits for, in words."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from concordant.answer import schema as model
from concordant.answer.phrases import describe_fact_briefly, lower_first, replace_brackets
from concordant.answer.references import References
from concordant.decide.dangers import HoldReason, PresentDanger, find_dangers, find_hold_reasons, is_held_back
from concordant.decide.decision import JudgedProposal
from concordant.decide.situation import Situation
from concordant.derive.unread import UnreadItem
from concordant.logic.dates import format_date
from concordant.model.selectors.base import Block
from concordant.patient.events import ACTIVE, FINDING, Comorbidity, Finding, Measurement, Medication
from concordant.patient.facts import Fact
from concordant.readers.explain import iter_facts_behind

TOGETHER = "; "  # between the facts that show one danger, where they are told as one text
NAMED_BY_ENTRY = ("conditions", "medications")  # an entry's own words say more than the feature's label and a yes


class Safety(msgspec.Struct):
    """One patient's dangers; references are numbered as they appear."""

    now: Situation
    references: References

    def build_dangers(self) -> list[model.DangerShown]:
        """The blocking one first, whatever the answer is."""
        return [self._build_danger(met) for met in find_dangers(self.now.decision, self.now.frame, self.now.facts)]

    def _build_danger(self, danger: PresentDanger) -> model.DangerShown:
        entries = list(dict.fromkeys(entry for fact in _iter_danger_facts(danger) for entry in fact.entries))
        shown = self._describe_deciding_facts(danger)
        return model.DangerShown(
            says=danger.says,
            do=danger.do,
            fact=", ".join(sorted(danger.features)),
            entry=", ".join(entries),
            sources=self.references.cite_places([danger.source]),
            urgency=danger.urgency,
            shown_by=TOGETHER.join(shown),
            shown=shown,
            entries=entries,
        )

    def build_held_until(self, dangers: list[model.DangerShown]) -> list[model.HeldUntil]:
        """What the first dose waits for, what shows the worst danger first; nothing while no regimen is near."""
        shown = [set(danger.shown) for danger in dangers]

        def rank_held(held: model.HeldUntil) -> int:
            return next((i for i, by in enumerate(shown) if not by.isdisjoint(held.shown)), len(shown))

        return sorted(map(self._build_held, self._find_hold_reasons()), key=rank_held)

    def is_held_back(self, candidate: JudgedProposal) -> bool:
        """Whether the first dose of this regimen waits for anything that is on record."""
        return is_held_back(candidate, self.now.frame, self.find_unread())

    def has_hold_reasons(self) -> bool:
        """Whether a first dose waits for anything."""
        return bool(self._find_hold_reasons())

    def _find_hold_reasons(self) -> list[HoldReason]:
        return find_hold_reasons(self.now.decision, self.now.frame, self.find_unread())

    def _build_held(self, hold: HoldReason) -> model.HeldUntil:
        if hold.left_open is not None:
            return self._build_open_fact(hold.left_open)
        if hold.met is None:
            name = replace_brackets(hold.says)
            says = f"Not read: {name}. Judge it before the first dose."
            return model.HeldUntil(says=says, fact="", short=name, what=says)
        fact = ", ".join(sorted(hold.met.features))
        shown = self._describe_deciding_facts(hold.met)
        short = TOGETHER.join(shown)
        says = f"{hold.says} ({short})" if short else hold.says
        return model.HeldUntil(says=says, fact=fact, short=short or hold.says, what=hold.says, shown=shown)

    def _build_open_fact(self, fact: Fact) -> model.HeldUntil:
        label = lower_first(self.now.plan.by_name[fact.feature].label)
        says = replace_brackets(fact.conflict or fact.says)
        name = f"{label} (in conflict)" if fact.conflict else f"{label} ({says})"
        led = f"In conflict: {says}" if fact.conflict else f"On record, and open: {name}"
        return model.HeldUntil(says=f"{led}. Settle it before the first dose.", fact=fact.feature, short=name, what=says)

    def find_unread(self) -> tuple[UnreadItem, ...]:
        """The entries that no rule reads."""
        return self.now.plan.find_unread(self.now.record)

    def build_not_read(self) -> list[model.NotRead]:
        """The same, in words; what they concern by the names of the drugs."""
        drugs = self.now.frame.drugs
        return [
            model.NotRead(
                name=replace_brackets(item.name),
                entry=item.entry,
                why=item.why,
                concerns=[drugs[name].name if name in drugs else name.replace("_", " ") for name in item.concerns],
            )
            for item in self.find_unread()
        ]

    def list_reports(self) -> list[model.ReportShown]:
        """The reports, notes and claims whose words speak of what decides, and of which nothing is read."""
        return [
            model.ReportShown(
                entry=replace_brackets(report.entry.place),
                kind=report.kind,
                date=format_date(report.date) if report.date is not None else "",
                speaks_of=list(report.topics),
            )
            for report in self.now.record.reports
        ]

    def list_other_active_entries(self, dangers: list[model.DangerShown]) -> list[str]:
        """List active conditions and metastases that rules read but that are no danger here, so that the reader sees
        they were noticed.
        """
        places = {place for item in dangers for place in item.entries} | {item.entry for item in self.find_unread()}
        listed = [c.name for c in self.now.record.conditions if self._is_active_entry(c, places)]
        spread = [
            e.told for e in self.now.record.events if e.kind == FINDING and e.brain != "none" and e.entry.place not in places
        ]
        return list(dict.fromkeys(map(replace_brackets, listed + spread)))

    def list_unknown_drugs(self) -> list[str]:
        """The names, as written, of treatment that may have been any drug; less those of entries that were set aside."""
        known = {name for drug in self.now.frame.drugs.values() for name in (drug.id, drug.name)}
        names = dict.fromkeys(name for course in self.now.record.courses for name in course.unknown_drugs)
        return [replace_brackets(name) for name in names if name not in known]

    def _is_active_entry(self, entry: Comorbidity, places: set[str]) -> bool:
        term = self.now.plan.reads.terms.get(entry.term or "")
        bears = term is not None and not term.no_bearing
        return bears and entry.status in (ACTIVE, None) and not entry.judged and entry.entry.place not in places

    def list_judged_entries(self) -> list[str]:
        """What a clinician let pass, and why."""
        record = self.now.record
        listed: tuple[Comorbidity | Measurement | Medication | Finding, ...]
        listed = (*record.conditions, *record.measurements, *record.medications, *record.findings)
        return [replace_brackets(f"{entry.name}: {entry.judged} ({entry.entry.place})") for entry in listed if entry.judged]

    def _describe_deciding_facts(self, danger: PresentDanger) -> list[str]:
        """`ischaemic stroke, active (19 Nov 2026)`; `Neutrophils: 0.3 x 10⁹/L (20 Nov 2026)`; each once."""
        facts = list(_iter_danger_facts(danger))
        measured = [fact for fact in facts if self._find_block(fact) is not None] or facts  # what was found, not what is given
        return list(dict.fromkeys(filter(None, map(self._describe_danger_fact, measured))))

    def _find_block(self, fact: Fact) -> Block | None:
        return self.now.plan.by_name[fact.feature].block

    def _describe_danger_fact(self, fact: Fact) -> str:
        feature = self.now.plan.by_name[fact.feature]
        if self._find_block(fact) in NAMED_BY_ENTRY and fact.says and fact.origin == "derived":
            return replace_brackets(fact.says)
        return describe_fact_briefly(feature, fact)


def _iter_danger_facts(danger: PresentDanger) -> Iterator[Fact]:
    """The deciding facts and what they were worked out from, each once."""
    return iter({fact.feature: fact for fact in iter_facts_behind(danger.reason) if fact.is_known}.values())
