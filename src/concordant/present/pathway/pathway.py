"""A guideline in force on a day, and the patient if there is one, as the data of the picture."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from concordant.answer.schema import Answer
from concordant.decide.ruleset import GuidelineInForce, Ruleset
from concordant.decide.situation import Situation
from concordant.errors import Complaint, Unreadable, make_printable
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge
from concordant.present.language import Language, load_language
from concordant.present.language.quoting import show_quotations_of
from concordant.present.page.document import Document, abbreviate_citations
from concordant.present.page.first_screen import GUARDS
from concordant.present.page.page import build_document
from concordant.present.pathway.build import PathwayBuilder
from concordant.present.pathway.graph import OFFERED_SIGNS, SIGNS, Card, Guard, Pathway, Row, Sign, Way
from concordant.present.pathway.ladder import make_ladder
from concordant.present.pathway.place import Place

WAYS_TOLD: tuple[Way, ...] = ("lit", "open", "off")


def make_guideline_pathway(knowledge: Knowledge, frame: Ruleset, day: str, code: str, *, whole: bool) -> Pathway:
    """The whole guideline. Raises Unreadable where none is in force, or several are and none was asked for."""
    language, force = load_language(code, knowledge), _choose_guideline(frame)
    built = _build(knowledge, frame, force, language, None, whole=whole)
    name = _name_guideline(force, language)
    over = language.say("map.over", day=language.format_day(day), guideline=_name_all(frame, force, language))
    rows = [row for card in built.cards for row in card.rows]
    pathway = Pathway(
        language=code,
        title=language.say("map.title", guideline=name),
        over=over,
        verdict=language.say("map.verdict", guideline=language.tell(force.guideline.title)),
        guards=(),
        unreviewed=f"{language.say('map.unreviewed')} {language.say('foot.supports')}",
        boxes=tuple(built.boxes),
        cards=tuple(built.cards),
        arrows=tuple(built.arrows),
        legend=_make_legend({row.sign for row in rows}, language),
        ways=(),
        words={},
        footer=_make_footer(frame, force, knowledge, language),
        description=language.say(
            "map.told.guideline", n=len(rows), cards=len(built.cards), names=", ".join(dict.fromkeys(row.name for row in rows))
        ),
    )
    return show_quotations_of(pathway)


def make_patient_pathway(
    knowledge: Knowledge, situation: Situation, answer: Answer, code: str, whose: str, *, whole: bool
) -> Pathway:
    """The guideline that speaks, and this patient's place in it; what leads the answer leads the picture."""
    language = load_language(code, knowledge)
    place = Place(situation, language.tell_answer(answer))
    force = situation.decision.verdicts[0].force if situation.decision.verdicts else None
    built = _build(knowledge, situation.frame, force, language, place, whole=whole)
    document = build_document(answer, code, make_printable(whose), knowledge)
    ways = {box.way for box in built.boxes} | {arrow.way for arrow in built.arrows}
    signs = {row.sign for card in built.cards if not card.folded for row in card.rows}
    pathway = Pathway(
        language=code,
        title=language.say("map.title.patient", guideline=_name_guideline(force, language)),
        over=" · ".join(filter(None, (document.whose, document.over))),
        verdict=document.verdict,
        guards=tuple(_iter_guards(document)),
        unreviewed=f"{language.say('map.unreviewed')} {language.say('foot.supports')}",
        boxes=tuple(built.boxes),
        cards=tuple(built.cards),
        arrows=tuple(built.arrows),
        legend=_make_legend(signs, language),
        ways=tuple((way, language.say(f"map.way.{way}")) for way in WAYS_TOLD if way in ways),
        words={"lit": language.say("map.here"), "open": language.say("map.maybe")},
        footer=_make_footer(situation.frame, force, knowledge, language),
        description=_describe(document, built.cards, language),
    )
    return show_quotations_of(pathway)


