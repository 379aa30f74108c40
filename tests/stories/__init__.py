"""Stories: what a record tells and what is to come of it, in YAML, so that whoever reads no Python can check one or add one.

A file is a list of stories, or `always` (what every record of the file tells), `entries` (entries of records, by a name) and
`stories`. In a record such a name stands for its entry. Of what is expected `~` is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from concordant.derive.plan import DerivationPlan
from concordant.logic.intervals import Interval
from concordant.patient.facts import Facts, Value
from concordant.texts import read_file


@dataclass(frozen=True)
class Story:
    """One story, with a reason where its name does not say it; `of` is its kind in a file of several."""

    name: str
    record: dict[str, Any] = field(repr=False)
    expect: Any = None
    why: str = ""
    of: str = ""


def stories(topic: str, *kinds: str) -> list[Story]:
    """The stories of `tests/stories/TOPIC.yaml`, all or those of some kinds."""
    told = told_in(topic)
    told = {"stories": told} if isinstance(told, list) else told
    always, entries = told.get("always") or {}, told.get("entries") or {}
    found = [Story(**{**one, "record": {**always, **_in_full(one.get("record") or {}, entries)}}) for one in told["stories"]]
    found = [story for story in found if not kinds or story.of in kinds]
    assert found, f"no story of {topic}: {kinds}"
    return found


def told_in(topic: str) -> Any:
    """What stands in a file of stories, as it stands there."""
    return read_file(Path(__file__).parent / f"{topic}.yaml").value


def _in_full(record: dict[str, Any], entries: dict[str, Any]) -> dict[str, Any]:
    return {block: [_entry(one, entries) for one in told] if isinstance(told, list) else told for block, told in record.items()}


def _entry(one: Any, entries: dict[str, Any]) -> Any:
    return entries.get(one, one) if isinstance(one, str) else one


def told_by(topic: str, *kinds: str) -> pytest.MarkDecorator:
    """The test runs once for each of these stories."""
    return pytest.mark.parametrize("story", stories(topic, *kinds), ids=lambda story: story.name.replace(" ", "-"))


def meant(feature: str, text: str | None, plan: DerivationPlan) -> Value:
    """What a story expects: a word, or a number or range of numbers, as `12`, `0 to 1` or `11 15/31 to 12 14/31`."""
    if text is None or not plan.by_name[feature].is_numeric:
        return text
    ends = [float(sum(map(Fraction, end.split()))) for end in text.split(" to ")]
    return Interval(ends[0], ends[-1])


def unlike(expected: dict[str, str | None], facts: Facts, plan: DerivationPlan) -> Iterator[str]:
    """The facts that are not as expected."""
    for feature, text in expected.items():
        if _rounded(facts[feature].value) != _rounded(meant(feature, text, plan)):
            yield f"{feature} is {facts[feature].value}, not {text}"


def _rounded(value: Value) -> Value:
    """Without the last bits, in which two ways to one sum differ."""
    return Interval(round(value.low, 9), round(value.high, 9)) if isinstance(value, Interval) else value
