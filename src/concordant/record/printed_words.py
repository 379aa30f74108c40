"""Words of a feature as an answer prints them, read back: one of them, or several of which one is true."""

from __future__ import annotations

import re

from concordant.model.features import Feature
from concordant.patient.facts import format_value
from concordant.terminology.names import normalize_name

YES_NO = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
SEPARATOR = re.compile(r"(?:\s*(?:,|/|\bor\b))+\s*", re.IGNORECASE)


def parse_words(text: str, feature: Feature) -> tuple[frozenset[str], str | None]:
    """Return the words of a feature that a text names (`none or history`, `third line or later`), and the first part that is
    none of them.

    The phrase for one word may itself contain "or" or a comma, so every way of splitting the text is tried.
    """
    known, starts, ends = list_spellings(feature), *_find_parts(text)
    reached: dict[int, frozenset[str]] = {0: frozenset()}
    for i, start in enumerate(starts):
        for j, end in enumerate(ends[i:], i + 1):
            word = known.get(normalize_name(text[start:end]))
            if i in reached and word is not None:
                reached.setdefault(j, reached[i] | {word})
    last = max(reached)
    if last == len(starts):
        return reached[last], None
    return reached[last], (text[starts[last] : ends[last]] or text) if last else text


def _find_parts(text: str) -> tuple[list[int], list[int]]:
    """Where the parts between separators begin and end."""
    between = [match.span() for match in SEPARATOR.finditer(text)]
    return [0, *(end for _, end in between)], [*(start for start, _ in between), len(text)]


def list_spellings(feature: Feature) -> dict[str, str]:
    """The spellings of each word of a feature: as the knowledge has it, and as an answer prints it."""
    own = YES_NO if feature.type == "yes_no" else {}
    printed = {normalize_name(format_value(feature, word)): word for word in feature.values}
    return {**own, **printed, **{normalize_name(word): word for word in feature.values}}


def strip_label(text: str, feature: Feature) -> str:
    """The value alone: an answer prints some behind the label of the feature."""
    label, colon, value = text.partition(":")
    return (
        value.strip()
        if colon and normalize_name(label) in (normalize_name(feature.label), normalize_name(feature.name))
        else text
    )
