"""The examples that stand beside the rules of a language, tried: what a rule says that it reads, and what it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from concordant.model.knowledge import Knowledge
from concordant.record.notes.read import LanguageReader, make_language_reader
from concordant.terminology.names import Words

DAY = dt.date(2024, 6, 1)  # of examples with a relative date


@dataclass(frozen=True, slots=True)
class FailedExample:
    """An example that is not read as it says: of which language, list and rule."""

    code: str
    block: Literal["rules", "course_rules"]
    rule: str
    says: str


def find_failed_examples(knowledge: Knowledge, words: Words) -> Iterator[FailedExample]:
    """Every example of every language that fails."""
    for code, language in knowledge.notes.languages.items():
        try:
            reader = make_language_reader(code, language, words)
        except ValueError as error:
            yield FailedExample(code, "rules", "", str(error))
            continue
        for rule in language.rules:
            yield from _try_rule(code, "rules", rule.id, rule.reads, rule.does_not_read, reader)
        for course_rule in language.course_rules:
            yield from _try_rule(code, "course_rules", course_rule.id, course_rule.reads, course_rule.does_not_read, reader)


def _try_rule(
    code: str,
    block: Literal["rules", "course_rules"],
    rule: str,
    reads: tuple[str, ...],
    does_not_read: tuple[str, ...],
    reader: LanguageReader,
) -> Iterator[FailedExample]:
    for example in reads:
        if not _find_tellers(example, reader)[0] >= {rule}:
            yield FailedExample(code, block, rule, f"the rule '{rule}' does not read its example '{example}'")
    for example in does_not_read:
        if rule in _find_tellers(example, reader)[1]:
            yield FailedExample(code, block, rule, f"the rule '{rule}' reads '{example}', and says that it does not")


def _find_tellers(example: str, reader: LanguageReader) -> tuple[set[str], set[str]]:
    """The rules that find their form in an example, and those of them that take it as told, or offer it."""
    scanned = reader.scan_note(example, DAY)
    found = {hit.rule.id for hit in scanned.hits}
    told = {hit.rule.id for hit in scanned.hits if hit.standing == "said" and (hit.facts or hit.offers)}
    attributes = [one for course in scanned.courses for one in course.attributes]
    found |= {one.rule.id for one in attributes}
    return found, told | {one.rule.id for one in attributes if one.standing == "said"}
