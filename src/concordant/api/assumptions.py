"""Named defaults of the knowledge that a caller chooses: what is taken as given where a record leaves it open."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from concordant.errors import Complaint, Unreadable, quote_word, suggest_word
from concordant.model.knowledge import Knowledge
from concordant.record.sources import Patient

OFF = "no"


def add_assumptions(patient: Patient, assume: Mapping[str, str], knowledge: Knowledge) -> Patient:
    """The patient with these defaults chosen. Raises `Unreadable` as `check_assumptions` does."""
    check_assumptions(assume, knowledge)
    return replace(patient, record=replace(patient.record, assumptions={**patient.record.assumptions, **assume}))


def check_assumptions(assume: Mapping[str, str], knowledge: Knowledge) -> None:
    """Raises `Unreadable` for a name that there is not, or a value that it has not."""
    known = {default.name: (default.value, OFF) for feature in knowledge.features for default in feature.defaults}
    for name, value in assume.items():
        if name not in known:
            way_out = suggest_word(name, known) or "This knowledge has no named defaults"
            raise Unreadable(Complaint(f"there is no default {quote_word(name)} to assume", "assume", way_out=way_out))
        if value not in known[name]:
            way_out = f"Write {' or '.join(f'{name}={word}' for word in known[name])}"
            raise Unreadable(Complaint(f"{quote_word(value)} is no value of {name}", "assume", way_out=way_out))


def parse_assumptions(texts: tuple[str, ...]) -> dict[str, str]:
    """Pairs as the command line has them, `NAME=VALUE`. Raises `Unreadable` for what is no pair, or a name told twice."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not (name and sign and value):
            raise Unreadable(Complaint(f"{quote_word(text)} is no NAME=VALUE", "--assume", way_out="Write for example NAME=yes"))
        if pairs.setdefault(name, value) != value:
            raise Unreadable(Complaint(f"{name} is assumed twice", "--assume", way_out="Leave one of the two"))
    return pairs
