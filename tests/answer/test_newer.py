"""What is newer than the guideline: a short line for the first screen, full names, and whose approval it is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from concordant.library import FOLDER
from concordant.model.guideline import NewerEvent
from concordant.model.knowledge import Knowledge

EVENTS = sorted(path.stem for path in (FOLDER / "newer").glob("*.yaml"))
LONGEST = 110
ABBREVIATED = re.compile(r"T-?DXd|T-?DM1|\bTDXd\b", re.IGNORECASE)
OF_WHOM = re.compile(r"\bUS\b|\bEU\b")


def has_a_short_line(event: NewerEvent) -> bool:
    return 0 < len(event.short) <= LONGEST and "\n" not in event.short


def names_drugs_in_full(event: NewerEvent) -> bool:
    return not ABBREVIATED.search(event.short + event.says)


def says_when(event: NewerEvent) -> bool:
    """The year of the event stands in the line."""
    return str(event.date.year) in event.short


def says_whose_approval(event: NewerEvent) -> bool:
    """An approval named anywhere is that of the US or the EU."""
    texts = [text for text in (event.short, event.says) if "approv" in text.lower()]
    return all(OF_WHOM.search(text) for text in texts)


CHECKS: list[Callable[[NewerEvent], bool]] = [has_a_short_line, names_drugs_in_full, says_when, says_whose_approval]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
@pytest.mark.parametrize("name", EVENTS)
def test_a_newer_event_is_told(name: str, check: Callable[[NewerEvent], bool], knowledge: Knowledge) -> None:
    event = next(one for one in knowledge.newer if one.id == name)
    assert check(event), event.short or f"'{name}' has no short line"
