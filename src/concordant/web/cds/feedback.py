"""What becomes of cards, as counts: no patient, no user, no comment is kept."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from concordant.present.cards.card import Card
from concordant.web.cds.requests import FeedbackItem
from concordant.web.problems import Problem
from concordant.web.watch import Meter

MOST_CARDS = 20_000  # cards that are remembered, by their number and kind alone
MOST_ITEMS = 1_000
OTHER, NONE = "other", "none"


class FeedbackCount(msgspec.Struct):
    """How often a kind of card had an outcome for a reason."""

    service: str
    card: str
    outcome: str
    reason: str
    count: int


class FeedbackCounts(msgspec.Struct):
    """All counts since the server began."""

    counts: list[FeedbackCount]


@dataclass
class FeedbackBook:
    """Remembers which cards went out, and counts what is told of them; `meter` counts as well."""

    reasons: frozenset[str]
    meter: Meter = field(default_factory=Meter)
    _kinds: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _counts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def remember_cards(self, cards: Iterable[Card]) -> None:
        """The numbers of cards that go out, each with its kind."""
        with self._lock:
            for card in cards:
                kind = self._kinds[card.uuid] = card.source.topic.code if card.source.topic is not None else OTHER
                self.meter.count_card(kind, card.indicator)
                self._kinds.move_to_end(card.uuid)
            while len(self._kinds) > MOST_CARDS:
                self._kinds.popitem(last=False)

    def count_items(self, service: str, items: list[FeedbackItem]) -> None:
        """Count what a client tells. Raises Problem for more than it could have seen."""
        if len(items) > MOST_ITEMS:
            raise Problem(400, "This is too much feedback at once", f"Send at most {MOST_ITEMS} cards together.")
        with self._lock:
            for item in items:
                kind, reason = self._kinds.get(item.card, OTHER), self._name_reason(item)
                self._counts[service, kind, item.outcome, reason] += 1
                self.meter.count_feedback(kind, item.outcome, reason or NONE)

    def _name_reason(self, item: FeedbackItem) -> str:
        """One of our reasons; any other, and any that might be a text, is counted as another."""
        chosen = item.overrideReason
        if chosen is None:
            return ""
        return chosen.reason.code if chosen.reason is not None and chosen.reason.code in self.reasons else OTHER

    def list_counts(self, service: str) -> FeedbackCounts:
        """The counts of one service."""
        with self._lock:
            rows = sorted(item for item in self._counts.items() if item[0][0] == service)
        return FeedbackCounts([FeedbackCount(*key, count) for key, count in rows])
