"""Which persons of a CDM may be of the cancer that the knowledge is about: by their codes alone, before any record is read.

Each distinct code is looked up as the reader looks it up; the persons who bear one that matters are kept, with all their rows, as
a small CDM of their own. What is left out is counted by its code. To leave persons out is a choice of whoever asks: a record
without a cancer is not "no cancer" but a question, so that a triage belongs to a cohort, and never to one patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.contract_names import OTHER_CANCER
from concordant.outputs import report_write_errors
from concordant.record.conditions import get_terminology
from concordant.record.findings import UNSPECIFIED
from concordant.record.omop.codes import CodedColumn, ConceptLookup
from concordant.record.omop.database import PERSON_ID, CdmDatabase, list_missing_tables, open_database
from concordant.record.omop.duck import report_query_errors
from concordant.record.omop.procedures import find_unnamed_treatment, is_treatment
from concordant.record.omop.read import list_missing_parts
from concordant.record.omop.schema import CONCEPT, EPISODE_EVENT, EVENTS, PERSON
from concordant.record.rules import RecordRules, get_record_rules
from concordant.terminology.codes import CodeableConcept
from concordant.terminology.names import Words

# What a code says of its person: this cancer, a drug or a test of it; what may be of it; another cancer.
Sign = Literal["own", "perhaps", "other"]
CODED = ("condition_occurrence", "drug_exposure", "measurement", "observation", "procedure_occurrence")
PERHAPS = ("secondary", "site", "stage", "status")
CODE_COLUMNS = ("concept_id", "source_concept_id", "source_value")
ROWS_AT_ONCE = 100_000
Code = tuple[str | None, str | None, str | None]
Reader: TypeAlias = pa.RecordBatchReader


class Triage(NamedTuple):
    """How many persons there are and how many were kept; `missing` are sentences about what may be missing from any record."""

    persons: int
    kept: int
    missing: tuple[str, ...]


def triage_database(source: Path | str, words: Words, folder: Path) -> Triage:
    """Write the persons who may be of the cancer to a folder of Parquet, and beside it `left_out.parquet`: the rows of the others
    by table and code. Raises Unreadable or Refused for the database.
    """
    database = open_database(source)
    try:
        return _TriageRun(database, words).write_kept(folder)
    finally:
        database.close()


class _TriageRun:
    """One pass over a database. All queries run on one connection, on which its own tables stand."""

    def __init__(self, database: CdmDatabase, words: Words) -> None:
        self.database = database
        self.rules = get_record_rules(words)
        self.concepts = database.read_concepts()
        self.codes = ConceptLookup(get_terminology(words), self.concepts)
        self.coded = [name for name in CODED if name in database.tables]
        database.cursors.append(database.connection)  # the lines that it rejects are told with the others

    def write_kept(self, folder: Path) -> Triage:
        """Signs of codes, then persons, then their rows, and the count of what is left."""
        self._note_signs()
        self._note_persons()
        for table in (PERSON, *EVENTS):
            if named := self.database.tables.get(table.name):
                self._write(f"SELECT * FROM {named} WHERE {PERSON_ID} IN (SELECT person FROM kept)", folder, table.name)
        if named := self.database.tables.get(EPISODE_EVENT.name):
            self._write(f"SELECT * FROM {named}", folder, EPISODE_EVENT.name)
        self._write_concepts(folder)
        self._write(self._make_left_out_query(), folder, "left_out")
        persons = self._count(f"SELECT count(DISTINCT {PERSON_ID}) FROM {self.database.tables[PERSON.name]}")
        missing = list_missing_parts(self.database, list_missing_tables(self.database))
        return Triage(persons, self._count("SELECT count(*) FROM kept"), tuple(missing))

    def _note_signs(self) -> None:
        """The table `signs`: what each code says that says anything."""
        self._run("CREATE TEMP TABLE signs (name VARCHAR, a VARCHAR, b VARCHAR, c VARCHAR, sign VARCHAR)")
        for name in self.coded:
            codes: Iterable[Code] = self._run(
                f"SELECT DISTINCT {', '.join(self._select_code(name))} FROM {self._named(name)}"
            ).fetchall()
            signed = [(name, *code, sign) for code in codes if (sign := self._judge_code(name, code))]
            if signed:
                self.database.connection.executemany("INSERT INTO signs VALUES (?, ?, ?, ?, ?)", signed)

    def _judge_code(self, name: str, code: Code) -> Sign | None:
        stem = name.partition("_")[0]
        coded = self.codes.match_codes(*code, of_treatment=stem in ("drug", "procedure"))
        return judge_sign(name, coded, self.codes, self.rules)

    def _note_persons(self) -> None:
        """The table `kept`: persons with a sign of their own, or with one that may be, unless another cancer is on record."""
        parts = [self._select_signed(name) for name in self.coded]
        self._run(f"CREATE TEMP TABLE signed AS {' UNION '.join(parts) or 'SELECT NULL::BIGINT AS person, NULL AS sign'}")
        told = "(SELECT person FROM signed WHERE sign = '{}')".format
        self._run(
            f"CREATE TEMP TABLE kept AS SELECT DISTINCT person FROM signed WHERE person IS NOT NULL AND "
            f"(sign = 'own' OR (sign = 'perhaps' AND person NOT IN {told('other')}))"
        )

    def _select_signed(self, name: str) -> str:
        pairs = zip(self._select_code(name), "abc", strict=True)
        same = " AND ".join(f"{mine} IS NOT DISTINCT FROM signs.{column}" for mine, column in pairs)
        told = f"SELECT DISTINCT {PERSON_ID} AS person, sign FROM {self._named(name)} AS told"
        return f"{told} JOIN signs ON signs.name = '{name}' AND {same} WHERE {PERSON_ID} IS NOT NULL"

    def _make_left_out_query(self) -> str:
        parts = [self._select_left_out(name) for name in self.coded] or ["SELECT NULL, NULL, NULL, NULL, 0 AS rows WHERE false"]
        return f"{' UNION ALL '.join(parts)} ORDER BY rows DESC, 1, 2, 3, 4"

    def _select_left_out(self, name: str) -> str:
        columns = ", ".join(f"{mine} AS {column}" for mine, column in zip(self._select_code(name), CODE_COLUMNS, strict=True))
        told = f"SELECT '{name}' AS \"table\", {columns}, count(*) AS rows FROM {self._named(name)}"
        return f"{told} WHERE {PERSON_ID} NOT IN (SELECT person FROM kept) GROUP BY ALL"

    def _select_code(self, name: str) -> Sequence[str]:
        """The columns of the code of a table, as text; nothing where the table has them not."""
        stem, have = name.partition("_")[0], self.database.columns[name]
        columns = (f"{stem}_concept_id", f"{stem}_source_concept_id", f"{stem}_source_value")
        return [f"CAST({column} AS VARCHAR)" if column in have else "CAST(NULL AS VARCHAR)" for column in columns]

    def _named(self, name: str) -> str:
        return self.database.tables[name]

    def _write_concepts(self, folder: Path) -> None:
        """The concepts that any row holds."""
        if CONCEPT.name in self.database.tables:
            rows = [(int(id_), vocabulary, code, name) for id_, (vocabulary, code, name) in self.concepts.items()]
            columns = list(zip(*sorted(rows), strict=True)) or [(), (), (), ()]
            names = ("concept_id", "vocabulary_id", "concept_code", "concept_name")
            kinds = (pa.int64(), pa.string(), pa.string(), pa.string())
            arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
            _write_batches(pa.table(arrays, names=names).to_reader(), folder, CONCEPT.name)

    def _write(self, query: str, folder: Path, name: str) -> None:
        with report_query_errors(self.database.name, self.database.connection):
            _write_batches(self.database.connection.sql(query).to_arrow_reader(ROWS_AT_ONCE), folder, name)

    def _run(self, query: str) -> Any:
        with report_query_errors(self.database.name, self.database.connection):
            return self.database.connection.execute(query)

    def _count(self, query: str) -> int:
        return int(self._run(query).fetchone()[0])


def _write_batches(batches: Reader, folder: Path, name: str) -> None:
    with report_write_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(folder / f"{name}.parquet", batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)


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


def iter_left_out(folder: Path, most: int) -> Iterator[tuple[str, str, int]]:
    """The most frequent codes of what was left out: the table, the code and the rows."""
    table = pq.read_table(folder / "left_out.parquet").slice(0, most)
    for row in table.to_pylist():
        code = row["source_value"] or row["concept_id"] or "no code"
        yield row["table"], str(code), int(row["rows"])
