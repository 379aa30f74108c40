"""The mapping file: which column of which file tells what, in the words of a case file. Format: docs/tables.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from concordant.contract_names import BRAIN_METASTASES, MENOPAUSAL_STATUS, NUMBERS_OF_PATIENT, SEX
from concordant.errors import Complaint, Refused, quote_word, suggest_word
from concordant.texts import MOST_COMPLAINTS, Place, SourceText

BLOCKS = {
    "patient": (SEX, "birth_date", MENOPAUSAL_STATUS, *NUMBERS_OF_PATIENT),
    "tumor_markers": ("test", "value", "ratio", "copies", "date", "specimen"),
    "disease": ("event", "date", "stage", "extent", "sites", "procedure", BRAIN_METASTASES),
    "treatments": ("drugs", "setting", "line", "start", "end", "cycles", "stopped"),
    "conditions": ("name", "status", "date", "icd10", "snomed"),
    "measurements": ("name", "value", "date", "upper_limit"),
    "medications": ("name", "start", "end"),
    "notice": ("says",),
    "cancer": ("type", "date"),
    "reports": ("text", "date"),
}
DATES = ("date", "start", "end", "birth_date")
LISTS = ("sites", "drugs")
SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}
TOP = ("table", "missing", "days_from", "values", "files")
FILE = ("path", "separator", "header_lines", "patient", "site", "entries", "ignore", "optional", "comment")
CELL = ("is", "column", "columns", "days", "date", "values", "unit", "split")


@dataclass(frozen=True, slots=True)
class RowCondition:
    """A column and the values (in small letters) that it must have, or must not (`other`); `missing` and `present` stand for
    any or none.
    """

    column: str
    values: tuple[str, ...]
    wanted: str = ""
    other: bool = False


@dataclass(frozen=True, slots=True)
class ValueSource:
    """Where one value of an entry comes from: a word of its own, or columns and what their values mean."""

    word: str | None = None
    columns: tuple[str, ...] = ()
    in_days: bool = False
    values: dict[str, str | None] | None = None
    unit: str = ""
    split: str = ""


@dataclass(frozen=True, slots=True)
class EntryRule:
    """One entry that a row may tell."""

    block: str
    cells: dict[str, ValueSource]
    when: tuple[RowCondition, ...] = ()
    without: str = ""  # only of a patient who has no row in that file


@dataclass(frozen=True, slots=True)
class SkipRule:
    """Rows that are not asked about, and why."""

    why: str
    when: tuple[RowCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file: how it is written, and what its rows tell."""

    id: str
    path: str
    separator: str
    header_lines: int
    patient: str
    rules: tuple[EntryRule, ...]
    skips: tuple[SkipRule, ...]
    line: int | None
    optional: bool = False  # the file may be missing, and any column but that of the patient
    comment: str = ""  # what lines begin with that are no rows
    zero: str = ""  # the column with the day from which days count, of the file that has it
    site: str = ""  # the column that says where the patient is treated

    @property
    def needed_columns(self) -> set[str]:
        """The columns without which no row can be read."""
        return {self.patient}

    @property
    def columns(self) -> set[str]:
        """Every column that the mapping names."""
        named = {self.patient, *filter(None, [self.zero, self.site])}
        for rule in self.rules:
            named |= {w.column for w in rule.when} | {c for cell in rule.cells.values() for c in cell.columns}
        return named | {w.column for skip in self.skips for w in skip.when}


@dataclass(frozen=True, slots=True)
class DayZero:
    """The day from which columns in days count: what it is, and the column with its date or its year."""

    called: str
    file: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class TableMapping:
    """The whole mapping."""

    name: str
    missing: frozenset[str]
    day_zero: DayZero | None
    files: tuple[TableFile, ...]


def read_mapping(text: SourceText) -> TableMapping:
    """The mapping of a read document. Raises Refused with every complaint."""
    reader = _MappingParser(text)
    mapping = reader.parse_mapping()
    if reader.complaints:
        raise Refused(reader.complaints[:MOST_COMPLAINTS])
    return mapping


