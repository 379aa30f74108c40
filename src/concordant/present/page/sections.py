"""The parts of the page below its head, in reading order; a part with nothing to say is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from concordant.answer.parts import EvidenceRow, LabelFacts
from concordant.answer.phrases import capitalize_first, lower_first
from concordant.answer.schema import NextStep, Option, WhyNot
from concordant.present.figures.data import make_forest_plot, make_timeline
from concordant.present.figures.dose_points import iter_dose_points
from concordant.present.page.document import Block, Paragraph, Point, PointList, Section, Table
from concordant.present.sentences import Sentences, append_references, cite_claim

SIDES_SHOWN = 5
FLIPS_SHOWN = 1
REGIMENS_AHEAD = 3
NAMES_AHEAD = 4
OFFERED = ("applies", "applies_if_checked")
ENDPOINTS = ("pfs", "os", "progression-free", "overall survival")
ACTIONS = ("local_therapy", "duration", "monitoring", "testing", "supportive", "sequencing", "referral")


def build_sections(told: Sentences) -> tuple[Section, ...]:
    """Every part that has something to say."""
    found = [part for make in PARTS for part in make(told)]
    return tuple(part for part in found if part.blocks)


def _make_list_section(told: Sentences, id_: str, points: Iterable[str], *, folded: bool = False) -> Section:
    listed = tuple(Point(text) for text in points)
    return Section(id_, told.language.say(f"part.{id_}"), (PointList(listed),) if listed else (), folded)


# -- what is asked, and how near a boundary is -----------------------------------------------------


def _build_questions(told: Sentences) -> Iterator[Section]:
    say = told.language.say
    blocking = [q for q in told.answer.ask if q.blocking]
    if blocking:
        first = blocking[0]
        rows = tuple((told.language.describe_cell(c.cell, c.if_), told.describe_change(c)) for c in first.changes)
        table = Table((say("column.if"), say("column.then")), rows)
        yield Section("question", first.question, (table if rows else PointList((Point(first.known),)),))
    yield _make_list_section(told, "also_ask", [q.question for q in blocking[1:]])


def _build_near_boundaries(told: Sentences) -> Iterator[Section]:
    yield _make_list_section(told, "near", [told.describe_other_side(s) for s in told.answer.other_sides if s.near])


def _build_reasons(told: Sentences) -> Iterator[Section]:
    """The deciding facts, those of the head first; what is assumed has a part of its own."""
    clinical = [w for w in told.answer.why if w.headline or w.refs or (w.asked and w.origin != "assumed")]
    headed = sorted(clinical, key=lambda w: w.headline or 99)
    yield _make_list_section(told, "why", [append_references(w.says, w.refs) for w in headed])


def _build_record(told: Sentences) -> Iterator[Section]:
    """The record in time, with the interval that decides."""
    timeline = make_timeline(told.answer, told.language)
    if timeline is not None:
        yield Section("record", timeline.title, (timeline,))


# -- what is offered -------------------------------------------------------------------------------


def _build_doses(told: Sentences) -> Iterator[Section]:
    for option in [o for o in told.answer.options if o.dose and o.status in OFFERED][:1]:
        points = tuple(iter_dose_points(option, told))
        yield Section("dose", told.language.say("part.dose", regimen=option.name), (PointList(points),))


def _build_options(told: Sentences) -> Iterator[Section]:
    offered = [o for o in told.answer.options if o.status in OFFERED]
    if len(offered) < 2:
        return
    substitutes = all(o.role in ("alternative", "selected") for o in offered[1:]) and offered[0].role == "preferred"
    shown, id_ = (offered[1:], "instead") if substitutes else (offered, "options")
    points = tuple(Point(_describe_option(o, told), lead=capitalize_first(o.name)) for o in shown)
    yield Section(id_, told.language.say(f"part.{id_}"), (PointList(points),))


def _describe_option(option: Option, told: Sentences) -> str:
    """Role, authority, whether checks come first, label fit."""
    say = told.language.say
    check = say("options.checks") if option.status == "applies_if_checked" else ""
    fit = f"{told.describe_label(option)}." if option.label.fit != "on" and option.role != "continue" else ""
    return " ".join(filter(None, (f"{say(f'role.{option.role}')}.", f"{told.describe_own_grade(option)}.", check, fit)))


def _build_avoided(told: Sentences) -> Iterator[Section]:
    """What is not given, the drugs of one reason together."""
    reasons: dict[str, list[str]] = {}
    for one in told.answer.avoid:
        reasons.setdefault(append_references(one.why, one.refs), []).append(" + ".join(one.drugs))
    points = tuple(Point(why, lead=capitalize_first(told.language.join_with_and(drugs))) for why, drugs in reasons.items())
    yield Section("avoid", told.language.say("part.avoid"), (PointList(points),) if points else ())


def _build_why_not(told: Sentences) -> Iterator[Section]:
    """The regimens of one reason together; those already told under what to avoid are left out."""
    avoided = {one.regimen for one in told.answer.avoid}
    reasons: dict[str, list[WhyNot]] = {}
    for one in told.answer.why_not:
        if one.regimen not in avoided:
            reasons.setdefault(one.because, []).append(one)
    points = []
    for because, ones in reasons.items():
        refs = {(r.n, r.at): r for one in ones for r in one.refs}
        names = capitalize_first(told.language.join_with_and([one.name for one in ones]))
        points.append(Point(append_references(lower_first(because), list(refs.values())), lead=names))
    yield Section("why_not", told.language.say("part.why_not"), (PointList(tuple(points)),) if points else (), folded=True)


def _build_other_sides(told: Sentences) -> Iterator[Section]:
    deciding = {why.feature for why in told.answer.why if why.headline and why.origin != "inferred"}  # not without its cause
    sides = [s for s in told.answer.other_sides if s.feature in deciding and not s.near and s.answer != "out_of_scope"]
    yield _make_list_section(told, "sides", [told.describe_other_side(s) for s in sides[:SIDES_SHOWN]])
    others = [q for q in told.answer.ask if not q.blocking]
    if len(others) > FLIPS_SHOWN:
        rows = [(f"{q.label}: {cell}", then) for q in others for cell, then in told.list_changing_answers(q)]
        table = Table((told.language.say("column.if"), told.language.say("column.then")), tuple(rows))
        yield Section("changes", told.language.say("part.changes"), (table,) if rows else ())


def _build_cautions(told: Sentences) -> Iterator[Section]:
    """Of the first option; of every option where none is preferred, each with its regimen."""
    options = told.answer.options
    if not options or options[0].role != "option":
        yield _make_list_section(told, "cautions", options[0].cautions if options else [])
        return
    names: dict[str, list[str]] = {}
    for option in options:
        for caution in option.cautions:
            names.setdefault(caution, []).append(option.name)
    leads = {
        c: capitalize_first(told.language.join_with_and(held)) if len(held) < len(options) else "" for c, held in names.items()
    }
    points = tuple(Point(caution, lead=lead) for caution, lead in leads.items())
    yield Section("cautions", told.language.say("part.cautions"), (PointList(points),) if points else ())


# -- what to do around it --------------------------------------------------------------------------


def _build_checks(told: Sentences) -> Iterator[Section]:
    order = {"unmet": 0, "missing": 1, "done": 2}
    checks = sorted(told.answer.checks, key=lambda c: order[c.state])
    points = tuple(Point(cite_claim(c.says, c.refs), lead=capitalize_first(c.label), mark=c.state) for c in checks)
    running = bool(told.answer.options) and told.answer.options[0].role == "continue"
    title = told.language.say("part.checks.running" if running else "part.checks")
    yield Section("checks", title, (PointList(points),) if points else ())


def _build_actions(told: Sentences) -> Iterator[Section]:
    for kind in ACTIONS:
        yield _make_list_section(told, kind, [cite_claim(a.says, a.refs) for a in told.answer.actions if a.kind == kind])


def _build_label_warnings(told: Sentences) -> Iterator[Section]:
    """Boxed warnings and dose changes of the first option; diluents and section 4 stay in the JSON."""
    facts = [fact for option in told.answer.options[:1] for fact in option.label_facts]
    boxed = tuple(Point(cite_claim(one.says, one.refs), lead=capitalize_first(f.drug)) for f in facts for one in f.boxed)
    yield Section("boxed", told.language.say("part.boxed"), (PointList(boxed),) if boxed else ())
    tables = tuple(block for f in facts for block in _iter_dose_change_blocks(f, told))
    yield Section("hold", told.language.say("part.hold"), tables, folded=True)


def _iter_dose_change_blocks(facts: LabelFacts, told: Sentences) -> Iterator[Block]:
    say = told.language.say
    levels = "; ".join(cite_claim(one.says, one.refs) for one in facts.levels)
    start = " ".join(cite_claim(one.says, one.refs) for one in facts.adjustments)
    rows = tuple((capitalize_first(c.toxicity), c.finding, cite_claim(c.do, c.refs)) for c in facts.dose_changes)
    if levels:
        yield Paragraph(f"{capitalize_first(facts.drug)}. {say('hold.levels')}: {levels}.")
    if start:
        yield Paragraph(f"{capitalize_first(facts.drug)}. {say('hold.start')}: {start}")
    if rows:
        columns = (say("column.toxicity"), say("column.finding"), say("column.do"))
        yield Table(columns, rows, caption=capitalize_first(facts.drug))


# -- what comes after ------------------------------------------------------------------------------


def _build_next_steps(told: Sentences) -> Iterator[Section]:
    shown = [option.regimen for option in told.answer.options][:REGIMENS_AHEAD]
    points: list[Point] = []
    for regimen, steps in groupby(told.answer.next, key=lambda step: step.after):
        if regimen in shown:
            points += _iter_step_points(list(steps), told)
    caveats = {c.says: cite_claim(c.says, c.refs) for step in told.answer.next if step.after in shown for c in step.caveats}
    points += [Point(text) for text in caveats.values()]
    yield Section("next", told.language.say("part.next"), (PointList(tuple(points)),) if points else ())


def _iter_step_points(steps: list[NextStep], told: Sentences) -> Iterator[Point]:
    """The variants together when they lead to the same."""
    if len({_describe_next_step(step, told) for step in steps}) == 1:
        happened = told.language.say("next.both", happened=capitalize_first(steps[0].happened))
        yield Point(_describe_next_step(steps[0], told), lead=happened)
    else:
        yield from (Point(_describe_next_step(step, told), lead=capitalize_first(step.if_)) for step in steps)


def _describe_next_step(step: NextStep, told: Sentences) -> str:
    say = told.language.say
    if step.answer == "needs_data" and not step.options:
        return say("then.open")
    preferred = [o.name for o in step.options if o.role == "preferred"]
    if preferred:
        return say("next.preferred", names=told.language.join_with_or(preferred))
    names = told.language.join_few([o.name for o in step.options], NAMES_AHEAD)
    if not names:
        return say("then.nothing")
    return say("next.none_preferred", names=names) if step.options[0].role == "option" else names


# -- what it rests on ------------------------------------------------------------------------------


def _build_evidence(told: Sentences) -> Iterator[Section]:
    rows = [row for option in told.answer.options[:1] for row in option.evidence]
    tables = tuple(_make_trial_table(list(group), told) for _, group in groupby(rows, key=lambda row: row.trial))
    forest = make_forest_plot(told.answer, told.language)
    yield Section("evidence", told.language.say("part.evidence"), (*([forest] if forest else []), *tables))


def _make_trial_table(rows: list[EvidenceRow], told: Sentences) -> Table:
    """One trial: its name, population, and survival by data cut."""
    say, first = told.language.say, rows[0]
    arms = say("evidence.versus").join(first.arms)
    name = say("evidence.n" if first.n else "evidence.trial", trial=first.trial, arms=arms, n=first.n)
    columns = tuple(say(f"column.{name}") for name in ("analysis", "endpoint", "result", "effect", "note"))
    told_rows = tuple(row for one in rows for row in _iter_estimate_rows(one, told))
    return Table(columns, told_rows, caption=name, note=f"{first.population.rstrip('.')}. {first.caveat}".strip())


def _iter_estimate_rows(row: EvidenceRow, told: Sentences) -> Iterator[tuple[str, ...]]:
    shown = [e for e in row.estimates if any(word in e.endpoint.lower() for word in ENDPOINTS)]
    for i, e in enumerate(shown):
        values = told.language.say("evidence.versus").join(v for v in e.values if v != "not given")
        recalled = told.language.say("evidence.recalled") if e.checked == "recalled" else ""
        effect = ", ".join(filter(None, (e.effect, told.language.say("evidence.p", p=e.p) if e.p else "")))
        name = cite_claim(f"{row.analysis}, {row.cut}", row.refs) if i == 0 else ""
        yield (
            name,
            e.endpoint,
            f"{values} {e.unit}".strip() if values else "",
            effect,
            ", ".join(filter(None, (e.assessed_by, e.note, recalled))),
        )


def _build_disagreements(told: Sentences) -> Iterator[Section]:
    yield _make_list_section(told, "disagreements", told.answer.disagreements)
    yield _make_list_section(
        told, "newer", [capitalize_first(n.removeprefix("Newer than the guideline: ")) for n in told.answer.newer]
    )


def _build_unknowns(told: Sentences) -> Iterator[Section]:
    yield _make_list_section(told, "conflicts", told.answer.conflicts)
    yield _make_list_section(told, "assumed", told.answer.assumed)
    yield _make_list_section(told, "stale", told.answer.unknown)
    yield _make_list_section(told, "not_understood", told.answer.not_understood)


PARTS: tuple[Callable[[Sentences], Iterator[Section]], ...] = (
    _build_questions,
    _build_near_boundaries,
    _build_reasons,
    _build_record,
    _build_doses,
    _build_options,
    _build_avoided,
    _build_why_not,
    _build_other_sides,
    _build_cautions,
    _build_checks,
    _build_actions,
    _build_label_warnings,
    _build_next_steps,
    _build_evidence,
    _build_disagreements,
    _build_unknowns,
)
