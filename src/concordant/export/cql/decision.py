"""The definitions of a decision: what is asked of the facts, scope, what speaks against each drug, each statement, the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from concordant.decide.ruleset import CURRENT, Proposal, Ruleset
from concordant.export.cql.answer import RESULTS, AnswerDefinitions
from concordant.export.cql.bars import Bars
from concordant.export.cql.library import Definition, Parameter
from concordant.export.cql.open_features import collect_open, list_features
from concordant.export.names import ColumnNames, describe_leaf, describe_sources, shorten_statement
from concordant.export.offers import Offer, iter_offers, list_leading
from concordant.logic.conditions import Condition, Leaf
from concordant.logic.status import OFFERED
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.patient.fact_table import list_fact_columns
from concordant.readers.cql import Open, condition_to_cql, find_fault, iter_open, iter_open_in_all, leaf_to_cql
from concordant.readers.elm import (
    TRUE,
    Elm,
    Joined,
    Ref,
    is_among,
    is_null,
    join_all,
    join_any,
    join_lists,
    list_texts,
    make_case,
    make_text,
    negate,
)


@dataclass
class DecisionDefinitions:
    """The definitions for the statements in force. The ruleset proposes to continue what runs, whatever drug that is.

    `statuses` names the definition of each proposal, `applies` that of each statement, `asks` the features that leave it open.
    `checks` names those that leave open whether something speaks against a proposal, `held` whether there are any or something is
    settled first, `counts` whether what is advised against is so, `actions` when an action of a statement is due, where more than
    the statement decides that.
    """

    frame: Ruleset
    features: Mapping[str, Feature]
    statuses: dict[str, str] = field(default_factory=dict)
    applies: dict[str, str] = field(default_factory=dict)
    asks: dict[str, str] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    counts: dict[str, str] = field(default_factory=dict)
    actions: dict[tuple[str, int], str] = field(default_factory=dict)
    names: ColumnNames = field(init=False)
    bars: Bars = field(init=False)
    offers: list[Offer] = field(init=False)
    _leaves: dict[Leaf, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = ColumnNames([*(column.name for column in list_fact_columns(self.features.values())), *RESULTS])
        self.bars = Bars(self.frame, self.names, self._name_leaf)
        self.offers = list(iter_offers(self.frame, self.names))

    def build_definitions(self) -> list[Definition]:
        """All definitions, each behind those that it reads."""
        scope = list(self._iter_scope())
        statements = [one for statement in _in_order(self.frame) for one in self._iter_statement(statement)]
        answer = list(AnswerDefinitions(self.frame, self.names, self.statuses, self.offers).iter_definitions())
        bars = list(self.bars.iter_definitions())
        return [*self._iter_asked(), *scope, *bars, *statements, *answer, *self._iter_asks()]

    def list_parameters(self) -> list[Parameter]:
        """The patient, what runs, and the features that are read, as in the table of facts."""
        read = {leaf.feature for leaf in self._leaves}
        columns = list_fact_columns(feature for name, feature in self.features.items() if name in read)
        return [Parameter(column.name, "String" if column.kind == "text" else "Decimal") for column in columns]

    def _read(self, condition: Condition) -> Elm:
        return condition_to_cql(condition, self._name_leaf)

    def _name_leaf(self, leaf: Leaf) -> str:
        if leaf not in self._leaves:
            self._leaves[leaf] = self.names.find_name(describe_leaf(leaf))
        return self._leaves[leaf]

    def _iter_asked(self) -> Iterator[Definition]:
        """What is asked of the facts: true, false, or null while it is not known."""
        for leaf, name in sorted(self._leaves.items(), key=lambda item: item[1]):
            yield Definition(name, leaf_to_cql(leaf, self.features[leaf.feature]))
        read = sorted({leaf.feature for leaf in self._leaves})
        notes = ("Features whose parameters hold what they cannot: such a word counts as not known.",)
        yield Definition("faulty", list_texts((find_fault(self.features[name]), name) for name in read), notes)

    def _iter_scope(self) -> Iterator[Definition]:
        """Whether the patient is outside each guideline, and whether that is known where its statements wait for it."""
        for guideline in list_leading(self.frame):
            notes = [f"Outside {guideline.short_title} ({guideline.id}):"]
            notes += [f"  {limit.because} [{describe_sources([limit.source])}]" for limit in guideline.out_of_scope]
            outside = join_any([self._read(limit.if_) for limit in guideline.out_of_scope])
            yield Definition(self.names.find_name(f"{guideline.id} outside"), outside, tuple(notes))
        for id_, limits in self.frame.limits_held:
            known = join_all(negate(is_null(self._read(limit))) for limit in limits)
            notes = ["While this is not true, no statement of the guideline applies for certain."]
            yield Definition(self._name_scope_known(id_), make_case([(known, TRUE)]), tuple(notes))

    def _name_scope_known(self, guideline: str) -> str:
        return self.names.find_name(f"{guideline} scope known")

    def _iter_statement(self, statement: Statement) -> Iterator[Definition]:
        """Whether it applies, what leaves that open, and the status of each regimen that it proposes."""
        short = shorten_statement(statement)
        self.applies[statement.id] = applies = self.names.find_name(f"{short} applies", statement.id)
        self.asks[statement.id] = asks = self.names.find_name(f"{short} asks", statement.id)
        family = self.frame.family[statement.guideline]
        held = dict(self.frame.limits_held).get(family, ())
        waits = [Ref(self._name_scope_known(family))] if held else []
        notes = (f"{statement.id}: {statement.title}", statement.says, f"Source: {describe_sources(statement.sources)}")
        yield Definition(applies, join_all([self._read(statement.applies_if), *waits]), notes)
        found = collect_open(self._iter_open(statement, held))
        yield Definition(asks, list_features(found, is_null(Ref(applies))), ("The features that leave it open.",))
        for proposal in self.frame.proposals:
            if proposal.statement is statement:
                yield from self._iter_proposal(proposal, applies)
        yield from self._iter_actions(statement)

    def _iter_actions(self, statement: Statement) -> Iterator[Definition]:
        """When what is to be done beside the regimens is due: not where none of them can be given."""
        stands = self.can_stand(statement)
        for number, action in enumerate(statement.actions):
            due = join_all([stands, self._read(action.if_)])
            if due != TRUE:
                name = self.names.find_name(f"{shorten_statement(statement)} action {number + 1}", statement.id)
                self.actions[statement.id, number] = name
                yield Definition(name, due, (action.says, f"Source: {describe_sources([action.source])}"))

    def can_stand(self, statement: Statement) -> Elm:
        """Whether a regimen of the statement can be given, or it proposes none: to go on with nothing is no regimen."""
        own = [proposal for proposal in self.frame.proposals if proposal.statement is statement]
        ways = [is_among(Ref(self.statuses[one.id]), sorted(OFFERED)) for one in own if not one.against]
        if [proposal.regimen.id for proposal in own] == [CURRENT]:
            ways.append(is_null(Ref(self.statuses[own[0].id])))
        return join_any(ways) if own else TRUE

    def _iter_open(self, statement: Statement, held: tuple[Condition, ...]) -> Iterator[Open]:
        """What leaves the statement open, the limits of scope that it waits for among it."""
        yield from iter_open_in_all(statement.applies_if, self._name_leaf)
        for limit in held:
            yield from (Open(one.feature, (is_null(self._read(limit)), *one.nulls)) for one in iter_open(limit, self._name_leaf))

    def _iter_proposal(self, proposal: Proposal, applies: str) -> Iterator[Definition]:
        name = f"{shorten_statement(proposal.statement)} {proposal.regimen.id}"
        self.statuses[proposal.id] = status = self.names.find_name(name, proposal.id)
        yield Definition(status, self._judge(proposal, applies), (f"The status of {proposal.id}.",))
        self.checks[proposal.id] = checks = self.names.find_name(f"{name} checks", proposal.id)
        notes = ("The features that leave open whether something speaks against it.",)
        yield Definition(checks, self.bars.list_asked(proposal), notes)
        self.held[proposal.id] = held = self.names.find_name(f"{name} held", proposal.id)
        yield Definition(held, is_among(Ref(status), ["applies_if_checked"]))
        if proposal.against:
            self.counts[proposal.id] = counts = self.names.find_name(f"{name} counts", proposal.id)
            yield Definition(counts, is_among(Ref(status), sorted(OFFERED)), (f"{proposal.id} is advised against.",))

    def _judge(self, proposal: Proposal, applies: str) -> Elm:
        """The status, by the table of `logic/status`."""
        precluded = self.bars.find_against(proposal, "precludes")
        against = [*precluded, *self.bars.find_against(proposal, "holds")]
        ways: list[tuple[Elm, Elm]] = [
            (negate(Ref(applies)), make_text("does_not_apply")),
            (join_any(precluded), make_text("precluded")),
            (is_null(Ref(applies)), make_text("needs_data")),
            (negate(join_any(against)), make_text("applies")),
            (TRUE, make_text("applies_if_checked")),
        ]
        if proposal.regimen.id != CURRENT:
            return make_case(ways[:-1], ways[-1][1])
        runs = Ref(self.bars.something_runs)
        return make_case(((join_all([runs, when]), status) for when, status in ways), kind="String")

    def _iter_asks(self) -> Iterator[Definition]:
        """What leaves open what could be offered, as a list and as one text."""
        asked = dict.fromkeys(one.statement.id for one in self.frame.proposals if not one.against)
        value = join_lists([Ref(self.asks[id_]) for id_ in asked])
        yield Definition("asks", value, ("The features that leave open a statement by which something could be offered.",))
        yield Definition("asks_told", Joined(Ref("asks"), make_text(", ")))


def _in_order(frame: Ruleset) -> list[Statement]:
    return sorted(frame.statements, key=lambda statement: (statement.rank, statement.id))
