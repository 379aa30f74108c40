"""A drug that somebody is about to order: what it is, how much and how often, as far as the order tells it."""

from __future__ import annotations

import msgspec


class OrderedDrug(msgspec.Struct, frozen=True):
    """One draft order. `drugs` are the ids of what it holds (a product may hold several), `unknown` a name that no drug has.

    `every` are the days from one dose to the next; `code` is what the order writes for its schedule instead.
    """

    place: str
    name: str
    drugs: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    amount: float | None = None
    unit: str = ""
    every: float | None = None
    code: str = ""
    conflict: str = ""
