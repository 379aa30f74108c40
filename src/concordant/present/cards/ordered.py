"""The card of draft orders: what is wrong with them, the gravest first; none where nothing is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from concordant.answer.ordered import OrderFinding, OrdersJudged
from concordant.answer.schema import Answer
from concordant.present.cards.answered import AT_MOST_ONE
from concordant.present.cards.card import Card, CardAction, Resource, Suggestion
from concordant.present.cards.drafts import can_be_drafted, make_dosage, make_draft_suggestions
from concordant.present.cards.frame import NOBODY, CardFrame
from concordant.present.cards.text import escape_text, make_list, make_summary
from concordant.present.page.document import abbreviate_citations

REPLACED = frozenset({"not_first", "not_offered", "partner", "precluded", "against"})  # another regimen is the way out
Names = Mapping[int, str]  # the short names of sources, by their numbers
TIMED = frozenset({"dose", "schedule"})


def make_order_cards(
    answer: Answer, judged: OrdersJudged, selected: Sequence[str], orders: Mapping[str, Resource], patient: str, frame: CardFrame
) -> tuple[Card, ...]:
    """One card, or none. `selected` are the orders that are asked about (all where it is empty), `orders` those as they came."""
    found = [one for one in judged.findings if not selected or not set(selected).isdisjoint(one.orders)]
    if not found:
        return ()
    names = {reference.n: reference.short for reference in answer.references}
    suggestions = tuple(_iter_suggestions(found, judged, answer, orders, patient, frame))
    card = Card(
        summary=make_summary(*_iter_summaries(found[0], names)),
        indicator=found[0].gravity,
        source=frame.make_source(answer, "order"),
        uuid=frame.make_uuid("order"),
        detail=_make_detail(found, answer, names),
        suggestions=suggestions,
        selectionBehavior=AT_MOST_ONE if suggestions else "",
        overrideReasons=frame.list_override_reasons(),
        links=frame.make_links(answer),
    )
    return (card,)


def _iter_summaries(found: OrderFinding, names: Names) -> Iterator[str]:
    """What it is and why, the longest first."""
    yield _tell_finding(found, names)
    yield f"{found.about}: {found.brief}"
    yield found.brief


def _tell_finding(found: OrderFinding, names: Names) -> str:
    because = f". {abbreviate_citations(found.because, names)}" if found.because else ""
    return f"{found.about}: {found.brief}{because}"


def _make_detail(found: Sequence[OrderFinding], answer: Answer, names: Names) -> str:
    """What was found, then what the answer is."""
    told = make_list(dict.fromkeys(_describe_finding(one, names) for one in found))
    screen = make_list(answer.first_screen)
    return "\n\n".join((told, "**The answer for this patient**", screen, escape_text(f"As of {answer.as_of}. {NOBODY}")))


def _describe_finding(found: OrderFinding, names: Names) -> str:
    sources = f" ({'; '.join(found.sources)})" if found.sources else ""
    return f"{_tell_finding(found, names)}{sources}"


def _iter_suggestions(
    found: Sequence[OrderFinding],
    judged: OrdersJudged,
    answer: Answer,
    orders: Mapping[str, Resource],
    patient: str,
    frame: CardFrame,
) -> Iterator[Suggestion]:
    """An order with our dose, our regimen instead of what is ordered, or that what is precluded is taken back."""
    kinds = {one.kind for one in found}
    if not kinds.isdisjoint(TIMED):
        yield from _iter_changes(found, judged, answer, orders, frame)
    if not kinds.isdisjoint(REPLACED):
        yield from make_draft_suggestions(answer, patient, frame)
    places = [place for one in found if one.gravity == "critical" for place in one.orders if place in orders]
    if places:
        actions = tuple(
            CardAction(type="delete", description=f"Take back the order {place}", resourceId=place)
            for place in dict.fromkeys(places)
        )
        yield Suggestion(label="Take back what is ordered", uuid=frame.make_uuid("delete"), actions=actions)


def _iter_changes(
    found: Sequence[OrderFinding], judged: OrdersJudged, answer: Answer, orders: Mapping[str, Resource], frame: CardFrame
) -> Iterator[Suggestion]:
    """The orders again, each with the dose of the answer; only where nothing holds that."""
    option = next((one for one in answer.options if one.regimen == judged.regimen), None)
    if option is None or not can_be_drafted(option) or answer.held_until or answer.incomplete:
        return
    actions = []
    for place in dict.fromkeys(place for one in found if one.kind in TIMED for place in one.orders if place in orders):
        doses = [dose for dose in option.dose if dose.drug == judged.by_order.get(place)]
        if doses:
            changed = {**orders[place], "dosageInstruction": make_dosage(doses, frame.knowledge)}
            told = changed["dosageInstruction"][0]["text"]
            actions.append(CardAction(type="update", description=f"{doses[0].drug}: {told}", resource=changed))
    if actions:
        yield Suggestion(
            label="Change to the dose of the answer", uuid=frame.make_uuid("dose"), isRecommended=True, actions=tuple(actions)
        )