@dataclass(slots=True)
class _MappingParser:
    """Raw values to the mapping; collects complaints."""

    text: SourceText
    complaints: list[Complaint] = field(default_factory=list)
    shared: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def add_complaint(self, place: Place, says: str, way_out: str = "") -> None:
        self.complaints.append(self.text.make_complaint(place, says, way_out))

    def parse_mapping(self) -> TableMapping:
        value = self.read_block(self.text.value, (), TOP)
        shared = value.get("values")
        self.shared = (
            {name: self.read_meanings(raw, ("values", name)) for name, raw in shared.items()} if isinstance(shared, dict) else {}
        )
        files = value.get("files")
        if not isinstance(files, dict) or not files:
            self.add_complaint(("files",), "the mapping names no files", "Write `files:` and one block for each file under it")
            files = {}
        blocks = tuple(self.read_file_block(name, raw, ("files", name)) for name, raw in files.items())
        missing = frozenset(word.strip().lower() for word in self.read_words(value.get("missing"), ("missing",)))
        return TableMapping(str(value.get("table") or ""), missing, self.read_day_zero(value.get("days_from"), files), blocks)

    def read_block(self, raw: Any, place: Place, keys: Sequence[str]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.add_complaint(
                place, f"'{place[-1] if place else 'the mapping'}' is no mapping", "Write `key: value` lines under it"
            )
            return {}
        for key in raw:
            if key not in keys:
                self.add_complaint(
                    (*place, key), f"unknown key {quote_word(key)}", suggest_word(key, keys) or f"Known: {', '.join(keys)}"
                )
        return raw

    def read_words(self, raw: Any, place: Place) -> tuple[str, ...]:
        if raw is None:
            return ()
        if isinstance(raw, str):
            return (raw,)
        if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
            return tuple(raw)
        self.add_complaint(place, f"'{place[-1]}' is not a word or a list of words", "Write [word, word]")
        return ()

    def read_word(self, raw: dict[str, Any], key: str, place: Place, *, needed: bool = False) -> str:
        value = raw.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None or needed:
            self.add_complaint((*place, key), f"'{key}' is missing or no word", f"Write `{key}: ...`")
        return ""

    def read_day_zero(self, raw: Any, files: dict[str, Any]) -> DayZero | None:
        if raw is None:
            return None
        here: Place = ("days_from",)
        value = self.read_block(raw, here, ("called", "file", "column"))
        name = self.read_word(value, "file", here)
        if name and name not in files:
            self.add_complaint((*here, "file"), f"no file is called {quote_word(name)}", suggest_word(name, files))
        return DayZero(
            self.read_word(value, "called", here, needed=True), name, self.read_word(value, "column", here, needed=bool(name))
        )

    def read_file_block(self, name: str, raw: Any, place: Place) -> TableFile:
        value = self.read_block(raw, place, FILE)
        path = self.read_word(value, "path", place, needed=True)
        separator = self.read_word(value, "separator", place) or ("comma" if path.endswith(".csv") else "tab")
        if separator not in SEPARATORS:
            self.add_complaint(
                (*place, "separator"), f"unknown separator {quote_word(separator)}", f"Known: {', '.join(SEPARATORS)}"
            )
        lines = self.read_word(value, "header_lines", place) or "1"
        if not lines.isdecimal() or not 1 <= int(lines) <= 100:
            self.add_complaint(
                (*place, "header_lines"),
                f"{quote_word(lines)} is not a number of lines",
                "Write 1, or how many come before the data",
            )
            lines = "1"
        rules, skips = self.read_list(value, "entries", place), self.read_list(value, "ignore", place)
        return TableFile(
            name,
            path,
            SEPARATORS.get(separator, ","),
            int(lines),
            self.read_word(value, "patient", place, needed=True),
            tuple(self.read_rule(item, (*place, "entries", i)) for i, item in enumerate(rules)),
            tuple(self.read_skip(item, (*place, "ignore", i)) for i, item in enumerate(skips)),
            self.text.find_line((*place, "path")),
            self.read_word(value, "optional", place) in ("yes", "true"),
            self.read_word(value, "comment", place),
            self.find_zero_column(name),
            self.read_word(value, "site", place),
        )

    def find_zero_column(self, file: str) -> str:
        """The column of `days_from`, where it stands in this file."""
        zero = self.text.value.get("days_from")
        column = zero.get("column") if isinstance(zero, dict) and zero.get("file") == file else None
        return column if isinstance(column, str) else ""

    def read_list(self, value: dict[str, Any], key: str, place: Place) -> list[Any]:
        raw = value.get(key)
        if raw is None or isinstance(raw, list):
            return raw or []
        self.add_complaint((*place, key), f"'{key}' is not a list", "Write one entry a line, each after a dash")
        return []

    def read_rule(self, raw: Any, place: Place) -> EntryRule:
        value = raw if isinstance(raw, dict) else {}
        block = self.read_word(value, "block", place, needed=True)
        if block and block not in BLOCKS:
            self.add_complaint(
                (*place, "block"),
                f"unknown block {quote_word(block)}",
                suggest_word(block, BLOCKS) or f"Known: {', '.join(BLOCKS)}",
            )
        keys = BLOCKS.get(block, ())
        self.read_block(value, place, ("block", "when", "without", *keys) if keys else tuple(value))
        cells = {key: self.read_cell(value[key], key, (*place, key)) for key in keys if value.get(key) is not None}
        return EntryRule(block, cells, self.read_conditions(value.get("when"), (*place, "when")), self.read_without(value, place))

    def read_without(self, value: dict[str, Any], place: Place) -> str:
        name, files = self.read_word(value, "without", place), self.text.value.get("files")
        if name and name not in files:
            self.add_complaint((*place, "without"), f"no file is called {quote_word(name)}", suggest_word(name, files))
        return name

    def read_skip(self, raw: Any, place: Place) -> SkipRule:
        value = self.read_block(raw, place, ("why", "when"))
        return SkipRule(
            self.read_word(value, "why", place, needed=True), self.read_conditions(value.get("when"), (*place, "when"))
        )

    def read_conditions(self, raw: Any, place: Place) -> tuple[RowCondition, ...]:
        value = {} if raw is None else self.read_block(raw, place, tuple(raw) if isinstance(raw, dict) else ())
        conditions = []
        for column, asked in value.items():
            other = isinstance(asked, dict) and set(asked) == {"not"}
            wanted = asked["not"] if other else asked
            words = self.read_words(wanted, (*place, column))
            special = wanted if wanted in ("missing", "present") else ""
            conditions.append(RowCondition(column, tuple(w.strip().lower() for w in words), special, other))
        return tuple(conditions)

    def read_cell(self, raw: Any, key: str, place: Place) -> ValueSource:
        if isinstance(raw, str):
            return ValueSource(columns=(raw,))
        value = self.read_block(raw, place, CELL)
        if "is" in value:
            return ValueSource(word=self.read_word(value, "is", place, needed=True))
        in_days = "days" in value
        columns = [c for name in ("column", "columns", "days", "date") for c in self.read_words(value.get(name), (*place, name))]
        if not columns:
            self.add_complaint(place, f"'{key}' names no column", "Write a column's name, or {is: word}")
        if in_days and key not in DATES:
            self.add_complaint(place, f"'{key}' is no date, so it has no days", "Write {column: ...}")
        values = self.read_values(value.get("values"), (*place, "values"))
        return ValueSource(
            None, tuple(columns), in_days, values, self.read_word(value, "unit", place), self.read_word(value, "split", place)
        )

    def read_values(self, raw: Any, place: Place) -> dict[str, str | None] | None:
        """What the values of a column mean: written here, or under `values` at the top and named here."""
        if isinstance(raw, str):
            if raw not in self.shared:
                near = suggest_word(raw, self.shared) or "Write them under `values`"
                self.add_complaint(place, f"no values are called {quote_word(raw)}", near)
            return self.shared.get(raw)
        return None if raw is None else self.read_meanings(raw, place)

    def read_meanings(self, raw: Any, place: Place) -> dict[str, str | None]:
        value = self.read_block(raw, place, tuple(raw) if isinstance(raw, dict) else ())
        meanings = dict[str, str | None]()
        for key, item in value.items():
            if meanings.setdefault(key.strip().lower(), item) != item:
                says = f"{quote_word(key)} stands twice with different meanings; capital and small letters are the same"
                self.add_complaint((*place, key), says, "Keep one of the two")
            elif item is not None and not isinstance(item, str):
                way_out = "Write one word, or nothing for `says nothing`"
                self.add_complaint((*place, key), f"the meaning of {quote_word(key)} is not a word", way_out)
        return {key: item if isinstance(item, str) else None for key, item in meanings.items()}
