"""All facts of one patient: claims of the record, what was stated, rules, and silence, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from concordant.derive.by_words import infer_from_remaining_words
from concordant.derive.context import SelectorContext
from concordant.derive.plan import DerivationPlan
from concordant.derive.reconcile import Reasons, reconcile
from concordant.derive.selectors.registry import SELECTORS
from concordant.derive.topics import collect_topics
from concordant.derive.unread import MISSING_PART, RECORD, UnreadItem
from concordant.logic.intervals import make_exact_interval
from concordant.logic.truth import FALSE, TRUE
from concordant.model.features import Feature, WaitRule
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Claim, Fact, Facts, Reason, Value, list_words_left, value_from_words
from concordant.readers.explain import Evaluator, explain


class RecordSigns(msgspec.Struct, frozen=True):
    """What a record shows as a whole: its unread entries, whether a part of it is missing, and every name that it bears."""

    unread: tuple[UnreadItem, ...]
    is_partial: bool
    topics: frozenset[str]


def find_signs(record: PatientRecord, plan: DerivationPlan) -> RecordSigns:
    """Find what the record shows as a whole. Of what is stated, only the word that says whether it is whole plays a part."""
    unread = plan.find_unread(record)
    return RecordSigns(unread, bool(plan.list_missing_parts(record)), collect_topics(record, unread))


class Derivation(msgspec.Struct):
    """One derivation of a patient's facts; it caches what would otherwise be worked out again for each feature.

    `claims` are what selectors said that read nothing but the entries of the record: they serve every supposition.
    """

    record: PatientRecord
    plan: DerivationPlan
    facts: Facts
    look: Evaluator
    signs: RecordSigns
    claims: dict[str, Claim | None] = msgspec.field(default_factory=dict)
    silent: dict[int, Reason] = msgspec.field(default_factory=dict)
    has_choices: bool = False  # several words are left of a stated one; from nothing else can several be left

    def __post_init__(self) -> None:
        self.has_choices = any(isinstance(value, tuple) for value in self.record.stated.values())

    def derive_fact(self, feature: Feature) -> Fact:
        """Derive the fact of one feature from the record, the stated value, the rules and, last, from silence."""
        name, wanted = feature.name, self.plan.topics[feature.name]
        claim = None if wanted is not None and wanted.isdisjoint(self.signs.topics) else self._ask_selector(feature)
        stated = self.record.stated.get(name)
        if claim is None and stated is None and not feature.rules and name not in self.record.stated:
            assumption = self._assume_from_silence(feature) if feature.absent_means else None
            return assumption if assumption is not None else self.plan.unknown[name]
        reasons = [(rule, self.look(rule.if_, self.facts)) for rule in feature.rules]
        if feature.waits_for is not None and not feature.waits_for.waiting_words.isdisjoint(list_words_left(stated) or ()):
            return self._settle_waiting_value(feature, feature.waits_for, claim, reasons)
        fact = reconcile(feature, claim, stated, reasons)
        if self.has_choices and fact.value is None and not fact.conflict and not feature.is_numeric:
            fact = infer_from_remaining_words(feature, self.plan.inputs[name], self.facts, self.plan.by_name, self.look) or fact
        if fact.is_known or fact.conflict or claim is not None or name in self.record.stated:
            return fact
        return self._assume_from_silence(feature) or self._mark_unread_inputs(feature, fact)

    def _mark_unread_inputs(self, feature: Feature, fact: Fact) -> Fact:
        """Mark an open fact as affected by the unread entries that leave its input facts open."""
        if not self.signs.unread:
            return fact
        over = dict.fromkeys(entry for name in sorted(feature.inputs) for entry in self.facts[name].unread)
        return replace(fact, unread=tuple(over)) if over else fact

    def _ask_selector(self, feature: Feature) -> Claim | None:
        if feature.name in self.claims:
            return self.claims[feature.name]
        assert feature.derive is not None
        plan, by, unread = self.plan, feature.derive, self.signs.unread
        look = SELECTORS[type(by)]
        claim = look(SelectorContext(self.record, self.facts, feature, by, plan.members, plan.tags, plan.formulas, unread))
        if self.signs.is_partial and claim is not None and claim.partial is not UNSET:
            claim = replace(claim, value=claim.partial, assumed="")
        if feature.name in plan.read_from_entries:
            self.claims[feature.name] = claim
        return claim

    def _settle_waiting_value(self, feature: Feature, wait: WaitRule, claim: Claim | None, reasons: Reasons) -> Fact:
        """Settle a stated word that another feature has to confirm: it holds, stays open, or gives way to the rules."""
        if self.look(wait.overruled_if, self.facts).truth is TRUE:
            others = [word for word in list_words_left(self.record.stated[feature.name]) or () if word not in wait.waiting_words]
            told_else = value_from_words(feature, others) if others else None
            return replace(reconcile(feature, claim, told_else, reasons), put_off=wait.overruled)
        fact = reconcile(feature, claim, self.record.stated[feature.name], reasons)
        waiting = self.look(wait.when, self.facts).truth
        if fact.origin != "stated" or self.facts[wait.feature].value is not None or waiting is FALSE:
            return fact
        if waiting is TRUE:
            return Fact(feature.name, None, "unknown", wait.says, fact.entries, put_off=wait.says)
        return replace(fact, assumed=wait.held)

    def _assume_from_silence(self, feature: Feature) -> Fact | None:
        """Return the value that a feature is assumed to have when the record says nothing, or None; it is always marked
        as assumed.
        """
        for silence, alike in zip(feature.absent_means, self.plan.alike[feature.name], strict=True):
            reason = self.silent.get(alike)
            if reason is None:
                reason = self.silent[alike] = self.look(silence.when, self.facts)
            if reason.truth is TRUE:
                if self.signs.is_partial and not silence.over_unread and feature.name != self.plan.completeness:
                    return Fact(feature.name, None, "unknown", MISSING_PART, unread=(RECORD,))
                if not silence.over_unread and (over := self._find_withholding_entries(feature)):
                    return _make_withheld_fact(feature, over)
                value = to_feature_value(feature, silence.value)
                assumption = "" if silence.minor else silence.because
                return Fact(feature.name, value, "assumed", silence.because, because=reason, assumed=assumption)
        return None

    def _find_withholding_entries(self, feature: Feature) -> list[UnreadItem]:
        """Find the unread entries that forbid assuming anything about the feature from silence."""
        withheld = self.plan.withheld.get(feature.name)
        if withheld is None or not self.signs.unread:
            return []
        items = [item for item in self.signs.unread if item.block == withheld.block and (item.wish or not withheld.wishes_only)]
        return [item for item in items if not feature.drug or item.holds_back(self.plan.names.get(feature.drug, (feature.drug,)))]


def _make_withheld_fact(feature: Feature, over: list[UnreadItem]) -> Fact:
    """Unknown, because an entry that was not read may be about it."""
    names = ", ".join(item.name for item in over)
    return Fact(feature.name, None, "unknown", f"not read: {names}", unread=tuple(item.entry for item in over))


def is_awaiting_input(feature: Feature, facts: Facts, look: Evaluator = explain) -> bool:
    """Return True if another feature decides this one and is not known yet, so that this one must not be asked or assumed."""
    wait = feature.waits_for
    return wait is not None and facts[wait.feature].value is None and look(wait.when, facts).truth is TRUE


def derive_facts(record: PatientRecord, plan: DerivationPlan) -> dict[str, Fact]:
    """Every feature's fact for this record, in one pass through the dictionary."""
    facts: dict[str, Fact] = {}
    derivation = Derivation(record, plan, facts, explain, find_signs(record, plan))
    for feature in plan.features:
        facts[feature.name] = derivation.derive_fact(feature)
    return facts


class FactsOnDemand(Mapping[str, Fact]):
    """The facts of a record, one for every feature, each derived when it is first asked for."""

    __slots__ = ("_features", "_known", "_pass")

    def __init__(self, record: PatientRecord, plan: DerivationPlan, look: Evaluator) -> None:
        self._features = plan.by_name
        self._known: dict[str, Fact] = {}
        self._pass = Derivation(record, plan, self, look, find_signs(record, plan))

    def __getitem__(self, name: str) -> Fact:
        fact = self._known.get(name)
        if fact is None:
            fact = self._known[name] = self._pass.derive_fact(self._features[name])
        return fact

    def __contains__(self, name: object) -> bool:
        return name in self._features

    def __iter__(self) -> Iterator[str]:
        return iter(self._features)

    def __len__(self) -> int:
        return len(self._features)


def to_feature_value(feature: Feature, value: str | float) -> Value:
    """A value of the knowledge as the feature's own type."""
    return make_exact_interval(float(value)) if feature.is_numeric else str(value)
