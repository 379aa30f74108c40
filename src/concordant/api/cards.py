"""Cards of CDS Hooks: resources of one patient and draft orders in, cards out. It knows of no request and no network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from concordant.answer.ordered import OrderJudge, OrdersJudged
from concordant.errors import Complaint, Unreadable
from concordant.patient.ordered import OrderedDrug
from concordant.present.cards.answered import make_answer_cards
from concordant.present.cards.card import Card
from concordant.present.cards.frame import CardFrame
from concordant.present.cards.ordered import make_order_cards
from concordant.record.fhir.orders import read_orders
from concordant.record.fhir.searches import list_searches
from concordant.record.rules import get_record_rules
from concordant.record.sources import Patient, change_record
from concordant.record.sources.local_codes import read_local_codes
from concordant.record.sources.opening import SourceContent

if TYPE_CHECKING:
    from concordant.api.engine import Engine
    from concordant.api.recommendation import Recommendation

NAME = "prefetch"
KeepCards = Callable[["Recommendation", tuple[Card, ...]], None]


class CardQuestion(msgspec.Struct, frozen=True):
    """What a hook asks: the resources of a patient (a bundle), what is known to be missing of them, and draft orders.

    `selected` are the addresses of the orders that are asked about, all where it is empty. `base` and `instance` name the
    service and the call.
    """

    patient: str
    resources: bytes
    base: str
    instance: str
    missing: tuple[str, ...] = ()
    orders: bytes = b""
    selected: tuple[str, ...] = ()


def make_cards(engine: Engine, question: CardQuestion, today: dt.date, keep: KeepCards | None = None) -> tuple[Card, ...]:
    """The cards for a record that is opened, or for orders, once `keep` has kept the answer behind them.

    Raises ConcordantError for what cannot be read.
    """
    found = engine.recommend(_read_patient(engine, question, today))
    cards = make_cards_for(found, question, today)
    if keep is not None:
        keep(found, cards)
    return cards


def make_cards_for(found: Recommendation, question: CardQuestion, today: dt.date) -> tuple[Card, ...]:
    """The cards that an answer comes to. Raises ConcordantError for orders that cannot be read."""
    frame = CardFrame(found.engine.knowledge, question.base, question.instance)
    if not question.orders:
        return make_answer_cards(found.answer, found.record, question.patient, frame)
    judged = judge_orders(found, read_draft_orders(found.engine, question.orders, today))
    return make_order_cards(found.answer, judged, question.selected, _index_orders(question.orders), question.patient, frame)


def _read_patient(engine: Engine, question: CardQuestion, today: dt.date) -> Patient:
    """The patient who is meant, with what is missing told in the record: nothing follows from silence then."""
    content = SourceContent(question.resources, NAME)
    patient = engine.read(content, patient=question.patient, today=today).one()
    if not question.missing:
        return patient
    return change_record(patient, lambda record: replace(record, incomplete=(*record.incomplete, *question.missing)))


def read_draft_orders(engine: Engine, orders: bytes | Mapping[str, Any], today: dt.date) -> list[OrderedDrug]:
    """The medications of a bundle of draft orders, by the look-ups of the reader of records."""
    data = orders if isinstance(orders, bytes) else msgspec.json.encode(orders)
    return read_orders(data, engine.fhir_tables, today)


def judge_orders(found: Recommendation, orders: Sequence[OrderedDrug]) -> OrdersJudged:
    """What is to be said of orders, by the answer for their patient."""
    lines = get_record_rules(found.engine.words).lines
    situation = found.engine.situation(found.record, found.guideline)
    return OrderJudge(found.engine.knowledge, situation, found.answer, orders, lines.leading, lines.supportive).judge_orders()


def _index_orders(orders: bytes) -> dict[str, dict[str, Any]]:
    """The orders as they came, by their addresses. Raises Unreadable for what is no bundle."""
    try:
        bundle = msgspec.json.decode(orders, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise Unreadable(Complaint("the draft orders are no bundle", "draftOrders", way_out="Send a Bundle of FHIR")) from None
    entries = bundle.get("entry")
    found = [one.get("resource") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    told = [one for one in found if isinstance(one, dict) and isinstance(one.get("id"), str)]
    return {f"{one.get('resourceType')}/{one['id']}": one for one in told}


def list_prefetch(engine: Engine) -> dict[str, str]:
    """What a CDS client is asked to hand over: a read and searches of FHIR by key, with the codes of the site."""
    local = read_local_codes(engine.codes, engine.fhir_tables.terms) if engine.codes else ()
    return list_searches(engine.knowledge, local)


def list_override_codes(engine: Engine) -> frozenset[str]:
    """The codes of the reasons for which a card may be overridden."""
    return frozenset(reason.code for reason in CardFrame(engine.knowledge, "", "").list_override_reasons())
