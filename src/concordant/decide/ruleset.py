"""The statements in force on one date, each regimen with everything that could speak against it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from concordant.decide.partitions import Break, find_breaks
from concordant.decide.published import Bars, bars_by_owner, checks_by_drug, filter_published, published_by
from concordant.errors import Complaint, Unreadable, suggest_word
from concordant.logic.conditions import ALWAYS, All, Any, Condition, Not, find_features_read
from concordant.model.drugs import Check, Drug, Regimen
from concordant.model.features import Feature
from concordant.model.guideline import Danger, Disagreement, Guideline, Statement, Version, action_from_danger
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Restriction, Role

CURRENT = "current"
EVERY = "any_drug"  # the class that holds every drug


class Proposal(msgspec.Struct, frozen=True):
    """One regimen of one statement, and all its bars: of the statement, the regimen, its drugs, their classes.

    `deciding` are those that change the status, first what precludes; the others caution. `precluded_if` is what any of
    those that preclude says.
    """

    id: str
    statement: Statement
    regimen: Regimen
    role: Role
    against: bool
    bars: Bars
    deciding: Bars
    precluded_if: Condition
    reads: frozenset[str]


class GuidelineInForce(msgspec.Struct, frozen=True):
    """A guideline with the version that speaks on the date."""

    guideline: Guideline
    version: Version


class Ruleset(msgspec.Struct, frozen=True):
    """Everything that can be asked of a patient on one date: prepared once, used for every hypothesis.

    `bars` are those of each owner (`drug/ID`), by their ids; `unmet` those that the checks of a drug are while they are not met;
    `holding` those that dangers are. `family` names the guideline to which each belongs, its own id or that of its parent;
    `asked` is the one that somebody asked for. `limits_held` are, for each guideline, the limits of scope that all its statements
    wait for; `decisive` is all that can change what is offered, what is open, or which guideline speaks.
    """

    in_force: tuple[GuidelineInForce, ...]
    statements: tuple[Statement, ...]
    proposals: tuple[Proposal, ...]
    drugs: Mapping[str, Drug]
    regimens: Mapping[str, Regimen]
    reads: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)
    bars: Mapping[str, Bars] = msgspec.field(default_factory=dict)
    bar_reads: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)
    cuts: Mapping[str, tuple[Break, ...]] = msgspec.field(default_factory=dict)
    disagreements: tuple[Disagreement, ...] = ()
    dangers: tuple[Danger, ...] = ()
    unmet: Mapping[str, Bars] = msgspec.field(default_factory=dict)
    holding: Mapping[str, tuple[Danger, Restriction]] = msgspec.field(default_factory=dict)
    family: Mapping[str, str] = msgspec.field(default_factory=dict)
    asked: str = ""
    limits_held: tuple[tuple[str, tuple[Condition, ...]], ...] = ()
    decisive: frozenset[str] = frozenset()


def list_deciding_parts(frame: Ruleset) -> tuple[object, ...]:
    """All of a ruleset that a status, a role, an answer or a question hangs on: where it is equal, two days decide alike."""
    forces = [(force.guideline.id, force.version.version) for force in frame.in_force]
    statements = [(statement.id, statement.applies_if) for statement in frame.statements]
    proposals = [(p.id, p.role, p.against, p.regimen.drugs, list(p.bars.items())) for p in frame.proposals]
    return forces, statements, proposals, frame.limits_held, frame.cuts


def list_turning_days(knowledge: Knowledge) -> list[dt.date]:
    """The days on which something became known or came into force, in order: between two of them all frames are alike."""
    days = {source.known_from for source in knowledge.sources if source.known_from is not None}
    days |= {version.valid_from for guideline in knowledge.guidelines for version in guideline.versions}
    return sorted(days)


def make_ruleset(knowledge: Knowledge, as_of: dt.date, wanted: str = "") -> Ruleset:
    """Make the ruleset in force on a date. `wanted` selects a guideline version as `ID/VERSION`.

    Raises Unreadable when that version does not exist.
    """
    published = published_by(knowledge, as_of)
    known = filter_published(knowledge, published)
    in_force = _find_versions_in_force(knowledge, as_of, wanted)
    spoken = {(f.guideline.id, f.version.version) for f in in_force}
    statements = tuple(s for s in known.statements if (s.guideline, s.version) in spoken)
    drugs = {drug.id: drug for drug in known.drugs}
    regimens = {regimen.id: regimen for regimen in known.regimens}
    owned = bars_by_owner(knowledge, known, published)
    unmet = {
        drug: {
            id_: restriction_from_check(check, drugs[drug]) for id_, check in checks.items() if check.holds and not check.advisory
        }
        for drug, checks in checks_by_drug(knowledge, known, published).items()
    }
    asked = next((g.parent or g.id for g in knowledge.guidelines if wanted.startswith(g.id + "/")), "")
    bare = Ruleset(
        in_force, statements, (), drugs, regimens, disagreements=known.disagreements, dangers=known.dangers, asked=asked
    )
    return _add_proposals(_index_ruleset(replace(bare, bars=owned, unmet=unmet), known.features), None)


def _index_ruleset(frame: Ruleset, features: Iterable[Feature]) -> Ruleset:
    """The ruleset with what each sentence reads, and where the sentences cut the ranges of numbers."""
    holding = {f"danger/{danger.id}": (danger, restriction_from_danger(danger)) for danger in frame.dangers if danger.holds}
    bars = {id_: bar for owned in (*frame.bars.values(), *frame.unmet.values()) for id_, bar in owned.items()}
    bars |= {id_: bar for id_, (_, bar) in holding.items()}
    conditions: list[Condition] = [s.applies_if for s in frame.statements]
    conditions += [bar.if_ for bar in bars.values()]
    conditions += [limb.if_ for drug in frame.drugs.values() for use in drug.indications for limb in use.limbs]
    conditions += [rule.if_ for feature in features for rule in feature.rules]
    conditions += [limit.if_ for force in frame.in_force for limit in force.guideline.out_of_scope]
    bar_reads = {id_: find_features_read(bar.if_) for id_, bar in bars.items()}
    held = [(f.guideline.id, tuple(one.if_ for one in f.guideline.out_of_scope if one.holds)) for f in frame.in_force]
    return replace(
        frame,
        reads={s.id: find_features_read(s.applies_if) for s in frame.statements},
        bar_reads=bar_reads,
        cuts=find_breaks(conditions),
        holding=holding,
        limits_held=tuple((id_, some) for id_, some in held if some),
        family={f.guideline.id: f.guideline.parent or f.guideline.id for f in frame.in_force},
    )


def add_current_regimen(frame: Ruleset, current: Regimen) -> Ruleset:
    """The same ruleset for a patient who takes something now: what could be continued is proposed as well."""
    return _add_proposals(replace(frame, regimens={**frame.regimens, CURRENT: current}), CURRENT)


def _add_proposals(frame: Ruleset, only: str | None) -> Ruleset:
    """The ruleset with the proposals of its statements, or with those for one more regimen."""
    kept = {proposal.id: proposal for proposal in frame.proposals}
    proposals = []
    for statement in sorted(frame.statements, key=lambda s: (s.rank, s.id)):
        for name in statement.recommend.regimens if statement.recommend else ():
            if (id_ := proposal_id(statement, name)) in kept:
                proposals.append(kept[id_])
            elif name in frame.regimens and only in (None, name):
                proposals.append(_make_proposal(statement, frame.regimens[name], frame))
    conditions = [limit.if_ for force in frame.in_force for limit in force.guideline.out_of_scope]
    conditions += [proposal.precluded_if for proposal in proposals]
    lines = {force.guideline.line.feature for force in frame.in_force if force.guideline.line is not None}
    decisive = lines.union(*frame.reads.values(), *map(find_features_read, conditions))
    return replace(frame, proposals=tuple(proposals), decisive=frozenset(decisive))


def proposal_id(statement: Statement, regimen: str) -> str:
    """`asco/2022/2.1 REGIMEN`: each regimen of each statement has one."""
    return f"{statement.id} {regimen}"


def _make_proposal(statement: Statement, regimen: Regimen, frame: Ruleset) -> Proposal:
    assert statement.recommend is not None
    bars = _collect_restrictions(statement, regimen, frame)
    deciding = {id_: bar for id_, bar in bars.items() if bar.effect == "precludes"}
    precluded_if = Any(tuple(bar.if_ for bar in deciding.values()))
    deciding |= {id_: bar for id_, bar in bars.items() if bar.effect == "holds"}
    against = statement.recommend.direction == "against"
    reads = frame.reads[statement.id].union(*(frame.bar_reads[id_] for id_ in bars))
    id_ = proposal_id(statement, regimen.id)
    return Proposal(id_, statement, regimen, statement.recommend.role, against, bars, deciding, precluded_if, reads)


def _find_versions_in_force(knowledge: Knowledge, as_of: dt.date, wanted: str) -> tuple[GuidelineInForce, ...]:
    """For each guideline the newest complete version of the date, or the one that was asked for."""
    in_force = []
    for guideline in knowledge.guidelines:
        versions = [v for v in guideline.versions if v.valid_from <= as_of and v.complete]
        if wanted.startswith(guideline.id + "/"):
            versions = [_find_wanted_version(knowledge, guideline, wanted, as_of)]
        if versions:
            in_force.append(GuidelineInForce(guideline, max(versions, key=lambda v: v.valid_from)))
    speaking = {f.guideline.id: f.version.version for f in in_force}
    in_force = [f for f in in_force if not f.guideline.parent or speaking.get(f.guideline.parent) == f.version.beside]
    if wanted and not any(wanted == f"{f.guideline.id}/{f.version.version}" for f in in_force):
        raise Unreadable(_complain_unknown_version(knowledge, wanted))
    return tuple(in_force)


def _find_wanted_version(knowledge: Knowledge, guideline: Guideline, wanted: str, as_of: dt.date) -> Version:
    """The version asked for. Raises Unreadable when there is none, or it came after the date of the question."""
    version = next((v for v in guideline.versions if wanted == f"{guideline.id}/{v.version}"), None)
    if version is None:
        raise Unreadable(_complain_unknown_version(knowledge, wanted))
    if version.valid_from > as_of:
        says = f"'{wanted}' is valid from {version.valid_from}, after the date of the question ({as_of})"
        raise Unreadable(Complaint(says, "guideline", way_out="Ask as of a later day, or for an earlier version"))
    return version


def _complain_unknown_version(knowledge: Knowledge, wanted: str) -> Complaint:
    known = [f"{g.id}/{v.version}" for g in knowledge.guidelines for v in g.versions]
    return Complaint(f"no guideline '{wanted}'", "guideline", way_out=suggest_word(wanted, known))


def _collect_restrictions(statement: Statement, regimen: Regimen, frame: Ruleset) -> Bars:
    """Of the statement, the regimen and its drugs; what is looked at before a start does not hold back what runs already."""
    restrictions: dict[str, Restriction] = {}
    for owner in (f"statement/{statement.id}", f"regimen/{regimen.id}"):
        restrictions |= frame.bars.get(owner, {})
    for drug in regimen.drugs:
        restrictions |= frame.bars.get(f"drug/{drug}", {})
        restrictions |= frame.unmet.get(drug, {}) if regimen.id != CURRENT else {}
    names = {EVERY}.union(*((d, *frame.drugs[d].classes) for d in regimen.drugs if d in frame.drugs))
    return restrictions | {id_: bar for id_, (danger, bar) in frame.holding.items() if not names.isdisjoint(danger.holds)}


def restriction_from_danger(danger: Danger) -> Restriction:
    """What a danger holds back, as a bar; one for all drugs that wait for it."""
    return Restriction(
        if_=danger.if_,
        kind="precaution",
        effect="holds",
        says=danger.says,
        source=danger.source,
        earlier=danger.earlier,
        actions=(action_from_danger(danger),),
    )


def restriction_from_check(check: Check, drug: Drug) -> Restriction:
    """A check before the first dose, as the bar that it is while it is not met."""
    unmet = Not(check.met_if)
    condition = unmet if check.when == ALWAYS else All((check.when, unmet))
    says = f"{check.label}: {check.unmet}" if check.unmet else check.label
    return Restriction(if_=condition, kind="precaution", effect="holds", says=says, source=check.source, drug=drug.id)
