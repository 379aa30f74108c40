"""Quiet rows: under codes of which nothing is asked, and whose words and values speak of nothing. They are most of a database.

What a code comes to is worked out once for each table, so that each further row under it costs one look-up. Any other row, and
one whose value has words that speak, is for the reader of its table, who comes to the same for every quiet one.
"""

from __future__ import annotations

from collections.abc import Callable

from concordant.patient.account import RowTold
from concordant.record.omop.codes import MOST_REMEMBERED, NO_CONCEPT, CodedColumn, ConceptLookup
from concordant.record.omop.procedures import find_unnamed_treatment, is_treatment
from concordant.record.omop.schema import Row
from concordant.record.row_fate import QuietCode
from concordant.record.rules import RecordRules

UNMAPPED, NO_CODE = "its code is not mapped", "it has no code"
RESULTS = ("measurement", "observation")  # tables of which the words of values are searched
QUIET = (*RESULTS, "procedure_occurrence")
VALUES = ("value_source_value", "value_as_string")
Columns = tuple[str, str, str]
CODE_COLUMNS: dict[str, Columns] = {
    name: (f"{stem}_concept_id", f"{stem}_source_concept_id", f"{stem}_source_value")
    for name in QUIET
    for stem in (name.partition("_")[0],)
}


def find_quiet_row(name: str, row: Row, codes: ConceptLookup, rules: RecordRules) -> QuietCode | None:
    """What is told of a quiet row of a table; None for any other."""
    standard, source, value = CODE_COLUMNS[name]
    get = row.get
    key = (name, get(standard), get(source), get(value))
    known = codes.quiet
    if key in known:
        quiet = known[key]
    else:
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        quiet = known[key] = _judge_code(name, codes.read_column(row, name.partition("_")[0]), key[3], codes, rules)
    return None if quiet is not None and name in RESULTS and _has_words(get, codes, rules) else quiet


def _judge_code(name: str, coded: CodedColumn, value: str | None, codes: ConceptLookup, rules: RecordRules) -> QuietCode | None:
    in_words = name not in RESULTS
    if coded.conflict or coded.meaning is not None or find_unnamed_treatment(coded, codes, in_words=in_words) is not None:
        return None
    if in_words and is_treatment(coded, codes.terms):
        return None
    if rules.test_names.find_mentioned((coded.text, *(told for _, _, told in coded.met))):
        return None
    if not in_words and any(text and rules.topics.find_written(text) for text in (coded.text, value)):
        return None
    return QuietCode(coded.met, RowTold(name, "ignored", UNMAPPED if coded.met else NO_CODE))


def _has_words(get: Callable[[str], str | None], codes: ConceptLookup, rules: RecordRules) -> bool:
    """Whether the value of a row speaks of something."""
    concept = get("value_as_concept_id")
    named = codes.find_name(concept) if concept not in NO_CONCEPT else ""
    return any(text and rules.topics.find_written(text) for text in (named, get(VALUES[0]), get(VALUES[1])))
