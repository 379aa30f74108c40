"""From the statuses of proposals to the answer: roles, each guideline's verdict, who speaks, and what is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from concordant.decide.decision import ROLE_ORDER, Answer, rank_offer
from concordant.decide.ruleset import CURRENT, Proposal, Ruleset
from concordant.export.names import ColumnNames
from concordant.export.offers import Offer, find_family, iter_offers, list_before, list_leading, list_recommended
from concordant.export.sql.level import Level, name_as
from concordant.logic.status import OFFERED
from concordant.model.guideline import Guideline
from concordant.patient.fact_table import PATIENT
from concordant.readers.sql import Sql, join_all, join_any, list_told, make_case, negate

FAULTY = "faulty"
RESULTS = ("answer", "speaking", "outcome", "preferred", "offered", FAULTY)


@dataclass(frozen=True, slots=True)
class AnswerLevels:
    """The last levels; `statuses` and `applies` name the columns of proposals and statements."""

    frame: Ruleset
    names: ColumnNames
    statuses: Mapping[str, str]
    applies: Mapping[str, str]

    def build_levels(self, outside: Sequence[str]) -> list[Level]:
        """Roles, verdicts, who speaks, what is told, and the result; `outside` are the columns of scope that are still read."""
        offers = list(iter_offers(self.frame, self.names))
        statuses = (PATIENT, FAULTY, *outside, *self.statuses.values(), *self.applies.values())
        return [
            Level("statuses", ("What the statements come to.",), tuple(map(exp.column, statuses)), kept=True, only=True),
            *self._make_roles(offers),
            Level("verdicts", ("What each guideline says.",), tuple(self._iter_verdicts())),
            Level("speaking", ("Which guideline speaks, and its answer.",), tuple(self._iter_speaking()), kept=True),
            *self._make_shown(offers),
            Level("told", ("What is told.",), tuple(self._iter_told(offers))),
            self._make_result(),
        ]

    @property
    def _leading(self) -> list[Guideline]:
        return list_leading(self.frame)

    def _is(self, proposal: Proposal, *statuses: str) -> Sql:
        """Whether the status is one of these; never NULL, though what runs may have no status."""
        column = exp.column(self.statuses[proposal.id])
        told = [exp.Literal.string(status) for status in statuses]
        found = column.eq(told[0]) if len(told) == 1 else column.isin(*told)
        return exp.func("COALESCE", found, exp.false()) if proposal.regimen.id == CURRENT else found

    def _is_offered(self, proposal: Proposal) -> Sql:
        return self._is(proposal, *sorted(OFFERED))

    def _is_taken(self, proposal: Proposal) -> Sql:
        return join_any(map(self._is_offered, list_before(self.frame, proposal)))

    def _make_roles(self, offers: Sequence[Offer]) -> Iterator[Level]:
        columns = []
        for offer in offers:
            parts = [self._is_offered(offer.proposal)]
            if list_before(self.frame, offer.proposal):
                taken = exp.paren(self._is_taken(offer.proposal), copy=False)
                parts.append(taken if offer.role == "alternative" else negate(taken))
            columns.append(name_as(join_all(parts), offer.column))
        if columns:
            note = "Of several regimens of one statement the first that can be given has the role, the others stand in."
            yield Level("roles", (note,), tuple(columns))

    def _iter_verdicts(self) -> Iterator[Sql]:
        for guideline in self._leading:
            yield name_as(self._judge_guideline(guideline), self._name_answer(guideline))

    def _name_answer(self, guideline: Guideline) -> str:
        return self.names.find_name(f"{guideline.id} answer")

    def _judge_guideline(self, guideline: Guideline) -> Sql:
        """Data are missing only where what could be preferred is open, or where all that could be offered is."""
        own = [one for one in list_recommended(self.frame) if find_family(self.frame, one) == guideline.id]
        leading = [self._is_open(one) for one in own if one.role == "preferred"]
        ways: list[tuple[Sql, Answer]] = [
            (exp.column(self.names.find_name(f"{guideline.id} outside")), "out_of_scope"),
            (join_any(leading), "needs_data"),
            (join_any(map(self._is_offered, own)), "recommends"),
            (join_any(self._is(one, "needs_data") for one in own), "needs_data"),
        ]
        return make_case(((when, exp.Literal.string(answer)) for when, answer in ways), exp.Literal.string("recommends"))

    def _is_open(self, proposal: Proposal) -> Sql:
        """Whether the proposal is open, and no other regimen of its statement stands in for it."""
        taken = [negate(exp.paren(self._is_taken(proposal)))] if list_before(self.frame, proposal) else []
        return join_all([self._is(proposal, "needs_data"), *taken])

    def _iter_speaking(self) -> Iterator[Sql]:
        """The one that was asked for, whatever it says; else the first whose subject the patient is, or may be."""
        leading = self._leading
        asked = [one for one in leading if one.id == self.frame.asked]
        if not leading:
            yield name_as(exp.cast(exp.null(), "text"), "speaking")
            yield name_as(exp.Literal.string("out_of_scope"), "answer")
            return
        ways = [(negate(self._outside(one)), one) for one in leading]
        ways += [(self._outside(one).is_(exp.null()), one) for one in leading]
        first = exp.Literal.string((asked or leading)[0].id)
        told = make_case(((when, exp.Literal.string(one.id)) for when, one in ways), first)
        speaking = first.copy() if asked or len(leading) == 1 else told
        answers = ((speaking.copy().eq(exp.Literal.string(one.id)), exp.column(self._name_answer(one))) for one in leading)
        yield name_as(speaking, "speaking")
        only = exp.column(self._name_answer((asked or leading)[0]))
        yield name_as(only if asked or len(leading) == 1 else make_case(answers), "answer")

    def _outside(self, guideline: Guideline) -> Sql:
        return exp.column(self.names.find_name(f"{guideline.id} outside"))

    def _make_shown(self, offers: Sequence[Offer]) -> Iterator[Level]:
        """Each regimen once, in its best role; a derived statement gives way to a numbered one."""
        columns = []
        earlier: dict[tuple[str, str], list[str]] = {}
        for offer in sorted(offers, key=rank_offer):
            before = earlier.setdefault((find_family(self.frame, offer.proposal), offer.proposal.regimen.id), [])
            parts: list[Sql] = [exp.column(offer.column)]
            if before:
                parts.append(negate(exp.paren(join_any(map(exp.column, before)), copy=False)))
            columns.append(name_as(join_all([*parts, *self._speaks_for(offer.proposal)]), offer.shown))
            before.append(offer.column)
        if columns:
            note = "Each regimen once, in its best role; a derived statement gives way to a numbered one."
            yield Level("told_once", (note,), tuple(columns), kept=True)

    def _speaks_for(self, proposal: Proposal) -> list[Sql]:
        if len(self._leading) < 2:
            return []
        return [exp.column("speaking").eq(exp.Literal.string(find_family(self.frame, proposal)))]

    def _iter_told(self, offers: Sequence[Offer]) -> Iterator[Sql]:
        """The regimens in the order of the decision; those of the outcome in the order of their names."""
        ordered = sorted(sorted(offers, key=rank_offer), key=lambda offer: ROLE_ORDER[offer.role])
        preferred = [offer for offer in ordered if offer.role == "preferred"]
        named = sorted(ordered, key=lambda offer: offer.proposal.regimen.id)
        outcome = make_case(
            [
                (exp.column("answer").eq(exp.Literal.string("out_of_scope")), exp.Literal.string("")),
                (join_any(exp.column(offer.shown) for offer in preferred), _list_told(o for o in named if o.role == "preferred")),
            ],
            _list_told(named),
        )
        yield name_as(outcome, "outcome")
        yield name_as(_list_told(preferred), "preferred")
        yield name_as(_list_told(ordered), "offered")

    def _make_result(self) -> Level:
        names = (PATIENT, *RESULTS, *self.statuses.values(), *self.applies.values())
        return Level("decision", (), tuple(map(exp.column, names)), only=True)


def _list_told(offers: Iterable[Offer]) -> Sql:
    """The regimens that are told, in one text."""
    return list_told((exp.column(offer.shown), offer.proposal.regimen.id) for offer in offers)
