"""The mapping file: which column of which file tells what, in the words of a case file. Format: docs/tables.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from concordant.complaints import Complaint, Refused, did_you_mean, quoted
from concordant.contract_names import BRAIN_METASTASES, MENOPAUSAL_STATUS, NUMBERS_OF_PATIENT, SEX
from concordant.texts import MOST_COMPLAINTS, Place, Text

BLOCKS = {
    "patient": (SEX, "birth_date", MENOPAUSAL_STATUS, *NUMBERS_OF_PATIENT),
    "tumor_markers": ("test", "value", "ratio", "copies", "date", "specimen"),
    "disease": ("event", "date", "stage", "extent", "sites", "procedure", BRAIN_METASTASES),
    "treatments": ("drugs", "setting", "line", "start", "end", "cycles", "stopped"),
    "conditions": ("name", "status", "date", "icd10", "snomed"),
    "measurements": ("name", "value", "date", "upper_limit"),
    "medications": ("name", "start", "end"),
    "notice": ("says",),
}
DATES = ("date", "start", "end", "birth_date")
LISTS = ("sites", "drugs")
SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}
TOP = ("table", "missing", "days_from", "values", "files")
FILE = ("path", "separator", "header_lines", "patient", "entries", "ignore")
CELL = ("is", "column", "columns", "days", "date", "values", "unit", "split")


@dataclass(frozen=True, slots=True)
class When:
    """A column and the values (in small letters) that it must have; `missing` and `present` stand for any or none."""

    column: str
    values: tuple[str, ...]
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one value of an entry comes from: a word of its own, or columns and what their values mean."""

    word: str | None = None
    columns: tuple[str, ...] = ()
    in_days: bool = False
    values: dict[str, str | None] | None = None
    unit: str = ""
    split: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry that a row may tell."""

    block: str
    cells: dict[str, Cell]
    when: tuple[When, ...] = ()
    without: str = ""  # only of a patient who has no row in that file


@dataclass(frozen=True, slots=True)
class Skip:
    """Rows that are not asked about, and why."""

    why: str
    when: tuple[When, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """One file: how it is written, and what its rows tell."""

    id: str
    path: str
    separator: str
    header_lines: int
    patient: str
    rules: tuple[Rule, ...]
    skips: tuple[Skip, ...]
    line: int | None
    zero: str = ""  # the column with the day from which days count, of the file that has it

    @property
    def columns(self) -> set[str]:
        """Every column that the mapping names."""
        named = {self.patient, *filter(None, [self.zero])}
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
    files: tuple[File, ...]


def read_mapping(text: Text) -> TableMapping:
    """The mapping of a read document. Raises Refused with every complaint."""
    reader = _Reader(text)
    found = reader.whole()
    if reader.complaints:
        raise Refused(reader.complaints[:MOST_COMPLAINTS])
    return found


@dataclass(slots=True)
class _Reader:
    """Raw values to the mapping; collects complaints."""

    text: Text
    complaints: list[Complaint] = field(default_factory=list)
    shared: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def complain(self, place: Place, says: str, way_out: str = "") -> None:
        self.complaints.append(self.text.complaint(place, says, way_out))

    def whole(self) -> TableMapping:
        value = self.block(self.text.value, (), TOP)
        shared = value.get("values")
        self.shared = (
            {name: self.meanings(raw, ("values", name)) for name, raw in shared.items()} if isinstance(shared, dict) else {}
        )
        files = value.get("files")
        if not isinstance(files, dict) or not files:
            self.complain(("files",), "the mapping names no files", "Write `files:` and one block for each file under it")
            files = {}
        found = tuple(self.file(name, raw, ("files", name)) for name, raw in files.items())
        missing = frozenset(word.strip().lower() for word in self.words(value.get("missing"), ("missing",)))
        return TableMapping(str(value.get("table") or ""), missing, self.day_zero(value.get("days_from"), files), found)

    def block(self, raw: Any, place: Place, keys: Sequence[str]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.complain(place, f"'{place[-1] if place else 'the mapping'}' is no mapping", "Write `key: value` lines under it")
            return {}
        for key in raw:
            if key not in keys:
                self.complain((*place, key), f"unknown key {quoted(key)}", did_you_mean(key, keys) or f"Known: {', '.join(keys)}")
        return raw

    def words(self, raw: Any, place: Place) -> tuple[str, ...]:
        if raw is None:
            return ()
        if isinstance(raw, str):
            return (raw,)
        if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
            return tuple(raw)
        self.complain(place, f"'{place[-1]}' is not a word or a list of words", "Write [word, word]")
        return ()

    def word(self, raw: dict[str, Any], key: str, place: Place, *, needed: bool = False) -> str:
        value = raw.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None or needed:
            self.complain((*place, key), f"'{key}' is missing or no word", f"Write `{key}: ...`")
        return ""

    def day_zero(self, raw: Any, files: dict[str, Any]) -> DayZero | None:
        if raw is None:
            return None
        here: Place = ("days_from",)
        value = self.block(raw, here, ("called", "file", "column"))
        name = self.word(value, "file", here)
        if name and name not in files:
            self.complain((*here, "file"), f"no file is called {quoted(name)}", did_you_mean(name, files))
        return DayZero(self.word(value, "called", here, needed=True), name, self.word(value, "column", here, needed=bool(name)))

    def file(self, name: str, raw: Any, place: Place) -> File:
        value = self.block(raw, place, FILE)
        path = self.word(value, "path", place, needed=True)
        separator = self.word(value, "separator", place) or ("comma" if path.endswith(".csv") else "tab")
        if separator not in SEPARATORS:
            self.complain((*place, "separator"), f"unknown separator {quoted(separator)}", f"Known: {', '.join(SEPARATORS)}")
        lines = self.word(value, "header_lines", place) or "1"
        if not lines.isdecimal() or not 1 <= int(lines) <= 100:
            self.complain(
                (*place, "header_lines"), f"{quoted(lines)} is not a number of lines", "Write 1, or how many come before the data"
            )
            lines = "1"
        rules, skips = self.items(value, "entries", place), self.items(value, "ignore", place)
        return File(
            name,
            path,
            SEPARATORS.get(separator, ","),
            int(lines),
            self.word(value, "patient", place, needed=True),
            tuple(self.rule(item, (*place, "entries", i)) for i, item in enumerate(rules)),
            tuple(self.skip(item, (*place, "ignore", i)) for i, item in enumerate(skips)),
            self.text.line((*place, "path")),
            self.zero_column(name),
        )

    def zero_column(self, file: str) -> str:
        """The column of `days_from`, where it stands in this file."""
        zero = self.text.value.get("days_from")
        column = zero.get("column") if isinstance(zero, dict) and zero.get("file") == file else None
        return column if isinstance(column, str) else ""

    def items(self, value: dict[str, Any], key: str, place: Place) -> list[Any]:
        raw = value.get(key)
        if raw is None or isinstance(raw, list):
            return raw or []
        self.complain((*place, key), f"'{key}' is not a list", "Write one entry a line, each after a dash")
        return []

    def rule(self, raw: Any, place: Place) -> Rule:
        value = raw if isinstance(raw, dict) else {}
        block = self.word(value, "block", place, needed=True)
        if block and block not in BLOCKS:
            self.complain(
                (*place, "block"), f"unknown block {quoted(block)}", did_you_mean(block, BLOCKS) or f"Known: {', '.join(BLOCKS)}"
            )
        keys = BLOCKS.get(block, ())
        self.block(value, place, ("block", "when", "without", *keys) if keys else tuple(value))
        cells = {key: self.cell(value[key], key, (*place, key)) for key in keys if value.get(key) is not None}
        return Rule(block, cells, self.conditions(value.get("when"), (*place, "when")), self.without(value, place))

    def without(self, value: dict[str, Any], place: Place) -> str:
        name, files = self.word(value, "without", place), self.text.value.get("files")
        if name and name not in files:
            self.complain((*place, "without"), f"no file is called {quoted(name)}", did_you_mean(name, files))
        return name

    def skip(self, raw: Any, place: Place) -> Skip:
        value = self.block(raw, place, ("why", "when"))
        return Skip(self.word(value, "why", place, needed=True), self.conditions(value.get("when"), (*place, "when")))

    def conditions(self, raw: Any, place: Place) -> tuple[When, ...]:
        value = {} if raw is None else self.block(raw, place, tuple(raw) if isinstance(raw, dict) else ())
        found = []
        for column, wanted in value.items():
            words = self.words(wanted, (*place, column))
            special = wanted if wanted in ("missing", "present") else ""
            found.append(When(column, tuple(w.strip().lower() for w in words), special))
        return tuple(found)

    def cell(self, raw: Any, key: str, place: Place) -> Cell:
        if isinstance(raw, str):
            return Cell(columns=(raw,))
        value = self.block(raw, place, CELL)
        if "is" in value:
            return Cell(word=self.word(value, "is", place, needed=True))
        in_days = "days" in value
        columns = [c for name in ("column", "columns", "days", "date") for c in self.words(value.get(name), (*place, name))]
        if not columns:
            self.complain(place, f"'{key}' names no column", "Write a column's name, or {is: word}")
        if in_days and key not in DATES:
            self.complain(place, f"'{key}' is no date, so it has no days", "Write {column: ...}")
        values = self.values(value.get("values"), (*place, "values"))
        return Cell(None, tuple(columns), in_days, values, self.word(value, "unit", place), self.word(value, "split", place))

    def values(self, raw: Any, place: Place) -> dict[str, str | None] | None:
        """What the values of a column mean: written here, or under `values` at the top and named here."""
        if isinstance(raw, str):
            if raw not in self.shared:
                self.complain(
                    place, f"no values are called {quoted(raw)}", did_you_mean(raw, self.shared) or "Write them under `values`"
                )
            return self.shared.get(raw)
        return None if raw is None else self.meanings(raw, place)

    def meanings(self, raw: Any, place: Place) -> dict[str, str | None]:
        value = self.block(raw, place, tuple(raw) if isinstance(raw, dict) else ())
        for key, item in value.items():
            if item is not None and not isinstance(item, str):
                self.complain(
                    (*place, key), f"the meaning of {quoted(key)} is not a word", "Write one word, or nothing for `says nothing`"
                )
        return {key.strip().lower(): item if isinstance(item, str) else None for key, item in value.items()}
