"""Draft orders judged by the answer of their patient: what is precluded, lacks a check, is another dose, or is not offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from concordant.answer.checks import label_check
from concordant.answer.ordered_dose import find_other_amount, find_other_schedule
from concordant.answer.parts import Part, RefAt
from concordant.answer.phrases import add_medicines, capitalize_first, join_with_and, lower_first
from concordant.answer.schema import Answer, Option
from concordant.decide.decision import JudgedRestriction
from concordant.decide.ordered import find_open_features, find_order_bars, find_order_checks, find_regimens, find_running
from concordant.decide.situation import Situation
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Cite, Kind
from concordant.patient.ordered import OrderedDrug

# The gravest first.
OrderKind = Literal[
    "precluded",
    "against",
    "not_understood",
    "outside",
    "not_offered",
    "partner",
    "open",
    "held",
    "unmet",
    "dose",
    "schedule",
    "missing",
    "not_first",
]
Gravity = Literal["critical", "warning", "info"]
ORDER_KINDS: tuple[OrderKind, ...] = get_args(OrderKind)
GRAVITIES: tuple[Gravity, ...] = get_args(Gravity)
NOT_OFFERED = "not offered to this patient"
OF_THE_PLACE: frozenset[Kind] = frozenset({"unavailable", "patient_choice", "trial_exclusion"})
KINDS: dict[Kind, str] = {
    "against": "advised against",
    "contraindication": "contraindicated",
    "precaution": "not to be given now",
    "trial_exclusion": "not studied in such a patient",
    "unavailable": "not available here",
    "patient_choice": "declined by the patient",
    "already_failed": "already failed",
    "stopped_for_toxicity": "stopped for toxicity before",
}


class OrderFinding(Part):
    """One thing to know: of what (`about`), what in a few words, and because of what; the orders that it is about."""

    kind: OrderKind
    gravity: Gravity
    about: str
    brief: str
    because: str
    sources: list[str]
    orders: list[str]


class OrdersJudged(Part):
    """What is ordered, the option of the answer that it is (empty for none), and the findings, the gravest first.

    `by_order` is the drug of each order that holds one.
    """

    drugs: list[str]
    regimen: str
    findings: list[OrderFinding]
    by_order: dict[str, str] = {}


@dataclass(frozen=True)
class OrderJudge:
    """Orders of one patient, with everything that they are judged by. `leading` are drugs whose use the guidelines speak of."""

    knowledge: Knowledge
    now: Situation
    answer: Answer
    orders: Sequence[OrderedDrug]
    leading: Set[str]
    ignored: Set[str]  # drugs that only support

    def judge_orders(self) -> OrdersJudged:
        """Nothing is found of orders that hold no drug of the guidelines."""
        option = self.option
        return OrdersJudged(
            drugs=[self.names[drug] for drug in sorted(self.drugs)],
            regimen=option.regimen if option is not None else "",
            findings=sorted(self._iter_findings(), key=_rank_finding),
            by_order={order.place: self.names[order.drugs[0]] for order in self.orders if len(order.drugs) == 1},
        )

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The drugs by id."""
        return {drug.id: drug.name for drug in self.knowledge.drugs}

    @cached_property
    def drugs(self) -> frozenset[str]:
        """What is ordered, less what only supports."""
        return frozenset(drug for order in self.orders for drug in order.drugs) - self.ignored

    @cached_property
    def meant(self) -> Sequence[OrderedDrug]:
        """The orders that hold any of them."""
        return [order for order in self.orders if not self.drugs.isdisjoint(order.drugs)]

    @cached_property
    def running(self) -> frozenset[str]:
        """What the patient takes now."""
        return find_running(self.now.frame)

    @cached_property
    def option(self) -> Option | None:
        """The option that the orders are, together with what of it runs already."""
        return next((one for one in self.answer.options if self._is_ordered(self._get_drugs(one))), None)

    def _is_ordered(self, drugs: frozenset[str]) -> bool:
        return bool(self.drugs) and self.drugs <= drugs <= self.drugs | self.running

    def _get_drugs(self, option: Option) -> frozenset[str]:
        return frozenset(self.now.frame.regimens[option.regimen].drugs)

    @cached_property
    def called(self) -> str:
        """The ordered drugs by their names."""
        return capitalize_first(" + ".join(self.names[drug] for drug in sorted(self.drugs, key=self._rank_drug)))

    def _rank_drug(self, drug: str) -> int:
        return next(i for i, order in enumerate(self.orders) if drug in order.drugs)

    # -- what is found -----------------------------------------------------------------------------

    def _iter_findings(self) -> Iterator[OrderFinding]:
        yield from self._iter_unreadable()
        if not self.drugs:
            return
        barred = [*self._iter_precluded(), *self._iter_against()]
        yield from barred or self._iter_rest()

    def _iter_rest(self) -> Iterator[OrderFinding]:
        """What is told of drugs that nothing precludes."""
        if self.answer.answer == "out_of_scope":
            yield from self._iter_outside()
            return
        yield from self._iter_held()
        if self.option is None:
            yield from self._iter_not_offered()
            return
        if not self.drugs <= self.running:
            yield from self._iter_checks()
        yield from self._iter_not_first(self.option)
        yield from self._iter_other_doses(self.option)

    def _iter_unreadable(self) -> Iterator[OrderFinding]:
        for order in self.orders:
            if order.conflict or order.unknown:
                why = order.conflict or f"No drug known here is called {' or '.join(order.unknown)}"
                yield self._find("not_understood", "warning", "not understood", f"{why}.", [order], "An ordered drug")

    def _iter_precluded(self) -> Iterator[OrderFinding]:
        for barred in find_order_bars(self.drugs, self.now, "precludes"):
            gravity: Gravity = "warning" if barred.bar.kind in OF_THE_PLACE else "critical"
            yield self._make_barred("precluded", gravity, KINDS[barred.bar.kind], barred)

    def _make_barred(self, kind: OrderKind, gravity: Gravity, brief: str, barred: JudgedRestriction) -> OrderFinding:
        bar = barred.bar
        because = capitalize_first(add_medicines(bar.says, barred.reason, self.now.plan.by_name))
        about = capitalize_first(self.names[bar.drug]) if bar.drug in self.names else self.called
        orders = [order for order in self.orders if bar.drug in order.drugs] or self.meant
        return self._find(kind, gravity, brief, because, orders, about, self._cite(bar.source))

    def _iter_against(self) -> Iterator[OrderFinding]:
        ordered = {self.names[drug] for drug in self.drugs}
        for row in self.answer.avoid:
            if row.kind == "against" and set(row.drugs) <= ordered:
                yield self._find("against", "critical", KINDS["against"], row.why, sources=self._name(row.refs))

    def _iter_outside(self) -> Iterator[OrderFinding]:
        if not self.drugs.isdisjoint(self.leading):
            because = " ".join((self.answer.out_of_scope_because or "", *self.answer.instead))
            yield self._find("outside", "warning", f"outside the guideline: {self.answer.out_of_scope_in_short}", because)

    def _iter_held(self) -> Iterator[OrderFinding]:
        """What is on record and settled before the first dose: dangers, and entries that nobody read."""
        for barred in find_order_bars(self.drugs, self.now, "holds"):
            yield self._make_barred("held", "warning", "to be settled first", barred)
        for held in self.answer.held_until if self.option is not None and self.option.held else ():
            if not held.fact:
                yield self._find("held", "warning", f"not judged yet: {held.short}", held.says)

    def _iter_checks(self) -> Iterator[OrderFinding]:
        checks = find_order_checks(self.drugs, self.now)
        for check in (one for one in checks if one.state == "unmet"):
            label = label_check(check, self.now.plan.by_name)
            told = f"{capitalize_first(check.unmet)}." if check.unmet else ""
            yield self._find("unmet", "warning", f"{label}: not met", told, sources=self._cite(check.source))
        missing = [label_check(one, self.now.plan.by_name) for one in checks if one.state == "missing"]
        known = {name for one in checks for name in one.features}
        open_ = (name for name in find_open_features(self.drugs, self.now) if name not in known)
        missing += [lower_first(self.now.plan.by_name[name].brief) for name in open_]
        if missing:
            listed = join_with_and(list(dict.fromkeys(missing)))
            yield self._find("missing", "warning", "a check before the first dose is missing", f"Not on record: {listed}.")

    def _iter_not_first(self, option: Option) -> Iterator[OrderFinding]:
        """That the answer leads with something else."""
        first = [one.name for one in self.answer.options if one.role == "preferred" and one.regimen != option.regimen]
        if option.role not in ("preferred", "continue") and first:
            yield self._find("not_first", "info", f"the guideline prefers {' or '.join(first)}", "")

    def _iter_not_offered(self) -> Iterator[OrderFinding]:
        if self.drugs <= self.running:
            return
        near = [option for option in self.answer.options if self.drugs & self._get_drugs(option) & self.leading]
        if self.answer.answer == "needs_data":
            yield from self._iter_open()
        elif (why := self._find_reason()) is not None:
            yield why
        elif near:
            yield self._compare_partners(near[0])
        elif not self.drugs.isdisjoint(self.leading):
            offered = " or ".join(option.name for option in self.answer.options[:3])
            because = f"Offered: {offered}." if offered else "No regimen is offered."
            yield self._find("not_offered", "warning", NOT_OFFERED, because)

    def _iter_open(self) -> Iterator[OrderFinding]:
        """That it is not decided yet, and by what."""
        if not self.drugs.isdisjoint(self.leading):
            asked = next((ask for ask in self.answer.ask if ask.blocking), None)
            because = asked.question if asked is not None else "More must be known."
            yield self._find("open", "warning", "cannot be decided yet", because)

    def _find_reason(self) -> OrderFinding | None:
        """Why the regimen that is ordered is not offered."""
        ids = {regimen.id for regimen in find_regimens(self.drugs, self.now.frame)}
        row = next((row for row in self.answer.why_not if row.regimen in ids), None)
        if row is None:
            return None
        return self._find("not_offered", "warning", NOT_OFFERED, capitalize_first(row.because), sources=self._name(row.refs))

    def _compare_partners(self, option: Option) -> OrderFinding:
        theirs = self._get_drugs(option)
        lacking = [self.names[drug] for drug in sorted(theirs - self.drugs - self.running)]
        beside = [self.names[drug] for drug in sorted(self.drugs - theirs)]
        told = [f"without {join_with_and(lacking)}"] if lacking else []
        told += [f"with {join_with_and(beside)} beside it"] if beside else []
        return self._find("partner", "warning", f"ordered {' and '.join(told)}", f"The answer offers {option.name}.")

    def _iter_other_doses(self, option: Option) -> Iterator[OrderFinding]:
        reading = self.knowledge.vocabulary.orders
        for order in self.orders if reading is not None else ():
            doses = [dose for dose in option.dose if {dose.drug} == {self.names[drug] for drug in order.drugs}]
            if not doses or reading is None:
                continue
            name, refs = capitalize_first(doses[0].drug), self._name([ref for dose in doses for ref in dose.refs])
            if told := find_other_amount(order, doses, reading):
                yield self._find("dose", "warning", told, "", [order], name, refs)
            if told := find_other_schedule(order, doses, reading):
                yield self._find("schedule", "warning", told, "", [order], name, refs)

    # -- words -------------------------------------------------------------------------------------

    def _find(
        self,
        kind: OrderKind,
        gravity: Gravity,
        brief: str,
        because: str,
        orders: Sequence[OrderedDrug] = (),
        about: str = "",
        sources: Sequence[str] = (),
    ) -> OrderFinding:
        return OrderFinding(
            kind=kind,
            gravity=gravity,
            about=about or self.called,
            brief=brief,
            because=because,
            sources=list(sources),
            orders=[order.place for order in orders or self.meant],
        )

    def _name(self, refs: Sequence[RefAt]) -> list[str]:
        """Numbered references by the short names of their sources."""
        short = {reference.n: reference.short or reference.citation for reference in self.answer.references}
        return list(dict.fromkeys(" ".join(filter(None, (short.get(ref.n, ""), ref.at))) for ref in refs))

    def _cite(self, cite: Cite) -> list[str]:
        source = next((one for one in self.knowledge.sources if one.id == cite.ref), None)
        return [" ".join(filter(None, ((source.short or source.citation) if source else cite.ref, cite.at)))]


def _rank_finding(found: OrderFinding) -> tuple[int, int]:
    return GRAVITIES.index(found.gravity), ORDER_KINDS.index(found.kind)
