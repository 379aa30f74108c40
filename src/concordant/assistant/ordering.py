"""`check_order`: draft orders judged by the answer for their patient, by the logic with which CDS Hooks judges them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from concordant.answer.ordered import OrderFinding, OrdersJudged
from concordant.answer.schema import Answer
from concordant.api import Engine
from concordant.api.cards import judge_orders, read_draft_orders
from concordant.assistant.answers import FindingTold, OrdersChecked
from concordant.assistant.fitting import finish_answer
from concordant.assistant.patients import (
    MOST_BYTES,
    find_recommendation,
    list_cited,
    list_danger_lines,
    list_misunderstood,
    list_unread,
    make_foreign_words,
)
from concordant.assistant.questions import DraftOrder, OrderQuestion
from concordant.assistant.recommending import list_doses
from concordant.errors import Complaint, Unreadable
from concordant.patient.ordered import OrderedDrug
from concordant.present.page.document import abbreviate_citations

NAME = "orders"
MOST_ORDERS = 100
GIVES_WAY = ("not_understood", "not_read", "dose_of_the_answer", "dangers", "findings")
WAY_OUT = "Call recommend with the same record and `part` set to a name under `more`."
NOTHING_JUDGED = (
    "No drug that the guidelines speak of is among the orders, so nothing was judged. This is no approval of any of them."
)
NOTHING_FOUND = (
    "Nothing was found against these drugs, their dose and schedule as far as they were told, for this patient as told. "
    "This is no approval: interactions, dose changes after the first cycle and drugs that are not under judged_drugs were not "
    "looked at."
)
FOUND = "What is listed stands against the orders as they are; the rest of the answer for this patient is had with recommend."


def check_orders(engine: Engine, question: OrderQuestion, today: dt.date) -> OrdersChecked:
    """What is to be said of the orders."""
    orders = read_draft_orders(engine, _make_bundle(question.orders), today)
    found = find_recommendation(engine, question, today)
    answer, judged = found.built, judge_orders(found, orders)
    words = make_foreign_words(found, *(order.name for order in orders), *(name for order in orders for name in order.unknown))
    made = OrdersChecked(
        findings=[_tell_finding(one, answer) for one in judged.findings],
        means=_say_what_it_means(judged),
        dangers=list_danger_lines(answer, words),
        verdict=found.verdict,
        answer=answer.answer,
        open=answer.answer == "needs_data",
        as_of=answer.as_of,
        judged_drugs=judged.drugs,
        regimen=judged.regimen,
        dose_of_the_answer=_list_doses(judged, answer),
        not_read=list_unread(answer, words),
        not_understood=[*list_misunderstood(answer, words), *(words.quote(name) for name in _list_unknown(orders))],
    )
    made = msgspec.structs.replace(made, sources=list_cited(answer, made))
    return finish_answer(made, words, GIVES_WAY, WAY_OUT)


def _make_bundle(orders: Sequence[DraftOrder] | str) -> bytes | dict[str, Any]:
    """The orders as the Bundle that both doors read. Raises Unreadable for none, or too many."""
    if isinstance(orders, str):
        if len(orders) > MOST_BYTES:
            raise Unreadable(Complaint("the orders are too large", NAME, way_out="Send the draft orders alone"))
        return orders.encode(errors="surrogatepass")
    if not 0 < len(orders) <= MOST_ORDERS:
        way_out = f"Send at least one order, and at most {MOST_ORDERS}"
        raise Unreadable(Complaint(f"{len(orders)} orders cannot be checked", NAME, way_out=way_out))
    entries = [{"resource": _make_resource(number, one)} for number, one in enumerate(orders, 1)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _make_resource(number: int, order: DraftOrder) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": f"order-{number}",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"text": order.drug},
        "dosageInstruction": [_make_instruction(order)],
    }


def _make_instruction(order: DraftOrder) -> dict[str, Any]:
    instruction: dict[str, Any] = {}
    if order.every_days is not None:
        instruction["timing"] = {"repeat": {"frequency": 1, "period": order.every_days, "periodUnit": "d"}}
    elif order.schedule:
        instruction["timing"] = {"code": {"text": order.schedule}}
    if order.amount is not None:
        instruction["doseAndRate"] = [{"doseQuantity": {"value": order.amount, "unit": order.unit}}]
    return instruction


def _tell_finding(found: OrderFinding, answer: Answer) -> FindingTold:
    names = {one.n: one.short or one.citation for one in answer.references}
    return FindingTold(
        gravity=found.gravity,
        kind=found.kind,
        about=found.about,
        what=abbreviate_citations(found.brief, names),
        because=abbreviate_citations(found.because, names),
        sources=found.sources,
    )


def _say_what_it_means(judged: OrdersJudged) -> str:
    if judged.findings:
        return FOUND
    return NOTHING_FOUND if judged.drugs else NOTHING_JUDGED


def _list_doses(judged: OrdersJudged, answer: Answer) -> list[str]:
    """What the answer gives for the regimen that is ordered."""
    names = {one.n: one.short or one.citation for one in answer.references}
    option = next((one for one in answer.options if one.regimen == judged.regimen), None)
    return [abbreviate_citations(line, names) for line in list_doses(option, answer)] if option is not None else []


def _list_unknown(orders: Sequence[OrderedDrug]) -> list[str]:
    return [name for order in orders for name in order.unknown]
