"""Which persons of a CDM may be of the cancer that the knowledge is about: by their codes alone, before any record is read.

Each distinct code is looked up as the reader looks it up; the persons who bear one that matters are kept, with all their rows, as
a small CDM of their own. What is left out is counted by its code. To leave persons out is a choice of whoever asks: a record
without a cancer is not "no cancer" but a question, so that a triage belongs to a cohort, and never to one patient.

Whatever runs SQL can do it (`SqlSystem`): DuckDB in `duck_triage`, Spark in `concordant.api.spark`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.contract_names import OTHER_CANCER
from concordant.record.conditions import get_terminology
from concordant.record.findings import UNSPECIFIED
from concordant.record.omop import queries
from concordant.record.omop.codes import CodedColumn, ConceptLookup
from concordant.record.omop.procedures import find_unnamed_treatment, is_treatment
from concordant.record.omop.schema import CONCEPT, EPISODE_EVENT, READ
from concordant.record.rules import RecordRules, get_record_rules
from concordant.terminology.codes import CodeableConcept
from concordant.terminology.names import Words

# What a code says of its person: this cancer, a drug or a test of it; what may be of it; another cancer.
Sign = Literal["own", "perhaps", "other"]
CODED = ("condition_occurrence", "drug_exposure", "measurement", "observation", "procedure_occurrence")
PERHAPS = ("secondary", "site", "stage", "status")
TEXTS = ("a_text", "b_text", "c_text")
IDS = "concordant_ids"
EPISODE = "episode"
Rows: TypeAlias = pa.Table
CONCEPT_SCHEMA = pa.schema(
    [("concept_id", pa.int64()), ("vocabulary_id", pa.string()), ("concept_code", pa.string()), ("concept_name", pa.string())]
)


class SqlSystem(Protocol):
    """What runs the queries of a triage."""

    def answer_query(self, query: str) -> Rows:
        """What a query gives."""

    def keep_query(self, name: str, query: str) -> None:
        """Work a query out once, and name what it gives."""

    def add_rows(self, name: str, rows: Rows) -> None:
        """Name some rows."""


@dataclass(slots=True)
class TriageQueries:
    """One triage of a source. `kept` says how the rows are named that are kept of each table."""

    source: queries.CdmColumns
    system: SqlSystem
    words: Words
    coded: list[str] = field(init=False)
    kept: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.coded = [name for name in CODED if name in self.source.tables]

    def keep_persons(self) -> None:
        """Signs of codes, then persons with their signs, then who is kept, and all their rows."""
        self._judge_codes({name: self.system.answer_query(queries.count_codes(self.source, name)) for name in self.coded})
        self.system.keep_query(queries.SIGNED, queries.select_signed(self.source, self.coded))
        self.system.keep_query(queries.KEPT, queries.select_kept(self.source))
        for table in READ:
            if table.name in self.source.tables:
                self._keep_rows(table.name, queries.select_kept_rows(self.source, table.name))
        if EPISODE_EVENT.name in self.source.tables:
            self._keep_rows(EPISODE_EVENT.name, queries.select_kept_links(self.source, self.kept.get(EPISODE, "")))

    def count_persons(self) -> tuple[int, int]:
        """How many persons there are, and how many bear a sign for which they are kept."""
        every = self.system.answer_query(queries.count_persons(self.source))
        kept = self.system.answer_query(f"SELECT count(*) AS number FROM {queries.KEPT}")
        return int(every.column("number")[0].as_py()), int(kept.column("number")[0].as_py())

    def count_of_nobody(self) -> int:
        """How many rows of the tables that are read belong to no person who is there."""
        told = self.system.answer_query(
            queries.count_of_nobody(self.source, [t.name for t in READ if t.name in self.source.tables])
        )
        return int(told.column("number")[0].as_py())

    def count_left_out(self) -> Rows:
        """The rows of those who are left out, by table and code, the most frequent first."""
        told = self.system.answer_query(queries.count_left_out(self.source, self.coded))
        rows = told.column("number").cast(pa.int64())
        named = {name: told.column(name).cast(pa.string()) for name in queries.CODE_COLUMNS}
        return pa.table({"table": told.column("the_table").cast(pa.string()), **named, "rows": rows})

    def list_concepts(self) -> Rows | None:
        """The concepts that any row holds which is kept; None for a source that has no table of them."""
        if CONCEPT.name not in self.source.tables:
            return None
        ids = queries.select_row_concepts(self.source, READ, self.kept, {})
        told = self.system.answer_query(queries.select_concepts(self.source, ids))
        rows = sorted({(int(id_), *names) for id_, names in _read_concepts(told).items()})
        return pa.Table.from_pylist([dict(zip(CONCEPT_SCHEMA.names, row, strict=True)) for row in rows], CONCEPT_SCHEMA)

    def _keep_rows(self, name: str, query: str) -> None:
        self.kept[name] = queries.name_kept(name)
        self.system.keep_query(self.kept[name], query)

    def _judge_codes(self, codes: Mapping[str, Rows]) -> None:
        """Name the codes of each table with what each says."""
        known = self._look_up(codes.values())
        judge = _CodeJudge(ConceptLookup(get_terminology(self.words), known), get_record_rules(self.words))
        for name, told in codes.items():
            texts = zip(*(told.column(text).to_pylist() for text in TEXTS), strict=True)
            signs = pa.array([judge.judge_code(name, *code) for code in texts], pa.string())
            self.system.add_rows(queries.name_codes(name), told.append_column("sign", signs))

    def _look_up(self, codes: Iterable[Rows]) -> dict[str, tuple[str, str, str]]:
        """The concepts that stand in codes."""
        if CONCEPT.name not in self.source.tables:
            return {}
        told = {text for rows in codes for name in TEXTS[:2] for text in rows.column(name).unique().to_pylist()}
        ids = sorted(int(text) for text in told if text is not None and text.strip().lstrip("-").isdecimal())
        self.system.add_rows(IDS, pa.table({"id": pa.array(ids, pa.int64())}))
        return _read_concepts(self.system.answer_query(queries.select_concepts(self.source, f"SELECT id FROM {IDS}")))


def _read_concepts(told: Rows) -> dict[str, tuple[str, str, str]]:
    columns = (told.column(name).to_pylist() for name in told.column_names)
    return {str(id_): (vocabulary or "", code or "", name or "") for id_, vocabulary, code, name in zip(*columns, strict=True)}


@dataclass(frozen=True, slots=True)
class _CodeJudge:
    codes: ConceptLookup
    rules: RecordRules

    def judge_code(self, name: str, standard: str | None, source: str | None, value: str | None) -> Sign | None:
        """What a code of a table says of its person."""
        of_treatment = name.partition("_")[0] in ("drug", "procedure")
        coded = self.codes.match_codes(standard, source, value, of_treatment=of_treatment)
        return judge_sign(name, coded, self.codes, self.rules)


def judge_sign(name: str, coded: CodedColumn, codes: ConceptLookup, rules: RecordRules) -> Sign | None:
    """What a code says of its person, as the reader of its table would take it; None where it says nothing of a cancer."""
    meaning = coded.meaning
    if coded.conflict:
        return "perhaps"
    if meaning is None:
        return "perhaps" if _may_be_treatment(name, coded, codes) else None
    if meaning.kind == "cancer":
        return "own" if meaning.name in rules.subjects else "other" if meaning.name == OTHER_CANCER else "perhaps"
    return _judge_meaning(meaning, rules)


def _judge_meaning(meaning: CodeableConcept, rules: RecordRules) -> Sign | None:
    if meaning.kind == "test" or not rules.lines.leading.isdisjoint(meaning.drugs):
        return "own"
    return "perhaps" if meaning.kind in PERHAPS or meaning.name == UNSPECIFIED else None


def _may_be_treatment(name: str, coded: CodedColumn, codes: ConceptLookup) -> bool:
    """Whether what is not known may be a drug against cancer, by its name or by its kind of code."""
    terms = codes.terms
    if is_treatment(coded, terms) or find_unnamed_treatment(coded, codes, in_words=name == "procedure_occurrence") is not None:
        return True
    return name == "drug_exposure" and (not coded.text or terms.can_be_treatment(coded.text))
