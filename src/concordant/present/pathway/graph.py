"""The picture as data: boxes, cards of regimens, and the ways between them. Every writer of it reads this and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from concordant.logic.status import Status
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth

Paper = Literal["a4", "a2"]  # what it is printed on, landscape

# A way is `lit` where the patient is, `open` while that is not known, `off` where the patient is not; `plain` without a patient.
Way = Literal["plain", "lit", "open", "off"]
WAYS: dict[Truth, Way] = {TRUE: "lit", UNKNOWN: "open", FALSE: "off"}

# What a regimen is for the patient: `first` is offered and preferred, `checked` offered once something is checked.
Sign = Literal["plain", "first", "offered", "checked", "open", "barred", "off", "against"]
SIGNS: tuple[Sign, ...] = ("first", "offered", "checked", "open", "barred", "against", "off")
OFFERED_SIGNS: frozenset[Sign] = frozenset({"first", "offered", "checked"})


class Row(msgspec.Struct, frozen=True):
    """One regimen of one statement; `note` says what bars it, `status` is that of the answer, None without a patient."""

    statement: str
    regimen: str
    name: str
    sign: Sign = "plain"
    status: Status | None = None
    note: str = ""


class Item(msgspec.Struct, frozen=True):
    """The regimens of one statement under what it asks beside the decisions above; `way` says whether that holds."""

    asks: str
    rows: tuple[Row, ...]
    way: Way = "plain"


class Group(msgspec.Struct, frozen=True):
    """Items of one role; `rating` names the place in the guideline and its grade."""

    role: str
    rating: str
    items: tuple[Item, ...]


class Card(msgspec.Struct, frozen=True):
    """Where the decisions end: what all regimens here ask for, and the regimens; `folded` stands for them where it is told."""

    id: str
    title: str
    asks: str
    way: Way
    groups: tuple[Group, ...]
    folded: str = ""

    @property
    def rows(self) -> list[Row]:
        """Every regimen of the card."""
        return [row for group in self.groups for item in group.items for row in item.rows]


class Reply(msgspec.Struct, frozen=True):
    """One answer to a decision; a way begins at it."""

    id: str
    text: str
    way: Way


BoxKind = Literal["gate", "exit", "question", "stage"]


class Box(msgspec.Struct, frozen=True):
    """A decision with its answers, the patients that the guideline is about (`gate`), or is not (`exit`), or a stage."""

    id: str
    kind: BoxKind
    text: str
    way: Way
    more: str = ""
    replies: tuple[Reply, ...] = ()


class Arrow(msgspec.Struct, frozen=True):
    """A way from a box, or from an answer in it, to another box or to a card."""

    source: str
    target: str
    way: Way


class Guard(msgspec.Struct, frozen=True):
    """A line at the top of the picture: a danger, or what was not read."""

    title: str
    text: str
    loud: bool


class Pathway(msgspec.Struct, frozen=True):
    """The whole picture, in one language. `over` says of whom, when and of which guideline; `legend` what the signs mean, `words`
    what stands on the edge of a card.
    """

    language: str
    title: str
    over: str
    verdict: str
    guards: tuple[Guard, ...]
    unreviewed: str
    boxes: tuple[Box, ...]
    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    legend: tuple[tuple[Sign, str], ...]
    ways: tuple[tuple[Way, str], ...]
    words: Mapping[Way, str]
    footer: str
    description: str
