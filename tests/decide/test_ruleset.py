"""Bars have ids that outlast the date; the facts that are derived on demand are a mapping; cautions go with reasons."""

from __future__ import annotations

import datetime as dt

from concordant.answer.engine import get_prepared
from concordant.decide.judging import make_decision
from concordant.decide.ruleset import Ruleset, list_turning_days, make_ruleset
from concordant.derive.engine import FactsOnDemand, derive_facts
from concordant.library import FOLDER
from concordant.logic.conditions import Condition
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Restriction
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Facts, Reason
from concordant.readers.explain import explain
from concordant.readers.truth_only import TruthOnly
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_file

DAY = dt.date(2023, 6, 1)


def bars_of(frame: Ruleset) -> dict[str, Restriction]:
    return {id_: bar for owned in (*frame.bars.values(), *frame.unmet.values()) for id_, bar in owned.items()}


def test_a_bar_has_one_id_on_every_date(knowledge: Knowledge) -> None:
    frames = [make_ruleset(knowledge, day) for day in list_turning_days(knowledge)]
    told: dict[str, tuple[str, str, Condition]] = {}
    for frame in frames:
        for id_, bar in bars_of(frame).items():
            assert told.setdefault(id_, (bar.kind, bar.says, bar.if_)) == (bar.kind, bar.says, bar.if_)
    assert len({frozenset(bars_of(frame)) for frame in frames}) > 1, "on no date was a bar left out"


def test_no_two_bars_share_an_id_and_each_is_read(knowledge: Knowledge) -> None:
    frame = make_ruleset(knowledge, max(list_turning_days(knowledge)))
    owners = (*knowledge.statements, *frame.regimens.values(), *frame.drugs.values())
    assert len(bars_of(frame)) >= sum(len(owner.unless) for owner in owners)
    assert frame.bar_reads.keys() == bars_of(frame).keys() | frame.holding.keys()
    assert len({proposal.id for proposal in frame.proposals}) == len(frame.proposals)
    for proposal in frame.proposals:
        assert set(proposal.deciding) == {id_ for id_, bar in proposal.bars.items() if bar.effect != "caution"}


def case(knowledge: Knowledge, words: Words, name: str = "A02") -> PatientRecord:
    path = next((FOLDER / "cases").rglob(f"{name}-*.yaml"))
    return read_case(read_file(path), knowledge, words, DAY)


class Unread:
    """`explain`, of which nobody reads the reasons."""

    gives_reasons = False

    def __call__(self, condition: Condition, facts: Facts) -> Reason:
        return explain(condition, facts)


def test_cautions_are_looked_at_where_reasons_are_read(knowledge: Knowledge, words: Words) -> None:
    record = case(knowledge, words)
    frame, facts = make_ruleset(knowledge, record.as_of), derive_facts(record, get_prepared(knowledge).plan)
    told, untold = make_decision(frame, facts), make_decision(frame, facts, look=Unread())
    assert any(b.bar.effect == "caution" for one in told.everything for b in one.barred)
    assert not any(b.bar.effect == "caution" for one in untold.everything for b in one.barred)
    assert told.outcome == untold.outcome


def test_facts_on_demand_keep_the_promises_of_a_mapping(knowledge: Knowledge, words: Words) -> None:
    record, plan = case(knowledge, words), get_prepared(knowledge).plan

    def fresh() -> FactsOnDemand:
        return FactsOnDemand(record, plan, TruthOnly())

    names = list(plan.by_name)
    assert not isinstance(fresh(), dict)
    assert list(fresh()) == list(fresh().keys()) == names
    assert len(fresh()) == len(names)
    assert names[-1] in fresh()
    assert "no such feature" not in fresh()
    assert fresh().get("no such feature") is None
    assert [fact.feature for fact in fresh().values()] == names
    known = fresh()
    assert all(known[name] is known.get(name) is fact for name, fact in known.items())
    assert fresh() == fresh() == dict(fresh())
    assert {name: fact.value for name, fact in fresh().items()} == {n: f.value for n, f in derive_facts(record, plan).items()}