def _build(
    knowledge: Knowledge, frame: Ruleset, force: GuidelineInForce | None, language: Language, place: Place | None, *, whole: bool
) -> PathwayBuilder:
    """The boxes and cards; none where no guideline is in force: the verdict says so, and what could harm is told above it."""
    features = {feature.name: feature for feature in knowledge.features}
    guideline = force.guideline if force else None
    line, limits = (guideline.line, guideline.out_of_scope) if guideline else (None, ())
    builder = PathwayBuilder(features, frame.regimens, language, place, line, limits, whole)
    if statements := _list_statements(frame, force):
        builder.build(make_ladder(statements, knowledge.features))
    return builder


def _list_statements(frame: Ruleset, force: GuidelineInForce | None) -> list[Statement]:
    """Those of the guideline and of its companions."""
    heard = force.guideline.id if force else ""
    return [statement for statement in frame.statements if frame.family[statement.guideline] == heard]


def _choose_guideline(frame: Ruleset) -> GuidelineInForce:
    """The one that was asked for, or the only one. Raises Unreadable."""
    leading = [force for force in frame.in_force if not force.guideline.parent]
    chosen = [force for force in leading if frame.asked in ("", force.guideline.id)]
    if not chosen:
        way_out = "Name a later day with --as-of, or a version with --guideline ID/VERSION"
        raise Unreadable(Complaint("no guideline is in force on this day", "draw", way_out=way_out))
    if len(chosen) > 1:
        known = ", ".join(f"{force.guideline.id}/{force.version.version}" for force in chosen)
        says = "several guidelines are in force, and a picture shows one"
        raise Unreadable(Complaint(says, "draw", way_out=f"Name one with --guideline: {known}"))
    return chosen[0]


def _name_guideline(force: GuidelineInForce | None, language: Language) -> str:
    if force is None:
        return language.say("over.no_guideline")
    return f"{language.tell(force.guideline.title)}, {force.guideline.publisher} {force.version.version}"


def _name_all(frame: Ruleset, force: GuidelineInForce | None, language: Language) -> str:
    """The guideline and its companions, each with its version and the day from which it holds."""
    family = [one for one in frame.in_force if force and frame.family[one.guideline.id] == force.guideline.id]
    return ", ".join(
        f"{language.tell(one.guideline.short_title)} {one.version.version} ({one.version.valid_from})" for one in family
    )


def _make_legend(signs: Container[Sign], language: Language) -> tuple[tuple[Sign, str], ...]:
    return tuple((sign, language.say(f"map.sign.{sign}")) for sign in SIGNS if sign in signs)


def _make_footer(frame: Ruleset, force: GuidelineInForce | None, knowledge: Knowledge, language: Language) -> str:
    number = sum(statement.recommend is not None for statement in _list_statements(frame, force))
    if not number:
        return language.say("foot.knowledge", digest=knowledge.digest[:12])
    made = language.say("map.footer", n=number, digest=knowledge.digest[:12])
    return " · ".join(filter(None, (_name_all(frame, force, language), made)))


def _iter_guards(document: Document) -> Iterator[Guard]:
    """The lines that lead the first screen, whole, with their sources in short."""
    names = {reference.n: reference.short for reference in document.references}
    for line in document.first:
        if line.key in GUARDS:
            yield Guard(line.title, abbreviate_citations(line.text, names), line.tone == "danger")


def _describe(document: Document, cards: Iterable[Card], language: Language) -> str:
    names = _list_offered(cards)
    told = language.say("map.told.offered", names=", ".join(names)) if names else language.say("map.told.nothing")
    guards = " ".join(f"{line.title}: {line.text}" for line in document.first if line.key in GUARDS)
    return " ".join(filter(None, (guards, language.say("map.told", verdict=document.verdict, offered=told))))


def _list_offered(cards: Iterable[Card]) -> Sequence[str]:
    rows: list[Row] = [row for card in cards for row in card.rows]
    return tuple(dict.fromkeys(row.name for row in rows if row.sign in OFFERED_SIGNS))
