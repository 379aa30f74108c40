"""From the statuses of proposals to the answer: roles, each guideline's verdict, who speaks, and what is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from concordant.decide.decision import ROLE_ORDER, Answer, rank_offer
from concordant.decide.ruleset import CURRENT, Proposal, Ruleset
from concordant.export.cql.library import Definition
from concordant.export.names import ColumnNames
from concordant.export.offers import Offer, find_family, list_before, list_leading, list_recommended
from concordant.logic.status import OFFERED
from concordant.model.guideline import Guideline
from concordant.readers.elm import (
    FALSE,
    NO_TEXT,
    Elm,
    Ref,
    Several,
    Single,
    is_among,
    is_null,
    join_all,
    join_any,
    list_texts,
    make_case,
    make_text,
    negate,
)

RESULTS = ("answer", "speaking", "outcome", "preferred", "offered", "in_scope", "needs_data", "asks", "asks_told", "faulty")


@dataclass(frozen=True, slots=True)
class AnswerDefinitions:
    """The last definitions; `statuses` names that of each proposal, `offers` are all that can be offered."""

    frame: Ruleset
    names: ColumnNames
    statuses: Mapping[str, str]
    offers: Sequence[Offer]

    def iter_definitions(self) -> Iterator[Definition]:
        """Roles, verdicts, who speaks, and what is told."""
        yield from map(self._define_role, self.offers)
        for guideline in list_leading(self.frame):
            notes = (f"What {guideline.short_title} says ({guideline.id}).",)
            yield Definition(self._name_answer(guideline), self._judge_guideline(guideline), notes)
        yield from self._iter_speaking()
        yield from self._iter_shown()
        yield from self._iter_told()

    def _is(self, proposal: Proposal, *statuses: str) -> Elm:
        """Whether the status is one of these; never null, though what runs may have no status."""
        found = is_among(Ref(self.statuses[proposal.id]), statuses)
        return Several("Coalesce", (found, FALSE)) if proposal.regimen.id == CURRENT else found

    def _is_offered(self, proposal: Proposal) -> Elm:
        return self._is(proposal, *sorted(OFFERED))

    def _is_taken(self, proposal: Proposal) -> Elm:
        return join_any(map(self._is_offered, list_before(self.frame, proposal)))

    def _define_role(self, offer: Offer) -> Definition:
        """Of several regimens of one statement the first that can be given has the role, the others stand in."""
        parts = [self._is_offered(offer.proposal)]
        if list_before(self.frame, offer.proposal):
            taken = self._is_taken(offer.proposal)
            parts.append(taken if offer.role == "alternative" else negate(taken))
        return Definition(offer.column, join_all(parts), (f"{offer.proposal.id} can be given, as {offer.role}.",))

    def _name_answer(self, guideline: Guideline) -> str:
        return self.names.find_name(f"{guideline.id} answer")

    def _judge_guideline(self, guideline: Guideline) -> Elm:
        """Data are missing only where what could be preferred is open, or where all that could be offered is."""
        own = [one for one in list_recommended(self.frame) if find_family(self.frame, one) == guideline.id]
        ways: list[tuple[Elm, Answer]] = [
            (self._outside(guideline), "out_of_scope"),
            (join_any(self._is_open(one) for one in own if one.role == "preferred"), "needs_data"),
            (join_any(map(self._is_offered, own)), "recommends"),
            (join_any(self._is(one, "needs_data") for one in own), "needs_data"),
        ]
        return make_case(((when, make_text(answer)) for when, answer in ways), make_text("recommends"))

    def _is_open(self, proposal: Proposal) -> Elm:
        """Whether the proposal is open, and no other regimen of its statement stands in for it."""
        taken = [negate(self._is_taken(proposal))] if list_before(self.frame, proposal) else []
        return join_all([self._is(proposal, "needs_data"), *taken])

    def _outside(self, guideline: Guideline) -> Elm:
        return Ref(self.names.find_name(f"{guideline.id} outside"))

    def _iter_speaking(self) -> Iterator[Definition]:
        """The one that was asked for, whatever it says; else the first whose subject the patient is, or may be."""
        leading = list_leading(self.frame)
        ways = [(negate(self._outside(one)), one) for one in leading]
        ways += [(is_null(self._outside(one)), one) for one in leading]
        asked = [one for one in leading if one.id == self.frame.asked]
        ways, first = ([] if asked or len(leading) < 2 else ways), (asked or leading)[:1]
        last = make_text(first[0].id) if first else NO_TEXT
        told = make_case(((when, make_text(one.id)) for when, one in ways), last, "String")
        yield Definition("speaking", told, ("The guideline that speaks.",))
        answers = ((self._speaks(one), Ref(self._name_answer(one))) for one in leading)
        answer = make_case(answers, make_text("out_of_scope"), "String")
        yield Definition("answer", answer, ("recommends, needs_data or out_of_scope: read it first.",))
        yield Definition("in_scope", negate(_equals("answer", "out_of_scope")))
        yield Definition("needs_data", _equals("answer", "needs_data"))
        for guideline in leading:
            yield Definition(name_speaks(guideline, self.names), join_all([self._speaks(guideline), Ref("in_scope")]))

    def _speaks(self, guideline: Guideline) -> Elm:
        return _equals("speaking", guideline.id)

    def _iter_shown(self) -> Iterator[Definition]:
        """Each regimen once, in its best role; a derived statement gives way to a numbered one."""
        earlier: dict[tuple[str, str], list[Elm]] = {}
        for offer in sorted(self.offers, key=rank_offer):
            family = find_family(self.frame, offer.proposal)
            before = earlier.setdefault((family, offer.proposal.regimen.id), [])
            parts: list[Elm] = [Ref(offer.column), *([negate(join_any(before))] if before else [])]
            if len(list_leading(self.frame)) > 1:
                parts.append(_equals("speaking", family))
            yield Definition(offer.shown, join_all(parts))
            before.append(Ref(offer.column))

    def _iter_told(self) -> Iterator[Definition]:
        """The regimens in the order of the decision; those of the outcome in the order of their names."""
        ordered = sorted(sorted(self.offers, key=rank_offer), key=lambda offer: ROLE_ORDER[offer.role])
        preferred = [offer for offer in ordered if offer.role == "preferred"]
        named = sorted(ordered, key=lambda offer: offer.proposal.regimen.id)
        leading = Single("Exists", Ref("preferred"))
        counts = {True: leading, False: negate(leading)}
        outcome = list_texts(
            (join_all([Ref("in_scope"), Ref(o.shown), counts[o.role == "preferred"]]), o.proposal.regimen.id) for o in named
        )
        yield Definition("preferred", _list_shown(preferred), ("Regimens, also where the answer is not `recommends`.",))
        yield Definition("offered", _list_shown(ordered), ("The same of all that can be given, the best role first.",))
        yield Definition("outcome", outcome, ("What counts: the preferred regimens, or all that are offered where none is.",))


def name_speaks(guideline: Guideline, names: ColumnNames) -> str:
    """What tells that the guideline speaks, and to this patient."""
    return names.find_name(f"{guideline.id} speaks")


def _equals(name: str, text: str) -> Elm:
    return Several("Equal", (Ref(name), make_text(text)))


def _list_shown(offers: Iterable[Offer]) -> Elm:
    return list_texts((Ref(offer.shown), offer.proposal.regimen.id) for offer in offers)
