"""The parts of the page below its head, in reading order; a part with nothing to say is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from concordant.answer.parts import EvidenceRow, LabelFacts
from concordant.answer.phrases import capitalize_first
from concordant.answer.schema import NextStep, Option, ReportShown, WhyNot
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


def build_sections(sentences: Sentences) -> tuple[Section, ...]:
    """Every part that has something to say."""
    sections = [part for make in PARTS for part in make(sentences)]
    return tuple(part for part in sections if part.blocks)


def _make_list_section(sentences: Sentences, id_: str, points: Iterable[str], *, folded: bool = False) -> Section:
    listed = tuple(Point(text) for text in points)
    return Section(id_, sentences.language.say(f"part.{id_}"), (PointList(listed),) if listed else (), folded)


# -- what is asked, and how near a boundary is -----------------------------------------------------


def _build_questions(sentences: Sentences) -> Iterator[Section]:
    say = sentences.language.say
    blocking = [q for q in sentences.answer.ask if q.blocking]
    if blocking:
        first = blocking[0]
        rows = tuple((sentences.language.describe_cell(c.cell, c.if_), sentences.describe_change(c)) for c in first.changes)
        table = Table((say("column.if"), say("column.then")), rows)
        yield Section("question", first.question, (table if rows else PointList((Point(first.known),)),))
    yield _make_list_section(sentences, "also_ask", [q.question for q in blocking[1:]])


def _build_near_boundaries(sentences: Sentences) -> Iterator[Section]:
    yield _make_list_section(
        sentences, "near", [sentences.describe_other_side(s) for s in sentences.answer.other_sides if s.near]
    )


def _build_reasons(sentences: Sentences) -> Iterator[Section]:
    """The deciding facts, those of the head first; what is assumed has a part of its own."""
    clinical = [w for w in sentences.answer.why if w.headline or w.refs or (w.asked and w.origin != "assumed")]
    headed = sorted(clinical, key=lambda w: w.headline or 99)
    yield _make_list_section(sentences, "why", [append_references(w.says, w.refs) for w in headed])


def _build_record(sentences: Sentences) -> Iterator[Section]:
    """The record in time, with the interval that decides."""
    timeline = make_timeline(sentences.answer, sentences.language)
    if timeline is not None:
        yield Section("record", timeline.title, (timeline,))


# -- what is offered -------------------------------------------------------------------------------


def _build_doses(sentences: Sentences) -> Iterator[Section]:
    for option in [o for o in sentences.answer.options if o.dose and o.status in OFFERED][:1]:
        points = tuple(iter_dose_points(option, sentences))
        yield Section("dose", sentences.language.say("part.dose", regimen=option.name), (PointList(points),))


def _build_options(sentences: Sentences) -> Iterator[Section]:
    offered = [o for o in sentences.answer.options if o.status in OFFERED]
    if len(offered) < 2:
        return
    substitutes = all(o.role in ("alternative", "selected") for o in offered[1:]) and offered[0].role == "preferred"
    shown, id_ = (offered[1:], "instead") if substitutes else (offered, "options")
    points = tuple(Point(_describe_option(o, sentences), lead=capitalize_first(o.name)) for o in shown)
    yield Section(id_, sentences.language.say(f"part.{id_}"), (PointList(points),))


def _describe_option(option: Option, sentences: Sentences) -> str:
    """Role, authority, whether checks come first, label fit."""
    say = sentences.language.say
    check = say("options.checks") if option.status == "applies_if_checked" else ""
    fit = f"{sentences.describe_label(option)}." if option.label.fit != "on" and option.role != "continue" else ""
    return " ".join(filter(None, (f"{say(f'role.{option.role}')}.", f"{sentences.describe_own_grade(option)}.", check, fit)))


def _build_avoided(sentences: Sentences) -> Iterator[Section]:
    """What is not given, the drugs of one reason together."""
    reasons: dict[str, list[str]] = {}
    for avoided in sentences.answer.avoid:
        reasons.setdefault(append_references(avoided.why, avoided.refs), []).append(" + ".join(avoided.drugs))
    points = tuple(Point(why, lead=capitalize_first(sentences.language.join_with_and(drugs))) for why, drugs in reasons.items())
    yield Section("avoid", sentences.language.say("part.avoid"), (PointList(points),) if points else ())


def _build_why_not(sentences: Sentences) -> Iterator[Section]:
    """The regimens of one reason together; those already told under what to avoid are left out."""
    avoided = {entry.regimen for entry in sentences.answer.avoid}
    reasons: dict[str, list[WhyNot]] = {}
    for entry in sentences.answer.why_not:
        if entry.regimen not in avoided:
            reasons.setdefault(entry.because, []).append(entry)
    points = []
    for because, ones in reasons.items():
        refs = {(r.n, r.at): r for entry in ones for r in entry.refs}
        names = capitalize_first(sentences.language.join_with_and([entry.name for entry in ones]))
        points.append(Point(append_references(sentences.language.lower_initial(because), list(refs.values())), lead=names))
    yield Section("why_not", sentences.language.say("part.why_not"), (PointList(tuple(points)),) if points else (), folded=True)


def _build_other_sides(sentences: Sentences) -> Iterator[Section]:
    deciding = {why.feature for why in sentences.answer.why if why.headline and why.origin != "inferred"}  # not without its cause
    sides = [s for s in sentences.answer.other_sides if s.feature in deciding and not s.near and s.answer != "out_of_scope"]
    yield _make_list_section(sentences, "sides", [sentences.describe_other_side(s) for s in sides[:SIDES_SHOWN]])
    others = [q for q in sentences.answer.ask if not q.blocking]
    if len(others) > FLIPS_SHOWN:
        rows = [(f"{q.label}: {cell}", then) for q in others for cell, then in sentences.list_changing_answers(q)]
        table = Table((sentences.language.say("column.if"), sentences.language.say("column.then")), tuple(rows))
        yield Section("changes", sentences.language.say("part.changes"), (table,) if rows else ())


def _build_cautions(sentences: Sentences) -> Iterator[Section]:
    """Of the first option; of every option where none is preferred, each with its regimen."""
    options = sentences.answer.options
    if not options or options[0].role != "option":
        yield _make_list_section(sentences, "cautions", options[0].cautions if options else [])
        return
    names: dict[str, list[str]] = {}
    for option in options:
        for caution in option.cautions:
            names.setdefault(caution, []).append(option.name)
    leads = {
        c: capitalize_first(sentences.language.join_with_and(held)) if len(held) < len(options) else ""
        for c, held in names.items()
    }
    points = tuple(Point(caution, lead=lead) for caution, lead in leads.items())
    yield Section("cautions", sentences.language.say("part.cautions"), (PointList(points),) if points else ())


# -- what to do around it --------------------------------------------------------------------------


def _build_checks(sentences: Sentences) -> Iterator[Section]:
    order = {"unmet": 0, "missing": 1, "done": 2}
    checks = sorted(sentences.answer.checks, key=lambda c: order[c.state])
    points = tuple(Point(cite_claim(c.says, c.refs), lead=capitalize_first(c.label), mark=c.state) for c in checks)
    running = bool(sentences.answer.options) and sentences.answer.options[0].role == "continue"
    title = sentences.language.say("part.checks.running" if running else "part.checks")
    yield Section("checks", title, (PointList(points),) if points else ())


def _build_actions(sentences: Sentences) -> Iterator[Section]:
    for kind in ACTIONS:
        yield _make_list_section(
            sentences, kind, [cite_claim(a.says, a.refs) for a in sentences.answer.actions if a.kind == kind]
        )


def _build_label_warnings(sentences: Sentences) -> Iterator[Section]:
    """Boxed warnings and dose changes of the first option; diluents and section 4 stay in the JSON."""
    facts = [fact for option in sentences.answer.options[:1] for fact in option.label_facts]
    boxed = tuple(Point(cite_claim(remark.says, remark.refs), lead=capitalize_first(f.drug)) for f in facts for remark in f.boxed)
    yield Section("boxed", sentences.language.say("part.boxed"), (PointList(boxed),) if boxed else ())
    tables = tuple(block for f in facts for block in _iter_dose_change_blocks(f, sentences))
    yield Section("hold", sentences.language.say("part.hold"), tables, folded=True)


def _iter_dose_change_blocks(facts: LabelFacts, sentences: Sentences) -> Iterator[Block]:
    say = sentences.language.say
    levels = "; ".join(cite_claim(remark.says, remark.refs) for remark in facts.levels)
    start = " ".join(cite_claim(remark.says, remark.refs) for remark in facts.adjustments)
    rows = tuple((capitalize_first(c.toxicity), c.finding, cite_claim(c.do, c.refs)) for c in facts.dose_changes)
    if levels:
        yield Paragraph(f"{capitalize_first(facts.drug)}. {say('hold.levels')}: {levels}.")
    if start:
        yield Paragraph(f"{capitalize_first(facts.drug)}. {say('hold.start')}: {start}")
    if rows:
        columns = (say("column.toxicity"), say("column.finding"), say("column.do"))
        yield Table(columns, rows, caption=capitalize_first(facts.drug))


# -- what comes after ------------------------------------------------------------------------------


def _build_next_steps(sentences: Sentences) -> Iterator[Section]:
    shown = [option.regimen for option in sentences.answer.options][:REGIMENS_AHEAD]
    points: list[Point] = []
    for regimen, steps in groupby(sentences.answer.next, key=lambda step: step.after):
        if regimen in shown:
            points += _iter_step_points(list(steps), sentences)
    caveats = {c.says: cite_claim(c.says, c.refs) for step in sentences.answer.next if step.after in shown for c in step.caveats}
    points += [Point(text) for text in caveats.values()]
    yield Section("next", sentences.language.say("part.next"), (PointList(tuple(points)),) if points else ())


def _iter_step_points(steps: list[NextStep], sentences: Sentences) -> Iterator[Point]:
    """The variants together when they lead to the same."""
    if len({_describe_next_step(step, sentences) for step in steps}) == 1:
        happened = sentences.language.say("next.both", happened=capitalize_first(steps[0].happened))
        yield Point(_describe_next_step(steps[0], sentences), lead=happened)
    else:
        yield from (Point(_describe_next_step(step, sentences), lead=capitalize_first(step.if_)) for step in steps)


def _describe_next_step(step: NextStep, sentences: Sentences) -> str:
    say = sentences.language.say
    if step.answer == "needs_data" and not step.options:
        return say("then.open")
    preferred = [o.name for o in step.options if o.role == "preferred"]
    if preferred:
        return say("next.preferred", names=sentences.language.join_with_or(preferred))
    names = sentences.language.join_few([o.name for o in step.options], NAMES_AHEAD)
    if not names:
        return say("then.nothing")
    return say("next.none_preferred", names=names) if step.options[0].role == "option" else names


# -- what it rests on ------------------------------------------------------------------------------


def _build_evidence(sentences: Sentences) -> Iterator[Section]:
    rows = [row for option in sentences.answer.options[:1] for row in option.evidence]
    tables = tuple(_make_trial_table(list(group), sentences) for _, group in groupby(rows, key=lambda row: row.trial))
    forest = make_forest_plot(sentences.answer, sentences.language)
    yield Section("evidence", sentences.language.say("part.evidence"), (*([forest] if forest else []), *tables))


def _make_trial_table(rows: list[EvidenceRow], sentences: Sentences) -> Table:
    """One trial: its name, population, and survival by data cut."""
    say, first = sentences.language.say, rows[0]
    arms = say("evidence.versus").join(first.arms)
    name = say("evidence.n" if first.n else "evidence.trial", trial=first.trial, arms=arms, n=first.n)
    columns = tuple(say(f"column.{name}") for name in ("analysis", "endpoint", "result", "effect", "note"))
    told_rows = tuple(row for analysis in rows for row in _iter_estimate_rows(analysis, sentences))
    return Table(columns, told_rows, caption=name, note=f"{first.population.rstrip('.')}. {first.caveat}".strip())


def _iter_estimate_rows(row: EvidenceRow, sentences: Sentences) -> Iterator[tuple[str, ...]]:
    shown = [e for e in row.estimates if any(word in e.endpoint.lower() for word in ENDPOINTS)]
    for i, e in enumerate(shown):
        values = sentences.language.say("evidence.versus").join(v for v in e.values if v != "not given")
        recalled = sentences.language.say("evidence.recalled") if e.checked == "recalled" else ""
        effect = ", ".join(filter(None, (e.effect, sentences.language.say("evidence.p", p=e.p) if e.p else "")))
        name = cite_claim(f"{row.analysis}, {sentences.language.tell(row.cut)}", row.refs) if i == 0 else ""
        yield (
            name,
            sentences.language.tell(e.endpoint),
            f"{values} {e.unit}".strip() if values else "",
            effect,
            ", ".join(filter(None, (e.assessed_by, e.note, recalled))),
        )


def _build_disagreements(sentences: Sentences) -> Iterator[Section]:
    yield _make_list_section(sentences, "disagreements", sentences.answer.disagreements)
    yield _make_list_section(
        sentences, "newer", [capitalize_first(n.removeprefix("Newer than the guideline: ")) for n in sentences.answer.newer]
    )


def _build_unknowns(sentences: Sentences) -> Iterator[Section]:
    yield _make_list_section(sentences, "conflicts", sentences.answer.conflicts)
    yield _make_list_section(sentences, "assumed", sentences.answer.assumed)
    yield _make_list_section(sentences, "stale", sentences.answer.unknown)
    yield _make_list_section(sentences, "not_understood", sentences.answer.not_understood)
    yield _make_list_section(sentences, "reports", [_describe_report(r, sentences) for r in sentences.answer.reports_not_read])


def _describe_report(report: ReportShown, sentences: Sentences) -> str:
    """`DiagnosticReport/r1 (2 Jan 2023): a topic and another`."""
    where = f"{report.entry} ({report.date})" if report.date else report.entry
    return f"{where}: {sentences.language.join_with_and(report.speaks_of)}"


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
