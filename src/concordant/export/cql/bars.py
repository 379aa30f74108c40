"""What speaks against proposals, as definitions: each restriction by its id, those of each owner together, those of what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from concordant.decide.ruleset import CURRENT, Proposal, Ruleset
from concordant.export.cql.library import Definition
from concordant.export.cql.open_features import collect_open, list_features
from concordant.export.names import ColumnNames, describe_sources
from concordant.export.owners import EFFECTS, EVERY_DRUG, Effect, Owners
from concordant.logic.conditions import Leaf
from concordant.model.sources import Restriction
from concordant.patient.fact_table import BETWEEN, RUNNING
from concordant.readers.cql import Open, condition_to_cql, iter_open
from concordant.readers.elm import (
    Elm,
    Place,
    Ref,
    Several,
    is_null,
    join_all,
    join_any,
    join_lists,
    keep_while,
    make_count,
    make_text,
    name_parameter,
    negate,
)

NOTE = {"precludes": "precludes", "holds": "is settled before a first dose"}


class Bars:
    """The definitions of restrictions, made as proposals ask for them.

    `single` are those of one restriction each, `joined` those of an owner and an effect, `asking` the features that an owner's
    leave open, `running` what counts for the drugs that run. `runs` say whether a drug does.
    """

    def __init__(self, frame: Ruleset, names: ColumnNames, name_leaf: Callable[[Leaf], str]) -> None:
        self._owned, self._names, self._name_leaf = Owners(frame), names, name_leaf
        self._single: dict[str, Definition] = {}
        self._joined: dict[str, Definition] = {}
        self._asking: dict[str, Definition] = {}
        self._running: dict[str, Definition] = {}
        self._runs: dict[str, Definition] = {}
        told = Several("Coalesce", (name_parameter(RUNNING), make_text("")))
        self.something_runs = names.find_name("something runs")
        self._listed = Several("Concatenate", (Several("Concatenate", (make_text(BETWEEN), told)), make_text(BETWEEN)))
        self._runs[self.something_runs] = Definition(self.something_runs, negate(Several("Equal", (told, make_text("")))))

    def find_against(self, proposal: Proposal, effect: Effect) -> list[Elm]:
        """What precludes the proposal, or what holds it back."""
        groups = self._owned.group_restrictions(proposal, effect)
        names = {owner: self._find_joined(owner, effect, bars) for owner, bars in groups.items()}
        if proposal.regimen.id != CURRENT:
            return [Ref(name) for name in names.values()]
        own = [Ref(name) for owner, name in names.items() if _is_own(owner)]
        return [*own, Ref(self._find_running(effect, {owner: name for owner, name in names.items() if not _is_own(owner)}))]

    def list_asked(self, proposal: Proposal) -> Elm:
        """The features that leave open whether something speaks against the proposal."""
        lists: dict[str, Elm] = {}
        for effect in EFFECTS:
            for owner, bars in self._owned.group_restrictions(proposal, effect).items():
                name = self._find_asking(owner, effect, bars)
                counts = proposal.regimen.id == CURRENT and not _is_own(owner)
                lists[name] = keep_while(Ref(name), self._when_running(owner)) if counts else Ref(name)
        return join_lists(list(lists.values()))

    def iter_definitions(self) -> Iterator[Definition]:
        """All that were asked for, each behind those that it reads."""
        for some in (self._runs, self._single, self._joined, self._running, self._asking):
            yield from some.values()

    def _find_joined(self, owner: str, effect: Effect, bars: Mapping[str, Restriction]) -> str:
        """The definition that joins the restrictions of one owner."""
        name = self._names.find_name(f"{owner} {EFFECTS[effect]}")
        if name not in self._joined:
            value = join_any(Ref(self._find_single(id_, bar)) for id_, bar in bars.items())
            self._joined[name] = Definition(name, value, (f"{owner}: what {NOTE[effect]}",))
        return name

    def _find_single(self, id_: str, bar: Restriction) -> str:
        """The definition of one restriction."""
        name = self._names.find_name(f"if {id_}", id_)
        if name not in self._single:
            notes = (f"{id_}: {bar.says}", f"Source: {describe_sources([bar.source])}")
            self._single[name] = Definition(name, condition_to_cql(bar.if_, self._name_leaf), notes)
        return name

    def _find_asking(self, owner: str, effect: Effect, bars: Mapping[str, Restriction]) -> str:
        """The definition of the features that leave the restrictions of one owner open."""
        name = self._names.find_name(f"{owner} {EFFECTS[effect]} asks")
        if name not in self._asking:
            found = collect_open(one for id_, bar in bars.items() for one in self._iter_open(id_, bar))
            self._asking[name] = Definition(name, list_features(found), (f"{owner}: features that leave it open",))
        return name

    def _iter_open(self, id_: str, bar: Restriction) -> Iterator[Open]:
        itself = is_null(Ref(self._find_single(id_, bar)))
        for one in iter_open(bar.if_, self._name_leaf):
            yield Open(one.feature, (itself, *one.nulls))

    def _find_running(self, effect: Effect, names: Mapping[str, str]) -> str:
        """The definition that joins what speaks against the drugs that run."""
        name = self._names.find_name(f"current {EFFECTS[effect]}")
        if name not in self._running:
            value = join_any(join_all([self._when_running(owner), Ref(joined)]) for owner, joined in names.items())
            self._running[name] = Definition(name, value, (f"What the patient takes now: what {NOTE[effect]}",))
        return name

    def _when_running(self, owner: str) -> Elm:
        """Whether the drug runs that the owner's restrictions are about."""
        if owner == EVERY_DRUG:
            return Ref(self.something_runs)
        drug = owner.removeprefix("drug/")
        name = self._names.find_name(f"runs {drug}")
        if name not in self._runs:
            place = Place(make_text(f"{BETWEEN}{drug}{BETWEEN}"), self._listed)
            self._runs[name] = Definition(name, Several("GreaterOrEqual", (place, make_count(0))))
        return Ref(name)


def _is_own(owner: str) -> bool:
    return owner.startswith("statement/")
