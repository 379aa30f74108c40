"""A card of CDS Hooks 2.0 and its parts, named as the specification names them. What is empty is left out."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

LONGEST_SUMMARY = 139
Resource = dict[str, Any]  # of FHIR
Indicator = Literal["info", "warning", "critical"]


class CardPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all parts share: null and empty are forbidden, so nothing of them is written."""


class Coding(CardPart, frozen=True):
    """A code with its words."""

    system: str
    code: str
    display: str = ""


class Source(CardPart, frozen=True):
    """Whose guidance a card is."""

    label: str
    url: str = ""
    topic: Coding | None = None


class CardAction(CardPart, frozen=True):
    """One change that a suggestion makes."""

    type: Literal["create", "update", "delete"]
    description: str
    resource: Resource | None = None
    resourceId: str = ""  # noqa: N815


class Suggestion(CardPart, frozen=True):
    """Changes that are made together when somebody accepts them."""

    label: str
    uuid: str
    isRecommended: bool = False  # noqa: N815
    actions: tuple[CardAction, ...] = ()


class Link(CardPart, frozen=True):
    """A page to open."""

    label: str
    url: str
    type: Literal["absolute", "smart"]


class Card(CardPart, frozen=True):
    """One card."""

    summary: str
    indicator: Indicator
    source: Source
    uuid: str
    detail: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    selectionBehavior: str = ""  # noqa: N815
    overrideReasons: tuple[Coding, ...] = ()  # noqa: N815
    links: tuple[Link, ...] = ()


class CardList(CardPart, frozen=True, omit_defaults=False):
    """What a service answers; no cards are an answer as well."""

    cards: tuple[Card, ...]
